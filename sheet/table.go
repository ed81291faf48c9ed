package sheet

import (
	"fmt"
	"math"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/tables"
)

// table makes a sheet for a table, and more of them where the rows are more than
// a sheet can hold.
func (wb *workbook) table(t *tables.Table) error {
	rows := t.Len()
	for number := 1; ; number++ {
		first := (number - 1) * (maxRows - 1)
		if err := wb.page(t, number, first, min(rows-first, maxRows-1)); err != nil {
			return err
		}
		if rows <= first+maxRows-1 {
			return nil
		}
	}
}

// page makes a sheet for some rows of a table: the library writes all of it but
// the rows, which the archive puts in when it writes the sheet.
func (wb *workbook) page(t *tables.Table, number, first, rows int) error {
	name := title(t.Name, number)
	if _, err := wb.NewSheet(name); err != nil {
		return err
	}
	width := 0.0
	for _, c := range t.Columns {
		width += widthOf(c)
	}
	if err := wb.layout(name, width, &excelize.SheetPropsOptions{}); err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(t.Columns), rows+1)
	if err != nil {
		return err
	}
	if err := wb.SetSheetDimension(name, "A1:"+last); err != nil { // which some readers go by
		return err
	}
	out, err := wb.NewStreamWriter(name)
	if err != nil {
		return err
	}
	head := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		if err := out.SetColWidth(i+1, i+1, widthOf(c)); err != nil {
			return err
		}
		kind := headCell
		if c.Kind == tables.Number {
			kind = headNumberCell
		}
		style, err := wb.style(kind, "")
		if err != nil {
			return err
		}
		head[i] = excelize.Cell{StyleID: style, Value: c.Name}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	if err := out.SetRow("A1", head, excelize.RowOpts{Height: 18}); err != nil {
		return err
	}
	if err := wb.finish(out, t, number, last, rows > 0); err != nil {
		return err
	}
	body, err := wb.newBody(t, first, rows)
	if err != nil {
		return err
	}
	wb.bodies[fmt.Sprintf("xl/worksheets/sheet%d.xml", wb.SheetCount)] = body
	return nil
}

// finish ends a sheet: filters, what is printed, and that digits are text.
func (wb *workbook) finish(out *excelize.StreamWriter, t *tables.Table, number int, last string, rows bool) error {
	if rows {
		name := fmt.Sprintf("%s_%d", t.Name, number)
		if err := out.AddTable(&excelize.Table{Range: "A1:" + last, Name: name, StyleName: "TableStyleLight1"}); err != nil {
			return err
		}
	}
	if err := wb.AddIgnoredErrors(out.Sheet, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return wb.printed(out.Sheet, last, true)
}

// printed sets the area of a sheet that is printed, and that its first row
// stands on every page.
func (wb *workbook) printed(name, last string, head bool) error {
	column, row, err := excelize.CellNameToCoordinates(last)
	if err != nil {
		return err
	}
	if last, err = excelize.CoordinatesToCellName(column, row, true); err != nil {
		return err
	}
	if err := wb.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Area", RefersTo: "'" + name + "'!$A$1:" + last, Scope: name}); err != nil || !head {
		return err
	}
	return wb.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: "'" + name + "'!$1:$1", Scope: name})
}

// pageWidth is how many characters are legible on a page of A4 across.
const pageWidth = 190

// layout makes a sheet fit for paper: across, as many pages wide as it takes to
// stay legible.
func (wb *workbook) layout(name string, width float64, props *excelize.SheetPropsOptions) error {
	const paperA4 = 9
	if err := wb.SetPageLayout(name, &excelize.PageLayoutOptions{
		Orientation: new("landscape"), Size: new(paperA4), FitToWidth: new(int(math.Ceil(width / pageWidth))), FitToHeight: new(0),
	}); err != nil {
		return err
	}
	props.FitToPage = new(true)
	if err := wb.SetSheetProps(name, props); err != nil {
		return err
	}
	return wb.SetHeaderFooter(name, &excelize.HeaderFooterOptions{OddFooter: "&L&A&RPage &P of &N"})
}

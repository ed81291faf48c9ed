package sheet

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/tables"
)

const (
	summaryName = "Summary"
	mostCounts  = 40 // rows of Counts that are listed
	mostBars    = 12 // rows of Counts that have a bar
	chartColumn = "I"
	chartWidth  = 620      // in pixels: nine columns and some of the tenth
	chartInk    = "404040" // of the labels of axes
	lastColumn  = "R"      // that is printed: behind the charts
	onePage     = 100      // rows that are legible on one page
	rowPixels   = 20
	rowPoints   = 15.0 // of each row, the same as rowPixels
)

// summary writes the first sheet: facts, counts, and a chart beside each.
func (wb *workbook) summary() error {
	s := &summary{workbook: wb}
	s.widths()
	s.put(1, titleCell, wb.book.Title)
	s.row++
	for _, f := range wb.book.Facts {
		kind, value := kindOf(tables.Text), f.Value
		switch at := f.Value.(type) {
		case time.Time:
			kind, value = kindOf(tables.Date), at.UTC()
		case int:
			kind = kindOf(tables.Number)
		}
		if f.Warning {
			kind = warningCell
		}
		s.row++
		s.put(1, labelCell, f.Label)
		s.put(2, kind, value)
	}
	s.row += 2
	s.levels()
	for i := range wb.book.Counts {
		s.counts(&wb.book.Counts[i])
	}
	if s.err != nil {
		return s.err
	}
	show := false
	if err := wb.SetSheetView(summaryName, 0, &excelize.ViewOptions{ShowGridLines: &show}); err != nil {
		return err
	}
	if err := wb.layout(summaryName, pageWidth, &excelize.SheetPropsOptions{DefaultRowHeight: new(rowPoints), CustomHeight: new(true)}); err != nil {
		return err
	}
	if s.row <= onePage {
		s.try(s.SetPageLayout(summaryName, &excelize.PageLayoutOptions{FitToHeight: new(1)}))
	}
	for row := 2; row <= s.row; row++ {
		s.try(s.SetRowHeight(summaryName, row, rowPoints))
	}
	if s.err != nil {
		return s.err
	}
	return wb.printed(summaryName, lastColumn+strconv.Itoa(s.row+1), false)
}

// summary is the first sheet on its way. The first error stays.
type summary struct {
	*workbook
	row int
	err error
}

func (s *summary) try(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *summary) widths() {
	s.row = 1
	s.try(s.SetColWidth(summaryName, "A", "A", 56))
	s.try(s.SetColWidth(summaryName, "B", "B", 17)) // a time
	s.try(s.SetColWidth(summaryName, "C", "G", 9))
	s.try(s.SetColWidth(summaryName, "H", "H", 3))
}

// put writes a cell of the current row.
func (s *summary) put(column int, kind cellKind, value any) { s.putLevel(column, kind, "", value) }

func (s *summary) putLevel(column int, kind cellKind, level string, value any) {
	cell, err := excelize.CoordinatesToCellName(column, s.row)
	s.try(err)
	style, err := s.style(kind, level)
	s.try(err)
	if text, ok := value.(string); ok {
		s.try(s.SetCellStr(summaryName, cell, clean(text)))
	} else {
		s.try(s.SetCellValue(summaryName, cell, value))
	}
	s.try(s.SetCellStyle(summaryName, cell, cell, style))
}

// levels counts the findings by severity, with a column for each in the chart.
func (s *summary) levels() {
	top := s.row
	s.put(1, headCell, "By severity")
	s.put(2, headNumberCell, "findings")
	var series []excelize.ChartSeries
	for _, l := range s.book.Levels {
		s.row++
		s.putLevel(1, kindOf(tables.Level), l.Name, l.Name)
		s.put(2, kindOf(tables.Number), l.Count)
		series = append(series, excelize.ChartSeries{
			Name: ref("A", s.row, "", 0), Categories: ref("B", top, "B", top), Values: ref("B", s.row, "B", s.row), Fill: solid(colors[l.Name].bar),
		})
	}
	s.chart(top, &excelize.Chart{
		Type: excelize.Col, Series: series,
		Title:    excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: "Findings by severity"}}},
		PlotArea: excelize.ChartPlotArea{ShowVal: true},
	}, 5)
}

// counts lists the rows of one count, with a bar for each in the chart.
func (s *summary) counts(c *Counts) {
	if len(c.Rows) == 0 {
		return
	}
	top := s.row
	s.put(1, headCell, c.Title)
	for i, l := range s.book.Levels {
		s.put(2+i, headNumberCell, l.Name)
	}
	total := 2 + len(s.book.Levels)
	s.put(total, headNumberCell, "all")
	listed := c.Rows[:min(mostCounts, len(c.Rows))]
	for _, row := range listed {
		s.row++
		s.put(1, kindOf(tables.Text), row.Label)
		sum := 0
		for i, n := range row.Numbers {
			sum += n
			if n > 0 {
				s.put(2+i, kindOf(tables.Number), n)
			}
		}
		s.put(total, kindOf(tables.Number), sum)
	}
	if more := len(c.Rows) - len(listed); more > 0 {
		s.row++
		s.put(1, noteCell, fmt.Sprintf("and %d more: see the sheet Findings", more))
	}
	last := top + min(mostBars, len(listed))
	var series []excelize.ChartSeries
	for i, l := range s.book.Levels {
		column, err := excelize.ColumnNumberToName(2 + i)
		s.try(err)
		series = append(series, excelize.ChartSeries{
			Name: ref(column, top, "", 0), Categories: ref("A", top+1, "A", last), Values: ref(column, top+1, column, last), Fill: solid(colors[l.Name].bar),
		})
	}
	name := "Findings " + strings.ToLower(c.Title[:1]) + c.Title[1:]
	if len(c.Rows) > mostBars {
		name += fmt.Sprintf(": the first %d of %d", mostBars, len(c.Rows))
	}
	s.chart(top, &excelize.Chart{
		Type: excelize.BarStacked, Series: series,
		Title:   excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: name}}},
		YAxis:   excelize.ChartAxis{MajorGridLines: true},
		XAxis:   excelize.ChartAxis{ReverseOrder: true},
		Overlap: new(100),
	}, last-top)
}

// chart puts a chart beside the rows from top on and goes on below both.
func (s *summary) chart(top int, c *excelize.Chart, bars int) {
	height := max(220, 110+26*bars)
	c.Dimension = excelize.ChartDimension{Width: chartWidth, Height: uint(height)}
	c.Legend = excelize.ChartLegend{Position: "bottom"}
	c.XAxis.Font, c.YAxis.Font = excelize.Font{Color: chartInk, Size: 9}, excelize.Font{Color: chartInk, Size: 9}
	s.try(s.AddChart(summaryName, fmt.Sprintf("%s%d", chartColumn, top), c))
	s.row = max(s.row, top+height/rowPixels) + 2
}

func solid(color string) excelize.Fill {
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
}

// ref names a range of the summary, or a cell where there is no second column.
func ref(column string, row int, to string, last int) string {
	text := fmt.Sprintf("%s!$%s$%d", summaryName, column, row)
	if to != "" {
		text += fmt.Sprintf(":$%s$%d", to, last)
	}
	return text
}

// Package sheet writes a workbook for spreadsheet programs (XLSX): a summary
// with charts, and a sheet for each table.
//
// The library excelize writes everything but the rows of tables, which are
// written here: they are many, and it is slow. What is compressed already is all
// that stays in memory. The same book gives the same bytes. Every text is shown as
// words.Plain gives it and stays text: no cell is run as a formula but the links
// to the AWS console, which are made here.
package sheet

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// Book is what a workbook holds.
type Book struct {
	Title   string
	Creator string    // the program, with its version
	Created time.Time // the time of the run
	Facts   []Fact    // the top of the summary
	Levels  []Level   // the findings of each severity, the gravest first
	Counts  []Counts  // the rest of the summary, with a chart each
	Tables  []*tables.Table
}

// Fact is a line of the summary.
type Fact struct {
	Label   string
	Value   any  // a text, an int or a time
	Warning bool // something is missing: shown in red
}

// Level is a severity, and how many findings it has.
type Level struct {
	Name  string
	Count int
}

// Counts are findings counted by something, for each severity.
type Counts struct {
	Title string // "By check"
	Label string // the heading of the labels
	Rows  []Count
}

// Count is a row of Counts; Numbers has one for each of Book.Levels.
type Count struct {
	Label   string
	Numbers []int
}

const (
	maxRows = 1048576 // of a sheet
	maxText = 32767   // characters of a cell, as UTF-16 has them
)

// Write writes the workbook.
func Write(w io.Writer, b *Book) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closing := f.Close(); err == nil && closing != nil {
			err = fmt.Errorf("removing the parts of a workbook: %w", closing)
		}
	}()
	wb := &workbook{File: f, book: b, styles: map[styleKey]int{}, bodies: map[string]*body{}}
	if err := wb.build(); err != nil {
		return fmt.Errorf("making a workbook: %w", err)
	}
	var archive *archive
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter {
		archive = newArchive(wb.bodies)
		return archive
	})
	if _, err := f.WriteToBuffer(); err != nil {
		return fmt.Errorf("making a workbook: %w", err)
	}
	return archive.writeTo(w)
}

// workbook is a book on its way into a file.
type workbook struct {
	*excelize.File
	book   *Book
	styles map[styleKey]int
	bodies map[string]*body // the rows of sheets, by the parts that these are
}

func (wb *workbook) build() error {
	stamp := wb.book.Created.UTC().Format(time.RFC3339)
	creator := clean(wb.book.Creator)
	if err := wb.SetDocProps(&excelize.DocProperties{Title: clean(wb.book.Title), Creator: creator, LastModifiedBy: creator, Created: stamp, Modified: stamp}); err != nil {
		return err
	}
	if err := wb.SetSheetName("Sheet1", summaryName); err != nil {
		return err
	}
	if err := wb.summary(); err != nil {
		return err
	}
	for _, t := range wb.book.Tables {
		if err := wb.table(t); err != nil {
			return err
		}
	}
	return nil
}

// clean is text as a cell can hold it.
func clean(text string) string {
	text = words.Plain(text)
	if len(text) > maxText {
		text = words.Cut(text, maxText-100)
	}
	return text
}

// title makes the name of a sheet of that of a table: "not_evaluated" is
// "Not evaluated", and the second sheet of the same table "Rules 2".
func title(name string, number int) string {
	name = strings.ReplaceAll(name, "_", " ")
	name = strings.ToUpper(name[:1]) + name[1:]
	if number > 1 {
		name = fmt.Sprintf("%s %d", name, number)
	}
	return name
}

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// checkRow is a check as the listings show it; its JSON names are a contract.
type checkRow struct {
	ID         string            `json:"id"`
	Severity   findings.Severity `json:"severity"`
	Default    string            `json:"default"` // on, or off until --check or the configuration asks
	Title      string            `json:"title"`
	References []string          `json:"references"`
}

var checkFormats = []string{"table", "markdown", "json"}

func (p *program) checksVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "checks",
		Usage: "list the checks",
		Flags: []urfave.Flag{
			choice(&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "table", Usage: "write `FORMAT`: " + strings.Join(checkFormats, ", ")}, "format", checkFormats...),
			&urfave.BoolFlag{Name: "wide", Usage: "one line for each check, with its references, also where the terminal is narrower"},
			choice(&urfave.StringFlag{Name: "framework", Usage: "list the controls of this `FRAMEWORK` and the checks for them: " + strings.Join(frameworkNames(), ", ")}, "framework", frameworkNames()...),
		},
		Action: func(c *urfave.Context) error {
			if c.IsSet("framework") {
				f, err := parseFramework(c)
				if err != nil {
					return err
				}
				if p.fits(c) {
					return p.showControls(f)
				}
				text, err := listControls(f, c.String("output"))
				if err != nil {
					return err
				}
				return p.console.Print(text)
			}
			if p.fits(c) {
				return p.showChecks()
			}
			text, err := listChecks(c.String("output"))
			if err != nil {
				return err
			}
			return p.console.Print(text)
		},
	}
}

// fits reports whether a list is for a terminal, to which it is fitted.
func (p *program) fits(c *urfave.Context) bool {
	return c.String("output") == "table" && p.console.Width() > 0 && !c.Bool("wide")
}

// showChecks writes the checks for a terminal, without the references, which are longer
// than any terminal is wide.
func (p *program) showChecks() error {
	var rows [][]string
	for _, r := range checkRows() {
		rows = append(rows, []string{r.ID, r.Severity.String(), r.Default, r.Title})
	}
	return p.showList([]string{"CHECK", "SEVERITY", "DEFAULT", "TITLE"}, rows, "sgaudit checks --wide lists the references to frameworks too; sgaudit explain CHECK prints the page of a check.")
}

// showControls writes the controls of a framework and their checks for a terminal.
func (p *program) showControls(f audit.Framework) error {
	var cells [][]string
	for _, r := range controlRows(f) {
		cells = append(cells, []string{r.Control, r.Check, r.Severity.String(), r.Why})
	}
	return p.showList([]string{"CONTROL", "CHECK", "SEVERITY", "WHY"}, cells, "")
}

// showList writes rows with sentences in their last column, which stand below the row on
// a terminal that is too narrow for a column.
func (p *program) showList(head []string, rows [][]string, more string) error {
	wide, compact := output.ListRows{Rows: rows}, output.ListRows{}
	for i, title := range head {
		wide.Columns = append(wide.Columns, output.ListColumn{Title: title})
		place := output.InRow
		if i == len(head)-1 {
			title, place = "", output.Below
		}
		compact.Columns = append(compact.Columns, output.ListColumn{Title: title, Place: place})
	}
	for _, row := range rows {
		compact.Rows = append(compact.Rows, slices.Clone(row))
	}
	return p.console.Stream(func(w io.Writer) error { return output.List(w, wide, compact, p.console.Width(), more) })
}

func frameworkNames() []string {
	var names []string
	for _, f := range audit.Frameworks() {
		names = append(names, f.ID)
	}
	return names
}

func parseFramework(c *urfave.Context) (audit.Framework, error) {
	f, ok := audit.FindFramework(c.String("framework"))
	if !ok {
		return f, console.Within("--framework", console.Unknown("framework", c.String("framework"), frameworkNames()))
	}
	return f, nil
}

// controlRow is a control and a check that serves it; its JSON names are a contract.
type controlRow struct {
	Framework string            `json:"framework"`
	Control   string            `json:"control"`
	Check     string            `json:"check"`
	Severity  findings.Severity `json:"severity"`
	Title     string            `json:"title"`
	Why       string            `json:"why"` // what the control asks for
}

// controlRows are which checks serve which control, and why.
func controlRows(f audit.Framework) []controlRow {
	byID := map[string]*audit.Check{}
	for _, c := range f.Checks() {
		byID[c.ID] = c
	}
	rows := []controlRow{}
	for _, m := range f.Mappings() {
		rows = append(rows, controlRow{f.ID, m.Control, m.Check, byID[m.Check].Severity, byID[m.Check].Title, m.Why})
	}
	return rows
}

// listControls writes the controls in one of checkFormats.
func listControls(f audit.Framework, format string) (string, error) {
	return list(format, controlRows(f), []string{"control", "check", "severity", "why"}, func(r controlRow) []string {
		return []string{r.Control, "`" + r.Check + "`", r.Severity.String(), r.Why}
	})
}

// list writes rows in one of checkFormats. Cells between backquotes keep them
// in Markdown alone.
func list[T any](format string, rows []T, head []string, cells func(T) []string) (string, error) {
	var out bytes.Buffer
	switch format {
	case "table":
		w := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, strings.ToUpper(strings.Join(head, "\t")))
		for _, r := range rows {
			fmt.Fprintln(w, strings.ReplaceAll(strings.Join(cells(r), "\t"), "`", ""))
		}
		if err := w.Flush(); err != nil {
			return "", fmt.Errorf("listing: %w", err)
		}
	case "markdown":
		fmt.Fprintf(&out, "| %s |\n|%s\n", strings.Join(head, " | "), strings.Repeat(" --- |", len(head)))
		escape := strings.NewReplacer("|", `\|`)
		for _, r := range rows {
			line := cells(r)
			for i := range line {
				line[i] = escape.Replace(line[i])
			}
			fmt.Fprintf(&out, "| %s |\n", strings.Join(line, " | "))
		}
	case "json":
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(rows); err != nil {
			return "", fmt.Errorf("listing: %w", err)
		}
	default:
		return "", console.Within("--output", console.Unknown("format", format, checkFormats))
	}
	return out.String(), nil
}

func checkRows() []checkRow {
	rows := []checkRow{}
	for _, c := range audit.Checks() {
		state := "on"
		if c.OnRequest {
			state = "off"
		}
		references := c.References
		if references == nil {
			references = []string{}
		}
		rows = append(rows, checkRow{c.ID, c.Severity, state, c.Title, references})
	}
	return rows
}

// listChecks writes the list in one of checkFormats.
func listChecks(format string) (string, error) {
	head := []string{"check", "severity", "default", "title", "references"}
	if format == "markdown" {
		head[3] = "what is reported"
	}
	return list(format, checkRows(), head, func(r checkRow) []string {
		return []string{"`" + r.ID + "`", r.Severity.String(), r.Default, r.Title, strings.Join(r.References, ", ")}
	})
}

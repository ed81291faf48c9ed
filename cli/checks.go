package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
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
			choice(&urfave.StringFlag{Name: "framework", Usage: "list the controls of this `FRAMEWORK` and the checks for them: " + strings.Join(frameworkNames(), ", ")}, "framework", frameworkNames()...),
		},
		Action: func(c *urfave.Context) error {
			if c.IsSet("framework") {
				f, err := parseFramework(c)
				if err != nil {
					return err
				}
				text, err := listControls(f, c.String("output"))
				if err != nil {
					return err
				}
				return p.console.Print(text)
			}
			text, err := listChecks(c.String("output"))
			if err != nil {
				return err
			}
			return p.console.Print(text)
		},
	}
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

// listControls writes which checks serve which control, and why.
func listControls(f audit.Framework, format string) (string, error) {
	byID := map[string]*audit.Check{}
	for _, c := range f.Checks() {
		byID[c.ID] = c
	}
	rows := []controlRow{}
	for _, m := range f.Mappings() {
		rows = append(rows, controlRow{f.ID, m.Control, m.Check, byID[m.Check].Severity, byID[m.Check].Title, m.Why})
	}
	return list(format, rows, []string{"control", "check", "severity", "why"}, func(r controlRow) []string {
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

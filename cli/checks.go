package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
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
			&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "table", Usage: "write `FORMAT`: " + strings.Join(checkFormats, ", ")},
		},
		Action: func(c *urfave.Context) error {
			text, err := listChecks(c.String("output"))
			if err != nil {
				return err
			}
			return p.print(text)
		},
	}
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
	var out bytes.Buffer
	rows := checkRows()
	switch format {
	case "table":
		w := tabwriter.NewWriter(&out, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "CHECK\tSEVERITY\tDEFAULT\tTITLE\tREFERENCES")
		for _, r := range rows {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", r.ID, r.Severity, r.Default, r.Title, strings.Join(r.References, ", "))
		}
		if err := w.Flush(); err != nil {
			return "", fmt.Errorf("listing the checks: %w", err)
		}
	case "markdown":
		out.WriteString("| check | severity | default | what is reported | references |\n| --- | --- | --- | --- | --- |\n")
		escape := strings.NewReplacer("|", `\|`)
		for _, r := range rows {
			fmt.Fprintf(&out, "| `%s` | %s | %s | %s | %s |\n", r.ID, r.Severity, r.Default, escape.Replace(r.Title), escape.Replace(strings.Join(r.References, ", ")))
		}
	case "json":
		enc := json.NewEncoder(&out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(rows); err != nil {
			return "", fmt.Errorf("listing the checks: %w", err)
		}
	default:
		return "", within("--output", unknown("format", format, checkFormats))
	}
	return out.String(), nil
}

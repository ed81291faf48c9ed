package output

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// Columns are the columns of CSV and of spreadsheets, in their order. They
// are a contract.
var Columns = []string{
	"id", "severity", "status", "baseline", "check", "title", "account_id", "account_name", "region", "vpc_id", "group_id",
	"group_name", "resource_id", "direction", "protocol", "ports", "services", "source", "rule_ids", "attached", "exposure",
	"message", "fix", "references", "group_arn", "rule_description", "tags",
}

// Row returns the cells of a finding, one for each column.
func Row(f *findings.Finding) []string {
	rule := f.Rule
	if rule == nil {
		rule = &findings.Rule{}
	}
	tags := make([]string, 0, len(f.Tags))
	for k, v := range f.Tags {
		tags = append(tags, k+"="+v)
	}
	slices.Sort(tags)
	const sep = "; "
	return []string{
		f.ID, f.Severity.String(), f.Status, f.Baseline, f.Check, f.Title, f.AccountID, f.AccountName, f.Region, f.VPCID, f.GroupID,
		f.GroupName, f.ResourceID, rule.Direction, rule.Protocol, rule.Ports, strings.Join(f.Services, sep), rule.Source,
		strings.Join(rule.RuleIDs, sep), strconv.Itoa(f.Attached), f.Exposure.Verdict,
		f.Message, f.Fix.Summary, strings.Join(f.References, sep), f.GroupARN, rule.Description, strings.Join(tags, sep),
	}
}

// gapRow stands for what could not be read: a file of findings alone would
// make such a region look clean.
func gapRow(c *findings.Coverage, g *findings.Gap) []string {
	row := make([]string, len(Columns))
	set := func(column, value string) { row[slices.Index(Columns, column)] = value }
	set("status", "not-evaluated")
	set("title", g.Operation+" could not be read")
	set("account_id", c.AccountID)
	set("account_name", c.AccountName)
	set("region", c.Region)
	set("message", strings.TrimRight(c.Status+": "+g.Kind+" "+g.Code+": "+g.Message, ": "))
	return row
}

// CSV follows RFC 4180: CRLF, a header always, one row for each finding.
var _ = declare("csv", "one row for each finding, for spreadsheets", func(w io.Writer, r *findings.Report, o Options) error {
	if o.BOM {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	write := func(row []string) error {
		for i := range row {
			row[i] = harmless(clean(row[i]))
		}
		return out.Write(row)
	}
	if err := out.Write(Columns); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	for i := range r.Findings {
		if err := write(Row(&r.Findings[i])); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	for i := range r.Coverage {
		for j := range r.Coverage[i].Gaps {
			if err := write(gapRow(&r.Coverage[i], &r.Coverage[i].Gaps[j])); err != nil {
				return fmt.Errorf("writing CSV: %w", err)
			}
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
})

// harmless marks a cell that a spreadsheet would take for a formula as text.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\x00", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

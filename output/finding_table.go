package output

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/tables"
)

// findingTable is the report as rows: the findings with the cells of Columns and a
// cell for each of the tags, and then what could not be read or evaluated. A file
// of findings alone would make such a region look clean.
func findingTable(r *findings.Report, tags []string) *tables.Table {
	var columns []tables.Column
	for _, name := range Columns {
		columns = append(columns, tables.Column{Name: name, Kind: kinds[name]})
	}
	for _, key := range tags {
		columns = append(columns, tables.TagColumn(key))
	}
	return &tables.Table{Name: "findings", Columns: columns, Rows: func(yield func([]string) bool) {
		for i := range r.Findings {
			row := Row(&r.Findings[i])
			for _, key := range tags {
				row = append(row, r.Findings[i].Tags[key])
			}
			if !yield(row) {
				return
			}
		}
		for _, missing := range missingOf(r) {
			if !yield(missing.row(len(columns))) {
				return
			}
		}
	}}
}

// missing is something that a report does not know of a region.
type missing struct {
	account, accountName, region string
	checks                       []string // that were not evaluated; none for a gap
	title, message               string
}

// missingOf lists the gaps in the order of the report, and then what was not
// evaluated: one item for all checks of a region with the same reason.
func missingOf(r *findings.Report) (all []missing) {
	names := map[string]string{}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		names[c.AccountID] = c.AccountName
		if _, inactive := c.Inactive(); inactive {
			continue
		}
		for k := range c.Gaps {
			g := &c.Gaps[k]
			all = append(all, missing{
				account: c.AccountID, accountName: c.AccountName, region: c.Region, title: g.Operation + " could not be read",
				message: strings.TrimRight(c.Status+": "+g.Kind+" "+g.Code+": "+g.Message, ": "),
			})
		}
	}
	for _, a := range r.Inactive() {
		all = append(all, missing{account: a.AccountID, accountName: a.AccountName, title: "the account was not read", message: "it is not active: " + a.State})
	}
	for _, u := range notEvaluatedIn(r) {
		all = append(all, missing{account: u.account, accountName: names[u.account], region: u.region, checks: u.checks, title: "not evaluated", message: u.reason})
	}
	return all
}

func (m *missing) row(width int) []string {
	row := make([]string, width)
	for column, value := range map[string]string{
		"status": "not-evaluated", "check": strings.Join(m.checks, "; "), "title": m.title,
		"account_id": m.account, "account_name": m.accountName, "region": m.region, "message": m.message,
	} {
		row[slices.Index(Columns, column)] = value
	}
	return row
}

package cli

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// shownColumn is a column of a list on a terminal, made of cells of the table.
type shownColumn struct {
	output.ListColumn
	text func(cell func(name string) string) string // cell returns a cell by the name of its column
}

// shownList is how a table looks in a pipe and on a wide terminal, and on a terminal
// that is too narrow for that.
type shownList struct {
	wide, compact []shownColumn
	onlyWide      bool                                               // on each terminal
	more          string                                             // what has the columns that compact leaves out
	legend        func(rows [][]string, wide []shownColumn) []string // above the table
	folded        *foldedRows                                        // of the compact form; nil: none
}

// wideFlag is on the verbs that fit their list to the terminal.
func wideFlag() urfave.Flag {
	return &urfave.BoolFlag{Name: "wide", Category: categoryTable, Usage: "one line for each row, with every fact in a column of its own, as in a pipe, also where the terminal is narrower"}
}

// moreColumns says where the facts are that the compact form leaves out.
const moreColumns = "--wide and a pipe have one line for each row; -o csv=FILE has every column."

// column shows a cell, or the first of some that is not empty.
func column(title string, place output.Place, names ...string) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: place}, func(cell func(string) string) string {
		for _, name := range names {
			if text := cell(name); text != "" {
				return text
			}
		}
		return ""
	}}
}

// worstFinding shows the gravest open finding of a row: the first digits of its id, which
// explain takes, and its severity. It is empty in rows with fewer findings than least, and
// with more than most.
func worstFinding(title string, place output.Place, digits, least, most int) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: place}, func(cell func(string) string) string {
		ids := strings.Split(cell("finding_ids"), "; ")
		if ids[0] == "" || len(ids) < least || len(ids) > most {
			return ""
		}
		return ids[0][:min(digits, len(ids[0]))] + " " + cell("severity")
	}}
}

// addresses shows the IPv4 or the IPv6 addresses of an interface, which a cell has together.
func addresses(title string, place output.Place, v6 bool) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: place}, func(cell func(string) string) string {
		list := slices.DeleteFunc(strings.Split(cell("private_ips"), "; "), func(a string) bool { return strings.Contains(a, ":") != v6 })
		return strings.Join(list, between(place))
	}}
}

// severalBelow shows a cell with several values below its row.
func severalBelow(title, name string) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: output.Below}, func(cell func(string) string) string {
		return strings.ReplaceAll(cell(name), "; ", between(output.Below))
	}}
}

// between stands between the values of a cell: a semicolon divides what is below a row.
func between(place output.Place) string {
	if place == output.Below {
		return ", "
	}
	return "; "
}

// named shows a cell with a name, and the id of another one in brackets.
func named(title string, place output.Place, name, id string) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: place}, func(cell func(string) string) string {
		if cell(id) == "" {
			return cell(name)
		}
		return inventory.Named(cell(name), cell(id))
	}}
}

// described shows two cells that belong together: a text, and in brackets another one.
func described(title string, place output.Place, first, second string) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: place}, func(cell func(string) string) string {
		if cell(first) == "" || cell(second) == "" {
			return cell(first) + cell(second)
		}
		return cell(first) + " (" + cell(second) + ")"
	}}
}

// inQuotes shows a text of the account in quotation marks.
func inQuotes(title string, place output.Place, name string) shownColumn {
	return shownColumn{output.ListColumn{Title: title, Place: place}, func(cell func(string) string) string {
		if cell(name) == "" {
			return ""
		}
		return strconv.Quote(cell(name))
	}}
}

// ruleColumn shows a rule in words: tcp/22 from shop-bastion (sg-0a100013).
func ruleColumn(source func(cell func(string) string) string) shownColumn {
	return shownColumn{output.ListColumn{Title: "RULE"}, func(cell func(string) string) string {
		traffic := cell("protocol")
		if traffic == "" {
			return ""
		}
		switch ports := cell("ports"); {
		case traffic == inventory.All.String():
			traffic = inventory.All.Words()
		case ports != "":
			traffic += "/" + ports
		}
		way := "from"
		if cell("direction") == inventory.Egress.String() {
			way = "to"
		}
		return traffic + " " + way + " " + source(cell)
	}}
}

// ruleList is the list of rules. The ids of findings have so many digits.
func ruleList(digits int) shownList {
	source := named("SOURCE OR DESTINATION", output.InRow, "source_name", "source")
	return shownList{
		wide: []shownColumn{
			column("REGION", 0, "region"), named("GROUP", 0, "group_name", "group_id"), column("DIRECTION", 0, "direction"), column("PROTOCOL", 0, "protocol"), column("PORTS", 0, "ports"),
			source, column("ATTACHED", 0, "attached"), column("FROM INTERNET", 0, "exposure"), column("FINDINGS", 0, "findings"), worstFinding("WORST FINDING", 0, digits, 1, math.MaxInt), described("DESCRIPTION", 0, "description", "note"),
		},
		compact: []shownColumn{
			named("GROUP", output.Heading, "group_name", "group_id"), column("REGION", output.Heading, "region"),
			{output.ListColumn{Title: "ATTACHED", Place: output.Heading}, func(cell func(string) string) string {
				n, err := strconv.Atoi(cell("attached"))
				if err != nil {
					return ""
				}
				return "attached to " + words.CountOrNo(n, "interface")
			}},
			ruleColumn(source.text), column("FROM INTERNET", output.InRow, "exposure"), column("FINDINGS", output.InRow, "findings"),
			worstFinding("FINDING", output.Below, digits, 1, 1), worstFinding("WORST FINDING", output.Below, digits, 2, math.MaxInt),
			inQuotes("DESCRIBED", output.Below, "description"), column("", output.Below, "note"),
		},
		more: moreColumns,
	}
}

// interfaceList is the list of interfaces. The ids of findings have so many digits.
func interfaceList(digits int) shownList {
	return shownList{
		wide: []shownColumn{
			column("REGION", 0, "region"), column("INTERFACE", 0, "used_by"), addresses("PRIVATE", 0, false), addresses("IPV6", 0, true), column("PUBLIC", 0, "public_ips"),
			column("FROM INTERNET", 0, "exposure"), column("FINDINGS", 0, "findings"), worstFinding("WORST FINDING", 0, digits, 1, math.MaxInt), described("GROUPS", 0, "groups", "note"),
		},
		compact: []shownColumn{
			column("REGION", output.Heading, "region"),
			column("INTERFACE", output.InRow, "used_by"), column("FROM INTERNET", output.InRow, "exposure"), column("FINDINGS", output.InRow, "findings"),
			worstFinding("FINDING", output.Below, digits, 1, 1), worstFinding("WORST FINDING", output.Below, digits, 2, math.MaxInt),
			addresses("PRIVATE", output.Below, false), addresses("IPv6", output.Below, true), severalBelow("PUBLIC", "public_ips"), severalBelow("GROUPS", "groups"), column("", output.Below, "note"),
		},
		more: moreColumns,
	}
}

// write writes a table for people. Where the rows are of more than one account, each
// names its own.
func (s *shownList) write(w io.Writer, t *tables.Table, width int) error {
	at := map[string]int{}
	for i, name := range t.Names() {
		at[name] = i
	}
	account := ""
	several := false
	for cells := range t.Rows {
		id := cells[at["account_id"]]
		several = several || account != "" && id != account
		account = id
	}
	wide, compact := s.wide, s.compact
	if several {
		wide = slices.Insert(slices.Clone(wide), 0, named("ACCOUNT", 0, "account_name", "account_id"))
		compact = slices.Insert(slices.Clone(compact), 0, named("ACCOUNT", output.Heading, "account_name", "account_id"))
	}
	if width == 0 || s.onlyWide {
		compact = nil
	}
	var rows [2][][]string
	for cells := range t.Rows {
		cell := func(name string) string { return cells[at[name]] }
		for k, columns := range [][]shownColumn{wide, compact} {
			if k == 1 && s.folded != nil && s.folded.has(cell) {
				continue
			}
			row := make([]string, len(columns))
			for i := range columns {
				row[i] = columns[i].text(cell)
			}
			rows[k] = append(rows[k], row)
		}
	}
	if s.legend != nil && width > 0 {
		for _, line := range s.legend(rows[0], wide) {
			if _, err := io.WriteString(w, output.Fit(line+"\n", width)); err != nil {
				return fmt.Errorf("writing the table: %w", err)
			}
		}
	}
	short := output.ListRows{Columns: listColumns(compact), Rows: rows[1]}
	if s.folded != nil {
		short.Folded = s.folded.lines
	}
	return output.List(w, output.ListRows{Columns: listColumns(wide), Rows: rows[0]}, short, width, s.more)
}

func listColumns(columns []shownColumn) (list []output.ListColumn) {
	for _, c := range columns {
		list = append(list, c.ListColumn)
	}
	return list
}

// verdictLegend says what the verdicts that stand in the rows mean.
func verdictLegend(rows [][]string, columns []shownColumn) (lines []string) {
	k := slices.IndexFunc(columns, func(c shownColumn) bool { return c.Title == "VERDICT" })
	for _, v := range verdictWords {
		if slices.ContainsFunc(rows, func(row []string) bool { return row[k] == v }) {
			lines = append(lines, fmt.Sprintf("%-11s  %s", v, verdictMeanings[v]))
		}
	}
	if slices.ContainsFunc(rows, func(row []string) bool { return row[k] == "used" && row[len(row)-1] != "" }) {
		lines = append(lines, strings.ToLower(seenOnly)+": narrower rules that allow all connections that were seen. Check that each source may connect; (internet) marks addresses of the internet")
	}
	if len(lines) > 0 {
		lines = append(lines, "")
	}
	return lines
}

// seenOnly is the title of narrower rules.
const seenOnly = "SEEN TRAFFIC NEEDS ONLY"

// verdictMeanings are what the verdicts of usage mean.
var verdictMeanings = map[string]string{
	"used":        "the rule allowed connections that no other rule allows",
	"shared-only": "the rule allowed connections, and another rule allows all of them too",
	"unanswered":  "the rule allowed connections, and nothing answered them",
	"unused":      "the rule allowed no connection, and there are flow logs of every hour",
	"not-known":   "the flow logs do not show whether the rule is needed",
}

func usageList() shownList {
	source := column("SOURCE OR DESTINATION", 0, "source")
	seen := func(cell func(string) string) string {
		text, _, _ := strings.Cut(strings.Replace(cell("last_seen"), "T", " ", 1), "Z")
		return text[:min(len(text), len("2026-01-31 12:00"))]
	}
	return shownList{
		wide: []shownColumn{
			column("REGION", 0, "region"), named("GROUP", 0, "group_name", "group_id"), column("DIRECTION", 0, "direction"), column("PROTOCOL", 0, "protocol"), column("PORTS", 0, "ports"),
			source, column("VERDICT", 0, "verdict"), column("LAST SEEN", 0, "last_seen"), column("ADDRESSES", 0, "remote_addresses"), described(seenOnly+", OR NOTE", 0, "narrower", "note"),
		},
		compact: []shownColumn{
			named("GROUP", output.Heading, "group_name", "group_id"), column("REGION", output.Heading, "region"),
			ruleColumn(source.text), column("VERDICT", output.InRow, "verdict"),
			{output.ListColumn{Title: "LAST SEEN (UTC)"}, seen},
			column(seenOnly, output.Below, "narrower"), column("NOTE", output.Below, "note"),
		},
		more: moreColumns, legend: verdictLegend,
	}
}

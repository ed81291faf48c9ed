package tables_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/tables"
)

func demo(t *testing.T) (*inventory.Inventory, *findings.Report) {
	t.Helper()
	inv := notation.MustParse(estates.Demo()).Inventory
	return inv, audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
}

// rows returns a table as maps from the names of columns to cells.
func rows(t *testing.T, table *tables.Table) []map[string]string {
	t.Helper()
	var all []map[string]string
	for cells := range table.Rows {
		if len(cells) != len(table.Columns) {
			t.Fatalf("%s: %d cells for %d columns: %q", table.Name, len(cells), len(table.Columns), cells)
		}
		row := map[string]string{}
		for i, c := range table.Columns {
			row[c.Name] = cells[i]
			if _, err := strconv.Atoi(cells[i]); c.Kind == tables.Number && cells[i] != "" && err != nil {
				t.Errorf("%s: %q is no number", c.Name, cells[i])
			}
		}
		all = append(all, row)
	}
	if n := table.Len(); n != len(all) {
		t.Errorf("%s has %d rows, and counts %d", table.Name, len(all), n)
	}
	return all
}

// TestEveryRowIsThere: each rule, group and interface has one row, with the
// verdict that reach gives, and each finding is counted at its rule and group.
func TestEveryRowIsThere(t *testing.T) {
	inv, report := demo(t)
	listed := tables.New(inv, report, tables.Options{})
	var groups, interfaces int
	verdicts := map[string]string{}
	for _, r := range inv.Regions {
		groups, interfaces = groups+len(r.Groups), interfaces+len(r.Interfaces)
		n := reach.New(r)
		for i := range r.Groups {
			g := &r.Groups[i]
			for k := range g.Rules {
				verdicts[g.ID+" "+g.Rules[k].String()] = string(n.Rule(g, &g.Rules[k]).Verdict)
			}
		}
	}
	byRule, byGroup := map[string]int{}, map[string]int{}
	for _, f := range report.Findings {
		if f.GroupID != "" && f.Status == findings.Open {
			byGroup[f.GroupID]++
			if f.Rule != nil {
				byRule[f.GroupID+" "+f.Rule.String()]++
			}
		}
	}
	all := rows(t, listed.Rules())
	if len(all) != len(verdicts) {
		t.Errorf("%d rows for %d rules", len(all), len(verdicts))
	}
	for _, row := range all {
		word := map[string]string{"ingress": "in ", "egress": "out "}[row["direction"]]
		traffic := row["protocol"]
		if traffic == "tcp" || traffic == "udp" || traffic == "icmp" || traffic == "icmpv6" {
			traffic += "/" + row["ports"]
		}
		key := row["group_id"] + " " + word + traffic + " " + row["source"]
		want, known := verdicts[key]
		if row["direction"] == "egress" {
			want = ""
		}
		if !known || row["exposure"] != want {
			t.Errorf("%s: %q, want %q", key, row["exposure"], want)
		}
		if row["findings"] != strconv.Itoa(byRule[key]) || (row["severity"] != "") != (byRule[key] > 0) {
			t.Errorf("%s has %s findings of severity %q, want %d", key, row["findings"], row["severity"], byRule[key])
		}
		delete(verdicts, key)
	}
	if all = rows(t, listed.Groups()); len(all) != groups {
		t.Errorf("%d rows for %d groups", len(all), groups)
	}
	for _, row := range all {
		if row["findings"] != strconv.Itoa(byGroup[row["group_id"]]) {
			t.Errorf("%s has %s findings, want %d", row["group_id"], row["findings"], byGroup[row["group_id"]])
		}
		if row["console"] == "" {
			t.Errorf("%s has no link to the console", row["group_id"])
		}
	}
	if all = rows(t, listed.Interfaces()); len(all) != interfaces {
		t.Errorf("%d rows for %d interfaces", len(all), interfaces)
	}
}

// TestFindingIDs: each row has the ids of as many open findings as it counts, the gravest
// first, of which the severity is that of the row. An interface has those of several groups.
func TestFindingIDs(t *testing.T) {
	several := map[string]bool{} // the tables with a row that has findings of several severities
	for seed := range uint64(20) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 5)), estates.Size{Regions: 2, Groups: 12, Interfaces: 30})
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
		severity := map[string]findings.Severity{}
		for i := range report.Findings {
			severity[report.Findings[i].ID] = report.Findings[i].Severity
		}
		for _, table := range tables.New(inv, report, tables.Options{}).All() {
			for _, row := range rows(t, table) {
				var ids []string
				if row["finding_ids"] != "" {
					ids = strings.Split(row["finding_ids"], "; ")
				}
				if strconv.Itoa(len(ids)) != row["findings"] && row["note"] == "" {
					t.Fatalf("%s: %s findings, with the ids %q", table.Name, row["findings"], ids)
				}
				for i, id := range ids {
					if _, known := severity[id]; !known || i == 0 && severity[id].String() != row["severity"] || i > 0 && severity[id] > severity[ids[i-1]] {
						t.Fatalf("%s: severity %s, ids %q", table.Name, row["severity"], ids)
					}
					several[table.Name] = several[table.Name] || severity[id] < severity[ids[0]]
				}
			}
		}
	}
	for _, name := range []string{"rules", "groups", "interfaces"} {
		if !several[name] {
			t.Errorf("%s has no row with findings of several severities", name)
		}
	}
}

// TestExposureOfInterfaces: what is worked out once for many interfaces, or not at
// all, is what reach says of each.
func TestExposureOfInterfaces(t *testing.T) {
	count := map[string]int{}
	for seed := range uint64(40) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 3)), estates.Size{Regions: 3, Groups: 12, Interfaces: 40})
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
		verdicts := map[string]string{}
		for _, r := range inv.Regions {
			n := reach.New(r)
			for i := range r.Interfaces {
				verdicts[r.Name+r.Interfaces[i].ID] = string(n.Interface(&r.Interfaces[i]).Verdict)
			}
		}
		for _, row := range rows(t, tables.New(inv, report, tables.Options{}).Interfaces()) {
			if row["interface_id"] == "" {
				continue
			}
			want := verdicts[row["region"]+row["interface_id"]]
			count[want]++
			if row["exposure"] != want {
				t.Fatalf("seed %d: %s of %s is %q, want %q", seed, row["interface_id"], row["region"], row["exposure"], want)
			}
		}
	}
	if len(count) < 3 {
		t.Errorf("the estates have no more than the verdicts %v", count)
	}
}

// TestGapsAreRows: a region that was not read in full says so in every table,
// and what was not read is empty and not 0.
func TestGapsAreRows(t *testing.T) {
	inv, report := demo(t)
	r := inv.Regions[0]
	r.Read &^= inventory.PartInterfaces
	r.Interfaces = nil
	r.Gaps = []inventory.Gap{{Part: inventory.PartInterfaces, Operation: "ec2:DescribeNetworkInterfaces", Kind: inventory.Denied, Code: "UnauthorizedOperation"}}
	inv.Regions[1].Read, inv.Regions[1].Groups, inv.Regions[1].Interfaces = 0, nil, nil
	listed := tables.New(inv, report, tables.Options{})
	for _, table := range listed.All() {
		notes := map[string]string{}
		for _, row := range rows(t, table) {
			if row["note"] != "" {
				notes[row["region"]] = row["note"]
			}
			if row["region"] == r.Name && (row["attached"] != "" || row["exposure"] == string(reach.Unattached)) {
				t.Errorf("%s: interfaces were not read, and %s has %q of them, exposure %q", table.Name, row["group_id"], row["attached"], row["exposure"])
			}
		}
		if notes[r.Name] != "ec2:DescribeNetworkInterfaces could not be read: denied: UnauthorizedOperation" || notes[inv.Regions[1].Name] != "the region was not read in full" {
			t.Errorf("%s: %q", table.Name, notes)
		}
	}
}

// TestScope: the groups that are chosen, their rules and their interfaces, and
// references to other groups keep their names.
func TestScope(t *testing.T) {
	inv, report := demo(t)
	const one = "sg-0c100011"
	listed := tables.New(inv, report, tables.Options{Scope: func(_ *inventory.Region, g *inventory.Group) bool { return g.ID == one }})
	named := false
	for _, table := range listed.All() {
		all := rows(t, table)
		if len(all) == 0 {
			t.Errorf("%s has no row", table.Name)
		}
		for _, row := range all {
			if row["group_id"] != one && row["group_ids"] != one {
				t.Errorf("%s: %v", table.Name, row)
			}
			named = named || row["source_name"] == "sydney-load-balancer"
		}
	}
	if !named {
		t.Error("the group that a rule references has no name")
	}
	few := tables.New(inv, report, tables.Options{Rule: func(*inventory.Region, *inventory.Group) func(*inventory.Rule) bool {
		return func(r *inventory.Rule) bool { return r.Direction == inventory.Egress }
	}})
	for _, row := range rows(t, few.Rules()) { // which counts them too
		if row["direction"] != "egress" {
			t.Errorf("%v", row)
		}
	}
	// A table can be read again, and be left early.
	for cells := range listed.Rules().Rows {
		if !slices.Contains(cells, one) {
			t.Errorf("%q", cells)
		}
		break
	}
}

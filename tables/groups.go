package tables

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// mostReferences is how many of the groups that reference one are named.
const mostReferences = 20

// Groups returns a row for each group that was audited. exposure is the gravest
// verdict of its inbound rules; findings counts those about the group and about
// its rules, and finding_ids has those that are open, the gravest first.
func (t *Tables) Groups() *Table {
	columns := []Column{
		{"account_id", Text},
		{"account_name", Text},
		{"region", Text},
		{"vpc_id", Text},
		{"group_id", Text},
		{"group_name", Text},
		{"description", Prose},
		{"attached", Number},
		{"used_by", Text},
		{"referenced_by", Text},
		{"rules_in", Number},
		{"rules_out", Number},
		{"exposure", Text},
		{"severity", Level},
		{"findings", Number},
		{"suppressed", Number},
		{"tags", Text},
		{"group_arn", Text},
		{"console", Link},
	}
	count := func(p *place) (n int) {
		for _, scoped := range p.scoped {
			if scoped {
				n++
			}
		}
		return n
	}
	return t.table("groups", columns, count, func(p *place, row *row) bool {
		for i := range p.region.Groups {
			g := &p.region.Groups[i]
			if !p.scoped[i] {
				continue
			}
			in := 0
			for k := range g.Rules {
				if g.Rules[k].Direction == inventory.Ingress {
					in++
				}
			}
			about := t.about[subject{p.region.AccountID, p.region.Name, g.ID, ""}]
			open, suppressed := about.counts()
			row.begin(p.region.AccountID, p.region.AccountName, p.region.Name, g.VPC, g.ID, g.Name, g.Description)
			row.add(p.interfaces(g.ID), p.usedBy(g.ID), bounded(p.referenced[g.ID], mostReferences), strconv.Itoa(in), strconv.Itoa(len(g.Rules)-in))
			row.add(string(p.groups[i]), about.severity(), open, suppressed, tagText(g.Tags), g.ARN(p.region.Partition, p.region.Name))
			row.add(findings.Console(p.region.Partition, p.region.Name, g.ID))
			row.behind(t.findingIDs(about))
			if !row.end("", g.Tags) {
				return false
			}
		}
		return true
	}, Column{"finding_ids", Text})
}

// usedBy counts the interfaces to which a group is attached by the kind of their owner,
// the most frequent first: "instance 3; database 1".
func (p *place) usedBy(group string) string {
	count := map[string]int{}
	for _, e := range p.reach.Interfaces(group) {
		count[e.Owner().Kind]++
	}
	kinds := make([]string, 0, len(count))
	for kind := range count {
		kinds = append(kinds, kind)
	}
	slices.SortFunc(kinds, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	for i, kind := range kinds {
		kinds[i] = kind + " " + strconv.Itoa(count[kind])
	}
	return strings.Join(kinds, sep)
}

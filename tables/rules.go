package tables

import (
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// mostServices is how many services of a wide range of ports are named.
const mostServices = 5

// Rules returns a row for each rule that was audited. exposure is the verdict of
// reach on an inbound rule; severity is that of the gravest open finding about
// the rule itself, and the first of finding_ids. A column for a tag has that of the rule, or else of its group.
func (t *Tables) Rules() *Table {
	columns := []Column{
		{"account_id", Text},
		{"account_name", Text},
		{"region", Text},
		{"vpc_id", Text},
		{"group_id", Text},
		{"group_name", Text},
		{"direction", Text},
		{"protocol", Text},
		{"ports", Text},
		{"services", Text},
		{"source", Text},
		{"source_name", Text},
		{"description", Prose},
		{"rule_ids", Text},
		{"tags", Text},
		{"attached", Number},
		{"exposure", Text},
		{"severity", Level},
		{"findings", Number},
		{"suppressed", Number},
		{"finding_ids", Text},
	}
	services := map[inventory.Traffic]string{}
	named := func(traffic inventory.Traffic) string {
		text, known := services[traffic]
		if !known && t.opts.Services != nil {
			text = bounded(t.opts.Services(traffic), mostServices)
			services[traffic] = text
		}
		return text
	}
	count := func(p *place) (n int) {
		t.eachRule(p, func(int, int) bool { n++; return true })
		return n
	}
	return t.table("rules", columns, count, func(p *place, row *row) bool {
		return t.eachRule(p, func(i, k int) bool {
			g := &p.region.Groups[i]
			r := &g.Rules[k]
			about := t.about[subject{p.region.AccountID, p.region.Name, g.ID, r.String()}]
			open, suppressed := about.counts()
			row.begin(p.region.AccountID, p.region.AccountName, p.region.Name, g.VPC, g.ID, g.Name)
			row.add(r.Direction.String(), r.Traffic.Protocol.String(), r.Traffic.PortsText(), named(r.Traffic))
			row.add(r.Peer.String(), t.nameOf(p, r.Peer), r.Description, strings.Join(r.IDs, sep), tagText(r.Tags))
			row.add(p.interfaces(g.ID), string(p.rules[i][k]), about.severity(), open, suppressed, t.findingIDs(about))
			return row.end("", r.Tags, g.Tags)
		})
	})
}

// eachRule visits the rules that the table has, by their group and their place in
// it, until visit returns false.
func (t *Tables) eachRule(p *place, visit func(group, rule int) bool) bool {
	for i := range p.region.Groups {
		g := &p.region.Groups[i]
		if !p.scoped[i] {
			continue
		}
		var chosen func(*inventory.Rule) bool
		if t.opts.Rule != nil {
			chosen = t.opts.Rule(p.region, g)
		}
		for k := range g.Rules {
			if (chosen == nil || chosen(&g.Rules[k])) && !visit(i, k) {
				return false
			}
		}
	}
	return true
}

// bounded joins the first items of a list, and says how many more there are.
func bounded(list []string, most int) string {
	if more := len(list) - most; more > 1 {
		list = append(list[:most:most], "and "+strconv.Itoa(more)+" more")
	}
	return strings.Join(list, sep)
}

// interfaces counts those to which a group is attached: empty where they were not read.
func (p *place) interfaces(group string) string {
	if !p.attached {
		return ""
	}
	return strconv.Itoa(len(p.reach.Interfaces(group)))
}

// nameOf returns the name of a referenced group or prefix list, also of a group
// of another account or region that was read, and says of references to other
// accounts and VPCs which account or VPC that is.
func (t *Tables) nameOf(p *place, peer inventory.Peer) string {
	switch {
	case peer.List != "":
		return p.lists[peer.List]
	case peer.Group == nil:
		return ""
	}
	name, ref := t.names[peer.Group.ID], peer.Group
	if name == "" && ref.Account != "" && ref.Account != p.region.AccountID {
		return words.Plain("a group of account " + ref.Account)
	}
	return name
}

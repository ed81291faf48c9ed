package tables

import (
	"cmp"
	"net/netip"
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
// its rules.
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
	return t.table("groups", columns, func(p *place, row *row) bool {
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
			if !row.end("") {
				return false
			}
		}
		return true
	})
}

// usedBy counts the interfaces that carry a group by the kind of their owner,
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

// Interfaces returns a row for each network interface that was read, with the
// findings about it and about the groups that are attached to it.
func (t *Tables) Interfaces() *Table {
	columns := []Column{
		{"account_id", Text},
		{"account_name", Text},
		{"region", Text},
		{"vpc_id", Text},
		{"subnet_id", Text},
		{"interface_id", Text},
		{"owner_kind", Text},
		{"owner", Text},
		{"type", Text},
		{"status", Text},
		{"private_ips", Text},
		{"public_ips", Text},
		{"group_ids", Text},
		{"group_names", Text},
		{"exposure", Text},
		{"severity", Level},
		{"findings", Number},
		{"suppressed", Number},
		{"description", Prose},
		{"tags", Text},
		{"console", Link},
	}
	return t.table("interfaces", columns, func(p *place, row *row) bool {
		scoped := map[string]bool{}
		for i := range p.region.Groups {
			scoped[p.region.Groups[i].ID] = p.scoped[i]
		}
		for i := range p.region.Interfaces {
			e := &p.region.Interfaces[i]
			if t.opts.Scope != nil && !slices.ContainsFunc(e.Groups, func(id string) bool { return scoped[id] }) {
				continue
			}
			about := told{}
			about.add(t.about[subject{p.region.AccountID, p.region.Name, e.ID, ""}])
			names := make([]string, len(e.Groups))
			for k, id := range e.Groups {
				about.add(t.about[subject{p.region.AccountID, p.region.Name, id, ""}])
				names[k] = t.names[id]
			}
			open, suppressed := about.counts()
			owner := e.Owner()
			private := make([]string, len(e.Addresses))
			for k, a := range e.Addresses {
				private[k] = a.Private.String()
			}
			row.begin(p.region.AccountID, p.region.AccountName, p.region.Name, e.VPC, e.Subnet, e.ID, owner.Kind, owner.Name, e.Type, e.Status)
			row.add(strings.Join(private, sep), addresses(e.PublicIPv4()), strings.Join(e.Groups, sep), strings.Join(names, sep))
			row.add(string(p.reach.Interface(e).Verdict), about.severity(), open, suppressed, e.Description, tagText(e.Tags))
			row.add(findings.Console(p.region.Partition, p.region.Name, e.ID))
			if !row.end("") {
				return false
			}
		}
		return true
	})
}

func addresses(list []netip.Addr) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = a.String()
	}
	return strings.Join(texts, sep)
}

package tables

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Interfaces returns a row for each network interface that was read, with the
// findings about it and about the groups that are attached to it. used_by names the
// interface by what uses it: "instance shop-web-a (eni-0a100003, i-0a100003)", and groups
// has each group by name and id. finding_ids has the open findings, the gravest first.
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
	in := func(p *place, e *inventory.Interface) bool {
		return t.opts.Scope == nil || slices.ContainsFunc(e.Groups, func(id string) bool { g, known := p.at[id]; return known && p.scoped[g] })
	}
	count := func(p *place) (n int) {
		for i := range p.region.Interfaces {
			if in(p, &p.region.Interfaces[i]) {
				n++
			}
		}
		return n
	}
	return t.table("interfaces", columns, count, func(p *place, row *row) bool {
		for i := range p.region.Interfaces {
			e := &p.region.Interfaces[i]
			if !in(p, e) {
				continue
			}
			about := judged{}
			about.add(t.about[subject{p.region.AccountID, p.region.Name, e.ID, ""}])
			names, groups := make([]string, len(e.Groups)), make([]string, len(e.Groups))
			for k, id := range e.Groups {
				about.add(t.about[subject{p.region.AccountID, p.region.Name, id, ""}])
				names[k] = t.names[id]
				groups[k] = inventory.Named(names[k], id)
			}
			open, suppressed := about.counts()
			owner := e.Owner()
			private := make([]string, len(e.Addresses))
			for k, a := range e.Addresses {
				private[k] = a.Private.String()
			}
			row.begin(p.region.AccountID, p.region.AccountName, p.region.Name, e.VPC, e.Subnet, e.ID, owner.Kind, owner.Name, e.Type, e.Status)
			row.add(strings.Join(private, sep), addresses(e.PublicIPv4()), strings.Join(e.Groups, sep), strings.Join(names, sep))
			row.add(string(p.reach.InterfaceVerdict(e)), about.severity(), open, suppressed, e.Description, tagText(e.Tags))
			row.add(findings.Console(p.region.Partition, p.region.Name, e.ID))
			row.behind(e.Named(), strings.Join(groups, sep), t.findingIDs(&about))
			if !row.end("", e.Tags) {
				return false
			}
		}
		return true
	}, Column{"used_by", Text}, Column{"groups", Text}, Column{"finding_ids", Text})
}

func addresses(list []netip.Addr) string {
	texts := make([]string, len(list))
	for i, a := range list {
		texts[i] = a.String()
	}
	return strings.Join(texts, sep)
}

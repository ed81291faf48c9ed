package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No group is close to the number of rules that it may have.
var _ = audit.Declare(audit.Check{
	Title:      "Security group is near its quota of rules",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 CM-2"},
	Run: func(r *audit.Region) {
		quota := r.Settings.RulesPerGroup
		for i := range r.Groups {
			g := &r.Groups[i]
			var near []string
			for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
				for f := range cidr.IPv6 + 1 {
					if n := weight(r, g, d, f); n*100 >= quota*r.Settings.QuotaAttention {
						near = append(near, fmt.Sprintf("%d of %d %s rules for %s", n, quota, d, f))
					}
				}
			}
			if len(near) == 0 {
				continue
			}
			o := r.Observe(g, nil)
			o.Message = "it holds " + strings.Join(near, ", and ")
			o.Fix = "Join neighbouring ranges, gather addresses in a prefix list, name groups instead of addresses, or ask for a higher quota."
			o.Advice = true
			r.Report(o)
		}
	},
})

// weight counts the rules of one direction and family as AWS does: a range or
// a group is one, a group counts in both families, a customer's prefix list
// counts as its greatest number of entries (Amazon VPC quotas).
func weight(r *audit.Region, g *inventory.Group, d inventory.Direction, f cidr.Family) int {
	n := 0
	for i := range g.Rules {
		rule := &g.Rules[i]
		if rule.Direction != d {
			continue
		}
		switch p := rule.Peer; {
		case p.Prefix.IsValid():
			if cidr.FamilyOf(p.Prefix) == f {
				n++
			}
		case p.List != "":
			list := r.PrefixList(p.List)
			if list != nil && list.MaxEntries > 0 && (len(list.Entries) == 0 || cidr.FamilyOf(list.Entries[0]) == f) {
				n += list.MaxEntries
			} else if list == nil || list.MaxEntries == 0 {
				n++
			}
		default:
			n++
		}
	}
	return n
}

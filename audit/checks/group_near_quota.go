package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No group is close to the quota of rules per security group.
var _ = audit.Declare(audit.Check{
	Title:      "Security group is close to its quota of rules",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 CM-2"},
	InfoPasses: []string{"NIST 800-53 r5 CM-2"},
	Run: func(r *audit.Pass) {
		quota, read := r.Settings.RulesPerGroup, r.RulesPerGroup()
		if read > 0 {
			quota = read
		}
		for i := range r.Groups {
			g := &r.Groups[i]
			var near, over, uncounted []string
			for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
				for f := range cidr.IPv6 + 1 {
					n, unknown := g.RulesCounted(d, f == cidr.IPv6, r.PrefixList)
					if n*100 < quota*r.Settings.QuotaAttention {
						continue
					}
					if n > quota {
						over = append(over, fmt.Sprintf("%d %s rules for %s", n, bound[d], f))
					} else {
						near = append(near, fmt.Sprintf("%d of %d %s rules for %s", n, quota, bound[d], f))
					}
					uncounted = append(uncounted, unknown...)
				}
			}
			o := r.Observe(g, nil)
			o.Fix = "Merge adjacent ranges, collect addresses in a prefix list, reference security groups instead of addresses, or request a higher quota."
			switch {
			case len(near)+len(over) == 0:
				continue
			case len(over) == 0:
				o.Message = g.Named() + " has " + strings.Join(near, ", and ")
			case read > 0:
				o.Message = fmt.Sprintf("%s has %s, more than the quota of %d that Service Quotas returned: no such rule can be added until some are revoked or the quota is raised", g.Named(), strings.Join(over, ", and "), quota)
				if len(near) > 0 {
					o.Message += "; and it has " + strings.Join(near, ", and ")
				}
			default: // whether it is near the quota of the other direction or family is unknown too
				o.Message = fmt.Sprintf("%s has %s, more than the assumed quota of %d: the quota of this account is higher (rules_per_group)", g.Named(), strings.Join(over, ", and "), quota)
				o.Severity = findings.Info
				o.Fix = "Look up the quota \"Inbound or outbound rules per security group\" (L-0EA8095F of vpc) in Service Quotas and set rules_per_group in the configuration to its value."
			}
			if len(uncounted) > 0 {
				slices.Sort(uncounted)
				o.Message += fmt.Sprintf("; %s is counted as one rule, because its weight is not known", strings.Join(slices.Compact(uncounted), ", "))
			}
			r.Report(o)
		}
	},
})

// bound are the words for the directions of rules.
var bound = map[inventory.Direction]string{inventory.Ingress: "inbound", inventory.Egress: "outbound"}

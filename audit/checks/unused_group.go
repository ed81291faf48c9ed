package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Every group is attached to an interface or referenced by a group that is in use.
var _ = audit.Declare(audit.Check{
	Title:      "Security group is unused",
	Severity:   findings.Low,
	References: []string{"Security Hub EC2.22 (retired from FSBP on 2023-09-20)", "NIST CSF 1.1 PR.AC-5", "NIST CSF 1.1 PR.IP-1"},
	Needs:      inventory.PartInterfaces | inventory.PartGroups,
	Run: func(r *audit.Pass) {
		where := searched(r.UsageCoverage())
		for i := range r.Groups {
			g := &r.Groups[i]
			live, set, namedBy := r.Live(g.ID)
			if live {
				continue
			}
			o := r.Observe(g, nil)
			if holders := r.Holders(g); len(holders) > 0 {
				o.Severity = findings.Info
				o.Message = fmt.Sprintf("%s is not attached to any network interface, but %s", g.Named(), strings.Join(holders, ", "))
				o.Fix = "Keep the group as long as that is needed. Otherwise remove the reference first, then the group."
				r.Report(o)
				continue
			}
			o.Message = unusedMessage(r, g, set, namedBy)
			o.Fix = unusedFix(r, g, namedBy)
			o.Proposal = findings.Proposal{Kind: findings.DeleteGroup, First: namedBy}
			r.Note(where)
			o.Evidence = []string{where}
			r.Report(o)
		}
	},
})

// unusedMessage names the groups of a set of several that reference each other
// and are not in use.
func unusedMessage(r *audit.Pass, g *inventory.Group, set, namedBy []string) string {
	text := g.Named() + " is not attached to any network interface, and "
	if len(namedBy) == 0 {
		text += "no group in use references it"
	} else {
		text += "only unused groups reference it: " + groupsNamed(r, namedBy)
	}
	if len(set) > 2 {
		text += fmt.Sprintf("; it is one of %d unused groups that reference each other", len(set))
	}
	return text
}

// searched says where users of a group were looked for. It is the same for every
// group of a region.
func searched(l audit.UsageCoverage) string {
	text := "searched for uses of security groups: network interfaces, security group rules"
	for _, part := range l.Further {
		text += ", " + part
	}
	return text + "; not searched: " + strings.Join(l.Not, ", ")
}

func unusedFix(r *audit.Pass, g *inventory.Group, namedBy []string) string {
	text := "Ask the owner whether a resource starts with this group on demand"
	if len(namedBy) > 0 {
		text += ", revoke the rules of " + groupsNamed(r, namedBy) + " that reference it"
	}
	return text + ", then delete " + g.Named() + "."
}

package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Every group is carried by an interface or named by a group that is in use.
var _ = audit.Declare(audit.Check{
	Title:      "Security group is unused",
	Severity:   findings.Low,
	References: []string{"Security Hub EC2.22 (retired from FSBP on 2023-09-20)", "NIST CSF 2 PR.AC-5", "NIST CSF 2 PR.IP-1"},
	Needs:      inventory.PartInterfaces | inventory.PartGroups,
	Run: func(r *audit.Region) {
		for i := range r.Groups {
			g := &r.Groups[i]
			live, set, namedBy := r.Live(g.ID)
			if live {
				continue
			}
			o := r.Observe(g, nil)
			looked := r.LookedForUse()
			if holders := r.Holders(g); len(holders) > 0 {
				o.Severity = findings.Info
				o.Message = fmt.Sprintf("unattached, but held: no interface carries %s, yet %s", g.ID, strings.Join(holders, ", "))
				o.Fix = "Keep the group while what holds it is wanted; else remove that first, then the group."
				r.Report(o)
				continue
			}
			o.Message = unusedMessage(g, set, namedBy, looked)
			o.Fix = unusedFix(g, namedBy)
			o.Proposal = findings.Proposal{Kind: findings.DeleteGroup, First: namedBy}
			r.Report(o)
		}
	},
})

func unusedMessage(g *inventory.Group, set, namedBy []string, looked audit.Looked) string {
	text := "no interface carries " + g.ID + " and no group in use names it"
	if len(set) > 1 {
		text += fmt.Sprintf("; dead set of %d groups: %s", len(set), strings.Join(set, ", "))
	}
	if len(namedBy) > 0 {
		text += "; named only by unused " + strings.Join(namedBy, ", ")
	}
	if len(looked.Further) == 0 {
		text += "; unattached and unreferenced"
	} else {
		text += "; nothing found among: network interfaces, security group rules, " + strings.Join(looked.Further, ", ")
	}
	if len(looked.Not) > 0 {
		text += "; not looked at: " + strings.Join(looked.Not, ", ")
	}
	return text
}

func unusedFix(g *inventory.Group, namedBy []string) string {
	text := "Ask the owner whether anything starts with this group on demand"
	if len(namedBy) > 0 {
		text += ", revoke the rules of " + strings.Join(namedBy, ", ") + " that name it"
	}
	return text + ", then delete " + g.ID + "."
}

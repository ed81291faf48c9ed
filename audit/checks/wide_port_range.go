package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A rule opens the ports that are used, not a thousand more.
var _ = audit.Declare(audit.Check{
	Title:      "Rule opens a wide range of ports",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Run: func(r *audit.Region) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			t := rule.Traffic
			wide := t.Protocol == inventory.AllProtocols || t.HasPorts() && t.Last-t.First+1 >= r.Settings.WideRange
			if !wide || rule.Peer.Group != nil && rule.Peer.Group.ID == g.ID {
				return
			}
			if public, ok := openToAll(r, g, rule); public || !ok {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s is allowed from %s", audit.TrafficNamed(t), rule.Peer)
			if t.HasPorts() && !rule.Traffic.OpensAll() {
				o.Message = fmt.Sprintf("%d ports (%s) are allowed from %s", t.Last-t.First+1, t, rule.Peer)
			}
			o.Fix = "Allow the ports that are used, as the flow logs show them, then revoke " + rule.String() + "."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

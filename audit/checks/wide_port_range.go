package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// A rule allows the ports that are in use, not a wide range.
var _ = audit.Declare(audit.Check{
	Title:      "Rule allows a wide range of ports",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Run: func(r *audit.Pass) {
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
			o.Message = fmt.Sprintf("%s is allowed from %s", audit.TrafficNamed(t), r.PeerNamed(rule.Peer))
			if t.HasPorts() && !rule.Traffic.OpensAll() {
				o.Message = fmt.Sprintf("%s allowed from %s", withVerb(fmt.Sprintf("%s (%s)", words.Count(int(t.Last-t.First+1), "port"), t), t.First < t.Last, "is", "are"), r.PeerNamed(rule.Peer))
			}
			o.Fix = "Find the ports that are in use in the VPC flow logs, allow those, then revoke " + allowed(r, g, rule) + "."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

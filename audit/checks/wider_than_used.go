package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// Every rule allows no more than the traffic that flow logs show.
var _ = audit.Declare(audit.Check{
	Title:     "Rule is wider than its use: flow logs show a part of the ports or sources that it allows",
	Severity:  findings.Low,
	Needs:     inventory.PartInterfaces,
	OnRequest: true,
	FlowLogs:  true,
	Run: func(r *audit.Pass) {
		r.EachUsage(func(g *inventory.Group, rule *inventory.Rule, u *usage.Rule) {
			if u.Narrow == nil {
				return
			}
			if public, _ := openToAll(r, g, rule); public && rule.Direction == inventory.Ingress && publicOnly(r, rule.Traffic) {
				return // a public port is meant for all addresses, not only for those seen so far
			}
			var narrower []string
			for i := range u.Narrow.Rules {
				n := &u.Narrow.Rules[i]
				narrower = append(narrower, n.Traffic.String()+way(n)+r.PeerNamed(n.Peer))
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("of %s, the traffic from %s needed only %s", usage.Text(rule), period(r), words.List(narrower, 10))
			o.Fix = "Ask the owner whether something rarely needs more. If nothing does, allow " + words.List(narrower, 10) + ", then revoke " + usage.Text(rule) + "."
			if u.Unsure {
				o.Evidence = append(o.Evidence, "the records do not show for certain who opened these connections")
			}
			if text := u.Narrow.LeftOutText(); text != "" {
				o.Evidence = append(o.Evidence, text)
			}
			for i := range u.Needed {
				if i == mostEvidence {
					o.Evidence = append(o.Evidence, fmt.Sprintf("%d more ranges of ports were used", len(u.Needed)-i))
					break
				}
				o.Evidence = append(o.Evidence, neededText(&u.Needed[i]))
			}
			o.Proposal = findings.Proposal{Kind: findings.ReplaceSource, Rules: u.Narrow.Rules}
			r.Report(o)
		})
	},
})

// mostEvidence is how many lines of what was used a finding lists.
const mostEvidence = 8

func way(r *inventory.Rule) string {
	if r.Direction == inventory.Egress {
		return " to "
	}
	return " from "
}

// neededText says who used a traffic, and when last.
func neededText(n *usage.Needed) string {
	var remotes []string
	for _, p := range n.Remotes {
		remotes = append(remotes, usage.AddressText(p))
	}
	return fmt.Sprintf("%s was used with %s, last on %s", n.Traffic, words.List(remotes, 5), moment(n.Last))
}

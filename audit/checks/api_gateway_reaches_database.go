package checks

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// An API Gateway VPC link is not allowed to connect to a database.
var _ = audit.Declare(audit.Check{
	Title:      "API Gateway VPC link is allowed to connect to a database",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		var links []*inventory.Interface
		for i := range r.Interfaces {
			if r.Kind(i) == "api-gateway" {
				links = append(links, &r.Interfaces[i])
			}
		}
		if len(links) == 0 {
			return
		}
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			var let []*inventory.Interface
			for _, e := range links {
				if names(rule, g, e) {
					let = append(let, e)
				}
			}
			databases := r.Reach.Interfaces(g.ID)
			k := slices.IndexFunc(databases, (*inventory.Interface).Database)
			if len(let) == 0 || k < 0 {
				return
			}
			o := r.Observe(g, rule)
			senders, several := interfacesNamed(let)
			o.Message = fmt.Sprintf("%s allowed to connect to %s: the rule allows %s", withVerb(senders, several, "is", "are"), databases[k].Named(), allowed(r, g, rule))
			o.Fix = fmt.Sprintf("Allow %s to %s from the security group of the function or service behind the API, then revoke %s.", rule.Traffic.Words(), g.Named(), allowed(r, g, rule))
			o.Evidence = []string{throughLink(r, let, databases, rule.Traffic)}
			o.Proposal.Kind, o.Proposal.FirstAllowGroup = findings.Advise, true
			r.Report(o)
		})
	},
})

// throughLink says what the callers of an API can reach by the traffic through one of the
// links, as far as outbound rules, network ACLs and routes let the link connect today.
func throughLink(r *audit.Pass, links, members []*inventory.Interface, t inventory.Traffic) (text string) {
	for _, link := range links {
		for _, database := range members {
			if !database.Database() {
				continue
			}
			verdict, steps := r.Reach.Between(link, database, t)
			if verdict != reach.NotReachable {
				return fmt.Sprintf("a way in beside this rule: callers of an API that uses %s can reach %s through the link", link.Named(), database.Named())
			}
			if text == "" && len(steps) > 0 {
				text = fmt.Sprintf("%s cannot use this rule today: %s", link.Named(), database.NamedIn(link.NamedIn(steps[len(steps)-1].Detail)))
			}
		}
	}
	return text
}

// names reports whether the rule names the interface, by a group that is
// attached to it or by an address that it has in the VPC.
func names(rule *inventory.Rule, g *inventory.Group, e *inventory.Interface) bool {
	if rule.Peer.Group != nil {
		return e.HasGroup(rule.Peer.Group.ID)
	}
	return rule.Peer.Prefix.IsValid() && e.VPC == g.VPC && e.HasIn(rule.Peer.Prefix)
}

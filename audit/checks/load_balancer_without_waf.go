package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A group cannot look into requests: a web ACL in front of an application
// load balancer can.
var _ = audit.Declare(audit.Check{
	Title:      "Application load balancer has no web ACL",
	Severity:   findings.Medium,
	References: []string{"Security Hub ELB.16", "NIST 800-53 r5 AC-4(21)", "PCI DSS 4.0.1 6.4.2"},
	InfoPasses: []string{"PCI DSS 4.0.1 6.4.2"},
	Needs:      inventory.PartLoadBalancers | inventory.PartWebACLs,
	Run: func(r *audit.Region) {
		protected := map[string]bool{}
		for i := range r.WebACLs {
			for _, arn := range r.WebACLs[i].LoadBalancers {
				protected[arn] = true
			}
		}
		for i := range r.LoadBalancers {
			b := &r.LoadBalancers[i]
			if b.Kind != "application" || protected[b.ARN] {
				continue
			}
			o := r.ObserveResource("load-balancer", b.ARN, b.VPC)
			o.Message = b.Name + " faces the internet, and no web ACL of AWS WAF looks at its requests"
			switch {
			case b.Scheme == "internal":
				o.Severity = findings.Info
				o.Message = b.Name + " is internal, and no web ACL of AWS WAF looks at its requests"
			case behindList(r, b):
				o.Severity = findings.Info
				o.Message = b.Name + " has no web ACL of its own; its groups let in prefix lists alone, so one may stand in front of it"
			}
			o.Fix = "Associate a web ACL with it (aws wafv2 associate-web-acl), counting first and blocking once nothing of yours is counted."
			r.Report(o)
		}
	},
})

// behindList reports whether all that the balancer's groups let in comes from
// prefix lists, such as that of CloudFront, whose web ACLs are global.
func behindList(r *audit.Region, b *inventory.LoadBalancer) bool {
	lists := false
	for _, id := range b.Groups {
		g := r.Group(id)
		if g == nil || slices.ContainsFunc(g.Rules, func(x inventory.Rule) bool { return x.Direction == inventory.Ingress && x.Peer.List == "" }) {
			return false
		}
		lists = lists || slices.ContainsFunc(g.Rules, func(x inventory.Rule) bool { return x.Direction == inventory.Ingress })
	}
	return lists
}

package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Every internet-facing Application Load Balancer has a web ACL of AWS WAF.
var _ = audit.Declare(audit.Check{
	Title:      "Application Load Balancer has no web ACL",
	Severity:   findings.Medium,
	References: []string{"Security Hub ELB.16", "NIST 800-53 r5 AC-4(21)", "PCI DSS 4.0.1 6.4.2"},
	InfoPasses: []string{"PCI DSS 4.0.1 6.4.2"},
	Needs:      inventory.PartLoadBalancers | inventory.PartWebACLs,
	Run: func(r *audit.Pass) {
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
			o := r.ObserveResource("load-balancer", b.ARN, b.Name, b.VPC)
			o.Message = "Application Load Balancer " + b.Name + " is internet-facing and has no web ACL of AWS WAF"
			switch {
			case b.Scheme == "internal":
				o.Severity = findings.Info
				o.Message = "Application Load Balancer " + b.Name + " is internal and has no web ACL of AWS WAF"
			case behindList(r, b):
				o.Severity = findings.Info
				o.Message = "Application Load Balancer " + b.Name + " has no web ACL of its own; its security groups allow prefix lists only, so a distribution with a web ACL may be in front of it"
			}
			o.Fix = "Associate a web ACL with it (aws wafv2 associate-web-acl). Start in Count mode, and switch to Block when no legitimate request is counted."
			r.Report(o)
		}
	},
})

// behindList reports whether the balancer's groups allow traffic from prefix lists
// only, such as that of CloudFront, which has web ACLs of its own.
func behindList(r *audit.Pass, b *inventory.LoadBalancer) bool {
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

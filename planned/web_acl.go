package planned

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// webACL is aws_wafv2_web_acl_association: a web ACL of AWS WAF protects one resource.
func (a *action) webACL(pass int) {
	if pass != passAttach || !a.in.Read.Has(inventory.PartWebACLs) {
		return
	}
	const resource, list = "resource_arn", "web_acl_arn"
	if a.existed() {
		arn := a.before.known(resource)
		for i := range a.in.WebACLs {
			x := &a.in.WebACLs[i]
			x.LoadBalancers = joined(x.LoadBalancers, []string{arn}, nil)
		}
	}
	if !a.staying() {
		return
	}
	arn := a.after.known(resource)
	if x, pending := a.after.pending(resource); pending && len(x.of) == 1 && !x.open {
		arn = x.of[0]
	}
	if arn == "" {
		made := func(b *inventory.LoadBalancer) bool { return a.in.of.plan.created(b.ARN) != nil }
		if kept := without(a.in.LoadBalancers, made); len(kept) < len(a.in.LoadBalancers) { // of those of the plan nothing is said
			a.unknown(resource, "it is known after apply which load balancer the web ACL protects")
			a.in.LoadBalancers = kept
		}
		return
	}
	acl := a.after.known(list)
	for i := range a.in.WebACLs {
		if x := &a.in.WebACLs[i]; x.ARN == acl && acl != "" {
			x.LoadBalancers = joined(x.LoadBalancers, nil, []string{arn})
			return
		}
	}
	a.in.WebACLs = append(a.in.WebACLs, inventory.WebACL{Name: cmp.Or(acl, a.Address), ARN: acl, LoadBalancers: []string{arn}})
}

// listBalancer adds an application load balancer that the plan creates to those of the
// region. In the place of its ARN it has its address in the plan. Its interfaces have been
// added: they say in which VPC it is.
func (a *action) listBalancer(e *inventory.Interface) {
	if !a.in.Read.Has(inventory.PartLoadBalancers) || !strings.HasPrefix(e.Description, "ELB app/") {
		return
	}
	b := inventory.LoadBalancer{Name: cmp.Or(a.after.known("name"), a.Address), ARN: a.id, Kind: "application", VPC: e.VPC, Groups: slices.Clone(e.Groups)}
	switch internal, known := a.after.flag("internal"); {
	case a.pends("internal"):
		a.unknown("internal", "it is known after apply whether the load balancer is internet-facing")
		return
	case known && internal:
		b.Scheme = "internal"
	default:
		b.Scheme = "internet-facing"
	}
	a.in.LoadBalancers = append(a.in.LoadBalancers, b)
}

// unlistBalancer takes a load balancer that is deleted out of those of the region.
func (a *action) unlistBalancer() {
	arn, name := a.before.known("arn"), cmp.Or(a.before.known("name"), a.oldID())
	classic := a.Type == "aws_elb"
	a.in.LoadBalancers = without(a.in.LoadBalancers, func(b *inventory.LoadBalancer) bool {
		return classic && b.Kind == "classic" && b.Name == name || !classic && b.ARN == arn && arn != ""
	})
}

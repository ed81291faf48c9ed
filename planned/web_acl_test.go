package planned

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const protectedEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
sg-1 web vpc vpc-1
sg-3 default vpc vpc-1
load-balancer application shop internet-facing arn arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1 vpc vpc-1 sg-1 listen tcp/443
web-acl shop arn arn:aws:wafv2:x protects arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1
`

// TestProtectedBalancers: application load balancers come and go with a plan, and so do their
// web ACLs. Which one a web ACL protects may be known after apply only.
func TestProtectedBalancers(t *testing.T) {
	const shop = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1"
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	terraform := func(list ...string) func() (*Plan, error) {
		text := plan(resources("aws_lb.n", `"subnets": {}`, "aws_wafv2_web_acl_association.w", `"resource_arn": {"references": ["aws_lb.n.arn", "aws_lb.n"]}`), list...)
		return func() (*Plan, error) { return Terraform([]byte(text)) }
	}
	balancer := func(more string) string {
		return change("aws_lb.n", create, "", `{"name": "n", "load_balancer_type": "application", "security_groups": ["sg-1"], "subnets": ["subnet-1"]`+more+`}`, `{"id": true, "arn": true}`)
	}
	gone := `{"id": "x", "resource_arn": "` + shop + `", "web_acl_arn": "arn:aws:wafv2:x"}`
	made := change("aws_wafv2_web_acl_association.w", create, "", `{"web_acl_arn": "arn:aws:wafv2:x"}`, `{"id": true, "resource_arn": true}`)
	created := added("N", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{"Name": "n", "Subnets": ["subnet-1"]}`)
	for name, c := range map[string]struct {
		plan            func() (*Plan, error)
		want, protected string
		unknown         bool
	}{
		"association removed": {terraform(change("aws_wafv2_web_acl_association.w", remove, gone, "", "")), shop + " internet-facing", "", false},
		"balancer created":    {terraform(balancer(``)), shop + " internet-facing, aws_lb.n internet-facing", shop, false},
		"internal":            {terraform(balancer(`, "internal": true`)), shop + " internet-facing, aws_lb.n internal", shop, false},
		"with a web ACL":      {terraform(balancer(``), made), shop + " internet-facing, aws_lb.n internet-facing", shop + " aws_lb.n", false},
		"of a change set":     {set(created), "N internet-facing, " + shop + " internet-facing", shop, false},
		"protects which":      {set(created, added("W", "AWS::WAFv2::WebACLAssociation", `{"ResourceArn": "{{changeSet:KNOWN_AFTER_APPLY}}", "WebACLArn": "arn:aws:wafv2:x"}`)), shop + " internet-facing", shop, true},
		"something else":      {set(added("W", "AWS::WAFv2::WebACLAssociation", `{"ResourceArn": "{{changeSet:KNOWN_AFTER_APPLY}}", "WebACLArn": "arn:aws:wafv2:x"}`)), shop + " internet-facing", shop, false},
		"balancer deleted":    {terraform(change("aws_lb.n", remove, `{"id": "`+shop+`", "arn": "`+shop+`", "name": "shop"}`, "", "")), "", shop, false},
		"network":             {terraform(strings.Replace(balancer(``), `"application"`, `"network"`, 1)), shop + " internet-facing", shop, false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, protectedEstate, p, err)
			var list []string
			for _, b := range r.LoadBalancers {
				list = append(list, fmt.Sprint(b.ARN, " ", b.Scheme))
			}
			slices.Sort(list)
			got, protected := strings.Join(list, ", "), strings.Join(r.WebACLs[0].LoadBalancers, " ")
			if got != c.want || len(r.WebACLs) != 1 || protected != c.protected || outcome.Incomplete() != c.unknown {
				t.Errorf("%q, want %q; protected %q, want %q; %+v", got, c.want, protected, c.protected, outcome)
			}
		})
	}
}

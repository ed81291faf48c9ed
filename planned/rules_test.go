package planned

import (
	"fmt"
	"strings"
	"testing"
)

// TestDescriptionsOfRules: a rule that stays gets the description and the tags of the plan.
func TestDescriptionsOfRules(t *testing.T) {
	const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
sg-1 web vpc vpc-1
  in tcp/22 0.0.0.0/0 "was" id sgr-1
  in tcp/80 0.0.0.0/0 "other" id sgr-2
`
	single := func(more string) string {
		return `{"id": "sgr-1", "security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"` + more + `}`
	}
	rule := func(was, is, unknown string) func() (*Plan, error) {
		return func() (*Plan, error) {
			return Terraform([]byte(plan(resources("aws_vpc_security_group_ingress_rule.r", `"description": {"references": ["local.d"]}`), change("aws_vpc_security_group_ingress_rule.r", update, single(was), single(is), unknown))))
		}
	}
	inline := func(is, unknown string) func() (*Plan, error) {
		group := func(text string) string {
			return `{"id": "sg-1", "egress": [], "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"], "description": ` + text + `}, {"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"], "description": "other"}]}`
		}
		return func() (*Plan, error) {
			return Terraform([]byte(plan("", change("aws_security_group.g", update, group(`"was"`), group(is), unknown))))
		}
	}
	const cidr = `\"GroupId\":\"sg-1\",\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"CidrIp\":\"0.0.0.0/0\"`
	set := func() (*Plan, error) {
		return ChangeSet([]byte(changes(`{"Action": "Modify", "LogicalResourceId": "R", "PhysicalResourceId": "sgr-1", "Replacement": "False", "ResourceType": "AWS::EC2::SecurityGroupIngress",
			"BeforeContext": "{\"Properties\":{` + cidr + `,\"Description\":\"was\"}}", "AfterContext": "{\"Properties\":{` + cidr + `,\"Description\":\"now\"}}"}`)))
	}
	for name, c := range map[string]struct {
		plan func() (*Plan, error)
		want string
	}{
		"description":      {rule(`, "description": "was"`, `, "description": "now"`, ""), "now []"},
		"none":             {rule(`, "description": "was"`, ``, ""), " []"},
		"after apply":      {rule(`, "description": "was"`, ``, `{"description": true}`), "was []"},
		"tags":             {rule(`, "description": "was", "tags_all": {}`, `, "description": "was", "tags_all": {"Expires": "2020-01-01"}`, ""), "was [{Expires 2020-01-01}]"},
		"as the plan says": {rule(`, "description": "else"`, `, "description": "else", "tags_all": {"a": "b"}`, ""), "was [{a b}]"},
		"in the group":     {inline(`"now"`, ""), "now []"},
		"there, pending":   {inline(`null`, `{"ingress": [{"description": true}, {}]}`), "was []"},
		"of a change set":  {set, "now []"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			r, outcome := applyTo(t, estate, p, err)
			rules := r.Groups[0].Rules
			if got := fmt.Sprint(rules[0].Description, " ", rules[0].Tags); got != c.want || rules[1].Description != "other" || len(rules) != 2 || outcome.Incomplete() || len(outcome.Conflicts) > 0 {
				t.Errorf("%q, want %q; %v; %+v", got, c.want, rules, outcome)
			}
		})
	}
}

// TestExclusiveRules: rules that are not in the lists of the resource are revoked. Those of
// which it is not known whether they are stay.
func TestExclusiveRules(t *testing.T) {
	const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
sg-1 web vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-1
  in tcp/80 0.0.0.0/0 id sgr-2
  out all 0.0.0.0/0 id sgr-3
`
	exclusive := func(lists, unknown string) string {
		return change("aws_vpc_security_group_rules_exclusive.x", create, "", `{"security_group_id": "sg-1"`+lists+`}`, unknown)
	}
	made := change("aws_vpc_security_group_ingress_rule.r", create, "", `{"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "0.0.0.0/0"}`, `{"id": true}`)
	const pending = `{"ingress_rule_ids": [true]}`
	const followed, lost = `"aws_vpc_security_group_ingress_rule.r.id", "aws_vpc_security_group_ingress_rule.r"`, `"local.rules"`
	for name, c := range map[string]struct {
		estate, refs string
		changes      []string
		want         string
		unknown      string
	}{
		"none":            {"", "", []string{exclusive(`, "ingress_rule_ids": [], "egress_rule_ids": []`, "")}, "", ""},
		"one":             {"", "", []string{exclusive(`, "ingress_rule_ids": ["sgr-2"], "egress_rule_ids": ["sgr-3"]`, "")}, "in tcp/80 0.0.0.0/0; out all 0.0.0.0/0", ""},
		"one of the plan": {"", followed, []string{exclusive(`, "ingress_rule_ids": [null], "egress_rule_ids": ["sgr-3"]`, pending), made}, "in tcp/443 0.0.0.0/0; out all 0.0.0.0/0", ""},
		"none of it":      {"", "", []string{exclusive(`, "ingress_rule_ids": ["sgr-1"], "egress_rule_ids": ["sgr-3"]`, ""), made}, "in tcp/22 0.0.0.0/0; out all 0.0.0.0/0", ""},
		"which":           {"", lost, []string{exclusive(`, "ingress_rule_ids": [null], "egress_rule_ids": []`, pending)}, "in tcp/22 0.0.0.0/0; in tcp/80 0.0.0.0/0", "which rules of web (sg-1) stay"},
		"not read":        {strings.NewReplacer(" id sgr-1", "", " id sgr-2", "").Replace(estate), "", []string{exclusive(`, "ingress_rule_ids": ["sgr-1"], "egress_rule_ids": []`, "")}, "in tcp/22 0.0.0.0/0; in tcp/80 0.0.0.0/0", "ids of some rules of web (sg-1) were not read"},
	} {
		t.Run(name, func(t *testing.T) {
			configuration := ""
			if c.refs != "" {
				configuration = resources("aws_vpc_security_group_rules_exclusive.x", `"ingress_rule_ids": {"references": [`+c.refs+`]}`, "aws_vpc_security_group_ingress_rule.r", "")
			}
			if c.estate == "" {
				c.estate = estate
			}
			p, err := Terraform([]byte(plan(configuration, c.changes...)))
			r, outcome := applyTo(t, c.estate, p, err)
			unknown := asText(t, outcome.Unknown)
			if got := rulesOf(t, r, "sg-1"); got != c.want || (unknown == "[]") != (c.unknown == "") || !strings.Contains(unknown, c.unknown) {
				t.Errorf("%q, want %q; %+v", got, c.want, outcome)
			}
		})
	}
}

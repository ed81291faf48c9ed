package planned

import (
	"strings"
	"testing"
)

// TestRefusals: what AWS would refuse is said, and is not a part of the copy. Where the
// plan may detach the group before, it is not known whether AWS refuses.
func TestRefusals(t *testing.T) {
	gone := change("aws_security_group.x", remove, `{"id": "sg-1", "ingress": [], "egress": []}`, "", "")
	group := func(actions, id, name string) string {
		before := `{"id": "` + id + `", "name": "clients", "vpc_id": "vpc-1", "ingress": [], "egress": []}`
		if actions == create {
			before = ""
		}
		return change("aws_security_group.x", actions, before, `{"name": "`+name+`", "vpc_id": "vpc-1", "ingress": [], "egress": []}`, `{"id": true}`)
	}
	several := func(sources string) string {
		return `{"type": "ingress", "protocol": "tcp", "from_port": 22, "to_port": 22, "security_group_id": "sg-1", "cidr_blocks": [` + sources + `]}`
	}
	const createFirst = `["create", "delete"]`
	to := func(id string) string {
		return `{"id": "` + id + `", "load_balancer_type": "network", "security_groups": ["sg-1"]}`
	}
	for name, c := range map[string]struct{ changes, refused, unknown string }{
		"attached":            {gone, "attached to eni-1", ""},
		"detached":            {gone + "," + change("aws_instance.i", remove, `{"id": "i-1"}`, "", ""), "", ""},
		"perhaps detached":    {gone + "," + change("aws_launch_template.t", remove, `{"id": "lt-1", "vpc_security_group_ids": ["sg-1"]}`, "", ""), "", "it is not known whether aws_launch_template.t detaches it"},
		"unknown interfaces":  {gone + "," + change("aws_fsx_windows_file_system.f", remove, `{"id": "fs-1", "security_group_ids": ["sg-1"]}`, "", ""), "", "they stay in the copy"},
		"referenced":          {change("aws_security_group.y", remove, `{"id": "sg-4", "ingress": [], "egress": []}`, "", "") + "," + change("aws_vpc_security_group_ingress_rule.r", create, "", `{"ip_protocol": "tcp", "from_port": 80, "to_port": 80, "referenced_security_group_id": "sg-4", "security_group_id": "sg-1"}`, ""), "references it", ""},
		"default":             {change("aws_security_group.y", remove, `{"id": "sg-3", "ingress": [], "egress": []}`, "", ""), "default group of vpc-1", ""},
		"associated":          {change("aws_vpc_security_group_vpc_association.a", create, "", `{"security_group_id": "sg-4", "vpc_id": "vpc-2"}`, "") + "," + change("aws_security_group.y", remove, `{"id": "sg-4", "ingress": [], "egress": []}`, "", ""), "associated with vpc-2", ""},
		"duplicate":           {change("aws_vpc_security_group_ingress_rule.r", create, "", sshRule, ""), "has this rule already", ""},
		"moved":               {change("aws_vpc_security_group_ingress_rule.r", create, "", sshRule, "") + "," + change("aws_vpc_security_group_ingress_rule.s", remove, sshRule, "", ""), "", ""},
		"kept while replaced": {change("aws_vpc_security_group_ingress_rule.r", createFirst, sshRule, strings.Replace(sshRule, `"id": "sgr-1"`, `"description": "now"`, 1), `{"id": true}`), "creates the new rule before it deletes the one", ""},
		"one of its sources":  {change("aws_security_group_rule.r", createFirst, several(`"0.0.0.0/0"`), several(`"10.0.0.0/8", "0.0.0.0/0"`), `{"id": true}`), "creates the new rule before", ""},
		"another source":      {change("aws_security_group_rule.r", createFirst, several(`"0.0.0.0/0"`), several(`"10.0.0.0/8"`), `{"id": true}`), "", ""},
		"replaced, not first": {change("aws_security_group_rule.r", replace, several(`"0.0.0.0/0"`), several(`"10.0.0.0/8", "0.0.0.0/0"`), `{"id": true}`), "", ""},
		"same name":           {group(create, "", "clients"), "a second security group with the name \"clients\" in vpc-1, which has sg-2", ""},
		"other name":          {group(create, "", "friends"), "", ""},
		"name of the deleted": {group(create, "", "unattached") + "," + change("aws_security_group.y", remove, `{"id": "sg-4", "ingress": [], "egress": []}`, "", ""), "", ""},
		"created first":       {group(createFirst, "sg-2", "clients"), "a second security group with the name", ""},
		"deleted first":       {group(replace, "sg-2", "clients") + "," + change("aws_db_instance.d", update, `{"id": "db-1", "vpc_security_group_ids": ["sg-2"]}`, `{"id": "db-1", "vpc_security_group_ids": ["sg-1"]}`, "") + "," + change("aws_lb.b", update, `{"id": "arn", "arn_suffix": "app/shop/1", "security_groups": ["sg-2"]}`, `{"id": "arn", "security_groups": ["sg-1"]}`, ""), "before it creates the group that replaces it", ""},
		"replaced by another": {group(createFirst, "sg-2", "others") + "," + change("aws_db_instance.d", update, `{"id": "db-1", "vpc_security_group_ids": ["sg-2"]}`, `{"id": "db-1", "vpc_security_group_ids": ["sg-1"]}`, "") + "," + change("aws_lb.b", update, `{"id": "arn", "arn_suffix": "app/shop/1", "security_groups": ["sg-2"]}`, `{"id": "arn", "security_groups": ["sg-1"]}`, ""), "", ""},
		"groups too late":     {change("aws_lb.n", update, strings.ReplaceAll(to("net-1"), `"sg-1"`, ``), to("net-1"), ""), "stays without any", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan("", c.changes)))
			_, outcome := applyTo(t, strings.Replace(estate, "eni-1 ", "sg-4 unattached vpc vpc-1\neni-1 ", 1), p, err)
			refused, unknown := "", ""
			for _, n := range outcome.Refused() {
				refused += n.String()
			}
			for _, n := range outcome.Unknown {
				unknown += n.String()
			}
			if !strings.Contains(refused, c.refused) || (refused == "") != (c.refused == "") || !strings.Contains(unknown, c.unknown) || (unknown == "") != (c.unknown == "") {
				t.Errorf("refused: %q, want %q; unknown: %q, want %q", refused, c.refused, unknown, c.unknown)
			}
		})
	}
}

// TestGroupsThatReferenceOthers: of two groups that the plan deletes, the one that references
// the other one is deleted first. A group that Terraform replaces is deleted before others
// that reference it are changed, unless it is created first or the rule is deleted before.
func TestGroupsThatReferenceOthers(t *testing.T) {
	const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
sg-1 app vpc vpc-1
sg-2 db vpc vpc-1
  in tcp/5432 sg-1
sg-3 left vpc vpc-1
  in tcp/80 sg-4
sg-4 right vpc vpc-1
  in tcp/80 sg-5
sg-5 third vpc vpc-1
  in tcp/80 sg-3
sg-6 default vpc vpc-1
`
	gone := func(names string) (list []string) {
		for _, id := range strings.Fields(names) {
			list = append(list, change("aws_security_group.g"+id, remove, `{"id": "`+id+`", "ingress": [], "egress": []}`, "", ""))
		}
		return list
	}
	configuration := resources("aws_security_group.app", "", "aws_vpc_security_group_ingress_rule.r", `"referenced_security_group_id": {"references": ["aws_security_group.app.id", "aws_security_group.app"]}`,
		"aws_security_group.db", `"ingress": {"references": ["aws_security_group.app.id", "aws_security_group.app"]}`)
	replaced := func(actions string, more ...string) []string {
		return append([]string{change("aws_security_group.app", actions, `{"id": "sg-1", "name": "app", "vpc_id": "vpc-1"}`, `{"name": "next", "vpc_id": "vpc-1"}`, `{"id": true}`)}, more...)
	}
	rule := func(actions string) string {
		const all = `"ip_protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_group_id": "sg-2"`
		return change("aws_vpc_security_group_ingress_rule.r", actions, `{"id": "sgr-1", "referenced_security_group_id": "sg-1", `+all+`}`, `{`+all+`}`, `{"referenced_security_group_id": true}`)
	}
	const block = `"protocol": "tcp", "from_port": 5432, "to_port": 5432`
	inline := change("aws_security_group.db", update, `{"id": "sg-2", "egress": [], "ingress": [{`+block+`, "security_groups": ["sg-1"]}]}`, `{"id": "sg-2", "egress": [], "ingress": [{`+block+`}]}`, `{"ingress": [{"security_groups": true}]}`)
	for name, c := range map[string]struct {
		changes []string
		refused string
	}{
		"both":                  {gone("sg-1 sg-2"), ""},
		"both, in other order":  {gone("sg-2 sg-1"), ""},
		"one":                   {gone("sg-1"), "while db (sg-2) references it"},
		"in a circle":           {gone("sg-3 sg-4 sg-5"), "references it"},
		"a part of a circle":    {gone("sg-3 sg-4"), "while third (sg-5) references it"},
		"replaced, inline":      {replaced(replace, inline), "while db (sg-2) references it: Terraform deletes it before it creates the group that replaces it"},
		"replaced, rule":        {replaced(replace, rule(update)), "while db (sg-2) references it: Terraform deletes it"},
		"replaced, rule too":    {replaced(replace, rule(replace)), ""},
		"replaced, group goes":  {replaced(replace, gone("sg-2")...), ""},
		"created first, inline": {replaced(`["create", "delete"]`, inline), ""},
		"created first, rule":   {replaced(`["create", "delete"]`, rule(update)), ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan(configuration, c.changes...)))
			_, outcome := applyTo(t, estate, p, err)
			refused := asText(t, outcome.Refused())
			if (refused == "null") != (c.refused == "") || !strings.Contains(refused, c.refused) || outcome.Incomplete() {
				t.Errorf("%+v, want %q", outcome, c.refused)
			}
		})
	}
}

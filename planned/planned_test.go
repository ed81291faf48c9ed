package planned

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
rtb-1 vpc vpc-1 main
  route 10.0.0.0/16 local
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  in 32767 deny all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
  out 32767 deny all 0.0.0.0/0
sg-1 web vpc vpc-1
  in tcp/22 0.0.0.0/0
sg-2 clients vpc vpc-1
sg-3 default vpc vpc-1
  in all sg-3
eni-1 sg-1 10.0.1.10 subnet subnet-1 vpc vpc-1 instance i-1
eni-2 sg-2 10.0.1.11 subnet subnet-1 vpc vpc-1 requester amazon-rds description RDSNetworkInterface
eni-3 sg-2 10.0.1.12 subnet subnet-1 vpc vpc-1 requester amazon-elb description "ELB app/shop/1"
region us-east-1
vpc-9 10.9.0.0/16
sg-9 other vpc vpc-9
`

// change is a change of a resource in a plan of Terraform.
func change(address, actions, before, after, unknown string) string {
	module, rest := "", address
	if i := strings.LastIndex(address, "."); strings.HasPrefix(address, "module.") {
		i = strings.LastIndex(address[:i], ".")
		module, rest = address[:i], address[i+1:]
	}
	kind, name, _ := strings.Cut(rest, ".")
	name, key, _ := strings.Cut(name, "[")
	index := strings.TrimSuffix(key, "]")
	or := func(text string) string {
		if text == "" {
			return "null"
		}
		return text
	}
	return fmt.Sprintf(`{"address": %q, "module_address": %q, "mode": "managed", "type": %q, "name": %q, "index": %s, "provider_name": "registry.terraform.io/hashicorp/aws",
		"change": {"actions": %s, "before": %s, "after": %s, "after_unknown": %s}}`, address, module, kind, name, or(index), actions, or(before), or(after), or(unknown))
}

const (
	create  = `["create"]`
	update  = `["update"]`
	remove  = `["delete"]`
	replace = `["delete", "create"]`
)

// plan is a plan of Terraform in eu-west-1. The configuration is that of the root module.
func plan(configuration string, changes ...string) string {
	return fmt.Sprintf(`{"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": [%s],
		"configuration": {"provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}}, "root_module": {%s}}}`,
		strings.Join(changes, ","), configuration)
}

// resources are the resources of a module: addresses with expressions.
func resources(pairs ...string) string {
	var list []string
	for i := 0; i < len(pairs); i += 2 {
		kind, name, _ := strings.Cut(pairs[i], ".")
		list = append(list, fmt.Sprintf(`{"address": %q, "mode": "managed", "type": %q, "name": %q, "provider_config_key": "aws", "expressions": {%s}}`, pairs[i], kind, name, pairs[i+1]))
	}
	return `"resources": [` + strings.Join(list, ",") + `]`
}

func apply(t *testing.T, text string) (*inventory.Region, *Outcome) {
	t.Helper()
	p, err := Terraform([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return applied(t, p)
}

func applied(t *testing.T, p *Plan) (*inventory.Region, *Outcome) {
	t.Helper()
	before := notation.MustParse(estate).Inventory
	untouched := notation.MustParse(estate).Inventory
	after, outcome, err := p.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	if asText(t, before) != asText(t, untouched) {
		t.Error("the inventory that was given is changed")
	}
	return after.Regions[0], outcome
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func rulesOf(t *testing.T, r *inventory.Region, id string) string {
	t.Helper()
	g := inventory.NewIndex(r).Group(id)
	if g == nil {
		t.Fatalf("there is no group %s", id)
	}
	var texts []string
	for i := range g.Rules {
		texts = append(texts, g.Rules[i].String())
	}
	return strings.Join(texts, "; ")
}

const sshRule = `{"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0", "security_group_id": "sg-1", "id": "sgr-1"}`

// TestRules: what is deleted, changed, replaced and created of the rules of a group.
func TestRules(t *testing.T) {
	const after = `{"ip_protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_ipv4": "10.1.2.3/8", "security_group_id": "sg-1", "id": "sgr-1"}`
	const rule = "aws_vpc_security_group_ingress_rule.r"
	for name, c := range map[string]struct{ change, want string }{
		"delete":  {change(rule, remove, sshRule, "", ""), ""},
		"update":  {change(rule, update, sshRule, after, ""), "in tcp/443 10.0.0.0/8"},
		"replace": {change(rule, replace, sshRule, after, ""), "in tcp/443 10.0.0.0/8"},
		"create":  {change(rule, create, "", after, ""), "in tcp/22 0.0.0.0/0; in tcp/443 10.0.0.0/8"},
		"several": {change("aws_security_group_rule.r", create, "", `{"type": "egress", "protocol": "udp", "from_port": 53, "to_port": 53, "cidr_blocks": ["10.0.0.2/32"], "ipv6_cidr_blocks": ["::/0"], "prefix_list_ids": ["pl-1"], "self": true, "source_security_group_id": null, "security_group_id": "sg-1"}`, ""), "in tcp/22 0.0.0.0/0; out udp/53 10.0.0.2/32; out udp/53 ::/0; out udp/53 sg-1; out udp/53 pl-1"},
		"group":   {change("aws_vpc_security_group_ingress_rule.r", create, "", `{"ip_protocol": "-1", "referenced_security_group_id": "123456789012/sg-2", "security_group_id": "sg-1"}`, ""), "in all sg-2; in tcp/22 0.0.0.0/0"},
		"moved":   {change("aws_security_group.web", update, `{"id": "sg-1", "ingress": [{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"]}]}`, `{"id": "sg-1", "ingress": []}`, "") + "," + change(rule, create, "", sshRule, ""), "in tcp/22 0.0.0.0/0"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan("", c.change)))
			r, outcome := applyTo(t, strings.Replace(estate, "sg-1 web", "pl-1 offices 203.0.113.0/24 owner 123456789012 max 10\nsg-1 web", 1), p, err)
			if got := rulesOf(t, r, "sg-1"); got != c.want || len(outcome.Unknown)+len(outcome.Conflicts) > 0 {
				t.Errorf("%s, want %s; %v", got, c.want, outcome)
			}
		})
	}
}

// TestReferences: an id that is known after apply is found by the configuration: of a
// group, its instance, through variables and outputs of modules, and of what AWS makes
// with a VPC. What the configuration does not say is unknown.
func TestReferences(t *testing.T) {
	group := func(address string) string {
		return change(address, create, "", `{"name": "new", "vpc_id": "vpc-1"}`, `{"id": true, "ingress": true, "egress": true}`)
	}
	const rule = `{"ip_protocol": "tcp", "from_port": 80, "to_port": 80, "security_group_id": "sg-1"}`
	from := func(refs string) string {
		return resources("aws_vpc_security_group_ingress_rule.r", `"referenced_security_group_id": {"references": [`+refs+`]}`)
	}
	ruleOf := change("aws_vpc_security_group_ingress_rule.r", create, "", rule, `{"referenced_security_group_id": true}`)
	const module = `"module_calls": {"net": {"expressions": {"peer": {"references": ["aws_security_group.a.id", "aws_security_group.a"]}}, "module": {
		"outputs": {"group": {"expression": {"references": ["aws_security_group.inner.id", "aws_security_group.inner"]}}, "through": {"expression": {"references": ["var.peer"]}}},
		"resources": [{"address": "aws_security_group.inner", "mode": "managed", "type": "aws_security_group", "name": "inner"}], "variables": {"peer": {}}}}}`
	for name, c := range map[string]struct{ configuration, changes, want string }{
		"group":      {from(`"aws_security_group.a.id", "aws_security_group.a"`), group("aws_security_group.a"), "aws_security_group.a"},
		"instance":   {from(`"aws_security_group.a[\"x\"].id", "aws_security_group.a[\"x\"]", "aws_security_group.a"`), group(`aws_security_group.a["x"]`) + "," + group(`aws_security_group.a["y"]`), `aws_security_group.a["x"]`},
		"module":     {from(`"module.net.group", "module.net"`) + "," + module, group("module.net.aws_security_group.inner"), "module.net.aws_security_group.inner"},
		"through":    {from(`"module.net.through", "module.net"`) + "," + module, group("aws_security_group.a"), "aws_security_group.a"},
		"default":    {from(`"aws_vpc.v.default_security_group_id", "aws_vpc.v"`), change("aws_vpc.v", create, "", `{"cidr_block": "10.5.0.0/16"}`, `{"id": true}`), "aws_vpc.v.default_security_group_id"},
		"local":      {from(`"local.peer"`), group("aws_security_group.a"), ""},
		"two":        {from(`"aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"`), group("aws_security_group.a") + "," + group("aws_security_group.b"), ""},
		"which":      {from(`"aws_security_group.a"`), group(`aws_security_group.a["x"]`) + "," + group(`aws_security_group.a["y"]`), ""},
		"attribute":  {from(`"aws_security_group.a.name", "aws_security_group.a"`), group("aws_security_group.a"), ""},
		"other type": {from(`"aws_vpc.v.id", "aws_vpc.v"`), change("aws_vpc.v", create, "", `{"cidr_block": "10.5.0.0/16"}`, `{"id": true}`), ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := apply(t, plan(c.configuration, c.changes, ruleOf))
			want := "in tcp/22 0.0.0.0/0"
			if c.want != "" {
				want += "; in tcp/80 " + c.want
			}
			unknown := slices.ContainsFunc(outcome.Unknown, func(n Note) bool {
				return n.Address == "aws_vpc_security_group_ingress_rule.r" && n.Attribute == "referenced_security_group_id"
			})
			if got := rulesOf(t, r, "sg-1"); got != want || unknown != (c.want == "") {
				t.Errorf("%s, want %s; %v", got, want, outcome.Unknown)
			}
		})
	}
}

// TestAttachments: groups of what exists are given to its interfaces, which are found
// by its id or by what AWS writes on them; what is created gets an interface.
func TestAttachments(t *testing.T) {
	for name, c := range map[string]struct{ change, want string }{
		"interface":     {change("aws_network_interface.x", update, `{"id": "eni-1", "security_groups": ["sg-1"]}`, `{"id": "eni-1", "security_groups": ["sg-2", "sg-1"]}`, ""), "eni-1: sg-1 sg-2"},
		"attachment":    {change("aws_network_interface_sg_attachment.x", create, "", `{"network_interface_id": "eni-1", "security_group_id": "sg-2"}`, ""), "eni-1: sg-1 sg-2"},
		"detachment":    {change("aws_network_interface_sg_attachment.x", remove, `{"network_interface_id": "eni-1", "security_group_id": "sg-1"}`, "", ""), "eni-1: "},
		"instance":      {change("aws_instance.x", update, `{"id": "i-1", "vpc_security_group_ids": ["sg-1"]}`, `{"id": "i-1", "vpc_security_group_ids": ["sg-2"]}`, ""), "eni-1: sg-2"},
		"load balancer": {change("aws_lb.x", update, `{"id": "arn", "arn_suffix": "app/shop/1", "security_groups": ["sg-2"]}`, `{"id": "arn", "security_groups": ["sg-1"]}`, ""), "eni-3: sg-1"},
		"database":      {change("aws_db_instance.x", update, `{"id": "db-1", "vpc_security_group_ids": ["sg-2"]}`, `{"id": "db-1", "vpc_security_group_ids": ["sg-1"]}`, ""), "eni-2: sg-1"},
		"new instance":  {change("aws_instance.x", create, "", `{"subnet_id": "subnet-1", "vpc_security_group_ids": ["sg-2"], "associate_public_ip_address": true}`, ""), "aws_instance.x: sg-2"},
		"no groups":     {change("aws_instance.x", create, "", `{"subnet_id": "subnet-1"}`, ""), "aws_instance.x: sg-3"},
		"new function":  {change("aws_lambda_function.x", create, "", `{"function_name": "x", "vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-2"]}]}`, ""), "aws_lambda_function.x: sg-2"},
		"other":         {change("aws_eks_cluster.x", create, "", `{"vpc_config": [{"security_group_ids": ["sg-2"]}]}`, ""), "aws_eks_cluster.x: sg-2"},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := apply(t, plan("", c.change))
			id, _, _ := strings.Cut(c.want, ":")
			e := inventory.NewIndex(r).Interface(id)
			if e == nil || id+": "+strings.Join(e.Groups, " ") != c.want || len(outcome.Unknown) > 0 {
				t.Errorf("%+v, want %s; %v", e, c.want, outcome.Unknown)
			}
			if len(r.Interfaces) > 3 != strings.HasPrefix(id, "aws_") {
				t.Errorf("%d interfaces", len(r.Interfaces))
			}
		})
	}
}

// TestBalancersWithoutGroups: without groups in the plan, application and classic load
// balancers have the default group of the VPC. A network or gateway load balancer has
// none, and none can be given to it later.
func TestBalancersWithoutGroups(t *testing.T) {
	for name, c := range map[string]struct{ change, want, conflict string }{
		"application":  {change("aws_lb.x", create, "", `{"load_balancer_type": "application", "subnets": ["subnet-1"]}`, ""), "sg-3", ""},
		"computed":     {change("aws_lb.x", create, "", `{"load_balancer_type": "application", "subnets": ["subnet-1"]}`, `{"security_groups": true}`), "sg-3", ""},
		"no type":      {change("aws_lb.x", create, "", `{"subnets": ["subnet-1"]}`, ""), "sg-3", ""},
		"classic":      {change("aws_elb.x", create, "", `{"subnets": ["subnet-1"]}`, ""), "sg-3", ""},
		"network":      {change("aws_lb.x", create, "", `{"load_balancer_type": "network", "subnets": ["subnet-1"]}`, ""), "none", ""},
		"computed too": {change("aws_lb.x", create, "", `{"load_balancer_type": "network", "subnets": ["subnet-1"]}`, `{"security_groups": true}`), "none", ""},
		"by mappings":  {change("aws_lb.x", create, "", `{"load_balancer_type": "network", "subnet_mapping": [{"subnet_id": "subnet-1"}]}`, `{"subnets": true}`), "none", ""},
		"with groups":  {change("aws_lb.x", create, "", `{"load_balancer_type": "network", "subnets": ["subnet-1"], "security_groups": ["sg-1"]}`, ""), "sg-1", ""},
		"gateway":      {change("aws_lb.x", create, "", `{"load_balancer_type": "gateway", "subnets": ["subnet-1"]}`, ""), "none", ""},
		"later":        {change("aws_lb.x", update, `{"id": "net-1", "load_balancer_type": "network", "security_groups": []}`, `{"load_balancer_type": "network", "security_groups": ["sg-1"]}`, ""), "", "net-1 stays without any"},
	} {
		t.Run(name, func(t *testing.T) {
			text := plan(resources("aws_lb.x", `"subnets": {}`, "aws_elb.x", `"subnets": {}`), c.change)
			r, outcome := apply(t, text)
			got := ""
			for _, e := range r.Interfaces {
				if !strings.HasPrefix(e.ID, "eni-") {
					if got = strings.Join(e.Groups, " "); got == "" {
						got = "none"
					}
					if e.Subnet != "subnet-1" || e.VPC != "vpc-1" {
						t.Errorf("in %s of %s", e.Subnet, e.VPC)
					}
				}
			}
			if got != c.want || len(outcome.Unknown) > 0 {
				t.Errorf("groups: %q, want %q; %+v", got, c.want, outcome.Unknown)
			}
			if said := fmt.Sprint(outcome.Conflicts); len(outcome.Conflicts) > 0 != (c.conflict != "") || !strings.Contains(said, c.conflict) {
				t.Errorf("conflicts: %s, want %q", said, c.conflict)
			}
		})
	}
}

// TestOneNoteForAnAttribute: an attribute that is known after apply only is listed once,
// whatever depends on it.
func TestOneNoteForAnAttribute(t *testing.T) {
	for name, c := range map[string]struct{ change, attribute string }{
		"group of a rule":     {change("aws_vpc_security_group_ingress_rule.r", create, "", strings.Replace(sshRule, `"security_group_id": "sg-1", `, "", 1), `{"security_group_id": true}`), "security_group_id"},
		"interface":           {change("aws_network_interface_sg_attachment.x", create, "", `{"security_group_id": "sg-1"}`, `{"network_interface_id": true}`), "network_interface_id"},
		"table of a subnet":   {change("aws_route_table_association.x", create, "", `{"subnet_id": "subnet-1"}`, `{"route_table_id": true}`), "route_table_id"},
		"table of a route":    {change("aws_route.x", create, "", `{"destination_cidr_block": "0.0.0.0/0", "gateway_id": "igw-1"}`, `{"route_table_id": true}`), "route_table_id"},
		"groups of a server":  {change("aws_instance.x", update, `{"id": "i-77", "vpc_security_group_ids": ["sg-1"]}`, `{"id": "i-77"}`, `{"vpc_security_group_ids": true}`), "vpc_security_group_ids"},
		"entry of a list":     {change("aws_ec2_managed_prefix_list_entry.x", create, "", `{"cidr": "203.0.113.0/24"}`, `{"prefix_list_id": true}`), "prefix_list_id"},
		"rule of an ACL":      {change("aws_network_acl_rule.x", create, "", `{"rule_number": 90, "egress": true, "protocol": "-1", "rule_action": "deny", "cidr_block": "0.0.0.0/0"}`, `{"network_acl_id": true}`), "network_acl_id"},
		"group in an account": {change("aws_vpc_security_group_vpc_association.x", create, "", `{"vpc_id": "vpc-1"}`, `{"security_group_id": true}`), "security_group_id"},
	} {
		t.Run(name, func(t *testing.T) {
			_, outcome := apply(t, plan("", c.change))
			if len(outcome.Unknown) != 1 || outcome.Unknown[0].Attribute != c.attribute {
				t.Errorf("%+v, want one note about %s", outcome.Unknown, c.attribute)
			}
		})
	}
}

// TestNetwork: VPCs, subnets, routes, network ACLs and gateways of a plan.
func TestNetwork(t *testing.T) {
	r, outcome := apply(t, plan(resources(
		"aws_subnet.s", `"vpc_id": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}`,
		"aws_internet_gateway.g", `"vpc_id": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}`,
		"aws_route.r", `"route_table_id": {"references": ["aws_vpc.v.main_route_table_id", "aws_vpc.v"]}, "gateway_id": {"references": ["aws_internet_gateway.g.id", "aws_internet_gateway.g"]}`,
		"aws_network_acl.a", `"vpc_id": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}, "subnet_ids": {"references": ["aws_subnet.s.id", "aws_subnet.s"]}`,
	),
		change("aws_vpc.v", create, "", `{"cidr_block": "10.5.0.0/16"}`, `{"id": true}`),
		change("aws_subnet.s", create, "", `{"cidr_block": "10.5.1.0/24"}`, `{"id": true, "vpc_id": true}`),
		change("aws_internet_gateway.g", create, "", `{}`, `{"id": true, "vpc_id": true}`),
		change("aws_route.r", create, "", `{"destination_cidr_block": "0.0.0.0/0"}`, `{"route_table_id": true, "gateway_id": true}`),
		change("aws_network_acl.a", create, "", `{"ingress": [{"rule_no": 10, "action": "deny", "protocol": "6", "from_port": 22, "to_port": 22, "cidr_block": "0.0.0.0/0", "ipv6_cidr_block": ""}]}`, `{"id": true, "vpc_id": true, "subnet_ids": true, "egress": true}`),
		change("aws_network_acl_rule.e", create, "", `{"network_acl_id": "acl-1", "rule_number": 90, "egress": true, "protocol": "1", "rule_action": "deny", "icmp_type": 8, "icmp_code": -1, "cidr_block": "0.0.0.0/0"}`, ""),
		change("aws_route_table_association.x", create, "", `{"subnet_id": "subnet-1", "route_table_id": "rtb-1"}`, ""),
	))
	if len(outcome.Unknown) > 0 || outcome.Applied != 7 {
		t.Fatalf("%+v", outcome)
	}
	x := inventory.NewIndex(r)
	if v := x.VPC("aws_vpc.v"); v == nil || v.Prefixes[0].String() != "10.5.0.0/16" {
		t.Errorf("the VPC: %+v", v)
	}
	if s := x.Subnet("aws_subnet.s"); s == nil || s.VPC != "aws_vpc.v" {
		t.Errorf("the subnet: %+v", s)
	}
	if got := rulesOf(t, r, "aws_vpc.v.default_security_group_id"); got != "in all aws_vpc.v.default_security_group_id; out all 0.0.0.0/0" {
		t.Errorf("the default group: %s", got)
	}
	var routes, acls string
	for _, table := range r.RouteTables {
		for _, route := range table.Routes {
			routes += table.ID + " " + route.Prefix.String() + " " + route.Target + "\n"
		}
	}
	if !strings.Contains(routes, "aws_vpc.v.default_route_table_id 0.0.0.0/0 igw-aws_internet_gateway.g\n") || !strings.Contains(routes, "aws_vpc.v.default_route_table_id 10.5.0.0/16 local\n") {
		t.Errorf("the routes:\n%s", routes)
	}
	if len(r.InternetGateways) != 1 || !slices.Equal(r.InternetGateways[0].VPCs, []string{"aws_vpc.v"}) {
		t.Errorf("the gateways: %+v", r.InternetGateways)
	}
	for _, a := range r.NetworkACLs {
		for _, e := range a.Entries {
			acls += fmt.Sprint(a.ID, a.Subnets, e.Direction, e.Number, e.Allow, e.Traffic, "\n")
		}
	}
	for _, want := range []string{"aws_network_acl.a[aws_subnet.s]ingress10falsetcp/22", "acl-1[subnet-1]egress90falseicmp/8/all", "aws_vpc.v.default_network_acl_id[]ingress100trueall"} {
		if !strings.Contains(strings.ReplaceAll(acls, " ", ""), want) {
			t.Errorf("no entry %s:\n%s", want, acls)
		}
	}
}

// TestDeletedGroups: AWS refuses to delete a group that is attached or referenced.
func TestDeletedGroups(t *testing.T) {
	gone := change("aws_security_group.x", remove, `{"id": "sg-1", "ingress": [], "egress": []}`, "", "")
	_, outcome := apply(t, plan("", gone))
	if len(outcome.Conflicts) != 1 || !strings.Contains(outcome.Conflicts[0].Text, "attached to eni-1") {
		t.Errorf("%v", outcome.Conflicts)
	}
	r, outcome := apply(t, plan("", gone, change("aws_instance.x", remove, `{"id": "i-1"}`, "", "")))
	if len(outcome.Conflicts) != 0 || inventory.NewIndex(r).Group("sg-1") != nil || inventory.NewIndex(r).Interface("eni-1") != nil {
		t.Errorf("%v", outcome.Conflicts)
	}
}

// TestOutdatedPlans: a plan that was made of another state of the account says so.
func TestOutdatedPlans(t *testing.T) {
	_, outcome := apply(t, plan("",
		change("aws_vpc_security_group_ingress_rule.gone", remove, `{"ip_protocol": "tcp", "from_port": 23, "to_port": 23, "cidr_ipv4": "0.0.0.0/0", "security_group_id": "sg-1", "id": "sgr-1"}`, "", ""),
		change("aws_vpc_security_group_ingress_rule.there", create, "", sshRule, ""),
		change("aws_vpc_security_group_ingress_rule.else", create, "", strings.ReplaceAll(sshRule, "sg-1", "sg-77"), ""),
	))
	if len(outcome.Conflicts) != 2 || len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, "sg-77 is not among the groups") {
		t.Errorf("%+v", outcome)
	}
}

// TestRegions: a resource is in the region of its provider, or of what it names; of
// another region nothing is guessed.
func TestRegions(t *testing.T) {
	rule := func(group string) string {
		return change("aws_vpc_security_group_ingress_rule.r", create, "", strings.ReplaceAll(sshRule, "sg-1", group), "")
	}
	r, outcome := apply(t, strings.ReplaceAll(plan("", rule("sg-2")), "constant_value", "x"))
	if got := rulesOf(t, r, "sg-2"); got != "in tcp/22 0.0.0.0/0" || len(outcome.Unknown) > 0 {
		t.Errorf("%s %v", got, outcome)
	}
	for _, text := range []string{
		plan(resources("aws_vpc_security_group_ingress_rule.r", ""), strings.ReplaceAll(rule("sg-2"), `"id": "sgr-1"`, `"region": "ap-south-1"`)),
		strings.ReplaceAll(plan("", strings.ReplaceAll(rule("sg-2"), `"security_group_id": "sg-2"`, `"x": 1`)), "constant_value", "x"),
	} {
		if _, outcome = apply(t, text); len(outcome.Unknown) != 1 || outcome.Applied != 0 {
			t.Errorf("%+v", outcome)
		}
	}
}

// TestUnknownBlocks: a dynamic block of which the number is known after apply is not in
// the configuration of the plan. What it gives is said to be unknown, and what the plan
// knows beside it is carried out.
func TestUnknownBlocks(t *testing.T) {
	const block = `{"description": "", "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": false}`
	const known = `{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["203.0.113.0/24"]}`
	const unknown = `{"protocol": true, "from_port": true, "to_port": true, "cidr_blocks": true}`
	list := func(name string) string {
		return change("aws_ec2_managed_prefix_list."+name, create, "", `{"name": "`+name+`"}`, `{"id": true, "entry": true}`)
	}
	region, out := apply(t, plan(resources("aws_security_group.a", `"vpc_id": {}`, "aws_security_group.plain", `"vpc_id": {}`, "aws_ec2_managed_prefix_list.empty", `"name": {}`,
		"aws_ec2_managed_prefix_list.filled", `"name": {}`, "aws_ec2_managed_prefix_list_entry.one", `"prefix_list_id": {"references": ["aws_ec2_managed_prefix_list.filled.id", "aws_ec2_managed_prefix_list.filled"]}`),
		change("aws_security_group.a", create, "", `{"name": "a", "vpc_id": "vpc-1", "ingress": [`+block+`, `+known+`]}`, `{"id": true, "egress": true, "ingress": [`+unknown+`, {"cidr_blocks": [false]}]}`),
		change("aws_security_group.plain", create, "", `{"name": "plain", "vpc_id": "vpc-1"}`, `{"id": true, "egress": true, "ingress": true}`),
		list("empty"), list("filled"),
		change("aws_ec2_managed_prefix_list_entry.one", create, "", `{"cidr": "203.0.113.0/24"}`, `{"prefix_list_id": true}`)))
	if got := rulesOf(t, region, "aws_security_group.a"); !strings.Contains(got, "tcp/443 203.0.113.0/24") {
		t.Errorf("the known rule is not there: %s", got)
	}
	var notes []string
	for _, n := range out.Unknown {
		notes = append(notes, n.String())
	}
	want := []string{
		"aws_ec2_managed_prefix_list.empty, entry: the plan does not say which entries the prefix list has",
		"aws_security_group.a, ingress[0].protocol: the traffic of the rule is known after apply",
	}
	slices.Sort(notes)
	if !slices.Equal(notes, want) {
		t.Errorf("unknown are %q, want %q", notes, want)
	}
	for _, l := range region.PrefixLists {
		if l.Resolved != (l.Name != "empty") {
			t.Errorf("%s: resolved is %v", l.Name, l.Resolved)
		}
	}
}

// TestIncompletePlans: a plan that leaves changes out says which, or that it does.
func TestIncompletePlans(t *testing.T) {
	const rule = "aws_vpc_security_group_ingress_rule.r"
	for name, c := range map[string]struct{ fields, address, want string }{
		"deferred": {`"complete": false, "deferred_changes": [{"reason": "provider_config_unknown", "resource_change": ` + change(rule, create, "", sshRule, "") + `}],`, rule, "provider_config_unknown"},
		"target":   {`"complete": false,`, "the plan", "-target"},
		"complete": {`"complete": true,`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, outcome := apply(t, strings.Replace(plan(""), "{", "{"+c.fields, 1))
			if c.want == "" && len(outcome.Unknown) == 0 {
				return
			}
			if len(outcome.Unknown) != 1 || outcome.Unknown[0].Address != c.address || !strings.Contains(outcome.Unknown[0].Text, c.want) {
				t.Errorf("%+v", outcome.Unknown)
			}
		})
	}
}

// TestUnknownGroups: an interface of which the groups are not known does not get the
// default group, and what exists keeps the groups that it has. Names are those of groups
// in the VPC of the instance.
func TestUnknownGroups(t *testing.T) {
	instance := func(after, unknown string) string {
		return change("aws_instance.x", create, "", after, unknown)
	}
	for name, c := range map[string]struct{ change, want, unknown string }{
		"pending":         {instance(`{"subnet_id": "subnet-1"}`, `{"vpc_security_group_ids": true}`), "", "vpc_security_group_ids"},
		"name":            {instance(`{"subnet_id": "subnet-1", "security_groups": ["web"]}`, ""), "aws_instance.x: sg-1", ""},
		"id as a name":    {instance(`{"subnet_id": "subnet-1", "security_groups": ["sg-2"]}`, ""), "aws_instance.x: sg-2", ""},
		"another name":    {instance(`{"subnet_id": "subnet-1", "security_groups": ["nothing"]}`, ""), "", "security_groups[0]"},
		"one of two":      {instance(`{"subnet_id": "subnet-1", "security_groups": ["web", "nothing"]}`, ""), "aws_instance.x: sg-1", "security_groups[1]"},
		"launch template": {instance(`{"subnet_id": "subnet-1", "launch_template": [{"id": "lt-1"}]}`, ""), "", "vpc_security_group_ids"},
		"primary":         {instance(`{"primary_network_interface": [{"network_interface_id": "eni-1"}]}`, ""), "", ""},
		"balancer":        {change("aws_lb.x", create, "", `{"subnets": ["subnet-1"]}`, `{"security_groups": true}`), "", "security_groups"},
		"existing":        {change("aws_instance.x", update, `{"id": "i-1", "vpc_security_group_ids": ["sg-1"]}`, `{"id": "i-1"}`, `{"vpc_security_group_ids": true}`), "eni-1: sg-1", "vpc_security_group_ids"},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := apply(t, plan("", c.change))
			got := ""
			for _, e := range r.Interfaces {
				if id, _, _ := strings.Cut(c.want, ":"); e.ID == id || !strings.HasPrefix(e.ID, "eni-") {
					got += e.ID + ": " + strings.Join(e.Groups, " ")
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if len(outcome.Unknown) > 0 != (c.unknown != "") || c.unknown != "" && outcome.Unknown[0].Attribute != c.unknown {
				t.Errorf("unknown: %+v, want %q", outcome.Unknown, c.unknown)
			}
		})
	}
}

// TestMissingNetwork: a plan that names a VPC or a subnet that the account has not may
// belong to another account.
func TestMissingNetwork(t *testing.T) {
	for _, c := range []string{
		change("aws_security_group.x", create, "", `{"name": "x", "vpc_id": "vpc-77"}`, ""),
		change("aws_instance.x", create, "", `{"subnet_id": "subnet-77", "vpc_security_group_ids": ["sg-1"]}`, ""),
	} {
		_, outcome := apply(t, plan("", c))
		if len(outcome.Conflicts) != 1 || !strings.Contains(outcome.Conflicts[0].Text, "-77 is not among the") || !outcome.Incomplete() {
			t.Errorf("%+v", outcome)
		}
	}
}

package planned

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// groupsOf are expressions for the groups of the new instance aws_instance.x, with what a
// plan shows of them, and what sgaudit makes of it.
var groupsOf = []struct {
	name, refs string // the references of vpc_security_group_ids, as terraform show -json lists them
	want       string // the groups of the interface, - where there is none
	unknown    string // a part of the note, empty where all is known
}{
	{
		"two groups", `"aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"`,
		"aws_security_group.a aws_security_group.b", "",
	},
	{
		"groups of another instance", `"aws_security_group.a.id", "aws_security_group.a", "aws_instance.first.vpc_security_group_ids", "aws_instance.first"`,
		"aws_security_group.a aws_security_group.b", "",
	},
	{
		"group that EKS makes", `"aws_security_group.a.id", "aws_security_group.a", "aws_eks_cluster.c.vpc_config[0].cluster_security_group_id", "aws_eks_cluster.c.vpc_config[0]", "aws_eks_cluster.c.vpc_config", "aws_eks_cluster.c"`,
		"aws_security_group.a", "sgaudit cannot follow aws_eks_cluster.c.vpc_config[0].cluster_security_group_id",
	},
	{"local value", `"aws_security_group.a.id", "aws_security_group.a", "local.more"`, "aws_security_group.a", "sgaudit cannot follow local.more"},
	{
		"condition on a variable", `"var.open", "aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"`,
		"-", "the plan does not say which of aws_security_group.a, aws_security_group.b",
	},
	{"condition on the workspace", `"terraform.workspace", "aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"`, "-", "which of"},
	{"condition on an attribute", `"aws_security_group.a.name", "aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b"`, "-", "which of"},
	{"condition around one group", `"var.open", "aws_security_group.a.id", "aws_security_group.a"`, "aws_security_group.a", ""},
	{"variable with an id", `"aws_security_group.a.id", "aws_security_group.a", "var.id"`, "aws_security_group.a sg-2", ""},
	{"variable with ids", `"aws_security_group.a.id", "aws_security_group.a", "var.ids"`, "aws_security_group.a sg-1 sg-2", ""},
	{"variable without ids", `"aws_security_group.a.id", "aws_security_group.a", "aws_security_group.b.id", "aws_security_group.b", "var.none"`, "aws_security_group.a aws_security_group.b", ""},
	{"variable that is not in the plan", `"aws_security_group.a.id", "aws_security_group.a", "var.ephemeral"`, "aws_security_group.a", "cannot follow var.ephemeral"},
	{"one of several instances", `"aws_security_group.s"`, "-", "which of aws_security_group.s[0], aws_security_group.s[1]"},
	{"one of a list", `"var.ids[0]", "var.ids", "aws_security_group.a.id", "aws_security_group.a"`, "-", "which of"},
}

// groupsPlan is a plan that creates aws_instance.x with the groups.
func groupsPlan(refs string) string {
	group := func(address string) string {
		return change(address, create, "", `{"name": "new", "vpc_id": "vpc-1"}`, `{"id": true, "ingress": true, "egress": true}`)
	}
	const instance = `{"subnet_id": "subnet-1"}`
	text := plan(resources(
		"aws_instance.x", `"vpc_security_group_ids": {"references": [`+refs+`]}`,
		"aws_instance.first", `"vpc_security_group_ids": {"references": ["aws_security_group.b.id", "aws_security_group.b"]}`,
		"aws_eks_cluster.c", `"vpc_config": [{"subnet_ids": {"constant_value": ["subnet-1"]}}]`),
		group("aws_security_group.a"), group("aws_security_group.b"), group("aws_security_group.s[0]"), group("aws_security_group.s[1]"),
		change("aws_eks_cluster.c", create, "", `{"vpc_config": [{"subnet_ids": ["subnet-1"]}]}`, `{"vpc_config": [{"subnet_ids": [false], "cluster_security_group_id": true}]}`),
		change("aws_instance.first", create, "", instance, `{"vpc_security_group_ids": true}`),
		change("aws_instance.x", create, "", instance, `{"vpc_security_group_ids": true}`))
	return strings.Replace(text, "{", `{"variables": {"open": {"value": false}, "id": {"value": "sg-2"}, "ids": {"value": ["sg-1", "sg-2"]}, "none": {"value": []}},`, 1)
}

func checkGroups(t *testing.T, text, address, want, unknown string) {
	t.Helper()
	r, outcome := apply(t, text)
	got, note := "-", ""
	if e := inventory.NewIndex(r).Interface(address); e != nil {
		got = strings.Join(e.Groups, " ")
	}
	if i := slices.IndexFunc(outcome.Unknown, func(n Note) bool { return n.Address == address }); i >= 0 {
		note = outcome.Unknown[i].String()
	}
	if got != want || (note != "") != (unknown != "") || !strings.Contains(note, unknown) {
		t.Errorf("the groups are %q, want %q; the note is %q, want %q", got, want, note, unknown)
	}
}

// TestGroupsOfExpressions: the groups of an expression are all followed, or what cannot be
// followed is named. Where something chooses among groups, none of them is taken.
func TestGroupsOfExpressions(t *testing.T) {
	for _, c := range groupsOf {
		t.Run(c.name, func(t *testing.T) { checkGroups(t, groupsPlan(c.refs), "aws_instance.x", c.want, c.unknown) })
	}
}

// TestGroupsOfModules: variables of a call, their default values, and each.key and
// each.value of a call or of a resource are followed, one instance of many is found by
// the key, and one output of many is not guessed.
func TestGroupsOfModules(t *testing.T) {
	group := func(address string) string {
		return change(address, create, "", `{"name": "new", "vpc_id": "vpc-1"}`, `{"id": true, "ingress": true, "egress": true}`)
	}
	groups := group("aws_security_group.a") + "," + group("aws_security_group.b") + "," + group(`aws_security_group.all["open"]`) + "," + group(`aws_security_group.all["closed"]`) + "," + group("module.srv.aws_security_group.in")
	// call is a module that is called for each of something with the argument groups.
	call := func(forEach, argument, inner string) string {
		return `"module_calls": {"srv": {` + forEach + `"expressions": {` + argument + `}, "module": {"variables": {"groups": {"default": ["sg-2"]}},
			"resources": [{"address": "aws_instance.s", "mode": "managed", "type": "aws_instance", "name": "s", "provider_config_key": "aws", "expressions": {"vpc_security_group_ids": {"references": [` + inner + `]}}}]}}}`
	}
	const a, b = `"aws_security_group.a.id", "aws_security_group.a"`, `"aws_security_group.b.id", "aws_security_group.b"`
	const in = `"aws_security_group.in.id", "aws_security_group.in"`
	of := func(refs string) string { return `"groups": {"references": [` + refs + `]}` }
	each := func(refs string) string { return `"for_each_expression": {"references": [` + refs + `]},` }
	const s = `module.srv["closed"].aws_instance.s`
	for name, c := range map[string]struct{ configuration, address, want, unknown string }{
		"argument":                {call("", of(a), `"var.groups"`), "module.srv.aws_instance.s", "aws_security_group.a", ""},
		"constant argument":       {call("", `"groups": {"constant_value": ["sg-1"]}`, `"var.groups", `+in), "module.srv.aws_instance.s", "module.srv.aws_security_group.in sg-1", ""},
		"default value":           {call("", "", `"var.groups", `+in), "module.srv.aws_instance.s", "module.srv.aws_security_group.in sg-2", ""},
		"part of an argument":     {call("", of(a+", "+b), `"var.groups[0]", "var.groups"`), "module.srv.aws_instance.s", "-", "which of aws_security_group.a, aws_security_group.b"},
		"variable of the root":    {call("", of(`"var.gone", `+a), `"var.groups"`), "module.srv.aws_instance.s", "aws_security_group.a", "cannot follow var.gone"},
		"key of the call":         {call("", of(`"aws_security_group.all", "each.key"`), `"var.groups"`), s, `aws_security_group.all["closed"]`, ""},
		"value of the call":       {call(each(b), of(a+`, "each.value"`), `"var.groups"`), s, "aws_security_group.a aws_security_group.b", ""},
		"one of several values":   {call(each(a+", "+b), of(`"each.value"`), `"var.groups"`), s, "-", "which of aws_security_group.a, aws_security_group.b"},
		"values that are not ids": {call(`"for_each_expression": {"constant_value": {"closed": "sg-1", "open": "sg-2"}},`, of(a+`, "each.value"`), `"var.groups"`), s, "aws_security_group.a sg-1", ""},
		"values that are hidden":  {call(`"for_each_expression": {},`, of(a+`, "each.value"`), `"var.groups"`), s, "aws_security_group.a", "cannot follow each.value"},
		"condition on the key":    {call("", of(a+", "+b+`, "each.key"`), `"var.groups"`), s, "-", "which of"},
		"each of a resource":      {call(each(`"aws_security_group.all"`), of(`"each.value.id", "each.value"`), `"var.groups"`), s, `aws_security_group.all["closed"]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := plan(c.configuration, groups, change(c.address, create, "", `{"subnet_id": "subnet-1"}`, `{"vpc_security_group_ids": true}`))
			checkGroups(t, text, c.address, c.want, c.unknown)
		})
	}
}

// TestGroupsThatMayStay: an id that stands as text beside a reference is not in the plan.
// One that was there before is kept, and named, unless a resource of the plan has it.
func TestGroupsThatMayStay(t *testing.T) {
	configuration := resources("aws_instance.x", `"vpc_security_group_ids": {"references": ["aws_security_group.a.id", "aws_security_group.a"]}`)
	for name, c := range map[string]struct{ other, want, unknown string }{
		"text":     {"", "aws_security_group.a sg-1", "the plan does not say whether sg-1 stays"},
		"resource": {change("aws_security_group.old", `["no-op"]`, `{"id": "sg-1"}`, `{"id": "sg-1"}`, "") + ",", "aws_security_group.a", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text := plan(configuration, c.other+change("aws_security_group.a", create, "", `{"name": "new", "vpc_id": "vpc-1"}`, `{"id": true}`),
				change("aws_instance.x", update, `{"id": "i-1", "vpc_security_group_ids": ["sg-1"]}`, `{"id": "i-1"}`, `{"vpc_security_group_ids": true}`))
			r, outcome := apply(t, text)
			if got := strings.Join(inventory.NewIndex(r).Interface("eni-1").Groups, " "); got != c.want {
				t.Errorf("the groups are %q, want %q", got, c.want)
			}
			if (len(outcome.Unknown) > 0) != (c.unknown != "") || c.unknown != "" && !strings.Contains(outcome.Unknown[0].Text, c.unknown) {
				t.Errorf("unknown: %+v, want %q", outcome.Unknown, c.unknown)
			}
		})
	}
}

package planned

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestRefusedPlans: what has not the form that Terraform and AWS give it is an error
// that names the resource and the attribute.
func TestRefusedPlans(t *testing.T) {
	const rule = "aws_vpc_security_group_ingress_rule.r"
	bad := func(old, with string) string {
		return plan("", change(rule, create, "", strings.Replace(sshRule, old, with, 1), ""))
	}
	for name, c := range map[string]struct{ text, want string }{
		"empty":        {"", "not a plan as terraform show -json prints it"},
		"a list":       {"[]", "not a plan as terraform show -json prints it"},
		"another file": {"{}", "not a plan as terraform show -json prints it: unexpected plan input, format version is missing"},
		"state":        {`{"format_version": "1.0", "values": {}}`, "it has neither changes nor a configuration"},
		"errored":      {strings.Replace(plan(""), "{", `{"errored": true, `, 1), "terraform plan ended with an error"},
		"version":      {strings.Replace(plan(""), `"1.2"`, `"7.0"`, 1), "unsupported plan format version"},
		"twice":        {plan("", change(rule, create, "", sshRule, ""), change(rule, create, "", sshRule, "")), rule + ": the plan has two changes of it"},
		"address":      {plan("", strings.ReplaceAll(change("aws_x.y", create, "", "{}", ""), "aws_x.y", `aws_x.\u001b[2J`)), "is not an address of a resource"},
		"actions":      {plan("", change(rule, `["explode"]`, "", sshRule, "")), rule + ": sgaudit does not know the actions"},
		"no after":     {plan("", change(rule, create, "", "", "")), "do not fit to what is before and after"},
		"after a list": {plan("", change(rule, create, "", "[]", "")), rule + ": after is not an object"},
		"cidr":         {bad(`"0.0.0.0/0"`, `"0.0.0.0/33"`), rule + `: cidr_ipv4 is "0.0.0.0/33", which is not an address range`},
		"cidr, number": {bad(`"0.0.0.0/0"`, `{"a": 1}`), rule + `: cidr_ipv4 is "{\"a\":1}", which is not a text`},
		"port":         {bad(`22,`, `70000,`), rule + ": from_port is \"70000\", which is not a port"},
		"half a port":  {bad(`22,`, `22.5,`), rule + ": from_port is \"22.5\", which is not a whole number"},
		"backwards":    {bad(`"to_port": 22`, `"to_port": 21`), rule + ": ip_protocol: ports 22-21 run backwards"},
		"protocol":     {bad(`"tcp"`, `"tcpp"`), rule + `: ip_protocol: protocol "tcpp" is neither a name`},
		"group":        {bad(`"sg-1"`, `"sg-1; rm"`), rule + `: security_group_id is "sg-1; rm", which is not an id that begins with sg-`},
		"direction":    {plan("", change("aws_security_group_rule.r", create, "", `{"type": "sideways", "security_group_id": "sg-1"}`, "")), `type is "sideways", which is not ingress or egress`},
		"sensitive":    {strings.Replace(bad(`"0.0.0.0/0"`, `"secret"`), `"after_unknown": null`, `"after_unknown": null, "after_sensitive": {"cidr_ipv4": true}`, 1), rule + ": cidr_ipv4, which is sensitive, is not an address range"},
		"in a block":   {plan("", change("aws_security_group.g", create, "", `{"vpc_id": "vpc-1", "ingress": [{"protocol": "tcp", "from_port": 1, "to_port": 2, "cidr_blocks": ["x"]}]}`, "")), `aws_security_group.g: ingress[0].cidr_blocks[0] is "x", which is not an address range`},
		"acl number":   {plan("", change("aws_network_acl_rule.r", create, "", `{"network_acl_id": "acl-1", "rule_number": 40000, "protocol": "-1", "rule_action": "allow", "cidr_block": "0.0.0.0/0"}`, "")), `rule_number is "40000", which is not a rule number`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(c.text))
			if err == nil {
				_, _, err = p.Apply(notation.MustParse(estate).Inventory)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("a sensitive value is repeated: %v", err)
			}
		})
	}
}

// TestDeepReferences: references that lead through modules in a circle end.
func TestDeepReferences(t *testing.T) {
	const ring = `"module_calls": {"m": {"expressions": {"v": {"references": ["module.m.out", "module.m"]}}, "module": {"outputs": {"out": {"expression": {"references": ["var.v"]}}}}}}`
	_, outcome := apply(t, plan(resources("aws_vpc_security_group_ingress_rule.r", `"referenced_security_group_id": {"references": ["module.m.out", "module.m"]}`)+","+ring,
		change("aws_vpc_security_group_ingress_rule.r", create, "", `{"ip_protocol": "-1", "security_group_id": "sg-1"}`, `{"referenced_security_group_id": true}`)))
	if len(outcome.Unknown) != 1 {
		t.Errorf("%v", outcome)
	}
}

// TestRefusedChangeSets: the same for change sets.
func TestRefusedChangeSets(t *testing.T) {
	const head = `{"StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1", "Status": "CREATE_COMPLETE", "Changes": [{"Type": "Resource", "ResourceChange": `
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":        {"Changes:", "not a change set as the AWS CLI prints it"},
		"another file":   {"{}", "its StackId is not the ARN of a stack"},
		"a page":         {`{"StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1", "NextToken": "x"}`, "only a part of the change set"},
		"in progress":    {strings.Replace(head, "CREATE_COMPLETE", "CREATE_IN_PROGRESS", 1) + `{}}]}`, `the status of the change set is "CREATE_IN_PROGRESS": describe it again`},
		"failed":         {strings.Replace(head, "CREATE_COMPLETE\"", "FAILED\", \"StatusReason\": \"no such bucket\"", 1) + `{}}]}`, `the status of the change set is FAILED ("no such bucket")`},
		"no status":      {strings.Replace(head, "CREATE_COMPLETE", "", 1) + `{}}]}`, "it has no Status"},
		"obsolete":       {strings.Replace(head, "CREATE_COMPLETE\"", "CREATE_COMPLETE\", \"ExecutionStatus\": \"OBSOLETE\"", 1) + `{}}]}`, `the execution status of the change set is "OBSOLETE": create a new change set`},
		"executed":       {strings.Replace(head, "CREATE_COMPLETE\"", "CREATE_COMPLETE\", \"ExecutionStatus\": \"EXECUTE_COMPLETE\"", 1) + `{}}]}`, `is "EXECUTE_COMPLETE"`},
		"no values":      {head + `{"Action": "Add", "LogicalResourceId": "G", "ResourceType": "AWS::EC2::SecurityGroup"}}]}`, "G: it has no property values: describe the change set with --include-property-values"},
		"no values, too": {head + `{"Action": "Add", "LogicalResourceId": "E", "ResourceType": "AWS::EMR::Cluster"}}]}`, "E: it has no property values"},
		"not before":     {head + `{"Action": "Modify", "LogicalResourceId": "E", "PhysicalResourceId": "m", "Replacement": "False", "ResourceType": "AWS::MWAA::Environment"}}]}`, "E: it has no property values"},
		"not of one":     {head + `{"Action": "Add", "LogicalResourceId": "B", "ResourceType": "AWS::S3::Bucket", "AfterContext": "{}"}}, {"Type": "Resource", "ResourceChange": {"Action": "Add", "LogicalResourceId": "T", "ResourceType": "AWS::EC2::LaunchTemplate"}}]}`, "T: it has no property values"},
		"action":         {head + `{"Action": "Explode", "LogicalResourceId": "G", "ResourceType": "AWS::EC2::SecurityGroup"}}]}`, `G: sgaudit does not know the action "Explode"`},
		"context":        {head + `{"Action": "Add", "LogicalResourceId": "G", "ResourceType": "AWS::EC2::SecurityGroup", "AfterContext": "{"}}]}`, "G: AfterContext is not the JSON that CloudFormation writes"},
		"logical id":     {head + `{"Action": "Add", "LogicalResourceId": "\u001b[2J"}}]}`, "is not a logical id"},
		"port":           {head + `{"Action": "Add", "LogicalResourceId": "R", "ResourceType": "AWS::EC2::SecurityGroupIngress", "AfterContext": "{\"Properties\":{\"GroupId\":\"sg-1\",\"IpProtocol\":\"tcp\",\"FromPort\":\"22x\"}}"}}]}`, `R: from_port is "22x", which is not a whole number`},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ChangeSet([]byte(c.text))
			if err == nil {
				_, _, err = p.Apply(notation.MustParse(estate).Inventory)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

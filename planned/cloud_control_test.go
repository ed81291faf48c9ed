package planned

import (
	"strings"
	"testing"
)

// TestCloudControl: resources of the Cloud Control API are unknown where they may open
// something, whatever happens to them, and are counted elsewhere.
func TestCloudControl(t *testing.T) {
	const any = "sgaudit does not apply resources of the Cloud Control API"
	for name, c := range map[string]struct{ kind, actions, properties, later, unknown string }{
		"rule":             {"awscc_ec2_security_group_ingress", create, `{"group_id": "sg-1", "cidr_ip": "0.0.0.0/0"}`, "", any},
		"deleted":          {"awscc_ec2_network_acl_entry", remove, `{"id": "x"}`, "", any},
		"group":            {"awscc_ec2_security_group", create, `{}`, "", any},
		"service":          {"awscc_ecs_service", create, `{"cluster": "c"}`, "", any},
		"other, groups":    {"awscc_x_y", create, `{"vpc_config": {"security_group_ids": ["sg-1"]}}`, "", any},
		"bucket":           {"awscc_s3_bucket", create, `{"bucket_name": "b"}`, "", ""},
		"by name":          {"aws_cloudcontrolapi_resource", create, `{"type_name": "AWS::EC2::SecurityGroupIngress", "desired_state": "{}"}`, "", any},
		"by name, groups":  {"aws_cloudcontrolapi_resource", create, `{"type_name": "AWS::X::Y", "desired_state": "{\"SecurityGroupIds\": [\"sg-1\"]}"}`, "", any},
		"by name, bucket":  {"aws_cloudcontrolapi_resource", create, `{"type_name": "AWS::S3::Bucket", "desired_state": "{\"BucketName\": \"b\"}"}`, "", ""},
		"by name, later":   {"aws_cloudcontrolapi_resource", create, `{"type_name": "AWS::S3::Bucket"}`, `{"desired_state": true}`, any},
		"by name, deleted": {"aws_cloudcontrolapi_resource", remove, `{"type_name": "AWS::EC2::Route", "desired_state": "{}"}`, "", any},
		"by name, opener":  {"aws_cloudcontrolapi_resource", create, `{"type_name": "AWS::EC2::VPCCidrBlock", "desired_state": "{}"}`, "", any},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := "", c.properties
			if c.actions == remove {
				before, after = after, before
			}
			text := plan("", change(c.kind+".x", c.actions, before, after, c.later))
			if strings.HasPrefix(c.kind, "awscc") {
				text = strings.Replace(text, "hashicorp/aws", "hashicorp/awscc", 1)
			}
			_, outcome := apply(t, text)
			if got := asText(t, outcome.Unknown); len(outcome.NotLookedAt) != 1 || outcome.Incomplete() != (c.unknown != "") || !strings.Contains(got, c.unknown) {
				t.Errorf("%s; %v", got, outcome.NotLookedAt)
			}
		})
	}
}

// TestCustomResources: what the function of a custom resource changes is unknown, when it is
// deleted too. It has no interfaces. Those of the AWS CDK that concern no network are counted.
func TestCustomResources(t *testing.T) {
	removed := `{"Action": "Remove", "LogicalResourceId": "X", "PhysicalResourceId": "x", "ResourceType": "Custom::VpcRestrictDefaultSG", "BeforeContext": "{\"Properties\":{\"DefaultSecurityGroupId\":\"sg-1\"}}"}`
	for name, c := range map[string]struct {
		change  string
		unknown bool
	}{
		"created":       {added("X", "Custom::OpenPorts", `{"SecurityGroupId": "sg-1", "Cidr": "0.0.0.0/0"}`), true},
		"other name":    {added("X", customKind, `{"Port": 22}`), true},
		"removed":       {removed, true},
		"of the bucket": {added("X", harmless[0], `{"BucketName": "b"}`), false},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := applyChanges(t, changes(c.change))
			if outcome.Incomplete() != c.unknown || len(outcome.NotLookedAt) != 1 || len(r.Interfaces) != 3 {
				t.Errorf("%+v, %d interfaces", outcome, len(r.Interfaces))
			}
		})
	}
}

// TestRulesOfNamedGroups: a rule of a change set may name its group, one of the default VPC.
func TestRulesOfNamedGroups(t *testing.T) {
	const rule = `{"GroupName": "redis", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "0.0.0.0/0"}`
	p, err := ChangeSet([]byte(changes(added("X", "AWS::EC2::SecurityGroupIngress", rule))))
	r, outcome := applyTo(t, namesEstate, p, err)
	if got := rulesOf(t, r, "sg-2"); got != "in tcp/22 0.0.0.0/0" || outcome.Incomplete() {
		t.Errorf("%s; %+v", got, outcome)
	}
	p, err = ChangeSet([]byte(changes(added("X", "AWS::EC2::SecurityGroupIngress", strings.Replace(rule, "redis", "gone", 1)))))
	if _, outcome = applyTo(t, namesEstate, p, err); !strings.Contains(asText(t, outcome.Unknown), `no security group with the name`) {
		t.Errorf("%+v", outcome)
	}
}

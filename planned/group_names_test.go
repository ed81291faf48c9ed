package planned

import (
	"strings"
	"testing"
)

const namesEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16 default
subnet-1 10.0.1.0/24 vpc vpc-1
sg-1 web vpc vpc-1
sg-2 redis vpc vpc-1
`

// outcomeOf applies a resource that a plan creates, and compares the interfaces that come,
// without their ids, and what is unknown.
func outcomeOf(t *testing.T, kind, properties, unknownValues, groups, unknown string) *Outcome {
	t.Helper()
	p, err := Terraform([]byte(plan(resources(kind+".x", ""), change(kind+".x", create, "", properties, unknownValues))))
	want := kind + ".x " + groups
	if strings.HasPrefix(kind, "AWS") {
		p, err = ChangeSet([]byte(changes(added("X", kind, properties))))
		want = "X " + groups
	}
	if groups == "" {
		want = ""
	}
	outcome := wantInterfaces(t, namesEstate, p, err, want)
	text := ""
	for _, n := range outcome.Unknown {
		text += n.String()
	}
	if !strings.Contains(text, unknown) || (text == "") != (unknown == "") {
		t.Errorf("unknown: %q, want %q", text, unknown)
	}
	return outcome
}

// TestGroupNames: groups that are named, nested in blocks or among the settings of Elastic
// Beanstalk are attached.
func TestGroupNames(t *testing.T) {
	const makes = "Elastic Beanstalk creates instances"
	for name, c := range map[string]struct{ kind, properties, groups, unknown string }{
		"template":                {"aws_launch_template", `{"security_group_names": ["redis"]}`, "sg-2", ""},
		"template, change set":    {"AWS::EC2::LaunchTemplate", `{"LaunchTemplateData": {"SecurityGroups": ["redis"], "SecurityGroupIds": ["sg-1"]}}`, "sg-1 sg-2", ""},
		"template, not there":     {"aws_launch_template", `{"security_group_names": ["gone"]}`, "", `no security group with the name "gone"`},
		"configuration":           {"aws_launch_configuration", `{"security_groups": ["redis", "sg-1"]}`, "sg-1 sg-2", ""},
		"configuration, set":      {"AWS::AutoScaling::LaunchConfiguration", `{"SecurityGroups": ["redis"]}`, "sg-2", ""},
		"Spot fleet":              {"AWS::EC2::SpotFleet", `{"SpotFleetRequestConfigData": {"LaunchSpecifications": [{"SubnetId": "subnet-1", "SecurityGroups": [{"GroupId": "sg-2"}]}]}}`, "sg-2", ""},
		"Spot fleet, pending":     {"AWS::EC2::SpotFleet", `{"SpotFleetRequestConfigData": {"LaunchSpecifications": [{"SecurityGroups": [{"GroupId": "{{changeSet:KNOWN_AFTER_APPLY}}"}]}]}}`, "", "it is known after apply which groups"},
		"Beanstalk":               {"aws_elastic_beanstalk_environment", `{"setting": [{"namespace": "aws:ec2:vpc", "name": "Subnets", "value": "subnet-1"}, {"namespace": "aws:autoscaling:launchconfiguration", "name": "SecurityGroups", "value": "sg-1,redis"}]}`, "sg-1 sg-2", makes},
		"Beanstalk, change set":   {"AWS::ElasticBeanstalk::Environment", `{"OptionSettings": [{"Namespace": "aws:elbv2:loadbalancer", "OptionName": "SecurityGroups", "Value": "sg-1"}]}`, "sg-1", makes},
		"Beanstalk, without":      {"aws_elastic_beanstalk_environment", `{"setting": []}`, "", makes},
		"another type with names": {"aws_x", `{"security_groups": ["redis"]}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) { outcomeOf(t, c.kind, c.properties, `{"id": true}`, c.groups, c.unknown) })
	}
}

// TestDynamicReferences: a value that CloudFormation takes from a parameter or a secret is
// unknown.
func TestDynamicReferences(t *testing.T) {
	for name, c := range map[string]struct{ kind, properties, unknown string }{
		"instance":        {"AWS::EC2::Instance", `{"SubnetId": "subnet-1", "SecurityGroupIds": ["{{resolve:ssm:/net/sg}}"]}`, "sgaudit cannot follow {{resolve:ssm:/net/sg}}"},
		"function":        {"AWS::Lambda::Function", `{"VpcConfig": {"SecurityGroupIds": ["{{resolve:ssm:/sg}}"], "SubnetIds": ["subnet-1"]}}`, "it is known after apply which groups"},
		"service":         {"AWS::ECS::Service", `{"NetworkConfiguration": {"AwsvpcConfiguration": {"SecurityGroups": ["{{resolve:ssm:/sg}}"]}}}`, "cannot follow {{resolve:ssm:/sg}}"},
		"template":        {"AWS::EC2::LaunchTemplate", `{"LaunchTemplateData": {"SecurityGroupIds": ["{{resolve:ssm:/sg}}"]}}`, "cannot follow {{resolve:ssm:/sg}}"},
		"addresses":       {"AWS::EC2::SecurityGroupIngress", `{"GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "{{resolve:ssm:/cidr}}"}`, "the addresses of the rule are known after apply"},
		"within a text":   {"AWS::EC2::SecurityGroupIngress", `{"GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "{{resolve:ssm:/address}}/32"}`, "the addresses of the rule are known after apply"},
		"hidden":          {"AWS::EC2::SecurityGroupIngress", `{"GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "****"}`, "the addresses of the rule are known after apply: sgaudit cannot follow **** (a parameter with NoEcho)"},
		"hidden group":    {"AWS::EC2::Instance", `{"SubnetId": "subnet-1", "SecurityGroupIds": ["****"]}`, "a parameter with NoEcho"},
		"what is no part": {"AWS::S3::Bucket", `{"BucketName": "{{resolve:ssm:/bucket}}"}`, ""},
	} {
		t.Run(name, func(t *testing.T) { outcomeOf(t, c.kind, c.properties, "", "", c.unknown) })
	}
}

// TestAnotherParameter: a change from one parameter to another is one of the groups.
func TestAnotherParameter(t *testing.T) {
	const one = `{"Action": "Modify", "LogicalResourceId": "X", "PhysicalResourceId": "i-1", "ResourceType": "AWS::EC2::Instance", "BeforeContext": "{\"Properties\":{\"SecurityGroupIds\":[\"{{resolve:ssm:/a}}\"]}}", "AfterContext": "{\"Properties\":{\"SecurityGroupIds\":[\"{{resolve:ssm:/b}}\"]}}"}`
	if _, outcome := applyChanges(t, changes(one)); !outcome.Incomplete() {
		t.Errorf("nothing is unknown: %+v", outcome)
	}
}

// TestRemoteAccess: EKS allows SSH from everywhere to nodes with a key and no source groups.
func TestRemoteAccess(t *testing.T) {
	for name, c := range map[string]struct {
		kind, properties string
		open             bool
		unknown          string
	}{
		"open":         {"aws_eks_node_group", `{"subnet_ids": ["subnet-1"], "remote_access": [{"ec2_ssh_key": "k", "source_security_group_ids": null}]}`, true, ""},
		"change set":   {"AWS::EKS::Nodegroup", `{"Subnets": ["subnet-1"], "RemoteAccess": {"Ec2SshKey": "k"}}`, true, ""},
		"sources":      {"aws_eks_node_group", `{"subnet_ids": ["subnet-1"], "remote_access": [{"ec2_ssh_key": "k", "source_security_group_ids": ["sg-1"]}]}`, false, ""},
		"sources, set": {"AWS::EKS::Nodegroup", `{"Subnets": ["subnet-1"], "RemoteAccess": {"Ec2SshKey": "k", "SourceSecurityGroups": ["sg-1"]}}`, false, ""},
		"without key":  {"aws_eks_node_group", `{"subnet_ids": ["subnet-1"], "remote_access": [{"ec2_ssh_key": "", "source_security_group_ids": []}]}`, false, ""},
		"somewhere":    {"AWS::EKS::Nodegroup", `{"Subnets": ["{{changeSet:KNOWN_AFTER_APPLY}}"], "RemoteAccess": {"Ec2SshKey": "k"}}`, false, "EKS opens SSH (tcp/22) of the nodes to the internet"},
	} {
		t.Run(name, func(t *testing.T) {
			groups := ""
			if c.open {
				groups = map[bool]string{true: "X", false: c.kind + ".x"}[strings.HasPrefix(c.kind, "AWS")] + remoteAccessOf
			}
			outcomeOf(t, c.kind, c.properties, `{"id": true}`, groups, c.unknown)
			if !c.open || strings.HasPrefix(c.kind, "AWS") {
				return
			}
			p, err := Terraform([]byte(plan("", change(c.kind+".x", create, "", c.properties, ""))))
			r, _ := applyTo(t, namesEstate, p, err)
			if got := rulesOf(t, r, groups); got != "in tcp/22 0.0.0.0/0" {
				t.Errorf("the rules are %q", got)
			}
		})
	}
}

package planned

import (
	"strings"
	"testing"
)

const launchEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
sg-1 web vpc vpc-1
  in tcp/22 0.0.0.0/0
sg-2 clients vpc vpc-1
lt-1 fleet sg-1
`

// TestLaunches: what is started later has the groups of the launch template, of the plan
// or of the account. Which ones these are is unknown where the template is not known.
func TestLaunches(t *testing.T) {
	terraform := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return Terraform([]byte(plan("", list...))) }
	}
	set := func(list ...string) func() (*Plan, error) {
		return func() (*Plan, error) { return ChangeSet([]byte(changes(list...))) }
	}
	group := func(actions, before, after string) string {
		return change("aws_autoscaling_group.a", actions, before, after, `{"id": true}`)
	}
	const template = `{"LaunchTemplateData": {"NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": true, "Groups": ["sg-1"]}]}}`
	const pending = `{"LaunchTemplate": {"LaunchTemplateId": "{{changeSet:KNOWN_AFTER_APPLY}}", "Version": "1"}}`
	for name, c := range map[string]struct {
		plan    func() (*Plan, error)
		want    string // the interfaces of the plan, with their groups
		unknown string
	}{
		"interfaces":     {set(added("T", "AWS::EC2::LaunchTemplate", template)), "T sg-1", ""},
		"pending groups": {set(added("T", "AWS::EC2::LaunchTemplate", strings.Replace(template, "sg-1", "{{changeSet:KNOWN_AFTER_APPLY}}", 1))), "", "Groups: it is known after apply"},
		"of the plan":    {set(added("T", "AWS::EC2::LaunchTemplate", template), added("A", "AWS::AutoScaling::AutoScalingGroup", pending)), "T sg-1", ""},
		"of what":        {set(added("A", "AWS::AutoScaling::AutoScalingGroup", pending)), "", "it is known after apply which launch template it is"},
		"there":          {terraform(group(create, "", `{"launch_template": [{"id": "lt-1", "version": "$Latest"}]}`)), "aws_autoscaling_group.a sg-1", ""},
		"by name":        {terraform(group(create, "", `{"mixed_instances_policy": [{"launch_template": [{"launch_template_specification": [{"launch_template_name": "fleet"}]}]}]}`)), "aws_autoscaling_group.a sg-1", ""},
		"of a version":   {terraform(group(create, "", `{"launch_template": [{"id": "lt-1", "version": "3"}]}`)), "", "version \"3\" of the launch template \"lt-1\""},
		"not read":       {terraform(group(create, "", `{"launch_template": [{"id": "lt-9"}]}`)), "", "\"lt-9\" is not among those"},
		"configuration":  {terraform(group(create, "", `{"launch_configuration": "old"}`)), "", "the launch configuration \"old\""},
		"another":        {terraform(group(update, `{"id": "a", "launch_template": [{"id": "lt-9"}]}`, `{"launch_template": [{"id": "lt-1"}]}`)), "aws_autoscaling_group.a sg-1", ""},
		"other size":     {terraform(group(update, `{"id": "a", "max_size": 1, "launch_template": [{"id": "lt-9"}]}`, `{"max_size": 2, "launch_template": [{"id": "lt-9"}]}`)), "", ""},
		"node group":     {set(added("N", "AWS::EKS::Nodegroup", `{"LaunchTemplate": {"Name": "fleet"}}`)), "N sg-1", ""},
		"of a fleet":     {set(added("F", "AWS::EC2::EC2Fleet", `{"LaunchTemplateConfigs": [{"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-1", "Version": "$Default"}}]}`)), "F sg-1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := c.plan()
			outcome := wantInterfaces(t, launchEstate, p, err, c.want)
			unknown := ""
			for _, n := range outcome.Unknown {
				unknown += n.String()
			}
			if !strings.Contains(unknown, c.unknown) || (unknown == "") != (c.unknown == "") || len(outcome.NotLookedAt) > 0 {
				t.Errorf("unknown: %q, want %q; %+v", unknown, c.unknown, outcome.NotLookedAt)
			}
		})
	}
}

// wantInterfaces applies a plan, and compares the interfaces that come, with their groups.
func wantInterfaces(t *testing.T, estate string, p *Plan, err error, want string) *Outcome {
	t.Helper()
	r, outcome := applyTo(t, estate, p, err)
	var got []string
	for _, e := range r.Interfaces {
		if !strings.HasPrefix(e.ID, "eni-") {
			got = append(got, e.ID+" "+strings.Join(e.Groups, " "))
		}
	}
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s, want %s", text, want)
	}
	return outcome
}

// TestSingleGroups: a group that an attribute holds as a text is attached to something
// too. A group that AWS makes, or that is the source of a rule, is not.
func TestSingleGroups(t *testing.T) {
	for name, c := range map[string]struct{ kind, properties, want string }{
		"EMR":              {"aws_emr_cluster", `{"ec2_attributes": [{"emr_managed_master_security_group": "sg-1", "emr_managed_slave_security_group": "sg-2", "additional_master_security_groups": null}]}`, "sg-1 sg-2"},
		"EMR, additional":  {"aws_emr_cluster", `{"ec2_attributes": [{"additional_slave_security_groups": "sg-1, sg-2"}]}`, "sg-1 sg-2"},
		"EMR, change set":  {"AWS::EMR::Cluster", `{"Instances": {"Ec2SubnetId": "subnet-1", "EmrManagedMasterSecurityGroup": "sg-1", "AdditionalSlaveSecurityGroups": ["sg-2"]}}`, "sg-1 sg-2"},
		"EMR, later":       {"AWS::EMR::Cluster", `{"Instances": {"EmrManagedMasterSecurityGroup": "{{changeSet:KNOWN_AFTER_APPLY}}"}}`, "unknown"},
		"ARNs":             {"aws_datasync_agent", `{"security_group_arns": ["arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1"]}`, "sg-1"},
		"ARNs, change set": {"AWS::DataSync::LocationEFS", `{"Ec2Config": {"SecurityGroupArns": ["arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1"], "SubnetArn": "arn:x"}}`, "sg-1"},
		"ARNs, later":      {"AWS::DataSync::LocationEFS", `{"Ec2Config": {"SecurityGroupArns": ["{{changeSet:KNOWN_AFTER_APPLY}}"]}}`, "unknown"},
		"endpoint":         {"aws_vpc_endpoint_security_group_association", `{"vpc_endpoint_id": "vpce-1", "security_group_id": "sg-1"}`, "sg-1"},
		"studio":           {"aws_emr_studio", `{"engine_security_group_id": "sg-1", "workspace_security_group_id": "sg-2"}`, "sg-1 sg-2"},
		"EKS makes it":     {"aws_eks_addon", `{"vpc_config": [{"cluster_security_group_id": "sg-1"}]}`, "not looked at"},
		"default one":      {"aws_default_vpc", `{"default_security_group_id": "sg-1"}`, "not looked at"},
		"source":           {"aws_x", `{"source_security_group": "sg-1"}`, "not looked at"},
		"of a group":       {"aws_vpc_security_group_x", `{"security_group_id": "sg-1"}`, "not looked at"},
		"name, not an id":  {"aws_x", `{"security_group": "web"}`, "not looked at"},
	} {
		t.Run(name, func(t *testing.T) {
			text := plan(resources(c.kind+".x", ""), change(c.kind+".x", create, "", c.properties, `{"id": true, "ec2_attributes": [{"service_access_security_group": true}]}`))
			p, err := Terraform([]byte(text))
			want := c.kind + ".x " + c.want
			if strings.HasPrefix(c.kind, "AWS") {
				p, err = ChangeSet([]byte(changes(added("X", c.kind, c.properties))))
				want = "X " + c.want
			}
			if !strings.HasPrefix(c.want, "sg-") {
				want = ""
			}
			outcome := wantInterfaces(t, launchEstate, p, err, want)
			if len(outcome.NotLookedAt) > 0 != (c.want == "not looked at") || len(outcome.Unknown) > 0 != (c.want == "unknown") {
				t.Errorf("%+v", outcome)
			}
		})
	}
}

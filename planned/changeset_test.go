package planned

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// changes is a change set of eu-west-1 that is ready, with changes of resources.
func changes(list ...string) string {
	for i := range list {
		list[i] = `{"Type": "Resource", "ResourceChange": ` + list[i] + `}`
	}
	return `{"StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1", "Status": "CREATE_COMPLETE", "ExecutionStatus": "AVAILABLE", "Changes": [` + strings.Join(list, ",") + `]}`
}

// added is a resource that a change set creates.
func added(id, kind, properties string) string {
	return fmt.Sprintf(`{"Action": "Add", "LogicalResourceId": %q, "ResourceType": %q, "AfterContext": %q}`, id, kind, `{"Properties": `+properties+`}`)
}

func applyChanges(t *testing.T, text string) (*inventory.Region, *Outcome) {
	t.Helper()
	p, err := ChangeSet([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return applied(t, p)
}

// TestEmptyChangeSets: CloudFormation lets a change set without changes fail.
func TestEmptyChangeSets(t *testing.T) {
	for _, reason := range []string{"The submitted information didn't contain changes. Submit different information to create a change set.", "No updates are to be performed."} {
		text := strings.Replace(changes(), `"CREATE_COMPLETE"`, fmt.Sprintf(`"FAILED", "StatusReason": %q`, reason), 1)
		_, outcome := applyChanges(t, text)
		if len(outcome.Unknown) > 0 || len(outcome.Remarks) != 1 || !strings.Contains(outcome.Remarks[0], "contains no changes") {
			t.Errorf("%s: %+v", reason, outcome)
		}
	}
}

// TestRetained: what a change set retains stays, as a removed resource and as a replaced one.
func TestRetained(t *testing.T) {
	const group = `"LogicalResourceId": "Web", "PhysicalResourceId": "sg-2", "ResourceType": "AWS::EC2::SecurityGroup", "BeforeContext": "{\"Properties\":{\"GroupDescription\":\"x\",\"VpcId\":\"vpc-1\"}}"`
	const instance = `{"Action": "Remove", "LogicalResourceId": "I", "PhysicalResourceId": "i-1", "ResourceType": "AWS::EC2::Instance", "BeforeContext": "{\"Properties\":{}}"`
	for name, c := range map[string]struct {
		change string
		id     string
		there  bool
	}{
		"removed group":     {`{"Action": "Remove", "PolicyAction": "Retain", ` + group + `}`, "sg-2", true},
		"removed instance":  {instance + `, "PolicyAction": "Retain"}`, "eni-1", true},
		"deleted instance":  {instance + `, "PolicyAction": "Delete"}`, "eni-1", false},
		"replaced instance": {strings.Replace(instance, "Remove", "Modify", 1) + `, "Replacement": "True", "AfterContext": "{\"Properties\":{\"SubnetId\":\"subnet-1\"}}", "PolicyAction": "ReplaceAndRetain"}`, "eni-1", true},
		"new instance":      {strings.Replace(instance, "Remove", "Modify", 1) + `, "Replacement": "True", "AfterContext": "{\"Properties\":{\"SubnetId\":\"subnet-1\"}}", "PolicyAction": "ReplaceAndDelete"}`, "eni-1", false},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := applyChanges(t, changes(c.change))
			x := inventory.NewIndex(r)
			if there := x.Group(c.id) != nil || x.Interface(c.id) != nil; there != c.there || len(outcome.Conflicts) > 0 {
				t.Errorf("%s is there: %v, want %v; %+v", c.id, there, c.there, outcome)
			}
			if removed := strings.HasPrefix(name, "removed"); removed && (len(outcome.Remarks) != 1 || !strings.Contains(outcome.Remarks[0], "stays as it is")) {
				t.Errorf("%q", outcome.Remarks)
			}
		})
	}
}

// TestNestedStacks: the changes of a nested stack are in another change set.
func TestNestedStacks(t *testing.T) {
	nested := `{"Action": "Modify", "LogicalResourceId": "Net", "ResourceType": "AWS::CloudFormation::Stack", "BeforeContext": "{}", "AfterContext": "{}"`
	for text, want := range map[string]string{
		nested + `, "ChangeSetId": "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/n/2"}`: "changeSet/n/2",
		nested + `}`: "--include-nested-stacks",
	} {
		_, outcome := applyChanges(t, changes(text))
		if len(outcome.Unknown) != 1 || outcome.Unknown[0].Address != "Net" || !strings.Contains(outcome.Unknown[0].Text, want) {
			t.Errorf("%+v", outcome.Unknown)
		}
	}
}

// TestChangeSetInterfaces: the interfaces that an instance describes have their groups,
// and so has what is created of other types with security groups.
func TestChangeSetInterfaces(t *testing.T) {
	instance := func(properties string) string { return added("I", "AWS::EC2::Instance", properties) }
	for name, c := range map[string]struct {
		change, want string // the groups of each new interface; its address where that is given
		planned      inventory.Planned
		unknown      string
	}{
		"public":            {instance(`{"NetworkInterfaces": [{"SubnetId": "subnet-1", "GroupSet": ["sg-1"], "AssociatePublicIpAddress": true, "DeviceIndex": "0"}]}`), "I sg-1", inventory.PlannedPublic, ""},
		"two":               {instance(`{"NetworkInterfaces": [{"SubnetId": "subnet-1", "GroupSet": ["sg-1"]}, {"SubnetId": "subnet-1", "GroupSet": ["sg-2"]}]}`), "I sg-1, I interface 1 sg-2", inventory.PlannedUnsure, ""},
		"of its own":        {instance(`{"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}`), "", 0, ""},
		"pending":           {instance(`{"NetworkInterfaces": [{"SubnetId": "subnet-1", "GroupSet": ["{{changeSet:KNOWN_AFTER_APPLY}}"]}]}`), "", 0, "network_interfaces[0].vpc_security_group_ids"},
		"by name":           {instance(`{"SubnetId": "subnet-1", "SecurityGroups": ["web"]}`), "I sg-1", inventory.PlannedUnsure, ""},
		"service":           {added("I", "AWS::ECS::Service", `{"NetworkConfiguration": {"AwsvpcConfiguration": {"SecurityGroups": ["sg-1"]}}}`), "I sg-1", inventory.PlannedUnsure, ""},
		"template":          {added("I", "AWS::EC2::LaunchTemplate", `{"LaunchTemplateData": {"SecurityGroupIds": ["sg-1"]}}`), "I sg-1", inventory.PlannedUnsure, ""},
		"pending service":   {added("I", "AWS::ECS::Service", `{"NetworkConfiguration": {"AwsvpcConfiguration": {"SecurityGroups": ["{{changeSet:KNOWN_AFTER_APPLY}}"]}}}`), "", 0, "NetworkConfiguration.AwsvpcConfiguration.SecurityGroups"},
		"internal":          {added("I", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "Scheme": "internal"}`), "I sg-1", inventory.PlannedPrivate, ""},
		"internet-facing":   {added("I", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"], "Scheme": "internet-facing"}`), "I sg-1", inventory.PlannedPublic, ""},
		"scheme by default": {added("I", "AWS::ElasticLoadBalancingV2::LoadBalancer", `{"Subnets": ["subnet-1"], "SecurityGroups": ["sg-1"]}`), "I sg-1", inventory.PlannedPublic, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := applyChanges(t, changes(c.change))
			var got []string
			for _, e := range r.Interfaces {
				if strings.HasPrefix(e.ID, "eni-") {
					continue
				}
				if got = append(got, e.ID+" "+strings.Join(e.Groups, " ")); e.Planned != c.planned {
					t.Errorf("%s: planned is %v, want %v", e.ID, e.Planned, c.planned)
				}
			}
			if text := strings.Join(got, ", "); text != c.want {
				t.Errorf("%s, want %s", text, c.want)
			}
			if len(outcome.Unknown) > 0 != (c.unknown != "") || c.unknown != "" && outcome.Unknown[0].Attribute != c.unknown {
				t.Errorf("unknown: %+v, want %q", outcome.Unknown, c.unknown)
			}
		})
	}
}

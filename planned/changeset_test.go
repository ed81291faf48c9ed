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

// TestUndecidedReplacement: where CloudFormation decides only later whether it replaces a
// resource, that is unknown: the change is simulated, and what a replacement changes is
// said to be left out. A rule that is replaced is the same as one that is changed.
func TestUndecidedReplacement(t *testing.T) {
	const group = `"LogicalResourceId": "Web", "PhysicalResourceId": "sg-1", "ResourceType": "AWS::EC2::SecurityGroup",
		"BeforeContext": "{\"Properties\":{\"SecurityGroupIngress\":[{\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"CidrIp\":\"0.0.0.0/0\"}],\"SecurityGroupEgress\":[]}}",
		"AfterContext": "{\"Properties\":{\"SecurityGroupIngress\":[{\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"CidrIp\":\"0.0.0.0/0\"}],\"SecurityGroupEgress\":[]}}"}`
	const rule = `"LogicalResourceId": "Rule", "PhysicalResourceId": "sgr-1", "ResourceType": "AWS::EC2::SecurityGroupIngress",
		"BeforeContext": "{\"Properties\":{\"GroupId\":\"sg-1\",\"IpProtocol\":\"tcp\",\"FromPort\":22,\"ToPort\":22,\"CidrIp\":\"0.0.0.0/0\"}}",
		"AfterContext": "{\"Properties\":{\"GroupId\":\"sg-1\",\"IpProtocol\":\"tcp\",\"FromPort\":443,\"ToPort\":443,\"CidrIp\":\"0.0.0.0/0\"}}"}`
	const bucket = `"LogicalResourceId": "B", "PhysicalResourceId": "b", "ResourceType": "AWS::S3::Bucket", "BeforeContext": "{}", "AfterContext": "{}"}`
	for name, c := range map[string]struct{ change, rules, unknown string }{
		"not":         {`{"Action": "Modify", "Replacement": "False", ` + group, "in tcp/443 0.0.0.0/0", ""},
		"conditional": {`{"Action": "Modify", "Replacement": "Conditional", ` + group, "in tcp/443 0.0.0.0/0", "Replacement is Conditional"},
		"retained":    {`{"Action": "Modify", "Replacement": "Conditional", "PolicyAction": "ReplaceAndRetain", ` + group, "in tcp/443 0.0.0.0/0", "Replacement is Conditional"},
		"dynamic":     {`{"Action": "Dynamic", ` + group, "in tcp/443 0.0.0.0/0", "Action is Dynamic"},
		"rule":        {`{"Action": "Modify", "Replacement": "Conditional", ` + rule, "in tcp/443 0.0.0.0/0", ""},
		"bucket":      {`{"Action": "Modify", "Replacement": "Conditional", ` + bucket, "in tcp/22 0.0.0.0/0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, outcome := applyChanges(t, changes(c.change))
			if got := rulesOf(t, r, "sg-1"); got != c.rules || len(r.Groups) != 3 {
				t.Errorf("%s, want %s; %d groups", got, c.rules, len(r.Groups))
			}
			if outcome.Incomplete() != (c.unknown != "") || c.unknown != "" && (len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, c.unknown)) {
				t.Errorf("unknown: %+v, want %q", outcome.Unknown, c.unknown)
			}
		})
	}
}

// TestUnchangedByTheStack: a resource that is imported exists already, and of one that is
// synchronised CloudFormation changes only its own record.
func TestUnchangedByTheStack(t *testing.T) {
	for action, want := range map[string]string{"Import": "joins the stack and stays as it is", "SyncWithActual": "stays as it is"} {
		_, outcome := applyChanges(t, changes(`{"Action": "`+action+`", "LogicalResourceId": "Web", "PhysicalResourceId": "sg-1", "ResourceType": "AWS::EC2::SecurityGroup",
			"BeforeContext": "{\"Properties\":{}}", "AfterContext": "{\"Properties\":{\"VpcId\":\"vpc-1\"}}"}`))
		if outcome.Changes != 0 || len(outcome.Unknown) > 0 || len(outcome.Remarks) != 1 || !strings.Contains(outcome.Remarks[0], "Web (sg-1) ") || !strings.Contains(outcome.Remarks[0], want) {
			t.Errorf("%s: %+v", action, outcome)
		}
	}
}

// TestBalancersOfAChangeSet: the interfaces of a load balancer are found by its ARN, those
// of a classic one by its name.
func TestBalancersOfAChangeSet(t *testing.T) {
	for id, kind := range map[string]string{"arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1": "AWS::ElasticLoadBalancingV2::LoadBalancer", "app/shop/1": "AWS::ElasticLoadBalancing::LoadBalancer"} {
		r, outcome := applyChanges(t, changes(`{"Action": "Modify", "LogicalResourceId": "B", "PhysicalResourceId": "`+id+`", "ResourceType": "`+kind+`",
			"BeforeContext": "{\"Properties\":{\"SecurityGroups\":[\"sg-2\"]}}", "AfterContext": "{\"Properties\":{\"SecurityGroups\":[\"sg-1\"]}}"}`))
		if e := inventory.NewIndex(r).Interface("eni-3"); strings.Join(e.Groups, " ") != "sg-1" || len(outcome.Unknown) > 0 {
			t.Errorf("%s: %v; %+v", kind, e.Groups, outcome.Unknown)
		}
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

// TestChangeSetNetwork: VPCs, subnets, prefix lists and gateways of a change set. A change
// of an internet gateway leaves it attached.
func TestChangeSetNetwork(t *testing.T) {
	text := changes(
		added("V", "AWS::EC2::VPC", `{"CidrBlock": "10.5.0.0/16", "Tags": [{"Key": "Name", "Value": "new"}]}`),
		added("S", "AWS::EC2::Subnet", `{"VpcId": "vpc-1", "CidrBlock": "10.0.2.0/24"}`),
		added("N", "AWS::EC2::NatGateway", `{"SubnetId": "subnet-1"}`),
		added("E", "AWS::EC2::VPCEndpoint", `{"VpcId": "vpc-1", "ServiceName": "com.amazonaws.eu-west-1.s3"}`),
		added("L", "AWS::EC2::PrefixList", `{"PrefixListName": "offices", "Entries": [{"Cidr": "203.0.113.0/24"}]}`),
		`{"Action": "Modify", "LogicalResourceId": "G", "PhysicalResourceId": "igw-1", "ResourceType": "AWS::EC2::InternetGateway", "BeforeContext": "{}", "AfterContext": "{\"Properties\":{\"Tags\":[{\"Key\":\"a\",\"Value\":\"b\"}]}}"}`,
	)
	p, err := ChangeSet([]byte(text))
	r, outcome := applyTo(t, estate[:strings.Index(estate, "region us-east-1")]+"igw-1 vpc vpc-1\n", p, err)
	x := inventory.NewIndex(r)
	if v := x.VPC("V"); v == nil || x.Group("V.default_security_group_id") == nil {
		t.Errorf("the VPC: %+v", v)
	}
	if s := x.Subnet("S"); s == nil || s.VPC != "vpc-1" || fmt.Sprint(s.Prefixes[0].Prefix) != "10.0.2.0/24" {
		t.Errorf("the subnet: %+v", s)
	}
	if len(r.NATGateways) != 1 || r.NATGateways[0].VPC != "vpc-1" || len(r.Endpoints) != 1 || r.Endpoints[0].VPC != "vpc-1" {
		t.Errorf("%+v, %+v", r.NATGateways, r.Endpoints)
	}
	if len(r.PrefixLists) != 1 || fmt.Sprint(r.PrefixLists[0].Entries) != "[203.0.113.0/24]" {
		t.Errorf("%+v", r.PrefixLists)
	}
	if len(r.InternetGateways) != 1 || strings.Join(r.InternetGateways[0].VPCs, " ") != "vpc-1" || len(outcome.NotLookedAt) > 0 || len(outcome.Unknown) > 0 {
		t.Errorf("%+v; %+v", r.InternetGateways, outcome)
	}
}

// TestChangeSetAssociations: a group is associated with another VPC. With which one is
// unknown where the change set does not say it.
func TestChangeSetAssociations(t *testing.T) {
	p, err := ChangeSet([]byte(changes(added("A", "AWS::EC2::SecurityGroupVpcAssociation", `{"GroupId": "sg-1", "VpcId": "vpc-2"}`))))
	r, outcome := applyTo(t, strings.Replace(estate, "subnet-1 ", "vpc-2 10.2.0.0/16\nsubnet-1 ", 1), p, err)
	if len(r.Associations) != 1 || r.Associations[0] != (inventory.Association{Group: "sg-1", VPC: "vpc-2", VPCOwner: "123456789012", State: "associated"}) || outcome.Incomplete() || len(outcome.NotLookedAt) > 0 {
		t.Errorf("%+v; %+v", r.Associations, outcome)
	}
	r, outcome = applyChanges(t, changes(added("A", "AWS::EC2::SecurityGroupVpcAssociation", `{"GroupId": "sg-1", "VpcId": "{{changeSet:KNOWN_AFTER_APPLY}}"}`)))
	if len(r.Associations) != 0 || len(outcome.Unknown) != 1 || outcome.Unknown[0].Attribute != "vpc_id" {
		t.Errorf("%+v; %+v", r.Associations, outcome)
	}
}

// TestPublicDatabases: a database gets a public address, or loses it, with the plan.
func TestPublicDatabases(t *testing.T) {
	set := func(public string) string {
		return changes(`{"Action": "Modify", "LogicalResourceId": "D", "PhysicalResourceId": "db-1", "ResourceType": "AWS::RDS::DBInstance",
			"BeforeContext": "{\"Properties\":{\"VPCSecurityGroups\":[\"sg-2\"]}}", "AfterContext": "{\"Properties\":{\"VPCSecurityGroups\":[\"sg-2\"],\"PubliclyAccessible\":` + public + `}}"}`)
	}
	for public, want := range map[string]inventory.Planned{`true`: inventory.PlannedPublic, `false`: inventory.PlannedPrivate, `\"` + knownAfterApply + `\"`: inventory.NotPlanned} {
		r, outcome := applyChanges(t, set(public))
		if e := inventory.NewIndex(r).Interface("eni-2"); e.Planned != want || outcome.Incomplete() != (want == inventory.NotPlanned) {
			t.Errorf("%s: %v, want %v; %+v", public, e.Planned, want, outcome.Unknown)
		}
	}
}

// TestBlocksThatAreNotKnown: where a property of a change set with blocks in it is known after
// apply only, as a whole or one of the blocks, that is noted, and not taken for none.
func TestBlocksThatAreNotKnown(t *testing.T) {
	const later = `"{{changeSet:KNOWN_AFTER_APPLY}}"`
	for name, c := range map[string]struct{ kind, properties, attribute string }{
		"entries of a prefix list": {"AWS::EC2::PrefixList", `{"PrefixListName": "p", "Entries": ` + later + `}`, "entry"},
		"an entry":                 {"AWS::EC2::PrefixList", `{"PrefixListName": "p", "Entries": [{"Cidr": "10.0.0.0/8"}, ` + later + `]}`, "entry"},
		"the VPC of a function":    {"AWS::Lambda::Function", `{"FunctionName": "f", "VpcConfig": ` + later + `}`, "vpc_config"},
		"the network of a service": {"AWS::ECS::Service", `{"NetworkConfiguration": ` + later + `}`, "NetworkConfiguration"},
		"a part of it":             {"AWS::ECS::Service", `{"NetworkConfiguration": {"AwsvpcConfiguration": ` + later + `}}`, "NetworkConfiguration.AwsvpcConfiguration"},
		"the VPC of a cluster":     {"AWS::EKS::Cluster", `{"ResourcesVpcConfig": ` + later + `}`, "ResourcesVpcConfig"},
		"a launch template":        {"AWS::EC2::LaunchTemplate", `{"LaunchTemplateData": {"NetworkInterfaces": [` + later + `]}}`, "LaunchTemplateData.NetworkInterfaces"},
		"the ports of an entry":    {"AWS::EC2::NetworkAclEntry", `{"NetworkAclId": "acl-1", "RuleNumber": 5, "Protocol": 6, "RuleAction": "allow", "CidrBlock": "0.0.0.0/0", "PortRange": ` + later + `}`, "from_port"},
	} {
		if _, outcome := applyChanges(t, changes(added("X", c.kind, c.properties))); len(outcome.Unknown) == 0 || outcome.Unknown[0].Attribute != c.attribute {
			t.Errorf("%s: %+v, want a note about %s", name, outcome.Unknown, c.attribute)
		}
	}
	if _, outcome := applyChanges(t, changes(added("X", "AWS::ElasticLoadBalancingV2::TargetGroup", `{"VpcId": `+later+`, "Name": `+later+`}`))); outcome.Incomplete() {
		t.Errorf("a target group: %+v", outcome.Unknown)
	}
}

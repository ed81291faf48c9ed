package planned

import (
	"strings"
	"testing"
)

const defaultEstate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16 default
vpc-2 10.2.0.0/16
vpc-3 10.3.0.0/16
rtb-1 vpc vpc-1 main
subnet-1 10.0.1.0/24 vpc vpc-1
subnet-2 10.2.1.0/24 vpc vpc-2
subnet-3 10.3.1.0/24 vpc vpc-3
sg-1 default vpc vpc-1
  in tcp/22 0.0.0.0/0
sg-2 default vpc vpc-2
sg-4 redis vpc vpc-1
`

// TestDefaultGroups: what is created without groups has the default group of its VPC, and
// where that is not known, this is said.
func TestDefaultGroups(t *testing.T) {
	const notKnown, notRead = "which VPC that is, is not known", "the default security group of vpc-3, which is not among the groups"
	group := change("aws_db_subnet_group.x", create, "", `{"name": "lab", "subnet_ids": ["subnet-2"]}`, `{"id": true}`)
	for name, c := range map[string]struct{ kind, properties, want, unknown string }{
		"instance":              {"aws_instance", `{"ami": "ami-1"}`, "sg-1", ""},
		"instance in a subnet":  {"aws_instance", `{"subnet_id": "subnet-2"}`, "sg-2", ""},
		"instance, change set":  {"AWS::EC2::Instance", `{"ImageId": "ami-1"}`, "sg-1", ""},
		"instance, not read":    {"aws_instance", `{"subnet_id": "subnet-3"}`, "", notRead},
		"spot":                  {"aws_spot_instance_request", `{"subnet_id": "subnet-2", "associate_public_ip_address": true}`, "sg-2", ""},
		"spot, by name":         {"aws_spot_instance_request", `{"security_groups": ["redis"]}`, "sg-4", ""},
		"interface":             {"aws_network_interface", `{"subnet_id": "subnet-2"}`, "sg-2", ""},
		"database":              {"aws_db_instance", `{"engine": "mysql"}`, "sg-1", ""},
		"database, subnets":     {"aws_db_instance", `{"db_subnet_group_name": "lab"}`, "sg-2", ""},
		"database, not known":   {"aws_db_instance", `{"db_subnet_group_name": "other"}`, "", notKnown},
		"database, change set":  {"AWS::RDS::DBInstance", `{"Engine": "mysql"}`, "sg-1", ""},
		"replica, change set":   {"AWS::RDS::DBInstance", `{"SourceDBInstanceIdentifier": "db-1"}`, "", notKnown},
		"cluster, change set":   {"AWS::RDS::DBCluster", `{"DBSubnetGroupName": "other"}`, "", notKnown},
		"DocumentDB":            {"AWS::DocDB::DBCluster", `{"DBSubnetGroupName": "other"}`, "", notKnown},
		"Neptune":               {"AWS::Neptune::DBCluster", `{"DBSubnetGroupName": "other"}`, "", notKnown},
		"ECS":                   {"aws_ecs_service", `{"network_configuration": [{"assign_public_ip": true, "security_groups": null, "subnets": ["subnet-2"]}]}`, "sg-2", ""},
		"ECS, change set":       {"AWS::ECS::Service", `{"NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-2"]}}}`, "sg-2", ""},
		"ECS, bridge":           {"aws_ecs_service", `{"network_configuration": []}`, "not looked at", ""},
		"Redshift":              {"aws_redshift_cluster", `{"publicly_accessible": true}`, "sg-1", ""},
		"Redshift, not known":   {"aws_redshift_cluster", `{"cluster_subnet_group_name": "g"}`, "", notKnown},
		"Redshift Serverless":   {"aws_redshiftserverless_workgroup", `{"publicly_accessible": true}`, "sg-1", ""},
		"cache":                 {"AWS::ElastiCache::CacheCluster", `{"CacheSubnetGroupName": "g"}`, "", notKnown},
		"node of a group":       {"aws_elasticache_cluster", `{"replication_group_id": "cart"}`, "not looked at", ""},
		"broker":                {"aws_mq_broker", `{"engine_type": "ActiveMQ", "publicly_accessible": true}`, "sg-1", ""},
		"public RabbitMQ":       {"aws_mq_broker", `{"engine_type": "RabbitMQ", "publicly_accessible": true}`, "not looked at", ""},
		"mount target":          {"aws_efs_mount_target", `{"subnet_id": "subnet-2"}`, "sg-2", ""},
		"endpoint":              {"aws_vpc_endpoint", `{"vpc_id": "vpc-2", "vpc_endpoint_type": "Interface"}`, "sg-2", ""},
		"gateway endpoint":      {"aws_vpc_endpoint", `{"vpc_id": "vpc-2", "vpc_endpoint_type": "Gateway"}`, "", ""},
		"file transfer":         {"aws_transfer_server", `{"endpoint_type": "VPC", "endpoint_details": [{"vpc_id": "vpc-2", "security_group_ids": null}]}`, "sg-2", ""},
		"public transfer":       {"AWS::Transfer::Server", `{"EndpointType": "PUBLIC"}`, "not looked at", ""},
		"transfer, change set":  {"AWS::Transfer::Server", `{"EndpointType": "VPC", "EndpointDetails": {"VpcId": "vpc-2"}}`, "sg-2", ""},
		"client VPN":            {"aws_ec2_client_vpn_endpoint", `{"vpc_id": "vpc-2"}`, "sg-2", ""},
		"VPN without a VPC":     {"AWS::EC2::ClientVpnEndpoint", `{"ClientCidrBlock": "10.9.0.0/22"}`, "not looked at", ""},
		"domain without subnet": {"aws_opensearch_domain", `{"domain_name": "logs"}`, "not looked at", ""},
	} {
		t.Run(name, func(t *testing.T) {
			computed := `{"id": true`
			for _, key := range []string{"subnet_id", "db_subnet_group_name", "vpc_security_group_ids", "security_groups", "security_group_ids", "subnet_ids"} {
				if !strings.Contains(c.properties, `"`+key+`"`) {
					computed += `, "` + key + `": true`
				}
			}
			p, err := Terraform([]byte(plan(resources(c.kind+".x", "", "aws_db_subnet_group.x", ""), group, change(c.kind+".x", create, "", c.properties, computed+`}`))))
			want := c.kind + ".x " + c.want
			if strings.HasPrefix(c.kind, "AWS") {
				p, err = ChangeSet([]byte(changes(added("X", c.kind, c.properties))))
				want = "X " + c.want
			}
			r, outcome := applyTo(t, defaultEstate, p, err)
			got := ""
			for _, e := range r.Interfaces {
				if len(e.Groups) > 0 {
					got += e.ID + " " + strings.Join(e.Groups, " ")
				}
			}
			if !strings.HasPrefix(c.want, "sg-") {
				want = ""
			}
			unknown := ""
			for _, n := range outcome.Unknown {
				unknown += n.String()
			}
			if got != want || !strings.Contains(unknown, c.unknown) || (unknown == "") != (c.unknown == "") || len(outcome.Conflicts) > 0 {
				t.Errorf("%q, want %q; unknown: %q, want %q; %v", got, want, unknown, c.unknown, outcome.Conflicts)
			}
			if ignored := strings.Contains(asText(t, outcome.NotLookedAt), c.kind); ignored != (c.want == "not looked at") {
				t.Errorf("not looked at: %v", outcome.NotLookedAt)
			}
		})
	}
}

// TestSpotInstances: what a spot request started is found by the instance, and goes with it.
func TestSpotInstances(t *testing.T) {
	const before = `{"id": "sir-1", "spot_instance_id": "i-1", "vpc_security_group_ids": ["sg-1"]}`
	estate := defaultEstate + "eni-1 sg-1 10.0.1.10 subnet subnet-1 vpc vpc-1 instance i-1\n"
	p, err := Terraform([]byte(plan("", change("aws_spot_instance_request.x", remove, before, "", ""))))
	if r, outcome := applyTo(t, estate, p, err); len(r.Interfaces) > 0 || outcome.Incomplete() {
		t.Errorf("%v, %+v", r.Interfaces, outcome)
	}
	p, err = Terraform([]byte(plan("", change("aws_spot_instance_request.x", update, before, strings.Replace(before, "sg-1", "sg-4", 1), ""))))
	if r, outcome := applyTo(t, estate, p, err); r.Interfaces[0].Groups[0] != "sg-4" || outcome.Incomplete() {
		t.Errorf("%v, %+v", r.Interfaces, outcome)
	}
}

// TestInstancesOfBareTemplates: instances of a launch template without groups have the default
// group of their VPC, and nodes of EKS do not.
func TestInstancesOfBareTemplates(t *testing.T) {
	const pending = `"LaunchTemplate": {"LaunchTemplateId": "{{changeSet:KNOWN_AFTER_APPLY}}", "Version": "1"}`
	bare, full := added("T", "AWS::EC2::LaunchTemplate", `{"LaunchTemplateData": {}}`), added("T", "AWS::EC2::LaunchTemplate", `{"LaunchTemplateData": {"SecurityGroupIds": ["sg-4"]}}`)
	group := func(template, place string) string {
		return added("A", "AWS::AutoScaling::AutoScalingGroup", `{`+template+`, `+place+`}`)
	}
	for name, c := range map[string]struct {
		list    []string
		want    string
		unknown bool
	}{
		"in a subnet":         {[]string{bare, group(pending, `"VPCZoneIdentifier": ["subnet-2"]`)}, "A sg-2", false},
		"in the default VPC":  {[]string{bare, group(pending, `"AvailabilityZones": ["eu-west-1a"]`)}, "A sg-1", false},
		"somewhere":           {[]string{bare, group(pending, `"VPCZoneIdentifier": ["{{changeSet:KNOWN_AFTER_APPLY}}"]`)}, "", true},
		"template with group": {[]string{full, group(pending, `"VPCZoneIdentifier": ["subnet-2"]`)}, "T sg-4", false},
		"read":                {[]string{group(`"LaunchTemplate": {"LaunchTemplateName": "bare"}`, `"VPCZoneIdentifier": ["subnet-2"]`)}, "A sg-2", false},
		"of another version":  {[]string{group(`"LaunchTemplate": {"LaunchTemplateName": "bare", "Version": "3"}`, `"VPCZoneIdentifier": ["subnet-2"]`)}, "", true},
		"nodes":               {[]string{bare, added("N", "AWS::EKS::Nodegroup", `{`+pending+`, "Subnets": ["subnet-2"]}`)}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ChangeSet([]byte(changes(c.list...)))
			outcome := wantInterfaces(t, defaultEstate+"lt-1 bare\n", p, err, c.want)
			if outcome.Incomplete() != c.unknown {
				t.Errorf("%+v", outcome)
			}
		})
	}
}

package planned

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestResourcesThatBecomePublic: a resource that exists gets public addresses where the
// plan says so, and loses them. Where its interfaces are not found, that is unknown.
func TestResourcesThatBecomePublic(t *testing.T) {
	terraform := func(kind, id, public string) string {
		return plan("", change(kind+".x", update, fmt.Sprintf(`{"id": %q, "vpc_security_group_ids": ["sg-1", "sg-4"], %s}`, id, strings.NewReplacer("true", "false", "SERVICE_PROVIDED_EIPS", "DISABLED").Replace(public)),
			fmt.Sprintf(`{"id": %q, "vpc_security_group_ids": ["sg-1", "sg-4"], %s}`, id, public), ""))
	}
	set := func(kind, id, before, after string) string {
		context := func(public string) string {
			return strconv.Quote(`{"Properties": {"VpcSecurityGroupIds": ["sg-1", "sg-4"], ` + public + `}}`)
		}
		return changes(fmt.Sprintf(`{"Action": "Modify", "LogicalResourceId": "X", "PhysicalResourceId": %q, "ResourceType": %q, "BeforeContext": %s, "AfterContext": %s}`, id, kind, context(before), context(after)))
	}
	service := "arn:aws:ecs:eu-west-1:123456789012:service/main/cart"
	msk := held["aws_msk_cluster"].id
	for name, c := range map[string]struct{ text, words string }{
		"Redshift":               {terraform("aws_redshift_cluster", "dw", `"publicly_accessible": true`), held["aws_redshift_cluster"].words},
		"DMS":                    {terraform("aws_dms_replication_instance", "move", `"publicly_accessible": true`), held["aws_dms_replication_instance"].words},
		"RDS":                    {terraform("aws_db_instance", "db-1", `"publicly_accessible": true`), held["aws_db_instance"].words},
		"ECS":                    {terraform("aws_ecs_service", service, `"network_configuration": [{"assign_public_ip": true}]`), held["aws_ecs_service"].words},
		"ECS without its groups": {strings.ReplaceAll(terraform("aws_ecs_service", service, `"network_configuration": [{"assign_public_ip": true}]`), "vpc_security_group_ids", "x"), held["aws_ecs_service"].words},
		"MSK":                    {terraform("aws_msk_cluster", msk, `"broker_node_group_info": [{"connectivity_info": [{"public_access": [{"type": "SERVICE_PROVIDED_EIPS"}]}]}]`), held["aws_msk_cluster"].words},
		"server":                 {terraform("aws_instance", "i-9", `"associate_public_ip_address": true`), "instance i-9"},
		"Redshift, change set":   {set("AWS::Redshift::Cluster", "dw", `"PubliclyAccessible": false`, `"PubliclyAccessible": true`), held["aws_redshift_cluster"].words},
		"ECS, change set":        {set("AWS::ECS::Service", service, `"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "DISABLED"}}`, `"NetworkConfiguration": {"AwsvpcConfiguration": {"AssignPublicIp": "ENABLED"}}`), held["aws_ecs_service"].words},
	} {
		t.Run(name, func(t *testing.T) {
			read := func() (*Plan, error) {
				if strings.Contains(c.text, "StackId") {
					return ChangeSet([]byte(c.text))
				}
				return Terraform([]byte(c.text))
			}
			p, err := read()
			r, outcome := applyTo(t, holding(c.words), p, err)
			if e := inventory.NewIndex(r).Interface("eni-1"); e.Planned != inventory.PlannedPublic || outcome.Incomplete() || outcome.Applied != 1 {
				t.Errorf("%v; %+v", e.Planned, outcome)
			}
			if e := inventory.NewIndex(r).Interface("eni-2"); e.Planned != inventory.NotPlanned {
				t.Errorf("another interface: %v", e.Planned)
			}
			p, err = read()
			_, outcome = applyTo(t, holding(""), p, err)
			if len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, "has a public address") {
				t.Errorf("without its interface: %+v", outcome.Unknown)
			}
		})
	}
	public := strings.Replace(holding(held["aws_redshift_cluster"].words), "10.0.1.10", "10.0.1.10 public 198.51.100.7", 1)
	p, err := Terraform([]byte(plan("", change("aws_redshift_cluster.x", update, `{"id": "dw", "vpc_security_group_ids": ["sg-1", "sg-4"], "publicly_accessible": true}`, `{"id": "dw", "vpc_security_group_ids": ["sg-1", "sg-4"], "publicly_accessible": false}`, ""))))
	r, _ := applyTo(t, public, p, err)
	if e := inventory.NewIndex(r).Interface("eni-1"); e.Planned != inventory.PlannedPrivate || len(e.PublicIPv4()) > 0 {
		t.Errorf("no longer public: %+v", e)
	}
	p, err = Terraform([]byte(plan(resources("aws_redshift_cluster.x", `"publicly_accessible": {"references": ["local.public"]}`),
		change("aws_redshift_cluster.x", update, `{"id": "dw", "vpc_security_group_ids": ["sg-1", "sg-4"], "publicly_accessible": false}`, `{"id": "dw", "vpc_security_group_ids": ["sg-1", "sg-4"]}`, `{"publicly_accessible": true}`))))
	if _, outcome := applyTo(t, public, p, err); len(outcome.Unknown) != 1 || outcome.Unknown[0].Attribute != "publicly_accessible" {
		t.Errorf("known after apply: %+v", outcome.Unknown)
	}
}

// TestPublicInstancesOfClusters: an instance of a cluster has the groups of the cluster,
// which the plan creates or which was read; else what becomes public is unknown.
func TestPublicInstancesOfClusters(t *testing.T) {
	const words = `requester amazon-rds description RDSNetworkInterface`
	cluster := change("aws_rds_cluster.c", create, "", `{"cluster_identifier": "orders", "vpc_security_group_ids": ["sg-1"]}`, `{"id": true}`)
	instance := func(public string) string {
		return change("aws_rds_cluster_instance.i", create, "", `{"cluster_identifier": "orders", "publicly_accessible": `+public+`}`, "")
	}
	becomes := change("aws_rds_cluster_instance.i", update, `{"id": "i", "cluster_identifier": "orders", "publicly_accessible": false}`, `{"id": "i", "cluster_identifier": "orders", "publicly_accessible": true}`, "")
	member := changes(`{"Action": "Add", "LogicalResourceId": "I", "ResourceType": "AWS::RDS::DBInstance", "AfterContext": ` + strconv.Quote(`{"Properties": {"DBClusterIdentifier": "orders", "PubliclyAccessible": true}}`) + `}`)
	for name, c := range map[string]struct {
		text    string
		read    bool // the services were read
		public  string
		unknown bool
	}{
		"new cluster":               {plan("", cluster, instance("true")), false, "aws_rds_cluster.c", false},
		"private instance":          {plan("", cluster, instance("false")), false, "", false},
		"cluster that exists":       {plan("", instance("true")), true, "aws_rds_cluster_instance.i", false},
		"cluster that was not read": {plan("", instance("true")), false, "", true},
		"change":                    {plan("", becomes), true, "eni-1", false},
		"change, not read":          {plan("", becomes), false, "", true},
		"not said":                  {plan("", strings.Replace(instance("true"), `, "publicly_accessible": true`, "", 1)), true, "aws_rds_cluster_instance.i", false},
		"change set":                {member, true, "I", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(c.text))
			if strings.Contains(c.text, "StackId") {
				p, err = ChangeSet([]byte(c.text))
			}
			estate := holding(words)
			if c.read {
				estate += "referrer rds cluster orders sg-1 sg-4\n"
			}
			r, outcome := applyTo(t, estate, p, err)
			var public []string
			for _, e := range r.Interfaces {
				if e.Planned == inventory.PlannedPublic || e.Planned == inventory.PlannedUnsure && name == "not said" {
					public = append(public, e.ID)
				}
			}
			if strings.Join(public, " ") != c.public || outcome.Incomplete() != c.unknown || outcome.Applied == 0 {
				t.Errorf("public are %q, want %q; %+v", public, c.public, outcome)
			}
		})
	}
}

// TestOtherSubnets: a load balancer has interfaces in the subnets of the plan. In which
// ones other resources are then is unknown.
func TestOtherSubnets(t *testing.T) {
	const before = `{"id": "arn", "arn_suffix": "app/shop/1", "internal": false, "subnets": ["subnet-2"], "security_groups": ["sg-1"]}`
	p, err := Terraform([]byte(plan("", change("aws_lb.x", update, before, strings.Replace(before, "subnet-2", "subnet-1", 1), ""))))
	r, outcome := applyTo(t, dual, p, err)
	x := inventory.NewIndex(r)
	if e := x.Interface("aws_lb.x in subnet-1"); e == nil || e.Planned != inventory.PlannedPublic || strings.Join(e.Groups, " ") != "sg-1" || x.Interface("eni-2") != nil || outcome.Incomplete() {
		t.Errorf("%+v; %+v", e, outcome)
	}
	p, err = Terraform([]byte(plan("", change("aws_lb.x", update, strings.Replace(before, "shop", "other", 1), strings.Replace(before, "subnet-2", "subnet-1", 1), ""))))
	if _, outcome = applyTo(t, dual, p, err); len(outcome.Unknown) != 1 || outcome.Unknown[0].Attribute != "subnets" {
		t.Errorf("another load balancer: %+v", outcome.Unknown)
	}
	const service = `{"id": "arn:aws:ecs:eu-west-1:123456789012:service/main/cart", "network_configuration": [{"security_groups": ["sg-1", "sg-4"], "subnets": ["subnet-1", "subnet-2"]}]}`
	for after, unknown := range map[string]int{strings.Replace(service, `"subnet-1", "subnet-2"`, `"subnet-2", "subnet-1"`, 1): 0, strings.Replace(service, `, "subnet-2"`, "", 1): 1} {
		p, err = Terraform([]byte(plan("", change("aws_ecs_service.x", update, service, after, ""))))
		if _, outcome = applyTo(t, holding(held["aws_ecs_service"].words), p, err); len(outcome.Unknown) != unknown {
			t.Errorf("of a service: %+v", outcome.Unknown)
		}
	}
}

// TestSourcesByName: a rule of a change set that names its source means a group of the
// default VPC. Where there is none with the name, the rule is unknown.
func TestSourcesByName(t *testing.T) {
	const rule = `"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "SourceSecurityGroupName": `
	for name, c := range map[string]struct{ kind, properties, want string }{
		"rule":    {"AWS::EC2::SecurityGroupIngress", `"GroupId": "sg-1", ` + rule + `"clients"`, "in tcp/22 0.0.0.0/0; in tcp/22 sg-2"},
		"unknown": {"AWS::EC2::SecurityGroupIngress", `"GroupId": "sg-1", ` + rule + `"nothing"`, ""},
		"group":   {"AWS::EC2::SecurityGroup", `"GroupDescription": "new", "VpcId": "vpc-1", "SecurityGroupIngress": [{` + rule + `"clients"}]`, "in tcp/22 sg-2; out all 0.0.0.0/0"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := ChangeSet([]byte(changes(`{"Action": "Add", "LogicalResourceId": "X", "ResourceType": "` + c.kind + `", "AfterContext": ` + strconv.Quote(`{"Properties": {`+c.properties+`}}`) + `}`)))
			r, outcome := applyTo(t, strings.Replace(estate, "vpc-1 10.0.0.0/16", "vpc-1 10.0.0.0/16 default", 1), p, err)
			if c.want == "" {
				if len(outcome.Unknown) != 1 || outcome.Unknown[0].Attribute != sourceName {
					t.Errorf("%+v", outcome.Unknown)
				}
				return
			}
			id := map[bool]string{true: "X", false: "sg-1"}[name == "group"]
			if got := rulesOf(t, r, id); got != c.want || outcome.Incomplete() {
				t.Errorf("%s, want %s; %+v", got, c.want, outcome)
			}
		})
	}
}

package planned

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// held are ids of resources as Terraform and CloudFormation have them, and what AWS
// writes on their interfaces, by type.
var held = map[string]struct{ id, words string }{
	"aws_ecs_service":                        {"arn:aws:ecs:eu-west-1:123456789012:service/main/cart", `description arn:aws:ecs:eu-west-1:123456789012:attachment/1 tag aws:ecs:serviceName=cart tag aws:ecs:clusterName=main`},
	"AWS::ECS::Service":                      {"arn:aws:ecs:eu-west-1:123456789012:service/cart", `description arn:aws:ecs:eu-west-1:123456789012:attachment/1 tag aws:ecs:serviceName=cart`},
	"aws_eks_cluster":                        {"prod", `description "Amazon EKS prod"`},
	"AWS::EKS::Cluster":                      {"prod", `description "Amazon EKS prod"`},
	"aws_elasticache_cluster":                {"cart", `requester amazon-elasticache description "ElastiCache cart"`},
	"AWS::ElastiCache::CacheCluster":         {"cart", `requester amazon-elasticache description "ElastiCache+cart"`},
	"aws_elasticache_replication_group":      {"cart", `requester amazon-elasticache description "ElastiCache cart-0001-002"`},
	"AWS::ElastiCache::ReplicationGroup":     {"cart", `requester amazon-elasticache description "ElastiCache cart-001"`},
	"aws_memorydb_cluster":                   {"cart", `requester amazon-elasticache description "ElastiCache cart-0001-001"`},
	"AWS::MemoryDB::Cluster":                 {"cart", `requester amazon-elasticache description "ElastiCache cart-0001-001"`},
	"aws_opensearch_domain":                  {"arn:aws:es:eu-west-1:123456789012:domain/logs", `requester amazon-elasticsearch managed description "ES logs"`},
	"aws_elasticsearch_domain":               {"arn:aws:es:eu-west-1:123456789012:domain/logs", `requester amazon-elasticsearch managed description "ES logs"`},
	"AWS::OpenSearchService::Domain":         {"logs", `requester amazon-elasticsearch managed description "ES logs"`},
	"AWS::Elasticsearch::Domain":             {"logs", `requester amazon-elasticsearch managed description "ES logs"`},
	"aws_mq_broker":                          {"b-1234", `description "Amazon MQ network interface for broker b-1234"`},
	"AWS::AmazonMQ::Broker":                  {"b-1234", `description "Amazon MQ network interface for broker b-1234"`},
	"aws_msk_cluster":                        {"arn:aws:kafka:eu-west-1:123456789012:cluster/bus/1-2", `description "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:eu-west-1:123456789012:cluster/bus/1-2"`},
	"AWS::MSK::Cluster":                      {"arn:aws:kafka:eu-west-1:123456789012:cluster/bus/1-2", `description "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws:kafka:eu-west-1:123456789012:cluster/bus/1-2"`},
	"aws_efs_mount_target":                   {"fsmt-12", `type efs description "EFS mount target for fs-1 (fsmt-12)"`},
	"AWS::EFS::MountTarget":                  {"fsmt-12", `type efs description "EFS mount target for fs-1 (fsmt-12)"`},
	"aws_vpc_endpoint":                       {"vpce-1", `type vpc_endpoint description "VPC Endpoint Interface vpce-1"`},
	"aws_ec2_instance_connect_endpoint":      {"eice-1", `type ec2_instance_connect_endpoint description "EC2 Instance Connect Endpoint eice-1"`},
	"AWS::EC2::InstanceConnectEndpoint":      {"eice-1", `type ec2_instance_connect_endpoint description "EC2 Instance Connect Endpoint eice-1"`},
	"aws_ec2_client_vpn_endpoint":            {"cvpn-endpoint-1", `description "ClientVPN Endpoint resource cvpn-endpoint-1"`},
	"AWS::EC2::ClientVpnEndpoint":            {"cvpn-endpoint-1", `description "ClientVPN Endpoint resource cvpn-endpoint-1"`},
	"aws_route53_resolver_endpoint":          {"rslvr-in-1", `description "Route 53 Resolver: rslvr-in-1:rni-2"`},
	"AWS::Route53Resolver::ResolverEndpoint": {"rslvr-in-1", `description "Route 53 Resolver: rslvr-in-1:rni-2"`},
	"aws_db_proxy":                           {"orders", `description "Network interface for DBProxy orders"`},
	"AWS::RDS::DBProxy":                      {"orders", `description "Network interface for DBProxy orders"`},
	"aws_sagemaker_notebook_instance":        {"lab", `description "[Do not delete] Network Interface created to access resources in your VPC for SageMaker Notebook Instance lab"`},
	"AWS::SageMaker::NotebookInstance":       {"arn:aws:sagemaker:eu-west-1:123456789012:notebook-instance/lab", `description "[Do not delete] Network Interface created to access resources in your VPC for SageMaker Notebook Instance lab"`},
	"aws_redshift_cluster":                   {"dw", `requester amazon-redshift description RedshiftNetworkInterface`},
	"AWS::Redshift::Cluster":                 {"dw", `requester amazon-redshift description RedshiftNetworkInterface`},
	"aws_dms_replication_instance":           {"move", `description DMSNetworkInterface`},
	"AWS::DMS::ReplicationInstance":          {"arn:aws:dms:eu-west-1:123456789012:rep:MOVE", `description DMSNetworkInterface`},
	"aws_dax_cluster":                        {"fast", `managed description "DAX fast"`},
	"AWS::DAX::Cluster":                      {"fast", `managed description "DAX fast"`},
	"aws_db_instance":                        {"db-1", `requester amazon-rds description RDSNetworkInterface`},
	"aws_rds_cluster":                        {"orders", `requester amazon-rds description RDSNetworkInterface`},
	"aws_docdb_cluster":                      {"docs", `requester amazon-rds description RDSNetworkInterface`},
	"aws_neptune_cluster":                    {"graph", `requester amazon-rds description RDSNetworkInterface`},
}

// holding is an account in which one resource has two interfaces, and another one of the
// same type has another.
func holding(words string) string {
	return fmt.Sprintf(`account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24 vpc vpc-1
sg-1 web vpc vpc-1
sg-2 clients vpc vpc-1
sg-3 default vpc vpc-1
sg-4 kept vpc vpc-1
eni-1 sg-1,sg-4 10.0.1.10 subnet subnet-1 vpc vpc-1 %s
eni-2 sg-2 10.0.1.11 subnet subnet-1 vpc vpc-1 instance i-1
`, words)
}

func applyTo(t *testing.T, estate string, p *Plan, err error) (*inventory.Region, *Outcome) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	before := notation.MustParse(estate).Inventory
	after, outcome, err := p.Apply(before)
	if err != nil {
		t.Fatal(err)
	}
	if asText(t, before) != asText(t, notation.MustParse(estate).Inventory) {
		t.Error("the inventory that was given is changed")
	}
	return after.Regions[0], outcome
}

// regrouped is a plan that changes groups of a resource from sg-1 and sg-4 to others, or
// deletes it where there are none.
func regrouped(kind, id, groups string) (*Plan, error) {
	if !strings.HasPrefix(kind, "AWS::") {
		attribute := "security_group_ids"
		if strings.HasPrefix(kind, "aws_db_i") || strings.HasPrefix(kind, "aws_rds_") || strings.HasPrefix(kind, "aws_docdb_") || strings.HasPrefix(kind, "aws_neptune_") {
			attribute = "vpc_security_group_ids"
		}
		before := fmt.Sprintf(`{"id": %q, %q: ["sg-4", "sg-1"]}`, id, attribute)
		if groups == "" {
			return Terraform([]byte(plan("", change(kind+".x", remove, before, "", ""))))
		}
		return Terraform([]byte(plan("", change(kind+".x", update, before, fmt.Sprintf(`{"id": %q, %q: %s}`, id, attribute, groups), ""))))
	}
	action, after := "Remove", ""
	if groups != "" {
		action, after = "Modify", fmt.Sprintf(`, "AfterContext": %q`, `{"Properties": {"VpcConfig": {"SecurityGroupIds": `+groups+`}}}`)
	}
	return ChangeSet([]byte(changes(fmt.Sprintf(`{"Action": %q, "LogicalResourceId": "X", "PhysicalResourceId": %q, "ResourceType": %q, "BeforeContext": %q%s}`,
		action, id, kind, `{"Properties": {"VpcConfig": {"SecurityGroupIds": ["sg-4", "sg-1"]}}}`, after))))
}

// TestHolders: the interfaces of each type are found and get the groups of the plan, or go
// with the resource. Of another resource of the type they are not changed, and that is
// said.
func TestHolders(t *testing.T) {
	for i := range holders {
		for _, kind := range holders[i].types {
			t.Run(kind, func(t *testing.T) {
				c, listed := held[kind]
				if !listed {
					t.Fatal("no interface of this type is in the table of the test")
				}
				p, err := regrouped(kind, c.id, `["sg-4", "sg-2"]`)
				r, outcome := applyTo(t, holding(c.words), p, err)
				if e := inventory.NewIndex(r).Interface("eni-1"); strings.Join(e.Groups, " ") != "sg-2 sg-4" || outcome.Incomplete() || outcome.Applied != 1 {
					t.Errorf("changed: %v; %+v", e.Groups, outcome)
				}
				p, err = regrouped(kind, c.id, "")
				r, outcome = applyTo(t, holding(c.words), p, err)
				if len(r.Interfaces) != 1 || outcome.Incomplete() {
					t.Errorf("deleted: %d interfaces are left; %+v", len(r.Interfaces), outcome)
				}
				estate, why := strings.ReplaceAll(holding(c.words), "sg-1,sg-4", "sg-2"), "not among those that were read"
				other := c.id + "9"
				p, err = regrouped(kind, other, `["sg-2"]`)
				r, outcome = applyTo(t, estate, p, err)
				if e := inventory.NewIndex(r).Interface("eni-1"); strings.Join(e.Groups, " ") != "sg-2" || len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, why) {
					t.Errorf("another one: %v; %+v", e.Groups, outcome)
				}
			})
		}
	}
}

// TestAlikeInterfaces: several interfaces of a service that have the same groups and the
// same text belong to one resource where the service lists only one with these groups.
func TestAlikeInterfaces(t *testing.T) {
	const words = `requester amazon-redshift description RedshiftNetworkInterface`
	two := holding(words) + "eni-3 sg-1,sg-4 10.0.1.12 subnet subnet-1 vpc vpc-1 " + words + "\n"
	for name, c := range map[string]struct {
		listed string
		known  bool
	}{
		"not read":   {"", false},
		"one":        {"referrer redshift cluster dw sg-1 sg-4\nreferrer redshift cluster other sg-2\n", true},
		"two":        {"referrer redshift cluster dw sg-1 sg-4\nreferrer redshift cluster other sg-1 sg-4\n", false},
		"not itself": {"referrer redshift cluster other sg-1 sg-4\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := regrouped("aws_redshift_cluster", "dw", `["sg-2"]`)
			r, outcome := applyTo(t, two+c.listed, p, err)
			want := "sg-1 sg-4"
			if c.known {
				want = "sg-2"
			}
			for _, id := range []string{"eni-1", "eni-3"} {
				if e := inventory.NewIndex(r).Interface(id); strings.Join(e.Groups, " ") != want {
					t.Errorf("%s has %v, want %s", id, e.Groups, want)
				}
			}
			if outcome.Incomplete() == c.known || !c.known && !strings.Contains(outcome.Unknown[0].Text, "several interfaces of the service have the same groups") {
				t.Errorf("%+v", outcome.Unknown)
			}
			for _, x := range r.Referrers {
				if x.Name == "dw" && strings.Join(x.Groups, " ") != "sg-2" {
					t.Errorf("the cluster itself has %v", x.Groups)
				}
			}
		})
	}
}

// TestOtherHolders: of a type that is not known it is said that its interfaces are not.
// Launch templates and the like change nothing of what runs. What is left without a group
// gets the default one, and groups that are known after apply are not taken for none.
func TestOtherHolders(t *testing.T) {
	type want struct{ groups, unsure, attribute, why string }
	const task = `description arn:aws:ecs:eu-west-1:123456789012:attachment/1 tag aws:ecs:serviceName=cart tag aws:ecs:clusterName=main`
	ecs := func(cluster, after, unknown string) string {
		return change("aws_ecs_service.x", update, `{"id": "arn:aws:ecs:eu-west-1:123456789012:service/`+cluster+`/cart", "network_configuration": [{"security_groups": ["sg-1"]}]}`, after, unknown)
	}
	for name, c := range map[string]struct {
		change string
		want   want
	}{
		"unknown type":    {change("aws_fsx_lustre_file_system.x", update, `{"id": "fs-1", "security_group_ids": ["sg-1"]}`, `{"security_group_ids": ["sg-1", "sg-2"]}`, ""), want{"sg-1 sg-4", "sg-2", "security_group_ids", "sgaudit does not know which interfaces belong"}},
		"deleted":         {change("aws_fsx_lustre_file_system.x", remove, `{"id": "fs-1", "security_group_ids": ["sg-1"]}`, "", ""), want{"sg-1 sg-4", "", "", "the resource is deleted, but sgaudit does not know which interfaces"}},
		"same groups":     {change("aws_fsx_lustre_file_system.x", update, `{"id": "fs-1", "size": 1, "security_group_ids": ["sg-1"]}`, `{"size": 2, "security_group_ids": ["sg-1"]}`, ""), want{"sg-1 sg-4", "", "", ""}},
		"launch template": {change("aws_launch_template.x", update, `{"id": "lt-1", "vpc_security_group_ids": ["sg-1"]}`, `{"vpc_security_group_ids": ["sg-2"]}`, ""), want{"sg-1 sg-4", "sg-2", "", ""}},
		"template goes":   {change("aws_launch_template.x", remove, `{"id": "lt-1", "vpc_security_group_ids": ["sg-1"]}`, "", ""), want{"sg-1 sg-4", "", "", ""}},
		"one of two":      {ecs("main", `{"network_configuration": [{"security_groups": ["sg-2"]}]}`, ""), want{"sg-2 sg-4", "", "", ""}},
		"another cluster": {ecs("test", `{"network_configuration": [{"security_groups": ["sg-2"]}]}`, ""), want{"sg-1 sg-4", "sg-2", "network_configuration[0].security_groups", "not among those that were read"}},
		"replaced":        {strings.Replace(ecs("main", `{"network_configuration": [{"security_groups": ["sg-2"]}]}`, ""), update, replace, 1), want{"gone", "sg-2", "", ""}},
		"none":            {ecs("main", `{"network_configuration": [{"security_groups": []}]}`, ""), want{"sg-4", "", "", ""}},
		"pending":         {ecs("main", `{"network_configuration": [{}]}`, `{"network_configuration": [{"security_groups": true}]}`), want{"sg-1 sg-4", "", "network_configuration[0].security_groups", "known after apply"}},
		"left to AWS":     {change("aws_mq_broker.x", update, `{"id": "b-9", "security_groups": ["sg-1"]}`, `{"id": "b-9"}`, `{"security_groups": true}`), want{"sg-1 sg-4", "", "security_groups", "known after apply"}},
		"node group":      {change("aws_eks_node_group.x", create, "", `{"remote_access": [{"source_security_group_ids": ["sg-1"]}]}`, ""), want{"sg-1 sg-4", "", "", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan(resources("aws_ecs_service.x", `"network_configuration": [{"security_groups": {"references": ["local.groups"]}}]`, "aws_mq_broker.x", `"broker_name": {}`), c.change)))
			r, outcome := applyTo(t, holding(task), p, err)
			got, unsure := "gone", ""
			for _, e := range r.Interfaces {
				switch {
				case e.ID == "eni-1":
					got = strings.Join(e.Groups, " ")
				case !strings.HasPrefix(e.ID, "eni-"):
					unsure = strings.Join(e.Groups, " ")
				}
			}
			if got != c.want.groups || unsure != c.want.unsure {
				t.Errorf("groups %q and %q, want %q and %q", got, unsure, c.want.groups, c.want.unsure)
			}
			if outcome.Incomplete() != (c.want.why != "") || c.want.why != "" && (len(outcome.Unknown) != 1 || outcome.Unknown[0].Attribute != c.want.attribute || !strings.Contains(outcome.Unknown[0].Text, c.want.why)) {
				t.Errorf("unknown: %+v, want %q", outcome.Unknown, c.want)
			}
		})
	}
	p, err := Terraform([]byte(plan("", ecs("main", `{"network_configuration": [{"security_groups": []}]}`, ""))))
	r, _ := applyTo(t, strings.Replace(holding(task), "sg-1,sg-4", "sg-1", 1), p, err)
	if e := inventory.NewIndex(r).Interface("eni-1"); strings.Join(e.Groups, " ") != "sg-3" {
		t.Errorf("an interface that is left without groups has %v, want the default group", e.Groups)
	}
}

// TestFunctions: functions with the same groups and subnets share their interfaces, so
// that an interface stays as long as another function has it.
func TestFunctions(t *testing.T) {
	const words = `type lambda description "AWS Lambda VPC ENI-a-00000000-0000-0000-0000-000000000000"`
	const functions = "function a vpc vpc-1 sg-1 sg-4 subnet subnet-1\n"
	const shared = functions + "function b vpc vpc-1 sg-1 sg-4 subnet subnet-1\n"
	config := func(groups string) string {
		return `{"id": "a", "function_name": "a", "vpc_config": [{"security_group_ids": [` + groups + `], "subnet_ids": ["subnet-1"]}]}`
	}
	const both, none = `"sg-4", "sg-1"`, `{"id": "a", "function_name": "a", "vpc_config": []}`
	for name, c := range map[string]struct{ functions, change, was, is, unknown string }{
		"changed":          {"", change("aws_lambda_function.x", update, config(both), config(`"sg-2"`), ""), "sg-2", "", ""},
		"changed, shared":  {shared, change("aws_lambda_function.x", update, config(both), config(`"sg-2"`), ""), "sg-1 sg-4", "sg-2", ""},
		"pending":          {"", change("aws_lambda_function.x", update, config(both), config(``), `{"vpc_config": [{"security_group_ids": true}]}`), "sg-1 sg-4", "", "known after apply"},
		"deleted":          {functions, change("aws_lambda_function.x", remove, config(both), "", ""), "gone", "", ""},
		"deleted, shared":  {shared, change("aws_lambda_function.x", remove, config(both), "", ""), "sg-1 sg-4", "", ""},
		"deleted, unread":  {"", change("aws_lambda_function.x", remove, config(both), "", ""), "sg-1 sg-4", "", "the Lambda functions were not read"},
		"out of the VPC":   {functions, change("aws_lambda_function.x", update, config(both), none, ""), "gone", "", ""},
		"into the VPC":     {"", change("aws_lambda_function.x", update, none, config(`"sg-2"`), ""), "sg-1 sg-4", "sg-2", ""},
		"nothing changes":  {"", change("aws_lambda_function.x", update, config(both), config(both), ""), "sg-1 sg-4", "", ""},
		"without function": {"", change("aws_lambda_function.x", update, strings.ReplaceAll(config(both), `"a"`, `"z"`), strings.ReplaceAll(config(`"sg-2"`), `"a"`, `"z"`), ""), "sg-1 sg-4", "sg-2", "not among those that were read"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(plan(resources("aws_lambda_function.x", `"vpc_config": [{"security_group_ids": {"references": ["local.groups"]}}]`), c.change)))
			r, outcome := applyTo(t, holding(words)+c.functions, p, err)
			was, is := "gone", ""
			for _, e := range r.Interfaces {
				switch {
				case e.ID == "eni-1":
					was = strings.Join(e.Groups, " ")
				case !strings.HasPrefix(e.ID, "eni-"):
					is = strings.Join(e.Groups, " ")
				}
			}
			if was != c.was || is != c.is {
				t.Errorf("groups %q and %q, want %q and %q", was, is, c.was, c.is)
			}
			if outcome.Incomplete() != (c.unknown != "") || c.unknown != "" && (len(outcome.Unknown) != 1 || !strings.Contains(outcome.Unknown[0].Text, c.unknown)) {
				t.Errorf("unknown: %+v, want %q", outcome.Unknown, c.unknown)
			}
		})
	}
}

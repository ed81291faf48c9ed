package inventory

import (
	"slices"
	"testing"
)

const account = "111122223333"

// ownerCases hold what AWS writes on the interfaces of every service, in
// several partitions.
var ownerCases = []struct {
	want Owner
	of   Interface
}{
	// Operator first, then the instance.
	{Owner{"eks", "i-0a1b2c3d4e5f60718"}, Interface{Operator: "eks.amazonaws.com", Instance: "i-0a1b2c3d4e5f60718", Type: "interface"}},
	{Owner{"ecs", "i-0a1b2c3d4e5f60718"}, Interface{Operator: "ecs.amazonaws.com.cn", Instance: "i-0a1b2c3d4e5f60718"}},
	{Owner{"function", "resize"}, Interface{Operator: "lambda.amazonaws.com", Description: "AWS Lambda VPC ENI-resize-0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}},
	{Owner{"workspaces", ""}, Interface{Operator: "workspaces.amazonaws.com", Status: "available"}},
	{Owner{"frobnicate.amazonaws.com (managed)", "i-01"}, Interface{Operator: "frobnicate.amazonaws.com", Instance: "i-01"}},
	{Owner{"instance", "i-0a1b2c3d4e5f60718"}, Interface{Instance: "i-0a1b2c3d4e5f60718", Type: "interface", Description: "Primary network interface", AttachedBy: account}},
	{Owner{"instance", "i-0a1b2c3d4e5f60718"}, Interface{Instance: "i-0a1b2c3d4e5f60718", Type: "trunk", Description: "aws-K8S-i-0a1b2c3d4e5f60718", Tags: []Tag{{tagEKSCluster, "blue"}}}},
	{Owner{"instance", "i-0a1b2c3d4e5f60718"}, Interface{Instance: "i-0a1b2c3d4e5f60718", Description: "RDSNetworkInterface"}},

	// Load balancers.
	{Owner{"application-load-balancer", "web"}, Interface{Type: "interface", Requester: "amazon-elb", AttachedBy: "amazon-elb", Managed: true, Description: "ELB app/web/50dc6c495c0c9188"}},
	{Owner{"application-load-balancer", "web"}, Interface{Type: "interface", Description: "ELB app/web/50dc6c495c0c9188"}},
	{Owner{"network-load-balancer", "ingest"}, Interface{Type: "network_load_balancer", Requester: account, AttachedBy: "amazon-aws", Description: "ELB net/ingest/1234567890abcdef"}},
	{Owner{"network-load-balancer", "ingest"}, Interface{Type: "interface", Requester: "amazon-elb", Description: "ELB net/ingest/1234567890abcdef"}},
	{Owner{"gateway-load-balancer", "inspect"}, Interface{Type: "gateway_load_balancer", Description: "ELB gwy/inspect/1234567890abcdef"}},
	{Owner{"gateway-load-balancer", "inspect"}, Interface{Type: "interface", AttachedBy: "amazon-elb", Description: "ELB gwy/inspect/1234567890abcdef"}},
	{Owner{"classic-load-balancer", "old-web"}, Interface{Type: "interface", Requester: "amazon-elb", Description: "ELB old-web"}},
	{Owner{"classic-load-balancer", "old-web"}, Interface{Type: "interface", AttachedBy: "amazon-elb", Description: "ELB old-web"}},
	{Owner{"load-balancer", ""}, Interface{Type: "interface", Requester: "amazon-elb", Description: "something new"}},
	{Owner{"load-balancer", ""}, Interface{Type: "load_balancer"}},

	// Data stores and brokers.
	{Owner{"database", ""}, Interface{Type: "interface", Requester: "amazon-rds", Managed: true, Description: "RDSNetworkInterface"}},
	{Owner{"database", ""}, Interface{Type: "interface", Description: "RDSNetworkInterface"}},
	{Owner{"database", ""}, Interface{Requester: "amazon-rds", Description: "worded anew"}},
	{Owner{"rds-proxy", "orders"}, Interface{Type: "interface", Managed: true, Requester: "310000000001", Description: "Network interface for DBProxy orders"}},
	{Owner{"elasticache", "sessions-001"}, Interface{Type: "interface", Requester: "amazon-elasticache", Description: "ElastiCache sessions-001"}},
	{Owner{"elasticache", "sessions-001"}, Interface{Type: "interface", Description: "ElastiCache+sessions-001"}},
	{Owner{"redshift", ""}, Interface{Type: "interface", Requester: "amazon-redshift", Description: "RedshiftNetworkInterface"}},
	{Owner{"dax", ""}, Interface{Type: "interface", Managed: true, Description: "DAX carts-a"}},
	{Owner{"opensearch", "logs"}, Interface{Type: "interface", Requester: "amazon-elasticsearch", Managed: true, Description: "ES logs"}},
	{Owner{"opensearch", "logs"}, Interface{Type: "interface", Managed: true, Description: "ES logs"}},
	{Owner{"msk", "events"}, Interface{Type: "interface", Description: "DO NOT DELETE - Amazon MSK network interface for cluster arn:aws-us-gov:kafka:us-gov-west-1:111122223333:cluster/events/0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111-7"}},
	{Owner{"mq", "b-0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}, Interface{Type: "interface", Managed: true, Description: "Amazon MQ network interface for broker b-0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}},
	{Owner{"efs", "fs-0123456789abcdef0"}, Interface{Type: "efs", Description: "EFS mount target for fs-0123456789abcdef0 (fsmt-0fedcba9876543210)"}},
	{Owner{"efs", "fs-0123456789abcdef0"}, Interface{Type: "interface", Description: "EFS mount target for fs-0123456789abcdef0 (fsmt-0fedcba9876543210)"}},
	{Owner{"fsx", "fs-0123456789abcdef0"}, Interface{Type: "interface", Managed: true, Description: "Created by Amazon FSx for file system fs-0123456789abcdef0"}},

	// What runs code.
	{Owner{"function", "resize-image"}, Interface{Type: "lambda", Requester: "AROAEXAMPLE:111122223333", Description: "AWS Lambda VPC ENI-resize-image-0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}},
	{Owner{"function", ""}, Interface{Type: "interface", Description: "AWS Lambda VPC ENI: 0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}},
	{Owner{"function", ""}, Interface{Type: "interface", Requester: "111122223333:awslambda_42_20240101", Description: "worded anew"}},
	{Owner{"ecs-task", "0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}, Interface{Type: "interface", Description: "arn:aws:ecs:eu-west-1:111122223333:attachment/0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"}},
	{Owner{"ecs-task", "checkout"}, Interface{Type: "interface", Description: "arn:aws-cn:ecs:cn-north-1:111122223333:attachment/0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111", Tags: []Tag{{tagECSService, "checkout"}}}},
	{Owner{"ecs-task", "checkout"}, Interface{Type: "interface", Status: "in-use", Tags: []Tag{{tagECSService, "checkout"}}}},
	{Owner{"eks", "blue"}, Interface{Type: "interface", AttachedBy: "555566667777", Description: "Amazon EKS blue"}},
	{Owner{"eks", "i-0a1b2c3d4e5f60718"}, Interface{Type: "interface", Status: "available", Description: "aws-K8S-i-0a1b2c3d4e5f60718"}},
	{Owner{"eks", "blue"}, Interface{Type: "interface", Status: "available", Tags: []Tag{{tagEKSCluster, "blue"}}}},
	{Owner{"eks-pod", ""}, Interface{Type: "branch", Description: "aws-k8s-branch-eni"}},
	{Owner{"eks-pod", "blue"}, Interface{Type: "branch", Description: "aws-k8s-branch-eni", Tags: []Tag{{tagEKSCluster, "blue"}}}},
	{Owner{"glue", "etl"}, Interface{Type: "interface", Description: "Attached to Glue using role: arn:aws:iam::111122223333:role/service-role/etl"}},
	{Owner{"glue", ""}, Interface{Type: "interface", Description: "Attached to Glue using role: unknown"}},
	{Owner{"emr", ""}, Interface{Type: "interface", Description: "AWS ElasticMapReduce job flow"}},
	{Owner{"sagemaker", "lab"}, Interface{Type: "interface", Description: "[Do not delete] Network Interface created to access resources in your VPC for SageMaker Notebook Instance lab"}},
	{Owner{"sagemaker", "d-a1b2c3d4e5f6"}, Interface{Type: "interface", Description: "[DO NOT DELETE] ENI managed by SageMaker for Studio Domain (d-a1b2c3d4e5f6) - 1"}},
	{Owner{"sagemaker", ""}, Interface{Type: "interface", Requester: "070621534519", Managed: true}},
	{Owner{"codebuild", ""}, Interface{Type: "interface", Managed: true, Description: "AWS CodeBuild build"}},
	{Owner{"appstream", ""}, Interface{Type: "interface", Managed: true, Description: "Amazon AppStream 2.0 fleet"}},
	{Owner{"mwaa", ""}, Interface{Type: "interface", Managed: true, Description: "MWAA environment"}},
	{Owner{"mwaa", ""}, Interface{Type: "interface", Managed: true, Description: "Amazon managed Airflow"}},
	{Owner{"apprunner", ""}, Interface{Type: "interface", AttachedBy: "amazon-aws", Description: "AWS App Runner connector"}},
	{Owner{"apprunner", ""}, Interface{Type: "interface", Managed: true, Description: "AWSAppRunner connector"}},
	{Owner{"elastic-beanstalk", "shop-prod"}, Interface{Type: "interface", Status: "available", Tags: []Tag{{tagEnvironment, "shop-prod"}}}},

	// The network's own.
	{Owner{"nat-gateway", "nat-0123456789abcdef0"}, Interface{Type: "nat_gateway", AttachedBy: "amazon-aws", Description: "Interface for NAT Gateway nat-0123456789abcdef0"}},
	{Owner{"nat-gateway", ""}, Interface{Type: "natGateway"}},
	{Owner{"nat-gateway", "nat-0123456789abcdef0"}, Interface{Type: "interface", Description: "Interface for NAT Gateway nat-0123456789abcdef0"}},
	{Owner{"vpc-endpoint", "vpce-0123456789abcdef0"}, Interface{Type: "vpc_endpoint", AttachedBy: "amazon-aws", Description: "VPC Endpoint Interface vpce-0123456789abcdef0"}},
	{Owner{"vpc-endpoint", "vpce-0123456789abcdef0"}, Interface{Type: "interface", Description: "VPC Endpoint Interface: vpce-0123456789abcdef0"}},
	{Owner{"gateway-load-balancer-endpoint", "vpce-0123456789abcdef0"}, Interface{Type: "gateway_load_balancer_endpoint", Description: "VPC Endpoint Interface vpce-0123456789abcdef0"}},
	{Owner{"lattice-resource-gateway", "rgw-0123456789abcdef0"}, Interface{Type: "interface", Description: "Resource Gateway Interface rgw-0123456789abcdef0"}},
	{Owner{"transit-gateway", "tgw-attach-0123456789abcdef0"}, Interface{Type: "transit_gateway", Description: "Network Interface for Transit Gateway Attachment tgw-attach-0123456789abcdef0"}},
	{Owner{"transit-gateway", "tgw-attach-0123456789abcdef0"}, Interface{Type: "interface", Description: "Network Interface for Transit Gateway Attachment tgw-attach-0123456789abcdef0"}},
	{Owner{"route53-resolver", "rslvr-in-0123456789abcdef0"}, Interface{Type: "interface", Requester: "310000000002", Managed: true, Description: "Route 53 Resolver: rslvr-in-0123456789abcdef0:rni-0fedcba9876543210"}},
	{Owner{"route53-resolver", "rslvr-out-0123456789abcdef0"}, Interface{Type: "interface", Description: "Route 53 Resolver: rslvr-out-0123456789abcdef0:rni-0fedcba9876543210"}},
	{Owner{"client-vpn", "cvpn-endpoint-0123456789abcdef0"}, Interface{Type: "interface", Description: "ClientVPN Endpoint resource cvpn-endpoint-0123456789abcdef0"}},
	{Owner{"instance-connect-endpoint", "eice-0123456789abcdef0"}, Interface{Type: "ec2_instance_connect_endpoint", Description: "EC2 Instance Connect Endpoint eice-0123456789abcdef0"}},
	{Owner{"global-accelerator", ""}, Interface{Type: "global_accelerator_managed"}},
	{Owner{"api-gateway", ""}, Interface{Type: "api_gateway_managed", Description: "ENI managed by APIGateway"}},
	{Owner{"api-gateway", ""}, Interface{Type: "interface", Description: "ENI managed by APIGateway"}},

	// The rest.
	{Owner{"dms", ""}, Interface{Type: "interface", Requester: "237081731433", Managed: true, Description: "DMSNetworkInterface"}},
	{Owner{"directory", "d-9067012345"}, Interface{Type: "interface", Description: "AWS created network interface for directory d-9067012345"}},
	{Owner{"workspaces", ""}, Interface{Type: "interface", Requester: "AROAEXAMPLE:WorkSpace-Creation", Description: "Created By Amazon Workspaces for AWS Account ID 111122223333"}},
	{Owner{"datasync", ""}, Interface{Type: "interface", Managed: true, Description: "datasync task-0123456789abcdef0"}},
	{Owner{"firehose", "clicks"}, Interface{Type: "interface", Description: "Amazon Kinesis Firehose - 111122223333:clicks:1700000000000"}},
	{Owner{"cloudhsm", ""}, Interface{Type: "interface", Description: "CloudHSM Managed Interface"}},
	{Owner{"cloudhsm", ""}, Interface{Type: "interface", Description: "CloudHsm ENI for cluster-abc"}},
	{Owner{"transfer", ""}, Interface{Type: "interface", Managed: true, Description: "AWS Transfer server"}},
	{Owner{"transfer", ""}, Interface{Type: "interface", Managed: true, Description: "Interface of a Transfer Family server"}},
	{Owner{"codeconnections", ""}, Interface{Type: "aws_codestar_connections_managed"}},
	{Owner{"codeconnections", ""}, Interface{Type: "interface", Description: "AWS CodeStar Connections host"}},
	{Owner{"quicksight", ""}, Interface{Type: "quicksight"}},
	{Owner{"iot", ""}, Interface{Type: "iot_rules_managed"}},
	{Owner{"evs", ""}, Interface{Type: "evs"}},

	// A type or a requester is enough, and so is a description.
	{Owner{"network-load-balancer", ""}, Interface{Type: "network_load_balancer", Description: "ELB worded-anew"}},
	{Owner{"gateway-load-balancer", ""}, Interface{Type: "gateway_load_balancer", Description: "ELB worded-anew"}},
	{Owner{"function", ""}, Interface{Type: "lambda"}},
	{Owner{"efs", "fs-0123456789abcdef0"}, Interface{Type: "efs", Description: "Mount target of fs-0123456789abcdef0"}},
	{Owner{"nat-gateway", "nat-0123456789abcdef0"}, Interface{Type: "nat_gateway", Description: "NAT nat-0123456789abcdef0"}},
	{Owner{"vpc-endpoint", "vpce-0123456789abcdef0"}, Interface{Type: "vpc_endpoint", Description: "Endpoint vpce-0123456789abcdef0"}},
	{Owner{"api-gateway", ""}, Interface{Type: "api_gateway_managed"}},
	{Owner{"transit-gateway", "tgw-attach-0123456789abcdef0"}, Interface{Type: "transit_gateway", Description: "Attachment tgw-attach-0123456789abcdef0"}},
	{Owner{"elasticache", "carts-002"}, Interface{Type: "interface", Description: "ElastiCache carts-002"}},
	{Owner{"elasticache", ""}, Interface{Type: "interface", Requester: "amazon-elasticache"}},
	{Owner{"redshift", ""}, Interface{Type: "interface", Description: "RedshiftNetworkInterface"}},
	{Owner{"redshift", ""}, Interface{Type: "interface", Requester: "amazon-redshift"}},
	{Owner{"opensearch", ""}, Interface{Type: "interface", Requester: "amazon-elasticsearch"}},
	{Owner{"dms", ""}, Interface{Type: "interface", Description: "DMSNetworkInterface"}},
	{Owner{"dms", ""}, Interface{Type: "interface", Requester: "237081731433"}},
	{Owner{"workspaces", ""}, Interface{Type: "interface", Description: "created by Amazon WorkSpaces for AWS Account ID 111122223333"}},
	{Owner{"workspaces", ""}, Interface{Type: "interface", Requester: "AROAEXAMPLE:WorkSpace-Creation"}},
	// Of two that disagree the stronger wins.
	{Owner{"nat-gateway", ""}, Interface{Type: "nat_gateway", Requester: "amazon-elb", Description: "ELB web"}},
	{Owner{"database", ""}, Interface{Type: "interface", Requester: "amazon-rds", Description: "RedshiftNetworkInterface"}},
	{Owner{"redshift", ""}, Interface{Type: "interface", Requester: "amazon-redshift", Description: "RDSNetworkInterface"}},

	// Nothing names a service: no guesses.
	{Owner{"unattached", ""}, Interface{Type: "interface", Status: "available", Requester: "AIDAEXAMPLE", Account: account, Description: "spare"}},
	{Owner{"unknown", ""}, Interface{Type: "interface", Status: "in-use", AttachedBy: account, Account: account}},
	{Owner{"unknown", ""}, Interface{}},
	{Owner{"310000000003 (managed)", ""}, Interface{Type: "interface", Status: "available", Managed: true, Requester: "310000000003", Description: "worded anew"}},
	{Owner{"amazon-aws (managed)", ""}, Interface{Type: "interface", Status: "in-use", AttachedBy: "amazon-aws"}},
	{Owner{"unknown (managed)", ""}, Interface{Type: "interface", Status: "in-use", Managed: true}},
	{Owner{"some-new-type", ""}, Interface{Type: "some_new_type", Managed: true, Requester: "310000000003"}},
	// Vague words count only on what a service holds.
	{Owner{"unattached", ""}, Interface{Type: "interface", Status: "available", Account: account, Description: "ES node of the search team"}},
	{Owner{"unattached", ""}, Interface{Type: "interface", Status: "available", Account: account, Description: "spare for CodeBuild"}},
	{Owner{"unknown", ""}, Interface{Type: "interface", Status: "in-use", Account: account, AttachedBy: account, Description: "DAX tests"}},
}

func TestOwner(t *testing.T) {
	for _, c := range ownerCases {
		if got := c.of.Owner(); got != c.want {
			t.Errorf("owner of %+v:\n got %v\nwant %v", c.of, got, c.want)
		}
	}
}

// Every word of the table stands in a case that it decides: with the
// word taken out of the table, some case changes.
func TestOwnerTableIsTested(t *testing.T) {
	verdicts := func() []Owner {
		var list []Owner
		for i := range ownerCases {
			list = append(list, ownerCases[i].of.Owner())
		}
		return list
	}
	before := verdicts()
	for k := range services.list {
		row := &services.list[k]
		for _, field := range []*[]string{&row.types, &row.requesters, &row.descriptions, &row.words} {
			for n, word := range *field {
				kept := *field
				*field = slices.Delete(slices.Clone(kept), n, n+1)
				services = newTable(services.list)
				if slices.Equal(verdicts(), before) {
					t.Errorf("%s: no case needs %q", row.kind, word)
				}
				*field = kept
			}
		}
	}
	services = newTable(services.list)
	for k := range taggedServices {
		row := &taggedServices[k]
		key := row.key
		row.key = ""
		if slices.Equal(verdicts(), before) {
			t.Errorf("%s: no case needs the tag %s", row.kind, key)
		}
		row.key = key
	}
}

func TestOwnerString(t *testing.T) {
	for want, o := range map[string]Owner{"instance i-1": {"instance", "i-1"}, "database": {"database", ""}} {
		if o.String() != want {
			t.Errorf("%#v is written %q", o, o)
		}
	}
}

func TestDatabase(t *testing.T) {
	stores := []string{"database", "rds-proxy", "elasticache", "redshift", "dax", "opensearch", "msk", "mq"}
	seen := map[string]bool{}
	for _, c := range ownerCases {
		want := slices.Contains(stores, c.want.Kind)
		if got := c.of.Database(); got != want {
			t.Errorf("%v is a database: %v", c.want, got)
		}
		seen[c.want.Kind] = true
	}
	for _, kind := range stores {
		if !seen[kind] {
			t.Errorf("no case of %s", kind)
		}
	}
}

func BenchmarkOwner(b *testing.B) {
	for name, i := range map[string]Interface{
		"instance": {Instance: "i-1"},
		"function": {Type: "lambda", Requester: "AROAEXAMPLE:111122223333", Description: "AWS Lambda VPC ENI-resize-image-0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"},
		"balancer": {Type: "interface", Requester: "amazon-elb", AttachedBy: "amazon-elb", Managed: true, Description: "ELB app/web/50dc6c495c0c9188"},
		"database": {Type: "interface", Requester: "amazon-rds", AttachedBy: "amazon-rds", Managed: true, Description: "RDSNetworkInterface"},
		"task":     {Type: "interface", Description: "arn:aws:ecs:eu-west-1:111122223333:attachment/0b6f1f0e-7d53-4f0c-9a40-52d1f1c1a111"},
		"unknown":  {Type: "interface", Managed: true, Requester: "310000000003", Description: "worded anew"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				i.Owner()
			}
		})
	}
}

// TestIsLoadBalancerOrNATGateway: every kind of load balancer is one, an endpoint
// of one is not, and a description alone makes no NAT gateway.
func TestIsLoadBalancerOrNATGateway(t *testing.T) {
	for _, c := range []struct {
		of                Interface
		balancer, gateway bool
	}{
		{of: Interface{Type: "interface", Requester: "amazon-elb", Description: "ELB app/web/50dc6c495c0c9188"}, balancer: true},
		{of: Interface{Type: "interface", Requester: "amazon-elb", Description: "something new"}, balancer: true},
		{of: Interface{Type: "network_load_balancer"}, balancer: true},
		{of: Interface{Type: "gateway_load_balancer_endpoint"}},
		{of: Interface{Type: "nat_gateway"}, gateway: true},
		{of: Interface{Type: "natGateway"}, gateway: true},
		{of: Interface{Type: "interface", Description: "Interface for NAT Gateway nat-0123456789abcdef0"}},
	} {
		if c.of.LoadBalancer() != c.balancer || c.of.NATGateway() != c.gateway {
			t.Errorf("%+v: load balancer %t, NAT gateway %t", c.of, c.of.LoadBalancer(), c.of.NATGateway())
		}
	}
}

package inventory

import "strings"

// service is one row of the table: what AWS writes on the interfaces of one
// service. Types and requesters are AWS's own words, descriptions are how the
// free text begins that the service fills in, in any case of letters. A type
// that needs no better word than itself (quicksight, evs) has no row.
type service struct {
	kind         string
	types        []string // interface types that only this service has
	requesters   []string // requester ids or attachment owners, or "*part of one*"
	descriptions []string
	words        []string                      // or what stands anywhere in the description
	form         func(description string) bool // or a form that it has
	vague        bool                          // the description counts only on what AWS calls a service's own
	nameTags     []string                      // tags that name it better than the description
	name         func(description string) string
}

const (
	tagECSService  = "aws:ecs:serviceName"
	tagEKSCluster  = "cluster.k8s.amazonaws.com/name"
	tagEnvironment = "elasticbeanstalk:environment-name"
)

// natGatewayTypes are the interface types of NAT gateways: as API answers spell
// it, and as the API reference does.
var natGatewayTypes = []string{"nat_gateway", "natGateway"}

// taggedServices are recognised by tags alone, where nothing else names them.
var taggedServices = []struct{ key, kind string }{
	{tagECSService, "ecs-task"},
	{tagEKSCluster, "eks"},
	{tagEnvironment, "elastic-beanstalk"},
}

// services is the table. Where two rows have equal evidence the first wins,
// so the general stands behind the special but for load-balancer, which has
// no description and so loses to every kind that has.
var services = newTable([]service{
	{kind: "load-balancer", requesters: []string{"amazon-elb"}},
	{kind: "application-load-balancer", requesters: []string{"amazon-elb"}, descriptions: []string{"ELB app/"}, name: between("ELB app/", "/")},
	{
		kind: "network-load-balancer", types: []string{"network_load_balancer"}, requesters: []string{"amazon-elb"},
		descriptions: []string{"ELB net/"}, name: between("ELB net/", "/"),
	},
	{
		kind: "gateway-load-balancer", types: []string{"gateway_load_balancer"}, requesters: []string{"amazon-elb"},
		descriptions: []string{"ELB gwy/"}, name: between("ELB gwy/", "/"),
	},
	{kind: "classic-load-balancer", requesters: []string{"amazon-elb"}, descriptions: []string{"ELB "}, name: between("ELB ", "")},
	{kind: "database", requesters: []string{"amazon-rds"}, descriptions: []string{"RDSNetworkInterface"}},
	{kind: "rds-proxy", descriptions: []string{"Network interface for DBProxy"}, name: between("DBProxy", "")},
	{
		kind: "function", types: []string{"lambda"}, requesters: []string{"*:awslambda_*"},
		descriptions: []string{"AWS Lambda VPC ENI"}, name: functionName,
	},
	{kind: "efs", types: []string{"efs"}, descriptions: []string{"EFS mount target for "}, name: id("fs-")},
	{
		kind: "elasticache", requesters: []string{"amazon-elasticache"},
		descriptions: []string{"ElastiCache ", "ElastiCache+"}, name: afterWord("ElastiCache"),
	},
	{kind: "redshift", requesters: []string{"amazon-redshift"}, descriptions: []string{"RedshiftNetworkInterface"}},
	{
		kind: "nat-gateway", types: natGatewayTypes,
		descriptions: []string{"Interface for NAT Gateway "}, name: id("nat-"),
	},
	{kind: "vpc-endpoint", types: []string{"vpc_endpoint"}, descriptions: []string{"VPC Endpoint Interface"}, name: id("vpce-")},
	{kind: "gateway-load-balancer-endpoint", types: []string{"gateway_load_balancer_endpoint"}, name: id("vpce-")},
	{kind: "lattice-resource-gateway", descriptions: []string{"Resource Gateway Interface "}, name: id("rgw-")},
	{kind: "ecs-task", form: isTaskARN, nameTags: []string{tagECSService}, name: between(":attachment/", "")},
	{kind: "eks", descriptions: []string{"Amazon EKS "}, nameTags: []string{tagEKSCluster}, name: between("Amazon EKS ", "")},
	{kind: "eks", descriptions: []string{"aws-K8S-i-"}, nameTags: []string{tagEKSCluster}, name: id("i-", "aws-k8s-")},
	{kind: "eks-pod", descriptions: []string{"aws-k8s-branch-eni"}, nameTags: []string{tagEKSCluster}},
	{kind: "dms", requesters: []string{"237081731433"}, descriptions: []string{"DMSNetworkInterface"}},
	{
		kind: "msk", descriptions: []string{"DO NOT DELETE - Amazon MSK network interface for cluster "},
		name: between(":cluster/", "/"),
	},
	{kind: "opensearch", requesters: []string{"amazon-elasticsearch"}, descriptions: []string{"ES "}, vague: true, name: between("ES ", "")},
	{kind: "directory", descriptions: []string{"AWS created network interface for directory "}, name: id("d-")},
	{
		kind: "workspaces", requesters: []string{"*WorkSpace-Creation*"},
		descriptions: []string{"Created By Amazon Workspaces for AWS Account ID "},
	},
	{kind: "glue", descriptions: []string{"Attached to Glue using role: "}, name: lastPart},
	{
		kind: "sagemaker", requesters: []string{"070621534519"},
		descriptions: []string{
			"[Do not delete] Network Interface created to access resources in your VPC for SageMaker",
			"[DO NOT DELETE] ENI managed by SageMaker",
		},
		name: sageMakerName,
	},
	{kind: "api-gateway", types: []string{"api_gateway_managed"}, descriptions: []string{"ENI managed by APIGateway"}},
	{
		kind: "transit-gateway", types: []string{"transit_gateway"},
		descriptions: []string{"Network Interface for Transit Gateway Attachment "}, name: id("tgw-attach-"),
	},
	{kind: "route53-resolver", descriptions: []string{"Route 53 Resolver: "}, name: id("rslvr-")},
	{kind: "mq", descriptions: []string{"Amazon MQ network interface for broker "}, name: id("b-")},
	{kind: "datasync", descriptions: []string{"datasync "}, vague: true},
	{kind: "firehose", descriptions: []string{"Amazon Kinesis Firehose - "}, name: streamName},
	{kind: "dax", descriptions: []string{"DAX"}, vague: true},
	{kind: "emr", descriptions: []string{"AWS ElasticMapReduce"}},
	{kind: "cloudhsm", descriptions: []string{"CloudHSM Managed Interface", "CloudHsm ENI"}},
	{kind: "client-vpn", descriptions: []string{"ClientVPN Endpoint resource"}, name: id("cvpn-endpoint-")},
	{
		kind: "codeconnections", types: []string{"aws_codestar_connections_managed"},
		descriptions: []string{"AWS CodeStar Connections"},
	},
	{kind: "iot", types: []string{"iot_rules_managed"}},
	{kind: "global-accelerator", types: []string{"global_accelerator_managed"}},
	{kind: "instance-connect-endpoint", types: []string{"ec2_instance_connect_endpoint"}, name: id("eice-")},
	{kind: "codebuild", words: []string{"CodeBuild"}, vague: true},
	{kind: "appstream", words: []string{"AppStream"}, vague: true},
	{kind: "fsx", words: []string{"FSx"}, vague: true, name: id("fs-")},
	{kind: "transfer", words: []string{"AWS Transfer", "Transfer Family"}, vague: true},
	{kind: "mwaa", words: []string{"MWAA", "Airflow"}, vague: true},
	{kind: "apprunner", words: []string{"App Runner", "AppRunner"}, vague: true},
})

// between names what stands after a mark and before an end; an empty end is
// the end of the text.
func between(mark, end string) func(string) string {
	return func(s string) string {
		_, rest, _ := strings.Cut(s, mark)
		if end != "" {
			rest, _, _ = strings.Cut(rest, end)
		}
		return strings.TrimSpace(strings.TrimLeft(rest, " :-"))
	}
}

// afterWord names what follows a word and one separator of any kind.
func afterWord(word string) func(string) string {
	return func(s string) string {
		_, rest, _ := strings.Cut(s, word)
		return strings.Trim(rest, " +:")
	}
}

// id names the first word that begins like an AWS id of one kind. A word may
// have a prefix of its own, given in lower case, which is cut off.
func id(start string, prefixes ...string) func(string) string {
	return func(s string) string {
		for word := range strings.FieldsFuncSeq(s, notInID) {
			for _, p := range prefixes {
				if hasPrefixFold(word, p) {
					word = word[len(p):]
				}
			}
			if strings.HasPrefix(word, start) {
				return word
			}
		}
		return ""
	}
}

func notInID(r rune) bool {
	return r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// isTaskARN reports whether s is arn:<partition>:ecs:...:attachment/<id>.
func isTaskARN(s string) bool {
	rest, isARN := strings.CutPrefix(s, "arn:")
	if !isARN {
		return false
	}
	_, rest, _ = strings.Cut(rest, ":") // the partition
	rest, isECS := strings.CutPrefix(rest, "ecs:")
	_, rest, _ = strings.Cut(rest, ":") // the region
	_, rest, _ = strings.Cut(rest, ":") // the account
	return isECS && strings.HasPrefix(rest, "attachment/")
}

// lastPart names what follows the last slash: the role of a role's ARN.
func lastPart(s string) string {
	if slash := strings.LastIndexByte(s, '/'); slash >= 0 {
		return s[slash+1:]
	}
	return ""
}

// functionName takes the function out of "AWS Lambda VPC ENI-<name>-<uuid>".
// Functions that share groups and subnets share the interface, which bears
// the name of one of them.
func functionName(s string) string {
	_, rest, found := strings.Cut(s, "VPC ENI-")
	const uuid = len("-00000000-0000-0000-0000-000000000000")
	if !found || len(rest) <= uuid || rest[len(rest)-uuid] != '-' {
		return ""
	}
	return rest[:len(rest)-uuid]
}

// streamName takes the stream out of "... - <account>:<stream>:...".
func streamName(s string) string {
	if fields := strings.Split(s, ":"); len(fields) > 1 {
		return fields[1]
	}
	return ""
}

func sageMakerName(s string) string {
	if name := between("Notebook Instance ", " ")(s); name != "" {
		return name
	}
	return id("d-")(s)
}

package inventory

import (
	"slices"

	"github.com/sgaudit/sgaudit/words"
)

// configKind is how a resource type of AWS Config is called here.
type configKind struct {
	Type          string // as AWS Config calls it
	service, kind string // as in ReferrerServices; without a service, kind is how AWS calls one
}

// configKinds has the types of AWS Config for which there is a better word than the
// type itself (AWS Config Developer Guide, "Supported Resource Types").
var configKinds = []configKind{
	{"AWS::AutoScaling::LaunchConfiguration", "autoscaling", "launch-configuration"},
	{"AWS::ECS::Service", "ecs", "service"},
	{"AWS::Events::Rule", "events", "rule"},
	{"AWS::Batch::ComputeEnvironment", "batch", "compute-environment"},
	{"AWS::CodeBuild::Project", "codebuild", "project"},
	{"AWS::SageMaker::Domain", "sagemaker", "domain"},
	{"AWS::SageMaker::Model", "sagemaker", "model"},
	{"AWS::RDS::DBInstance", "rds", "instance"},
	{"AWS::RDS::DBCluster", "rds", "cluster"},
	{"AWS::Redshift::Cluster", "redshift", "cluster"},
	{"AWS::MSK::Cluster", "kafka", "cluster"},
	{"AWS::OpenSearch::Domain", "es", "domain"},
	{"AWS::AppRunner::VpcConnector", "apprunner", "vpc-connector"},
	{"AWS::EKS::Cluster", "eks", "cluster"},
	{"AWS::Transfer::Server", "transfer", "server"},
	{"AWS::Lambda::Function", "", ConfigFunction},
	{"AWS::EC2::LaunchTemplate", "", ConfigLaunchTemplate},
	{"AWS::EC2::VPCEndpoint", "", ConfigEndpoint},
	{"AWS::ElasticLoadBalancingV2::LoadBalancer", "", ConfigLoadBalancer},
	{"AWS::ElasticLoadBalancing::LoadBalancer", "", ConfigClassicLoadBalancer},
}

// The kinds of referrers of AWS Config that the inventory has lists of as well.
const (
	ConfigFunction            = "Lambda function"
	ConfigLaunchTemplate      = "launch template"
	ConfigEndpoint            = "VPC endpoint"
	ConfigLoadBalancer        = "load balancer"
	ConfigClassicLoadBalancer = "Classic Load Balancer"
)

// NotUsers are the resource types of AWS Config that may be related to a group
// without using it: what contains it, what judges it, and what has the group by a
// network interface, which is read already.
var NotUsers = []string{
	"AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet", "AWS::Config::ConformancePackCompliance", "AWS::Config::ResourceCompliance",
	"AWS::EC2::Instance", "AWS::EC2::NetworkInterface", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupVpcAssociation", "AWS::EC2::Subnet",
	"AWS::EC2::VPC", "AWS::ServiceCatalog::CloudFormationProvisionedProduct",
}

// UsesGroups reports whether a resource of the type uses the groups that AWS Config
// relates it to.
func UsesGroups(configType string) bool { return !slices.Contains(NotUsers, configType) }

// ConfigKind returns the service and the kind of a referrer, by its resource type in
// AWS Config. A type that has no better word is the kind.
func ConfigKind(configType string) (service, kind string) {
	for _, k := range configKinds {
		if k.Type == configType {
			return k.service, k.kind
		}
	}
	return "", configType
}

// ConfigType returns the resource type in AWS Config of a referrer, empty where AWS
// Config has none.
func (x *Referrer) ConfigType() string {
	for _, k := range configKinds {
		if k.service == x.Service && k.kind == x.Kind {
			return k.Type
		}
	}
	if x.Service == "" && IsConfigType(x.Kind) {
		return x.Kind
	}
	return ""
}

var configType = words.Form(`^[A-Za-z0-9]{1,40}(::[A-Za-z0-9]{1,60}){1,3}$`)

// IsConfigType reports whether the text has the form of a resource type: AWS::EC2::VPC.
func IsConfigType(text string) bool { return configType().MatchString(text) }

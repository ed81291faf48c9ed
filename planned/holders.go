package planned

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// holder says how the interfaces of a type of resources are found among those that were
// read: by what AWS writes on them, or where that is the same for all resources of a
// service, by the groups that they have.
type holder struct {
	types   []string // of Terraform and of CloudFormation
	service string   // a row of inventory.ReferrerServices; empty: none lists these resources

	theirs func(e *inventory.Interface, id string) bool
	alike  string // the kind of owner of interfaces that do not name their resource; then theirs is nil
}

// holders are the types that are found so (the texts on interfaces: inventory.Owner). The
// id is what Terraform and CloudFormation have as the id of the resource: a name, an id or
// an ARN that ends with it.
var holders = []holder{
	{types: []string{"aws_ecs_service", "AWS::ECS::Service"}, service: "ecs", theirs: ofService},
	{types: []string{"aws_eks_cluster", "AWS::EKS::Cluster"}, service: "eks", theirs: func(e *inventory.Interface, id string) bool {
		return e.Description == "Amazon EKS "+lastPart(id)
	}},
	{types: []string{"aws_elasticache_cluster", "AWS::ElastiCache::CacheCluster"}, service: "elasticache", theirs: owned("elasticache")},
	{types: []string{"aws_elasticache_replication_group", "AWS::ElastiCache::ReplicationGroup", "aws_memorydb_cluster", "AWS::MemoryDB::Cluster"}, theirs: isNode},
	{types: []string{"aws_opensearch_domain", "aws_elasticsearch_domain", "AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"}, service: "es", theirs: owned("opensearch")},
	{types: []string{"aws_mq_broker", "AWS::AmazonMQ::Broker"}, theirs: owned("mq")},
	{types: []string{"aws_msk_cluster", "AWS::MSK::Cluster"}, service: "kafka", theirs: func(e *inventory.Interface, id string) bool {
		return id != "" && e.Owner().Kind == "msk" && strings.HasSuffix(e.Description, " "+id)
	}},
	{types: []string{"aws_efs_mount_target", "AWS::EFS::MountTarget"}, theirs: func(e *inventory.Interface, id string) bool {
		return strings.HasPrefix(id, "fsmt-") && strings.HasSuffix(e.Description, "("+id+")")
	}},
	{types: []string{"aws_vpc_endpoint"}, theirs: owned("vpc-endpoint")},
	{types: []string{"aws_ec2_instance_connect_endpoint", "AWS::EC2::InstanceConnectEndpoint"}, theirs: owned("instance-connect-endpoint")},
	{types: []string{"aws_ec2_client_vpn_endpoint", "AWS::EC2::ClientVpnEndpoint"}, theirs: owned("client-vpn")},
	{types: []string{"aws_route53_resolver_endpoint", "AWS::Route53Resolver::ResolverEndpoint"}, theirs: owned("route53-resolver")},
	{types: []string{"aws_db_proxy", "AWS::RDS::DBProxy"}, theirs: owned("rds-proxy")},
	{types: []string{"aws_sagemaker_notebook_instance", "AWS::SageMaker::NotebookInstance"}, service: "sagemaker", theirs: owned("sagemaker")},
	{types: []string{"aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"}, service: "rds", alike: "database"},
	{types: []string{"aws_redshift_cluster", "AWS::Redshift::Cluster"}, service: "redshift", alike: "redshift"},
	{types: []string{"aws_dms_replication_instance", "AWS::DMS::ReplicationInstance"}, service: "dms", alike: "dms"},
	{types: []string{"aws_dax_cluster", "AWS::DAX::Cluster"}, service: "dax", alike: "dax"},
}

// laterTypes are those of what has groups for the interfaces that it starts later: what
// runs keeps its own.
var laterTypes = []string{
	"aws_launch_template", "aws_launch_configuration", "aws_batch_compute_environment", "aws_codebuild_project", "aws_codebuild_fleet",
	"aws_glue_connection", "aws_sagemaker_model", "aws_sagemaker_domain", "aws_cloudwatch_event_target", "aws_scheduler_schedule", "aws_ecs_task_set",
	"AWS::EC2::LaunchTemplate", "AWS::AutoScaling::LaunchConfiguration", "AWS::Batch::ComputeEnvironment", "AWS::CodeBuild::Project", "AWS::CodeBuild::Fleet",
	"AWS::Glue::Connection", "AWS::SageMaker::Model", "AWS::SageMaker::Domain", "AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::ECS::TaskSet",
}

// holderOf returns the row of a type, or nil.
func holderOf(kind string) *holder {
	for i := range holders {
		if slices.Contains(holders[i].types, kind) {
			return &holders[i]
		}
	}
	return nil
}

// owned finds the interfaces of which the owner has the kind, and the name that the id
// ends with.
func owned(kind string) func(*inventory.Interface, string) bool {
	return func(e *inventory.Interface, id string) bool {
		return id != "" && e.Owner() == inventory.Owner{Kind: kind, Name: lastPart(id)}
	}
}

// lastPart is what follows the last slash of an ARN, and any other id as a whole.
func lastPart(id string) string {
	if strings.HasPrefix(id, "arn:") {
		return id[strings.LastIndexAny(id, "/:")+1:]
	}
	return id
}

// ofService finds the tasks of an ECS service by the tags that ECS gives to them: of
// another cluster with a service of the same name, the tag of the cluster is another one.
func ofService(e *inventory.Interface, id string) bool {
	if !owned("ecs-task")(e, id) {
		return false
	}
	parts := strings.Split(id, "/") // arn:…:service/CLUSTER/NAME, or without the cluster
	cluster, tagged := inventory.TagValue(e.Tags, "aws:ecs:clusterName")
	return !tagged || len(parts) != 3 || parts[1] == cluster
}

// isNode finds the nodes of a replication group of ElastiCache, or of a cluster of
// MemoryDB: ElastiCache calls them as the group, with numbers, as cart-0001-001.
func isNode(e *inventory.Interface, id string) bool {
	o := e.Owner()
	number, is := strings.CutPrefix(o.Name, lastPart(id)+"-")
	return id != "" && is && o.Kind == "elasticache" && number != "" && strings.Trim(number, "0123456789-") == ""
}

// interfacesOf returns the interfaces of an existing resource that has these groups. Where
// it is not known which they are, it returns why.
func (a *action) interfacesOf(h *holder, was []string) (ids []string, why string) {
	if h == nil {
		return nil, "sgaudit does not know which interfaces belong to a resource of this type"
	}
	for i := range a.in.Interfaces {
		e := &a.in.Interfaces[i]
		if h.alike == "" && h.theirs(e, a.oldID()) || h.alike != "" && e.Owner().Kind == h.alike && len(was) > 0 && slices.Equal(e.Groups, was) {
			ids = append(ids, e.ID)
		}
	}
	switch {
	case len(ids) == 0:
		return nil, "its interfaces are not among those that were read"
	case h.alike != "" && len(ids) > 1 && !a.only(h, was):
		return nil, "several interfaces of the service have the same groups, and nothing on them says to which resource they belong"
	}
	return ids, ""
}

// only reports whether the resource is known to be the only one of its service with
// these groups.
func (a *action) only(h *holder, was []string) bool {
	if !a.in.Read.Has(inventory.ReferrerServiceOf(h.service).Part()) {
		return false
	}
	var with []*inventory.Referrer
	for i := range a.in.Referrers {
		if x := &a.in.Referrers[i]; x.Service == h.service && slices.Equal(x.Groups, was) {
			with = append(with, x)
		}
	}
	return len(with) == 1 && a.is(with[0])
}

// is reports whether a referrer is the resource.
func (a *action) is(x *inventory.Referrer) bool {
	for _, key := range []string{"id", "arn", "identifier", "cluster_identifier", "replication_instance_id"} {
		if text, _ := a.Before[key].(string); text != "" && (text == x.ID || text == x.Name) {
			return true
		}
	}
	return false
}

// regroup takes groups from interfaces and gives others to them. One that is left without
// any gets the default group of its VPC, as AWS gives it.
func (a *action) regroup(ids, gone, come []string) {
	a.in.ownInterfaces()
	for _, id := range ids {
		e := a.in.networkInterface(id)
		e.Groups = joined(e.Groups, gone, come)
		if len(e.Groups) == 0 {
			e.Groups = a.in.defaultGroups(e.VPC)
		}
	}
}

// joined returns a list of ids without some and with others, sorted.
func joined(list, gone, come []string) []string {
	kept := slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(gone, id) })
	return slices.Compact(slices.Sorted(slices.Values(append(kept, come...))))
}

// reholds changes the groups that the resource itself holds, where a service lists it; it
// drops the resource if it is deleted.
func (a *action) reholds(h *holder, gone, come []string) {
	if h == nil || h.service == "" {
		return
	}
	if a.removes() {
		a.in.Referrers = without(a.in.Referrers, func(x *inventory.Referrer) bool { return x.Service == h.service && a.is(x) })
		return
	}
	for i := range a.in.Referrers {
		if x := &a.in.Referrers[i]; x.Service == h.service && a.is(x) {
			x.Groups = joined(x.Groups, gone, come)
		}
	}
}

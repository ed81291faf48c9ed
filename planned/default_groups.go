package planned

import (
	"maps"
	"slices"
	"strings"
)

// defaulted are the types of resources to which AWS attaches the default security group of
// their VPC if they are created without groups (API references of the services: Amazon ECS,
// AwsVpcConfiguration; Amazon Redshift, CreateCluster; Amazon ElastiCache, CreateCacheCluster;
// Amazon MSK, BrokerNodeGroupInfo; Amazon EFS, CreateMountTarget; Amazon EC2, CreateClientVpnEndpoint; and others). It is true of
// those that AWS creates in the default VPC if neither subnets nor a subnet group are given.
// To the interfaces of most types with a row of kinds, add attaches it.
var defaulted = map[string]bool{
	"aws_ecs_service": false, "AWS::ECS::Service": false,
	"aws_msk_cluster": false, "AWS::MSK::Cluster": false,
	"aws_efs_mount_target": false, "AWS::EFS::MountTarget": false,
	"aws_opensearch_domain": false, "AWS::OpenSearchService::Domain": false,
	"aws_elasticsearch_domain": false, "AWS::Elasticsearch::Domain": false,
	"aws_ec2_instance_connect_endpoint": false, "AWS::EC2::InstanceConnectEndpoint": false,
	"aws_db_proxy": false, "AWS::RDS::DBProxy": false,
	"aws_vpc_endpoint":    false,
	"aws_transfer_server": false, "AWS::Transfer::Server": false,
	"aws_ec2_client_vpn_endpoint": false, "AWS::EC2::ClientVpnEndpoint": false,

	"aws_redshift_cluster": true, "AWS::Redshift::Cluster": true,
	"aws_redshiftserverless_workgroup": true, "AWS::RedshiftServerless::Workgroup": true,
	"aws_elasticache_cluster": true, "AWS::ElastiCache::CacheCluster": true,
	"aws_elasticache_replication_group": true, "AWS::ElastiCache::ReplicationGroup": true,
	"aws_elasticache_serverless_cache": true, "AWS::ElastiCache::ServerlessCache": true,
	"aws_memorydb_cluster": true, "AWS::MemoryDB::Cluster": true,
	"aws_docdbelastic_cluster": true, "AWS::DocDBElastic::Cluster": true,
	"aws_dms_replication_instance": true, "AWS::DMS::ReplicationInstance": true,
	"aws_dax_cluster": true, "AWS::DAX::Cluster": true,
	"aws_mq_broker": true, "AWS::AmazonMQ::Broker": true,
}

// getsDefault reports whether a resource is created, and gets the default group of a VPC if
// the plan gives it no groups.
func (c *copyOf) getsDefault(r *Resource) bool {
	anywhere, listed := defaulted[r.Type]
	if !listed || r.After == nil || r.Before != nil && !r.Replaced {
		return false
	}
	// The nodes of a replication group are in its VPC and have its groups. The public brokers
	// of RabbitMQ have none (Amazon MQ developer guide).
	broker := values{all: r.After}
	public := publicWords[broker.text("publicly_accessible")] || publicWords[broker.text("PubliclyAccessible")]
	rabbit := strings.EqualFold(broker.text("engine_type"), "RabbitMQ") || strings.EqualFold(broker.text("EngineType"), "RabbitMQ")
	if !isEmpty(r.After["replication_group_id"]) || !isEmpty(r.After["ReplicationGroupId"]) || rabbit && public ||
		r.Type == "aws_vpc_endpoint" && r.After["vpc_endpoint_type"] != "Interface" {
		return false
	}
	return anywhere || placed(r.After)
}

// text returns a value as the plan has it, if it is a text or a boolean.
func (v values) text(key string) string {
	switch x := v.all[key].(type) {
	case string:
		return x
	case bool:
		if x {
			return "true"
		}
	}
	return ""
}

// placed reports whether values name subnets, or a subnet group.
func placed(all map[string]any) bool {
	found := false
	eachPlace(all, func(string, any) { found = true })
	return found
}

// eachPlace calls a function with each value that says in which subnets or VPC a resource is, and
// the plain name of its attribute, in the order of their names. Values that AWS gives are
// not among them.
func eachPlace(all map[string]any, do func(name string, value any)) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		value, name := all[key], plain(key)
		if name == "vpcid" || name == "subnets" || name == "subnetids" || name == "subnetid" || name == "clientsubnets" || name == "vpczoneidentifier" ||
			strings.Contains(name, "subnetgroup") || name == "replicatesourcedb" || name == "replicationsourceidentifier" {
			if text, is := value.(string); !isEmpty(value) && (!is || text != "") {
				do(name, value)
			}
			continue
		}
		switch x := value.(type) {
		case map[string]any:
			eachPlace(x, do)
		case []any:
			for _, item := range x {
				if m, is := item.(map[string]any); is {
					eachPlace(m, do)
				}
			}
		}
	}
}

// vpcOfCreated returns the VPC of a resource that the plan creates: that of its subnets or
// of its subnet group, or the default VPC if the plan names neither. It is empty where it
// is not known.
func (a *action) vpcOfCreated() (vpc string) {
	if !placed(a.After) {
		return a.in.defaultVPC()
	}
	return a.vpcAmong(a.After)
}

// vpcAmong returns the VPC of the first subnet that is known among values. A subnet group
// has its subnets in a resource of its own: one that is not in the plan is not known.
func (a *action) vpcAmong(all map[string]any) (vpc string) {
	eachPlace(all, func(name string, value any) {
		from := []any{value}
		if r := a.in.of.plan.subnetGroup(name, textsOf(value)); r != nil {
			from = []any{r.After["subnet_ids"], r.After["SubnetIds"]}
		}
		for _, id := range textsOf(from) {
			if s := a.in.subnet(id); s != nil && vpc == "" {
				vpc = s.VPC
			} else if a.in.vpc(id) != nil && vpc == "" {
				vpc = id
			}
		}
	})
	return vpc
}

// textsOf returns the texts in a value, or in a list, with the ids that what is known after
// apply only may be.
func textsOf(value any) (texts []string) {
	switch x := value.(type) {
	case string:
		return []string{x}
	case later:
		return x.of
	case []any:
		for _, item := range x {
			texts = append(texts, textsOf(item)...)
		}
	}
	return texts
}

// subnetGroup returns the subnet group of a plan that has one of these names, or nil.
func (p *Plan) subnetGroup(attribute string, names []string) *Resource {
	for i := range p.Resources {
		r := &p.Resources[i]
		if r.After == nil || !strings.Contains(attribute, "subnetgroup") || !strings.HasSuffix(plain(r.Type), "subnetgroup") {
			continue
		}
		if slices.Contains(names, r.Address) {
			return r
		}
		for key, value := range r.After {
			if text, is := value.(string); is && text != "" && slices.Contains(names, text) && strings.HasSuffix(plain(key), "name") {
				return r
			}
		}
	}
	return nil
}

// defaultsOf returns the default group of a VPC, for what the plan creates without groups.
// Where it is not known, that is noted.
func (a *action) defaultsOf(vpc string) []string {
	groups := a.in.defaultGroups(vpc)
	switch {
	case len(groups) > 0:
	case vpc == "":
		a.unknown("", "the plan gives it no security groups. AWS attaches the default security group of its VPC, but which VPC that is, is not known")
	default:
		a.unknown("", "the plan gives it no security groups. AWS attaches the default security group of %s, which is not among the groups that were read", vpc)
	}
	return groups
}

// defaultGroups returns the default group of a VPC, or nothing where it was not read.
func (c *copied) defaultGroups(vpc string) []string {
	for i := range c.Groups {
		if g := &c.Groups[i]; g.Default() && g.VPC == vpc && vpc != "" {
			return []string{g.ID}
		}
	}
	return nil
}

// spotInstance is aws_spot_instance_request: what it starts is an instance, which Terraform
// terminates together with the request (AWS provider).
func (a *action) spotInstance(pass int) {
	b := *a
	if a.existed() {
		b.before.all = maps.Clone(a.Before)
		b.before.all["id"] = a.before.known("spot_instance_id")
		if !a.Replaced {
			b.id = b.oldID()
		}
	}
	b.instance(pass)
}

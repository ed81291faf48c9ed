package inventory

// ReferrerServices is the one table of the services that hold groups without a
// network interface, and of how their APIs list them. A row makes a part of a region
// with its permissions, its reading, its answer in the tests' endpoint and its tests.
// It is long because it is all of that (shapes: the API reference of each service).
//
// An EventBridge rule or a schedule holds groups where it starts an ECS task. Rules
// are found by the clusters that they target, so that no call goes to each rule.
var ReferrerServices = [...]ReferrerService{
	{
		Service: "autoscaling", Name: "Auto Scaling groups and launch configurations", Key: "launch_configurations",
		API: ServiceAPI{Host: "autoscaling", ID: "Auto Scaling", Form: FormQuery, Version: "2011-01-01"},
		Kinds: []ReferrerKind{{
			Kind: "launch-configuration", Words: "Auto Scaling launch configuration",
			Calls: []ServiceCall{{Action: "DescribeLaunchConfigurations", Size: "MaxRecords", Most: 100, Token: "NextToken", Next: "NextToken", Items: "LaunchConfigurations[]"}},
			Name:  "LaunchConfigurationName", ID: "LaunchConfigurationARN", Groups: []string{"SecurityGroups[]"},
		}, {
			Kind: "group", Words: "Auto Scaling group", Actions: []string{"autoscaling:DescribeAutoScalingGroups"},
			Name: "AutoScalingGroupName", ID: "AutoScalingGroupARN",
		}},
	},
	{
		Service: "ecs", Name: "ECS services", Key: "ecs_services",
		API:    ServiceAPI{Host: "ecs", ID: "ECS", Form: FormJSON11, Version: "AmazonEC2ContainerServiceV20141113"},
		MaxRPS: 10,
		Kinds: []ReferrerKind{{
			Kind: "service", Words: "ECS service",
			Calls: []ServiceCall{
				listECSClusters(nil),
				{
					Action: "ListServices", Takes: []string{"cluster"}, Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken",
					Items: "serviceArns[]", Keys: []string{""}, Gone: []string{"ClusterNotFoundException"},
				},
				{
					Action: "DescribeServices", Takes: []string{"cluster", "services"}, Batch: 10, Items: "services[]",
					Missing: "failures[].arn", Gone: []string{"ClusterNotFoundException"},
				},
			},
			Name: "serviceName", ID: "serviceArn", Echo: "serviceArn",
			Groups: []string{
				"networkConfiguration.awsvpcConfiguration.securityGroups[]",
				"deployments[].networkConfiguration.awsvpcConfiguration.securityGroups[]",
				"taskSets[].networkConfiguration.awsvpcConfiguration.securityGroups[]",
			},
		}},
	},
	{
		Service: "events", Name: "EventBridge rules that start ECS tasks", Key: "eventbridge_rules",
		API: ServiceAPI{Host: "events", ID: "EventBridge", Form: FormJSON11, Version: "AWSEvents"},
		Kinds: []ReferrerKind{{
			Kind: "rule", Words: "EventBridge rule",
			Calls: []ServiceCall{
				{Action: "ListEventBuses", Size: "Limit", Most: 100, Token: "NextToken", Next: "NextToken", Items: "EventBuses[]", Keys: []string{"Name"}},
				listECSClusters([]string{""}),
				{
					Action: "ListRuleNamesByTarget", Takes: []string{"EventBusName", "TargetArn"}, Size: "Limit", Most: 100, Token: "NextToken", Next: "NextToken",
					Items: "RuleNames[]", Keys: []string{""}, Gone: []string{"ResourceNotFoundException"},
				},
				{
					Action: "ListTargetsByRule", Takes: []string{"EventBusName", "", "Rule"}, Size: "Limit", Most: 100, Token: "NextToken", Next: "NextToken",
					Items: "Targets[]", Gone: []string{"ResourceNotFoundException"},
				},
			},
			Name: "^2", Groups: []string{"EcsParameters.NetworkConfiguration.awsvpcConfiguration.SecurityGroups[]"},
		}},
	},
	{
		Service: "scheduler", Name: "EventBridge Scheduler schedules that start ECS tasks", Key: "scheduler_schedules",
		API:    ServiceAPI{Host: "scheduler", ID: "Scheduler", Form: FormREST},
		MaxRPS: 10,
		Kinds: []ReferrerKind{{
			Kind: "schedule", Words: "EventBridge Scheduler schedule",
			Calls: []ServiceCall{
				{
					Action: "ListSchedules", Path: "GET /schedules", Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken",
					Items: "Schedules[]", Keys: []string{"GroupName", "Name"}, Only: [2]string{"Target.Arn", ":ecs:"},
				},
				{
					Action: "GetSchedule", Path: "GET /schedules/{Name}", Takes: []string{"groupName", "Name"}, Has: "Name",
					Gone: []string{"ResourceNotFoundException"},
				},
			},
			Name: "Name", ID: "Arn", Echo: "Name", Groups: []string{"Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.SecurityGroups[]"},
		}},
	},
	{
		Service: "batch", Name: "Batch compute environments", Key: "batch_compute_environments",
		API: ServiceAPI{Host: "batch", ID: "Batch", Form: FormREST},
		Kinds: []ReferrerKind{{
			Kind: "compute-environment", Words: "Batch compute environment",
			Calls: []ServiceCall{{
				Action: "DescribeComputeEnvironments", Path: "POST /v1/describecomputeenvironments", Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken",
				Items: "computeEnvironments[]",
			}},
			Name: "computeEnvironmentName", ID: "computeEnvironmentArn", Groups: []string{"computeResources.securityGroupIds[]"},
		}},
	},
	{
		Service: "codebuild", Name: "CodeBuild projects", Key: "codebuild_projects",
		API: ServiceAPI{Host: "codebuild", ID: "CodeBuild", Form: FormJSON11, Version: "CodeBuild_20161006"},
		Kinds: []ReferrerKind{{
			Kind: "project", Words: "CodeBuild project",
			Calls: []ServiceCall{
				{Action: "ListProjects", Token: "nextToken", Next: "nextToken", Items: "projects[]", Keys: []string{""}},
				{Action: "BatchGetProjects", Takes: []string{"names"}, Batch: 100, Items: "projects[]", Missing: "projectsNotFound[]"},
			},
			Name: "name", ID: "arn", VPC: "vpcConfig.vpcId", Echo: "name", Groups: []string{"vpcConfig.securityGroupIds[]"},
		}},
	},
	{
		Service: "glue", Name: "Glue connections", Key: "glue_connections",
		API: ServiceAPI{Host: "glue", ID: "Glue", Form: FormJSON11, Version: "AWSGlue"},
		Kinds: []ReferrerKind{{
			Kind: "connection", Words: "Glue connection",
			Calls: []ServiceCall{{
				Action: "GetConnections", With: map[string]any{"HidePassword": true}, Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken",
				Items: "ConnectionList[]",
			}},
			Name: "Name", Groups: []string{"PhysicalConnectionRequirements.SecurityGroupIdList[]"},
		}},
	},
	{
		Service: "sagemaker", Name: "SageMaker resources", Key: "sagemaker_resources",
		API:    ServiceAPI{Host: "api.sagemaker", ID: "SageMaker", Form: FormJSON11, Version: "SageMaker"},
		MaxRPS: 10,
		Kinds: []ReferrerKind{
			{
				Kind: "domain", Words: "SageMaker domain",
				Calls: []ServiceCall{
					{Action: "ListDomains", Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken", Items: "Domains[]", Keys: []string{"DomainId"}},
					{Action: "DescribeDomain", Takes: []string{"DomainId"}, Has: "DomainId", Gone: []string{"ResourceNotFound"}},
				},
				Name: "DomainName", ID: "DomainId", VPC: "VpcId", Echo: "DomainId",
				Groups: []string{
					"DefaultUserSettings.SecurityGroups[]", "DefaultSpaceSettings.SecurityGroups[]", "DomainSettings.SecurityGroupIds[]",
					"SecurityGroupIdForDomainBoundary",
				},
			},
			{
				Kind: "notebook-instance", Words: "SageMaker notebook instance",
				Calls: []ServiceCall{
					{Action: "ListNotebookInstances", Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken", Items: "NotebookInstances[]", Keys: []string{"NotebookInstanceName"}},
					{Action: "DescribeNotebookInstance", Takes: []string{"NotebookInstanceName"}, Has: "NotebookInstanceName"},
				},
				Name: "NotebookInstanceName", ID: "NotebookInstanceArn", Echo: "NotebookInstanceName", Groups: []string{"SecurityGroups[]"},
			},
			{
				Kind: "model", Words: "SageMaker model",
				Calls: []ServiceCall{
					{Action: "ListModels", Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken", Items: "Models[]", Keys: []string{"ModelName"}},
					{Action: "DescribeModel", Takes: []string{"ModelName"}, Has: "ModelName"},
				},
				Name: "ModelName", ID: "ModelArn", Echo: "ModelName", Groups: []string{"VpcConfig.SecurityGroupIds[]"},
			},
		},
	},
	{
		Service: "elasticmapreduce", Name: "EMR clusters", Key: "emr_clusters",
		API: ServiceAPI{Host: "elasticmapreduce", ID: "EMR", Form: FormJSON11, Version: "ElasticMapReduce"},
		Kinds: []ReferrerKind{{
			Kind: "cluster", Words: "EMR cluster",
			Calls: []ServiceCall{
				{
					Action: "ListClusters", With: map[string]any{"ClusterStates": []string{"STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING"}},
					Token: "Marker", Next: "Marker", Items: "Clusters[]", Keys: []string{"Id"},
				},
				{Action: "DescribeCluster", Takes: []string{"ClusterId"}, Items: "Cluster"},
			},
			Name: "Name", ID: "Id", Echo: "Id",
			Groups: []string{
				"Ec2InstanceAttributes.EmrManagedMasterSecurityGroup", "Ec2InstanceAttributes.EmrManagedSlaveSecurityGroup",
				"Ec2InstanceAttributes.ServiceAccessSecurityGroup",
				"Ec2InstanceAttributes.AdditionalMasterSecurityGroups[]", "Ec2InstanceAttributes.AdditionalSlaveSecurityGroups[]",
			},
		}},
	},
	{
		Service: "rds", Name: "RDS databases", Key: "rds_databases",
		API: ServiceAPI{Host: "rds", ID: "RDS", Form: FormQuery, Version: "2014-10-31"},
		Kinds: []ReferrerKind{
			{
				Kind: "instance", Words: "RDS DB instance",
				Calls: []ServiceCall{{Action: "DescribeDBInstances", Size: "MaxRecords", Most: 100, Token: "Marker", Next: "Marker", Items: "DBInstances[DBInstance]"}},
				Name:  "DBInstanceIdentifier", ID: "DBInstanceArn", VPC: "DBSubnetGroup.VpcId", Groups: []string{"VpcSecurityGroups[VpcSecurityGroupMembership].VpcSecurityGroupId"},
			},
			{
				Kind: "cluster", Words: "RDS DB cluster",
				Calls: []ServiceCall{{Action: "DescribeDBClusters", Size: "MaxRecords", Most: 100, Token: "Marker", Next: "Marker", Items: "DBClusters[DBCluster]"}},
				Name:  "DBClusterIdentifier", ID: "DBClusterArn", Groups: []string{"VpcSecurityGroups[VpcSecurityGroupMembership].VpcSecurityGroupId"},
			},
		},
	},
	{
		Service: "redshift", Name: "Redshift clusters", Key: "redshift_clusters",
		API: ServiceAPI{Host: "redshift", ID: "Redshift", Form: FormQuery, Version: "2012-12-01"},
		Kinds: []ReferrerKind{{
			Kind: "cluster", Words: "Redshift cluster",
			Calls: []ServiceCall{{Action: "DescribeClusters", Size: "MaxRecords", Most: 100, Token: "Marker", Next: "Marker", Items: "Clusters[Cluster]", CLI: "-"}},
			Name:  "ClusterIdentifier", VPC: "VpcId", Groups: []string{"VpcSecurityGroups[VpcSecurityGroup].VpcSecurityGroupId"},
		}},
	},
	{
		Service: "redshift-serverless", Name: "Redshift Serverless workgroups", Key: "redshift_serverless_workgroups",
		API: ServiceAPI{Host: "redshift-serverless", ID: "Redshift Serverless", Form: FormJSON11, Version: "RedshiftServerless"},
		Kinds: []ReferrerKind{{
			Kind: "workgroup", Words: "Redshift Serverless workgroup",
			Calls: []ServiceCall{{Action: "ListWorkgroups", Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken", Items: "workgroups[]"}},
			Name:  "workgroupName", ID: "workgroupArn", Groups: []string{"securityGroupIds[]"},
		}},
	},
	{
		Service: "elasticache", Name: "ElastiCache caches", Key: "elasticache_caches",
		API: ServiceAPI{Host: "elasticache", ID: "ElastiCache", Form: FormQuery, Version: "2015-02-02"},
		Kinds: []ReferrerKind{
			{
				Kind: "cluster", Words: "ElastiCache cluster",
				Calls: []ServiceCall{{Action: "DescribeCacheClusters", Size: "MaxRecords", Most: 100, Token: "Marker", Next: "Marker", Items: "CacheClusters[CacheCluster]"}},
				Name:  "CacheClusterId", ID: "ARN", Groups: []string{"SecurityGroups[].SecurityGroupId"},
			},
			{
				Kind: "serverless-cache", Words: "ElastiCache serverless cache",
				Calls: []ServiceCall{{Action: "DescribeServerlessCaches", Size: "MaxResults", Most: 50, Token: "NextToken", Next: "NextToken", Items: "ServerlessCaches[]"}},
				Name:  "ServerlessCacheName", ID: "ARN", Groups: []string{"SecurityGroupIds[SecurityGroupId]"},
			},
		},
	},
	{
		Service: "kafka", Name: "MSK clusters", Key: "msk_clusters",
		API: ServiceAPI{Host: "kafka", ID: "Kafka", Form: FormREST},
		Kinds: []ReferrerKind{{
			Kind: "cluster", Words: "MSK cluster",
			Calls: []ServiceCall{{
				Action: "ListClustersV2", Path: "GET /api/v2/clusters", Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken",
				Items: "clusterInfoList[]", CLI: "ClusterInfoList",
			}},
			Name: "clusterName", ID: "clusterArn", Groups: []string{"provisioned.brokerNodeGroupInfo.securityGroups[]", "serverless.vpcConfigs[].securityGroupIds[]"},
		}},
	},
	{
		Service: "es", Name: "OpenSearch domains", Key: "opensearch_domains",
		API: ServiceAPI{Host: "es", ID: "OpenSearch", Form: FormREST},
		Kinds: []ReferrerKind{{
			Kind: "domain", Words: "OpenSearch domain",
			Calls: []ServiceCall{
				{Action: "ListDomainNames", Path: "GET /2021-01-01/domain", Items: "DomainNames[]", Keys: []string{"DomainName"}},
				{
					Action: "DescribeDomains", Path: "POST /2021-01-01/opensearch/domain-info", Takes: []string{"DomainNames"}, Batch: 5,
					Items: "DomainStatusList[]",
				},
			},
			Name: "DomainName", ID: "ARN", VPC: "VPCOptions.VPCId", Echo: "DomainName", Groups: []string{"VPCOptions.SecurityGroupIds[]"},
		}},
	},
	{
		Service: "dms", Name: "DMS replication instances", Key: "dms_replication_instances",
		API: ServiceAPI{Host: "dms", ID: "Database Migration Service", Form: FormJSON11, Version: "AmazonDMSv20160101"},
		Kinds: []ReferrerKind{{
			Kind: "replication-instance", Words: "DMS replication instance",
			Calls: []ServiceCall{{Action: "DescribeReplicationInstances", Size: "MaxRecords", Most: 100, Token: "Marker", Next: "Marker", Items: "ReplicationInstances[]"}},
			Name:  "ReplicationInstanceIdentifier", ID: "ReplicationInstanceArn", VPC: "ReplicationSubnetGroup.VpcId", Groups: []string{"VpcSecurityGroups[].VpcSecurityGroupId"},
		}},
	},
	{
		Service: "dax", Name: "DAX clusters", Key: "dax_clusters",
		API: ServiceAPI{Host: "dax", ID: "DAX", Form: FormJSON11, Version: "AmazonDAXV3"},
		Kinds: []ReferrerKind{{
			Kind: "cluster", Words: "DAX cluster",
			Calls: []ServiceCall{{Action: "DescribeClusters", Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken", Items: "Clusters[]", CLI: "-"}},
			Name:  "ClusterName", ID: "ClusterArn", Groups: []string{"SecurityGroups[].SecurityGroupIdentifier"},
		}},
	},
	{
		Service: "apprunner", Name: "App Runner VPC connectors", Key: "apprunner_vpc_connectors",
		API: ServiceAPI{Host: "apprunner", ID: "AppRunner", Form: FormJSON10, Version: "AppRunner"},
		Kinds: []ReferrerKind{{
			Kind: "vpc-connector", Words: "App Runner VPC connector",
			Calls: []ServiceCall{{Action: "ListVpcConnectors", Size: "MaxResults", Most: 100, Token: "NextToken", Next: "NextToken", Items: "VpcConnectors[]"}},
			Name:  "VpcConnectorName", ID: "VpcConnectorArn", Groups: []string{"SecurityGroups[]"},
		}},
	},
	{
		Service: "apigateway", Name: "API Gateway VPC links", Key: "apigateway_vpc_links",
		API: ServiceAPI{Host: "apigateway", ID: "ApiGatewayV2", Form: FormREST},
		Kinds: []ReferrerKind{{
			Kind: "vpc-link", Words: "API Gateway VPC link",
			Calls: []ServiceCall{{
				Action: "GetVpcLinks", Permission: "GET", Path: "GET /v2/vpclinks", Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken",
				Items: "items[]", CLI: "Items",
			}},
			Name: "name", ID: "vpcLinkId", Groups: []string{"securityGroupIds[]"},
		}},
	},
	{
		Service: "eks", Name: "EKS clusters", Key: "eks_clusters",
		API: ServiceAPI{Host: "eks", ID: "EKS", Form: FormREST},
		Kinds: []ReferrerKind{{
			Kind: "cluster", Words: "EKS cluster",
			Calls: []ServiceCall{
				{Action: "ListClusters", Path: "GET /clusters", Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken", Items: "clusters[]", Keys: []string{""}},
				{Action: "DescribeCluster", Path: "GET /clusters/{name}", Takes: []string{"name"}, Items: "cluster", Gone: []string{"ResourceNotFoundException"}},
			},
			Name: "name", ID: "arn", VPC: "resourcesVpcConfig.vpcId", Echo: "name",
			Groups: []string{"resourcesVpcConfig.securityGroupIds[]", "resourcesVpcConfig.clusterSecurityGroupId"},
		}},
	},
	{
		Service: "workspaces", Name: "WorkSpaces directories", Key: "workspaces_directories",
		API: ServiceAPI{Host: "workspaces", ID: "WorkSpaces", Form: FormJSON11, Version: "WorkspacesService"},
		Kinds: []ReferrerKind{{
			Kind: "directory", Words: "WorkSpaces directory",
			Calls: []ServiceCall{{Action: "DescribeWorkspaceDirectories", Size: "Limit", Most: 25, Token: "NextToken", Next: "NextToken", Items: "Directories[]"}},
			Name:  "Alias", ID: "DirectoryId", Groups: []string{"WorkspaceSecurityGroupId", "WorkspaceCreationProperties.CustomSecurityGroupId"},
		}},
	},
	{
		Service: "transfer", Name: "Transfer Family servers", Key: "transfer_servers",
		API: ServiceAPI{Host: "transfer", ID: "Transfer", Form: FormJSON11, Version: "TransferService"},
		Kinds: []ReferrerKind{{
			Kind: "server", Words: "Transfer Family server",
			Calls: []ServiceCall{
				{
					Action: "ListServers", Size: "MaxResults", Most: 1000, Token: "NextToken", Next: "NextToken", Items: "Servers[]", Keys: []string{"ServerId"},
					Only: [2]string{"EndpointType", "VPC"},
				},
				{Action: "DescribeServer", Takes: []string{"ServerId"}, Items: "Server", Gone: []string{"ResourceNotFoundException"}},
			},
			Name: "^0", ID: "Arn", VPC: "EndpointDetails.VpcId", Groups: []string{"EndpointDetails.SecurityGroupIds[]"},
		}},
	},
}

// listECSClusters is the call that lists the clusters of ECS.
func listECSClusters(takes []string) ServiceCall {
	return ServiceCall{Service: "ecs", Action: "ListClusters", Takes: takes, Size: "maxResults", Most: 100, Token: "nextToken", Next: "nextToken", Items: "clusterArns[]", Keys: []string{""}}
}

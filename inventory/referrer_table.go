package inventory

// ReferrerServices is the one table of the services that hold groups without a
// network interface. A row makes a part, with its name and its key in snapshots.
var ReferrerServices = [...]ReferrerService{
	{
		Service: "autoscaling", Name: "Auto Scaling launch configurations", Key: "launch_configurations",
		Kinds: []ReferrerKind{{Kind: "launch-configuration", Words: "Auto Scaling launch configuration"}},
	},
	{
		Service: "ecs", Name: "ECS services", Key: "ecs_services",
		Kinds: []ReferrerKind{{Kind: "service", Words: "ECS service"}},
	},
	{
		Service: "events", Name: "EventBridge rules", Key: "eventbridge_rules",
		Kinds: []ReferrerKind{{Kind: "rule", Words: "EventBridge rule"}},
	},
	{
		Service: "scheduler", Name: "EventBridge Scheduler schedules", Key: "scheduler_schedules",
		Kinds: []ReferrerKind{{Kind: "schedule", Words: "EventBridge Scheduler schedule"}},
	},
	{
		Service: "batch", Name: "Batch compute environments", Key: "batch_compute_environments",
		Kinds: []ReferrerKind{{Kind: "compute-environment", Words: "Batch compute environment"}},
	},
	{
		Service: "codebuild", Name: "CodeBuild projects", Key: "codebuild_projects",
		Kinds: []ReferrerKind{{Kind: "project", Words: "CodeBuild project"}},
	},
	{
		Service: "glue", Name: "Glue connections", Key: "glue_connections",
		Kinds: []ReferrerKind{{Kind: "connection", Words: "Glue connection"}},
	},
	{
		Service: "sagemaker", Name: "SageMaker domains, notebook instances and models", Key: "sagemaker_resources",
		Kinds: []ReferrerKind{
			{Kind: "domain", Words: "SageMaker domain"},
			{Kind: "notebook-instance", Words: "SageMaker notebook instance"},
			{Kind: "model", Words: "SageMaker model"},
		},
	},
	{
		Service: "elasticmapreduce", Name: "EMR clusters", Key: "emr_clusters",
		Kinds: []ReferrerKind{{Kind: "cluster", Words: "EMR cluster"}},
	},
	{
		Service: "rds", Name: "RDS, Neptune and DocumentDB databases", Key: "rds_databases",
		Kinds: []ReferrerKind{
			{Kind: "instance", Words: "RDS DB instance"},
			{Kind: "cluster", Words: "RDS DB cluster"},
		},
	},
	{
		Service: "redshift", Name: "Redshift clusters", Key: "redshift_clusters",
		Kinds: []ReferrerKind{{Kind: "cluster", Words: "Redshift cluster"}},
	},
	{
		Service: "redshift-serverless", Name: "Redshift Serverless workgroups", Key: "redshift_serverless_workgroups",
		Kinds: []ReferrerKind{{Kind: "workgroup", Words: "Redshift Serverless workgroup"}},
	},
	{
		Service: "elasticache", Name: "ElastiCache caches", Key: "elasticache_caches",
		Kinds: []ReferrerKind{
			{Kind: "cluster", Words: "ElastiCache cluster"},
			{Kind: "serverless-cache", Words: "ElastiCache serverless cache"},
		},
	},
	{
		Service: "kafka", Name: "MSK clusters", Key: "msk_clusters",
		Kinds: []ReferrerKind{{Kind: "cluster", Words: "MSK cluster"}},
	},
	{
		Service: "es", Name: "OpenSearch domains", Key: "opensearch_domains",
		Kinds: []ReferrerKind{{Kind: "domain", Words: "OpenSearch domain"}},
	},
	{
		Service: "dms", Name: "DMS replication instances", Key: "dms_replication_instances",
		Kinds: []ReferrerKind{{Kind: "replication-instance", Words: "DMS replication instance"}},
	},
	{
		Service: "dax", Name: "DAX clusters", Key: "dax_clusters",
		Kinds: []ReferrerKind{{Kind: "cluster", Words: "DAX cluster"}},
	},
	{
		Service: "apprunner", Name: "App Runner VPC connectors", Key: "apprunner_vpc_connectors",
		Kinds: []ReferrerKind{{Kind: "vpc-connector", Words: "App Runner VPC connector"}},
	},
	{
		Service: "apigateway", Name: "API Gateway VPC links", Key: "apigateway_vpc_links",
		Kinds: []ReferrerKind{{Kind: "vpc-link", Words: "API Gateway VPC link"}},
	},
	{
		Service: "eks", Name: "EKS clusters", Key: "eks_clusters",
		Kinds: []ReferrerKind{{Kind: "cluster", Words: "EKS cluster"}},
	},
	{
		Service: "workspaces", Name: "WorkSpaces directories", Key: "workspaces_directories",
		Kinds: []ReferrerKind{{Kind: "directory", Words: "WorkSpaces directory"}},
	},
	{
		Service: "transfer", Name: "Transfer Family servers", Key: "transfer_servers",
		Kinds: []ReferrerKind{{Kind: "server", Words: "Transfer Family server"}},
	},
}

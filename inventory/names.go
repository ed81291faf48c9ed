package inventory

import "strings"

// Named returns a name with its id, "shop-web (sg-0a100011)", and the id alone
// where there is no name, or none but the id.
func Named(name, id string) string {
	if strings.TrimSpace(name) == "" || name == id {
		return id
	}
	return name + " (" + id + ")"
}

// NameTag returns the value of the tag Name, which the console shows as the
// name of a resource, or nothing.
func NameTag(tags []Tag) string {
	name, _ := TagValue(tags, "Name")
	return name
}

// Named returns the group's name with its id.
func (g *Group) Named() string { return Named(g.Name, g.ID) }

// Named returns the VPC's name with its id.
func (v *VPC) Named() string { return Named(NameTag(v.Tags), v.ID) }

// Named returns the subnet's name with its id.
func (s *Subnet) Named() string { return Named(NameTag(s.Tags), s.ID) }

// Named returns the network ACL's name with its id.
func (a *NetworkACL) Named() string { return Named(NameTag(a.Tags), a.ID) }

// Named returns the prefix list's name with its id.
func (l *PrefixList) Named() string { return Named(l.Name, l.ID) }

// Named says in AWS's words to what the interface belongs, with the name and
// the id of each where they are known: "instance i-1 (eni-1)", "Application
// Load Balancer shop (eni-2)", "RDS database orders-db (eni-3)". A service that
// gives its interfaces no name is named by the tag Name of the interface.
func (i *Interface) Named() string {
	owner := i.Owner()
	name := NameTag(i.Tags)
	if i.Instance == owner.Name && owner.Kind == "instance" && name != "" {
		return "instance " + name + " (" + i.ID + ", " + i.Instance + ")"
	}
	if owner.Name != "" {
		name = owner.Name
	}
	switch owner.Kind {
	case "unknown", "unattached":
		return Named(name, i.ID)
	}
	if name == i.ID { // of a plan, before AWS gives it an id
		return Service(owner.Kind) + " " + i.ID
	}
	if name != "" {
		return Service(owner.Kind) + " " + name + " (" + i.ID + ")"
	}
	return Service(owner.Kind) + " (" + i.ID + ")"
}

// NamedIn returns a sentence that has the id of the interface in parentheses, as in "10.0.0.1
// (eni-1)", with its name there: "10.0.0.1 of instance web (eni-1, i-1)".
func (i *Interface) NamedIn(sentence string) string {
	return strings.ReplaceAll(sentence, "("+i.ID+")", "of "+i.Named())
}

// Service returns the kind of an owner as AWS calls the service: "Lambda
// function". A kind that has no entry is its own name.
func Service(kind string) string {
	if name, known := serviceNames[kind]; known {
		return name
	}
	return kind
}

var serviceNames = map[string]string{
	"load-balancer":                  "load balancer",
	"application-load-balancer":      "Application Load Balancer",
	"network-load-balancer":          "Network Load Balancer",
	"gateway-load-balancer":          "Gateway Load Balancer",
	"classic-load-balancer":          "Classic Load Balancer",
	"gateway-load-balancer-endpoint": "Gateway Load Balancer endpoint",
	"api-gateway":                    "API Gateway VPC link",
	"client-vpn":                     "Client VPN endpoint",
	"cloudhsm":                       "CloudHSM",
	"codebuild":                      "CodeBuild project",
	"database":                       "RDS database",
	"dax":                            "DAX cluster",
	"directory":                      "directory",
	"dms":                            "DMS replication instance",
	"ecs-task":                       "ECS task",
	"efs":                            "EFS mount target",
	"eks":                            "EKS cluster",
	"eks-pod":                        "EKS pod",
	"elasticache":                    "ElastiCache cluster",
	"emr":                            "EMR cluster",
	"firehose":                       "Firehose stream",
	"fsx":                            "FSx file system",
	"function":                       "Lambda function",
	"global-accelerator":             "Global Accelerator",
	"instance-connect-endpoint":      "EC2 Instance Connect Endpoint",
	"lattice-resource-gateway":       "VPC Lattice resource gateway",
	"mq":                             "Amazon MQ broker",
	"msk":                            "MSK cluster",
	"nat-gateway":                    "NAT gateway",
	"opensearch":                     "OpenSearch domain",
	"rds-proxy":                      "RDS Proxy",
	"redshift":                       "Redshift cluster",
	"route53-resolver":               "Route 53 Resolver endpoint",
	"sagemaker":                      "SageMaker",
	"transfer":                       "Transfer Family server",
	"transit-gateway":                "transit gateway attachment",
	"vpc-endpoint":                   "VPC endpoint",
	"workspaces":                     "WorkSpaces",
}

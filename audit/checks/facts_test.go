package checks_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/facts"
)

func TestFacts(t *testing.T) {
	const (
		rules   = "docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
		quotas  = "docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
		subnets = "Amazon VPC User Guide, Subnet CIDR blocks"
		sharing = "docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html"
		stale   = "docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html"
		groups  = "Amazon VPC User Guide, Default security groups"
		logs    = "Amazon VPC User Guide, Flow logs"
	)
	facts.Check(t, []facts.Fact{
		{"a group holds 60 rules by default, per direction and per IP version", quotas, "TestPages/group-near-quota"},
		{"AWS reserves the first four and the last address of every subnet", subnets, "TestPages/stale-address"},
		{"a participant of a shared VPC does not see the interfaces of other participants", sharing, "TestPages/stale-address"},
		{"the owner of a shared VPC may own groups that a participant references", sharing, "TestPages/cross-account-reference"},
		{"a reference to a deleted group of another VPC stays in the rule, and AWS lists it as stale", stale, "TestPages/stale-group-reference"},
		{"AWS may not tell who owns a referenced group of another account", "Amazon EC2 API Reference, UserIdGroupPair", "TestPages/cross-account-reference"},
		{"a default group cannot be deleted", groups, "TestPitfalls/default groups are never unused"},
		{"an interface that is not attached keeps its groups in use", "Amazon VPC User Guide, Delete a security group", "TestPitfalls/an interface without attachment is one"},
		{"a group can be associated with further VPCs, and is used there", "Amazon VPC User Guide, Associate security groups with multiple VPCs", "TestPitfalls/an association with another VPC does"},
		{"a reference matches private addresses, not what comes by a public one", rules, "TestPages/ip-source-should-be-group"},
		{"references do not cross regions", "docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html", "TestPages/peer-range-should-be-group"},
		{"ICMP rules carry a type and code, not ports", rules, "TestPitfalls/ICMP's code 22 is not SSH"},
		{"a route is chosen by the route table of the subnet, so a public subnet is one routed to an internet gateway", "Amazon VPC User Guide, Subnets for your VPC", "TestPages/database-publicly-addressed"},
		{"an internet-facing load balancer can do without public IPv4 addresses", "User Guide for Application Load Balancers, IP address types", "TestNotEvaluated"},
		{"a web ACL protects the load balancers that it is associated with", "AWS WAF Developer Guide, Associating protection with AWS resources", "TestPages/load-balancer-without-waf"},
		{"a flow log records accepted traffic, rejected traffic or both", logs, "TestPages/flow-logs-off"},
		{"network ACLs are judged in the order of their numbers, the first match decides", "Amazon VPC User Guide, Network ACLs", "TestPages/network-acl-admin-port-open"},
	})
}

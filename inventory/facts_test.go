package inventory

import (
	"testing"

	"github.com/sgaudit/sgaudit/facts"
)

func TestFacts(t *testing.T) {
	const (
		permission = "Amazon EC2 API Reference, IpPermission"
		quotas     = "docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
		lists      = "docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html"
		interfaces = "Amazon EC2 User Guide, Requester-managed network interfaces"
	)
	facts.Check(t, []facts.Fact{
		{"protocol -1 is all protocols, and 6, 17, 1 and 58 are tcp, udp, icmp and icmpv6", permission, "TestNewTraffic"},
		{"a rule of another protocol opens all of it, whatever ports it gives", permission, "TestNewTraffic"},
		{"the ports of an ICMP rule are its type and code, -1 is all of them", permission, "TestNewTraffic"},
		{"a rule per prefix, group and prefix list: one permission may hold many", permission, "TestRulesAreMerged"},
		{"a prefix list of a customer counts for its maximum number of entries", quotas, "TestRulesCounted"},
		{"a prefix and a reference to a group count once, for IPv4 and IPv6 separately", quotas, "TestRulesCounted"},
		{"a prefix list of AWS counts for its weight: CloudFront 55, Route 53 health checks 25", lists, "TestWeightOfPrefixLists"},
		{"the default group of a VPC has the name default", "Amazon VPC User Guide, Default security groups", "TestGroup"},
		{"the interface type of a NAT gateway is nat_gateway", "Amazon EC2 API Reference, DescribeNetworkInterfaces", "TestOwner"},
		{"services write their name into the description of their interfaces", interfaces, "TestOwner"},
		{"the partition follows from the region's name", "AWS General Reference, AWS service endpoints", "TestPartitionOfRegions"},
	})
}

package reach_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/facts"
)

func TestFacts(t *testing.T) {
	const (
		gateways   = "docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"
		routes     = "docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html"
		acls       = "docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html"
		rules      = "docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
		block      = "docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa-basics.html"
		peering    = "docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html"
		transit    = "docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html"
		balancers  = "docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html"
		listeners  = "docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html"
		blocks     = "docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
		attributes = "Amazon EC2 API Reference, SubnetIpv6CidrBlockAssociation"
	)
	facts.Check(t, []facts.Fact{
		{"the internet reaches an interface by a public address only", gateways, "TestTraps/no public address"},
		{"each private address of an interface can have a public one", gateways, "TestTraps/public address on a second private one"},
		{"an internet gateway counts for the VPC that it is attached to", gateways, "TestTraps/detached gateway"},
		{"a NAT gateway and an egress-only internet gateway let nothing in", gateways, "TestTraps/private subnet behind a NAT gateway"},
		{"a subnet without an association uses the main route table of its VPC", routes, "TestTraps/main route table of the subnet's own VPC"},
		{"a route to a gateway for some addresses lets in those alone", routes, "TestTraps/narrower route"},
		{"a route in state blackhole leads nowhere", routes, "TestTraps/blackhole"},
		{"a route table can belong to a gateway, and then inspects what comes in", routes, "TestTraps/inspected path"},
		{"an IPv6 block with attribute private is not advertised to the internet", attributes, "TestTraps/IPv6 block that is not public"},
		{"entries of a network ACL are judged in ascending order, the first that matches decides", acls, "TestTraps/denial before the allowance"},
		{"entries of IPv4 and of IPv6 are judged apart", acls, "TestTraps/denial of another family"},
		{"network ACLs keep no state: a reply needs its own entry for the client's port", acls, "TestTraps/no client ports"},
		{"security groups keep state: a reply passes", rules, "TestBetween"},
		{"a reference stands for the private addresses of the interfaces that carry the group", rules, "TestTraps/group as source"},
		{"a reference to a group of a peered VPC needs an active peering connection", peering, "TestReferencesAcrossVPCs/peering that is gone"},
		{"a group can be referenced across a transit gateway by ingress rules, where that is enabled", transit, "TestReferencesAcrossVPCs"},
		{"block public access stops what comes in by an internet gateway", block, "TestTraps/blocked public access"},
		{"an exclusion in mode allow-bidirectional lifts the block for its subnet", block, "TestTraps/exclusion of the subnet"},
		{"an exclusion in mode allow-egress lets nothing in", block, "TestTraps/exclusion for egress"},
		{"block public access stops load balancers and Global Accelerator too", block, "TestSecondWays"},
		{"an update of block public access that is in progress is not in force yet", "Amazon EC2 API Reference, VpcBlockPublicAccessOptions", "TestTraps/public access about to be blocked"},
		{"nothing connects to the interface of a function", "docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html", "TestNothingConnectsToFunctions"},
		{"an egress rule does not match a referenced group over a transit gateway", transit, "TestReferencesAcrossVPCs/transit gateway, egress by reference"},
		{"a network load balancer without a security group lets all traffic through", balancers, "TestWithoutGroups/network load balancer"},
		{"a load balancer accepts connections on its listeners alone", listeners, "TestTraps/port of a load balancer without a listener"},
		{"a VPC may have blocks that are publicly routable, and they are private inside it", blocks, "TestPrivate"},
	})
}

package inventory

import (
	"net/netip"
	"slices"
)

// PrefixList is a managed prefix list. Resolved tells whether its entries
// could be read: a list that is not resolved stands for unknown addresses and
// is never taken as empty.
type PrefixList struct {
	ID         string
	Name       string
	Owner      string // account id, or "AWS" for lists that AWS keeps
	MaxEntries int    // 0 where AWS does not tell
	Resolved   bool
	Entries    []netip.Prefix // sorted
}

// VPC is a virtual network and its address blocks, IPv4 and IPv6.
type VPC struct {
	ID       string
	Owner    string
	Default  bool
	Prefixes []netip.Prefix // sorted
	Tags     []Tag
}

// Subnet is a part of a VPC in one zone.
type Subnet struct {
	ID       string
	VPC      string
	Owner    string // differs from the account in a shared VPC
	Zone     string
	Prefixes []SubnetPrefix // sorted
	Tags     []Tag
}

// SubnetPrefix is one address block of a subnet. Private is true for an IPv6
// block that AWS does not advertise to the internet (Ipv6AddressAttribute
// "private"); IPv4 blocks leave it false, since an IPv4 address is public by
// its association and not by its block.
type SubnetPrefix struct {
	Prefix  netip.Prefix
	Private bool
}

// RouteTable holds routes and says whose they are: the subnets that name it
// explicitly and, where Main is true, every other subnet of its VPC.
// Associations with gateways are kept apart, as they govern no subnet.
type RouteTable struct {
	ID       string
	VPC      string
	Main     bool
	Subnets  []string // sorted
	Gateways []string // sorted
	Routes   []Route
}

// Route sends a destination to a target. Exactly one of Prefix and List is
// set. Target is the id of the gateway, interface, connection or "local".
type Route struct {
	Prefix    netip.Prefix
	List      string // pl-...
	Target    string
	Blackhole bool
}

// NetworkACL filters what enters and leaves its subnets, without state.
type NetworkACL struct {
	ID      string
	VPC     string
	Owner   string
	Default bool
	Subnets []string   // sorted
	Entries []ACLEntry // sorted by direction, then number, IPv4 before IPv6
	Tags    []Tag
}

// ACLEntry is evaluated in ascending order of Number, the first match
// decides; 32767 and above are the final denials.
type ACLEntry struct {
	Direction Direction
	Number    int
	Allow     bool
	Traffic   Traffic
	Prefix    netip.Prefix
}

// Gateway is an internet gateway, or an egress-only one, and the VPCs that it
// is attached to now (at most one for AWS).
type Gateway struct {
	ID   string
	VPCs []string // sorted; attachments in state available or attached
}

// NATGateway translates for private subnets; nothing enters through it.
type NATGateway struct {
	ID, VPC, Subnet, State string
}

// FlowLog records the traffic of a VPC, a subnet or an interface.
type FlowLog struct {
	ID       string
	Resource string // vpc-..., subnet-..., eni-...
	Traffic  string // ALL, ACCEPT or REJECT
	Active   bool   // it exists, and AWS can deliver what it records
}

// Peering is a VPC peering connection with both of its ends.
type Peering struct {
	ID        string
	Status    string // active, pending-acceptance, deleted, ...
	Requester PeeringEnd
	Accepter  PeeringEnd
}

// Far returns the end of the peering that is not the VPC's, or nil where the
// VPC is neither of both.
func (p *Peering) Far(vpc string) *PeeringEnd {
	switch vpc {
	case p.Requester.VPC:
		return &p.Accepter
	case p.Accepter.VPC:
		return &p.Requester
	}
	return nil
}

// PeeringEnd is one VPC of a peering connection. Prefixes are known only
// while the connection is active.
type PeeringEnd struct {
	Account, Region, VPC string
	Prefixes             []netip.Prefix // sorted
}

// PublicAccessBlock is the region's VPC block public access setting. Mode is
// "off", "block-bidirectional" or "block-ingress"; empty means not read. State
// is default-state, update-in-progress, update-complete or, where the region
// does not know the setting, PublicAccessUnsupported.
type PublicAccessBlock struct {
	Mode       string
	State      string
	Exclusions []PublicAccessExclusion // sorted by id
}

// PublicAccessUnsupported is the state, of sgaudit's own, of a region that does
// not know the actions of VPC block public access: it cannot be on there.
const PublicAccessUnsupported = "unsupported"

// PublicAccessExclusion exempts a VPC or a subnet from the block.
type PublicAccessExclusion struct {
	ID       string
	Resource string // vpc-... or subnet-..., taken from the ARN
	Mode     string // allow-bidirectional or allow-egress
	State    string // create-complete, update-complete, ...
}

// Association lends a group to a VPC beyond its primary one.
type Association struct {
	Group, VPC, VPCOwner, State string
}

// StaleReference is a rule that names a group which is gone, as
// DescribeStaleSecurityGroups tells it.
type StaleReference struct {
	Group     string // the group that has the rule
	Direction Direction
	Traffic   Traffic
	Peer      GroupRef
}

// LaunchTemplate names the groups that instances started from its latest or
// default version would carry.
type LaunchTemplate struct {
	ID, Name   string
	Groups     []string // ids, sorted
	GroupNames []string // names, sorted; only for the default VPC
}

// Endpoint is an interface VPC endpoint, Client VPN endpoint or the like that
// names groups.
type Endpoint struct {
	ID, VPC, Service string
	Groups           []string // sorted
}

// LoadBalancer is a load balancer with its scheme and groups.
type LoadBalancer struct {
	Name   string
	ARN    string // empty for classic ones
	Kind   string // application, network, gateway, classic
	Scheme string // internet-facing or internal
	VPC    string
	Groups []string // sorted
}

// Listener is a port on which a load balancer accepts connections: tcp or udp,
// and one port. A listener for both protocols is two of them.
type Listener struct {
	Kind, Name string // of the load balancer
	Traffic    Traffic
}

// Function is a Lambda function with the groups that its interfaces carry
// while it runs. Idle functions have no interface.
type Function struct {
	Name, ARN, VPC string
	Groups         []string // sorted
	Subnets        []string // sorted
}

// WebACL is a regional web ACL of AWS WAF with the application load balancers
// that it protects.
type WebACL struct {
	Name, ARN     string
	LoadBalancers []string // ARNs, sorted
}

// Recorder is a configuration recorder of AWS Config. The one that a service
// keeps for itself does not count: nobody else sees what it records.
type Recorder struct {
	Name      string
	Recording bool // it is started
	Failing   bool // it could not deliver what it recorded last
	Groups    bool // security groups are among the types that it records
}

// Entries returns the prefixes of a prefix list, or nothing where it was not
// read.
func (r *Region) Entries(list string) []netip.Prefix {
	for i := range r.PrefixLists {
		if r.PrefixLists[i].ID == list {
			return slices.Clone(r.PrefixLists[i].Entries)
		}
	}
	return nil
}

package inventory

import (
	"net/netip"
	"slices"
	"time"
)

// PrefixList is a managed prefix list. Resolved is true where its entries
// could be read: a list that is not resolved stands for unknown addresses and
// is never taken as empty.
type PrefixList struct {
	ID         string         `json:"id"`
	Name       string         `json:"name,omitzero"`
	Owner      string         `json:"owner_id,omitzero"`    // account id, or "AWS" for lists that AWS keeps
	MaxEntries int            `json:"max_entries,omitzero"` // 0 where AWS does not say
	Resolved   bool           `json:"resolved"`
	Entries    []netip.Prefix `json:"entries,omitempty"` // sorted
}

// VPC is a virtual network and its address blocks, IPv4 and IPv6.
type VPC struct {
	ID       string         `json:"id"`
	Owner    string         `json:"owner_id,omitzero"`
	Default  bool           `json:"default,omitzero"`
	Prefixes []netip.Prefix `json:"cidrs,omitempty"` // sorted
	Tags     []Tag          `json:"tags,omitempty"`
}

// Subnet is a part of a VPC in one zone.
type Subnet struct {
	ID       string         `json:"id"`
	VPC      string         `json:"vpc_id,omitzero"`
	Owner    string         `json:"owner_id,omitzero"` // differs from the account in a shared VPC
	Zone     string         `json:"zone,omitzero"`
	Prefixes []SubnetPrefix `json:"cidrs,omitempty"` // sorted
	Tags     []Tag          `json:"tags,omitempty"`
}

// SubnetPrefix is one address block of a subnet. Private is true for an IPv6
// block that AWS does not advertise to the internet (Ipv6AddressAttribute
// "private"); IPv4 blocks leave it false, since an IPv4 address is public by
// its association and not by its block.
type SubnetPrefix struct {
	Prefix  netip.Prefix `json:"cidr"`
	Private bool         `json:"private,omitzero"`
}

// RouteTable holds routes and says for which subnets: those that name it
// explicitly and, where Main is true, every other subnet of its VPC.
// Associations with gateways are kept apart, as they govern no subnet.
type RouteTable struct {
	ID       string   `json:"id"`
	VPC      string   `json:"vpc_id,omitzero"`
	Main     bool     `json:"main,omitzero"`
	Subnets  []string `json:"subnet_ids,omitempty"`  // sorted
	Gateways []string `json:"gateway_ids,omitempty"` // sorted
	Routes   []Route  `json:"routes,omitempty"`
}

// Route sends a destination to a target. Exactly one of Prefix and List is
// set. Target is the id of the gateway, interface, connection or "local".
type Route struct {
	Prefix    netip.Prefix `json:"cidr,omitzero"`
	List      string       `json:"prefix_list_id,omitzero"` // pl-...
	Target    string       `json:"target,omitzero"`
	Blackhole bool         `json:"blackhole,omitzero"`
}

// NetworkACL filters what enters and leaves its subnets, without state.
type NetworkACL struct {
	ID      string     `json:"id"`
	VPC     string     `json:"vpc_id,omitzero"`
	Owner   string     `json:"owner_id,omitzero"`
	Default bool       `json:"default,omitzero"`
	Subnets []string   `json:"subnet_ids,omitempty"` // sorted
	Entries []ACLEntry `json:"entries,omitempty"`    // sorted by direction, then number, IPv4 before IPv6
	Tags    []Tag      `json:"tags,omitempty"`
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
	ID   string   `json:"id"`
	VPCs []string `json:"vpc_ids,omitempty"` // sorted; attachments in state available or attached
}

// NATGateway translates for private subnets; nothing enters through it.
type NATGateway struct {
	ID     string `json:"id"`
	VPC    string `json:"vpc_id,omitzero"`
	Subnet string `json:"subnet_id,omitzero"`
	State  string `json:"state,omitzero"`
}

// FlowLog records the traffic of a VPC, a subnet or an interface.
type FlowLog struct {
	ID       string `json:"id"`
	Resource string `json:"resource_id,omitzero"`  // vpc-..., subnet-..., eni-...
	Traffic  string `json:"traffic_type,omitzero"` // ALL, ACCEPT or REJECT
	Active   bool   `json:"active,omitzero"`       // it exists, and AWS can deliver what it records

	Format      string    `json:"log_format,omitzero"`      // its fields: ${version} ${account-id} ...
	Destination string    `json:"log_destination,omitzero"` // ARN of a bucket with its folder, a log group or a stream; the name of a log group
	Created     time.Time `json:"creation_time,omitzero"`   // it records from then on

	// How it is delivered to S3 (Amazon EC2 API reference, DestinationOptionsResponse).
	Parquet bool `json:"parquet,omitzero"`           // as Parquet; else as text
	Hive    bool `json:"hive_partitions,omitzero"`   // into folders with names as Hive has them: year=2026
	Hourly  bool `json:"hourly_partitions,omitzero"` // into a folder for each hour; else for each day
}

// Peering is a VPC peering connection with both of its ends.
type Peering struct {
	ID        string     `json:"id"`
	Status    string     `json:"status,omitzero"` // active, pending-acceptance, deleted, ...
	Requester PeeringEnd `json:"requester"`
	Accepter  PeeringEnd `json:"accepter"`
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
	Account  string         `json:"account_id,omitzero"`
	Region   string         `json:"region,omitzero"`
	VPC      string         `json:"vpc_id,omitzero"`
	Prefixes []netip.Prefix `json:"cidrs,omitempty"` // sorted
}

// PublicAccessBlock is the region's VPC block public access setting. Mode is
// "off", "block-bidirectional" or "block-ingress"; empty means not read. State
// is default-state, update-in-progress, update-complete or, where the region
// does not know the setting, PublicAccessUnsupported.
type PublicAccessBlock struct {
	Mode       string                  `json:"mode,omitzero"`
	State      string                  `json:"state,omitzero"`
	Exclusions []PublicAccessExclusion `json:"exclusions,omitempty"` // sorted by id
}

// PublicAccessUnsupported is the state, of sgaudit's own, of a region that does
// not know the actions of VPC block public access: it cannot be on there.
const PublicAccessUnsupported = "unsupported"

// PublicAccessUpdating is the state while the mode is changed: the old mode may
// still be in force, or the new one already.
const PublicAccessUpdating = "update-in-progress"

// PublicAccessExclusion exempts a VPC or a subnet from the block.
type PublicAccessExclusion struct {
	ID       string `json:"id"`
	Resource string `json:"resource_id,omitzero"` // vpc-... or subnet-..., taken from the ARN
	Mode     string `json:"mode,omitzero"`        // allow-bidirectional or allow-egress
	State    string `json:"state,omitzero"`       // create-complete, update-complete, ...
}

// Association lends a group to a VPC beyond its primary one.
type Association struct {
	Group    string `json:"group_id"`
	VPC      string `json:"vpc_id"`
	VPCOwner string `json:"vpc_owner_id,omitzero"`
	State    string `json:"state,omitzero"`
}

// StaleReference is a rule that names a group which is gone, as
// DescribeStaleSecurityGroups returns it.
type StaleReference struct {
	Group     string // the group that has the rule
	Direction Direction
	Traffic   Traffic
	Peer      GroupRef
}

// LaunchTemplate names the groups that instances started from its latest or
// default version would have.
type LaunchTemplate struct {
	ID         string   `json:"id"`
	Name       string   `json:"name,omitzero"`
	Groups     []string `json:"group_ids,omitempty"`   // ids, sorted
	GroupNames []string `json:"group_names,omitempty"` // names, sorted; only for the default VPC
}

// Endpoint is an interface VPC endpoint, Client VPN endpoint or the like that
// names groups.
type Endpoint struct {
	ID      string   `json:"id"`
	VPC     string   `json:"vpc_id,omitzero"`
	Service string   `json:"service,omitzero"`
	Groups  []string `json:"group_ids,omitempty"` // sorted
}

// LoadBalancer is a load balancer with its scheme and groups.
type LoadBalancer struct {
	Name   string   `json:"name"`
	ARN    string   `json:"arn,omitzero"`    // empty for classic ones
	Kind   string   `json:"kind"`            // application, network, gateway, classic
	Scheme string   `json:"scheme,omitzero"` // internet-facing or internal
	VPC    string   `json:"vpc_id,omitzero"`
	Groups []string `json:"group_ids,omitempty"` // sorted
}

// Listener is a port on which a load balancer accepts connections: tcp or udp,
// and one port. A listener for both protocols is two of them.
type Listener struct {
	Kind, Name string // of the load balancer
	Traffic    Traffic
}

// Function is a Lambda function with the groups that its interfaces
// have while it runs. Idle functions have no interface.
type Function struct {
	Name    string   `json:"name"`
	ARN     string   `json:"arn,omitzero"`
	VPC     string   `json:"vpc_id,omitzero"`
	Groups  []string `json:"group_ids,omitempty"`  // sorted
	Subnets []string `json:"subnet_ids,omitempty"` // sorted
}

// WebACL is a regional web ACL of AWS WAF with the application load balancers
// that it protects.
type WebACL struct {
	Name          string   `json:"name"`
	ARN           string   `json:"arn,omitzero"`
	LoadBalancers []string `json:"load_balancer_arns,omitempty"` // ARNs, sorted
}

// Recorder is a configuration recorder of AWS Config. The one that a service
// keeps for itself does not count: only that service sees what it records.
type Recorder struct {
	Name      string `json:"name"`
	Recording bool   `json:"recording"`               // it is started
	Failing   bool   `json:"failing,omitzero"`        // it could not deliver what it recorded last
	Groups    bool   `json:"records_security_groups"` // security groups are among the types that it records

	AllTypes bool     `json:"records_all_types,omitzero"` // it records every type that AWS Config supports, but for Except
	Except   []string `json:"except_types,omitempty"`     // sorted
	Since    string   `json:"started_on,omitzero"`        // the day, in UTC, on which it was started last: 2026-01-05
}

// JoinedPrefixes returns the blocks of a VPC and of those that active peering connections
// join to it, in this region or another, as far as VPCs and peering connections were read.
// They are in no order, and a block may be there twice.
func (r *Region) JoinedPrefixes(vpc string) (prefixes []netip.Prefix) {
	joined := []string{vpc}
	if r.Read.Has(PartPeerings) {
		for i := range r.Peerings {
			p := &r.Peerings[i]
			if far := p.Far(vpc); far != nil && p.Status == "active" {
				joined = append(joined, far.VPC)
				prefixes = append(append(prefixes, p.Requester.Prefixes...), p.Accepter.Prefixes...)
			}
		}
	}
	if r.Read.Has(PartVPCs) {
		for i := range r.VPCs {
			if slices.Contains(joined, r.VPCs[i].ID) {
				prefixes = append(prefixes, r.VPCs[i].Prefixes...)
			}
		}
	}
	return prefixes
}

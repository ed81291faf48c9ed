// Package inventory holds what one run saw of the AWS accounts it read: plain
// values, parsed once at the edge, that every later package works on.
//
// No SDK type enters it and no text that still has to be parsed leaves it:
// addresses are netip values, ports are numbers, protocols are numbers. An
// Inventory is complete in itself: it can be built by awsclient from live
// answers, by fixtures from a made-up estate, or loaded from a file, and the
// same content yields the same report.
//
// After Normalize everything is sorted by its identity (regions by account
// and name, groups by id, rules by text), so the order in which AWS answered,
// and how it split rules into permissions, is not visible any more. The zero
// Inventory is an empty one in which nothing has been read.
package inventory

import (
	"cmp"
	"strings"
)

// Inventory is everything that one run saw.
type Inventory struct {
	Caller  Caller    `json:"caller"`
	Depth   Depth     `json:"depth"`
	Regions []*Region `json:"regions"` // sorted by account, then name
}

// Caller is the identity that the run had, from sts:GetCallerIdentity.
type Caller struct {
	AccountID string `json:"account_id"` // twelve digits
	ARN       string `json:"arn"`
	Partition string `json:"partition"` // aws, aws-cn, aws-us-gov, ...
}

// Region is one region of one account. Which parts of it are known is said by
// Read: a part that is absent there was denied or failed (then a Gap says
// why) or was not asked for. A part of which something was not understood is not
// in Read either. Prefix lists may be in it and have a gap too, for the entries
// of a list that is not resolved. Slices of parts that are not in Read may hold
// what arrived before the failure; only Groups may be used then.
type Region struct {
	AccountID   string `json:"account_id"`
	AccountName string `json:"account_name,omitzero"` // empty unless an organisation names it
	Partition   string `json:"partition"`
	Name        string `json:"region"`

	Read    Parts `json:"read"`             // what was read to the end
	Asked   Parts `json:"asked"`            // what the depth of this run asks for
	Skipped bool  `json:"skipped,omitzero"` // left out on request
	Gaps    []Gap `json:"gaps,omitempty"`

	Groups     []Group     `json:"security_groups,omitzero"`
	Interfaces []Interface `json:"network_interfaces,omitzero"`

	PrefixLists      []PrefixList      `json:"prefix_lists,omitzero"`
	VPCs             []VPC             `json:"vpcs,omitzero"`
	Subnets          []Subnet          `json:"subnets,omitzero"`
	RouteTables      []RouteTable      `json:"route_tables,omitzero"`
	NetworkACLs      []NetworkACL      `json:"network_acls,omitzero"`
	InternetGateways []Gateway         `json:"internet_gateways,omitzero"`             // with the VPC each is attached to now
	EgressGateways   []Gateway         `json:"egress_only_internet_gateways,omitzero"` // egress-only internet gateways: of made-up estates alone, no verdict needs them
	NATGateways      []NATGateway      `json:"nat_gateways,omitzero"`
	FlowLogs         []FlowLog         `json:"flow_logs,omitzero"`
	Peerings         []Peering         `json:"vpc_peering_connections,omitzero"`
	PublicAccess     PublicAccessBlock `json:"vpc_block_public_access,omitzero"`
	Associations     []Association     `json:"security_group_vpc_associations,omitzero"`
	Stale            []StaleReference  `json:"stale_references,omitzero"`
	LaunchTemplates  []LaunchTemplate  `json:"launch_templates,omitzero"`
	Endpoints        []Endpoint        `json:"vpc_endpoints,omitzero"`
	LoadBalancers    []LoadBalancer    `json:"load_balancers,omitzero"`
	Listeners        []Listener        `json:"load_balancer_listeners,omitzero"` // of load balancers
	Functions        []Function        `json:"lambda_functions,omitzero"`
	WebACLs          []WebACL          `json:"web_acls,omitzero"`
	Recorders        []Recorder        `json:"config_recorders,omitzero"` // of AWS Config
	Quotas           []Quota           `json:"service_quotas,omitzero"`   // that checks look at
	ConfigResources  []Referrer        `json:"config_resources,omitzero"` // that AWS Config relates to groups, and that use them
	Referrers        []Referrer        `json:"referrers,omitzero"`        // of all services of ReferrerServices
}

// partitions are those beside aws, by what the names of their regions begin with
// (AWS SDKs, partitions.json).
var partitions = []struct{ regions, name string }{
	{"cn-", "aws-cn"},
	{"us-gov-", "aws-us-gov"},
	{"eusc-", "aws-eusc"}, // the European Sovereign Cloud
	{"us-iso-", "aws-iso"},
	{"us-isob-", "aws-iso-b"},
	{"eu-isoe-", "aws-iso-e"},
	{"us-isof-", "aws-iso-f"},
}

// PartitionOf returns the partition of a region, by the region's name: aws
// where it is in no other.
func PartitionOf(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.regions) {
			return p.name
		}
	}
	return "aws"
}

// GapKind says why something could not be read.
type GapKind string

// The kinds of gaps: each needs another remedy.
const (
	Denied         GapKind = "denied"           // IAM lets the caller not do it
	DeniedByPolicy GapKind = "denied-by-policy" // an organisation's policy denies it
	NotOptedIn     GapKind = "not-opted-in"     // the region is not enabled for the account
	Throttled      GapKind = "throttled"        // still throttled after every retry
	Expired        GapKind = "expired"          // the credentials expired
	Unreachable    GapKind = "unreachable"      // no connection, or no answer in time
	Unsupported    GapKind = "unsupported"      // the endpoint does not know the call
	Failed         GapKind = "failed"           // anything else
)

// Gap is one part of a region that could not be read.
type Gap struct {
	Part      Part    `json:"part"`
	Operation string  `json:"operation"` // the IAM action: ec2:DescribeSecurityGroups
	Kind      GapKind `json:"kind"`
	Code      string  `json:"code,omitzero"`    // the code that AWS answered with, empty where none came
	Message   string  `json:"message,omitzero"` // one line
}

// Compare orders gaps by operation, kind, code and message.
func (g Gap) Compare(h Gap) int {
	return cmp.Or(cmp.Compare(g.Operation, h.Operation), cmp.Compare(g.Kind, h.Kind),
		cmp.Compare(g.Code, h.Code), cmp.Compare(g.Message, h.Message))
}

// Status sums up how much of a region was read: "complete", "partial",
// "failed" (no groups at all) or "skipped" (left out on request). A region
// that was never begun has failed.
func (r *Region) Status() string {
	switch {
	case r.Skipped:
		return "skipped"
	case len(r.Gaps) == 0 && r.Read.Has(r.Asked|PartGroups):
		return "complete"
	case !r.Read.Has(PartGroups) && len(r.Groups) == 0:
		return "failed"
	}
	return "partial"
}

// Complete reports whether all that was asked for of every region that was
// not skipped has been read, and whether there was a region at all.
func (inv *Inventory) Complete() bool {
	for _, r := range inv.Regions {
		if s := r.Status(); s != "complete" && s != "skipped" {
			return false
		}
	}
	return len(inv.Regions) > 0
}

// Normalize sorts every list, merges rules with the same text and drops
// duplicates that overlapping pages brought. It is idempotent, and two
// inventories with the same content are equal after it.
func (inv *Inventory) Normalize() {
	inv.SortRegions()
	for _, r := range inv.Regions {
		r.Normalize()
	}
}

// SortRegions is all that is left of Normalize where each region has been
// normalised by itself.
func (inv *Inventory) SortRegions() {
	sortBy(inv.Regions, func(a, b **Region) int {
		return cmp.Or(cmp.Compare((*a).AccountID, (*b).AccountID), cmp.Compare((*a).Name, (*b).Name), cmp.Compare((*a).AccountName, (*b).AccountName))
	})
}

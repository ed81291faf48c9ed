package inventory

import "net/netip"

// Interface is an elastic network interface. What AWS says about its owner is
// kept as it came; Owner derives the service from it.
type Interface struct {
	ID           string    `json:"id"`
	VPC          string    `json:"vpc_id,omitzero"`
	Subnet       string    `json:"subnet_id,omitzero"`
	Zone         string    `json:"zone,omitzero"`
	Account      string    `json:"owner_id,omitzero"`     // the owner, which may be a participant of a shared VPC
	Status       string    `json:"status,omitzero"`       // available, in-use, ...
	Type         string    `json:"type,omitzero"`         // interface, lambda, nat_gateway, ...: an open set
	Requester    string    `json:"requester_id,omitzero"` // requester id, empty where none
	Operator     string    `json:"operator,omitzero"`     // principal of the service that manages it for the account
	Instance     string    `json:"instance_id,omitzero"`  // i-..., of the attachment
	AttachedBy   string    `json:"attached_by,omitzero"`  // instance owner id of the attachment: an account or amazon-elb, ...
	Description  string    `json:"description,omitzero"`
	Managed      bool      `json:"requester_managed,omitzero"`     // requester-managed
	DenyIGW      bool      `json:"deny_all_igw_traffic,omitzero"`  // DenyAllIgwTraffic
	NoSourceDest bool      `json:"source_dest_check_off,omitzero"` // the source/destination check is off
	Groups       []string  `json:"group_ids"`                      // ids, sorted
	Addresses    []Address `json:"addresses,omitempty"`            // sorted by private address, IPv4 first
	Tags         []Tag     `json:"tags,omitempty"`                 // sorted by key

	// Delegated are the prefixes that EC2 delegates to the interface, sorted: all their addresses
	// are the interface's, and the pods of EKS get theirs from them (Amazon EC2 user guide,
	// prefix delegation for network interfaces). See IsDelegated.
	Delegated []netip.Prefix `json:"delegated_prefixes,omitempty"`

	Planned     Planned `json:"-"` // of an interface that a plan creates, in a copy of an inventory
	PlannedIPv6 Planned `json:"-"` // of the same: PlannedUnsure where it may get an IPv6 address that is not known yet
}

// Planned says of an interface that a plan is to create whether it gets a public
// IPv4 address. No interface that was read has it, and no snapshot holds it.
type Planned uint8

// Whether a planned interface gets a public IPv4 address.
const (
	NotPlanned     Planned = iota // it is there
	PlannedPrivate                // it gets none
	PlannedUnsure                 // that is known once it is created
	PlannedPublic                 // it gets one
)

// Address is one private address of an interface with the public one that is
// associated with it, if any. IPv6 addresses stand in Private alone: they are
// public or not by their subnet's block.
type Address struct {
	Private netip.Addr `json:"private_ip"`
	Public  netip.Addr `json:"public_ip,omitzero"` // the zero Addr where none is associated
}

// PublicIPv4 returns the interface's public IPv4 addresses, in the order of
// the private ones.
func (i *Interface) PublicIPv4() []netip.Addr {
	var found []netip.Addr
	for _, a := range i.Addresses {
		if a.Public.IsValid() {
			found = append(found, a.Public)
		}
	}
	return found
}

// IPv6 returns the interface's IPv6 addresses, sorted.
func (i *Interface) IPv6() []netip.Addr {
	var found []netip.Addr
	for _, a := range i.Addresses {
		if a.Private.Is6() {
			found = append(found, a.Private)
		}
	}
	return found
}

// HasGroup reports whether the group is attached to the interface.
func (i *Interface) HasGroup(group string) bool {
	for _, g := range i.Groups {
		if g == group {
			return true
		}
	}
	return false
}

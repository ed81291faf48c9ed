package inventory

import "net/netip"

// Interface is an elastic network interface. What AWS tells of its owner is
// kept as it came; Owner derives the service from it.
type Interface struct {
	ID           string
	VPC          string
	Subnet       string
	Zone         string
	Account      string // the owner, which may be a participant of a shared VPC
	Status       string // available, in-use, ...
	Type         string // interface, lambda, nat_gateway, ...: an open set
	Requester    string // requester id, empty where none
	Operator     string // principal of the service that manages it for the account
	Instance     string // i-..., of the attachment
	AttachedBy   string // instance owner id of the attachment: an account or amazon-elb, ...
	Description  string
	Managed      bool      // requester-managed
	DenyIGW      bool      // DenyAllIgwTraffic
	NoSourceDest bool      // the source/destination check is off
	Groups       []string  // ids, sorted
	Addresses    []Address // sorted by private address, IPv4 first
	Tags         []Tag     // sorted by key
}

// Address is one private address of an interface with the public one that is
// associated with it, if any. IPv6 addresses stand in Private alone: they are
// public or not by their subnet's block.
type Address struct {
	Private netip.Addr
	Public  netip.Addr // the zero Addr where none is associated
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

// Carries reports whether the interface carries the group.
func (i *Interface) Carries(group string) bool {
	for _, g := range i.Groups {
		if g == group {
			return true
		}
	}
	return false
}

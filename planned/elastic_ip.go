package planned

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// addressee is what an Elastic IP address is associated with.
type addressee struct {
	instance, networkInterface string // ids, or addresses of what the plan creates
	private                    string // the private address, empty for the first one
}

func (t addressee) empty() bool { return t.instance == "" && t.networkInterface == "" }

// elasticIP is aws_eip, which may be associated with an instance or an interface.
func (a *action) elasticIP(pass int) {
	a.associateAddress(pass, "instance", "network_interface", "associate_with_private_ip")
}

// elasticIPAssociation is aws_eip_association.
func (a *action) elasticIPAssociation(pass int) {
	a.associateAddress(pass, "instance_id", "network_interface_id", "private_ip_address")
}

// associateAddress takes the public address from the interface that has it before, and
// gives it to the one that has it afterwards. The arguments are the attributes.
func (a *action) associateAddress(pass int, instance, networkInterface, private string) {
	if pass != passAttach {
		return
	}
	read := func(v values) (t addressee) {
		t.instance, t.networkInterface, t.private = v.id(instance, "i-"), v.id(networkInterface, "eni-"), v.known(private)
		return t
	}
	stays := func(key string) bool {
		x, pending := a.after.pending(key)
		return pending && x.computed
	}
	var was, is addressee
	if a.existed() {
		was = read(a.before)
	}
	if a.staying() {
		is = read(a.after)
	}
	if a.updates() && stays(instance) && is.networkInterface == "" || a.updates() && stays(networkInterface) && is.instance == "" || is == was && !a.Replaced {
		return // the association stays
	}
	if a.existed() {
		a.dissociate(was, cmp.Or(a.before.known("public_ip"), a.oldID())) // the id of CloudFormation is the address
	}
	if is.empty() {
		return
	}
	e := a.addressed(is)
	if e == nil {
		a.unknown("", "a public address is associated with an interface that is not known, or not among those of %s that were read: what the internet can reach through it is not known", a.region())
		return
	}
	e.Planned = inventory.PlannedPublic
}

// dissociate takes a public address from the interface that has it.
func (a *action) dissociate(was addressee, public string) {
	ip, err := netip.ParseAddr(public)
	e := a.addressed(was)
	if err != nil {
		ip = publicOf(e, was.private)
		if e == nil && !was.empty() {
			a.unknown("", "a public address is taken from an interface that is not known, or not among those of %s that were read", a.region())
		}
	} else {
		for i := range a.in.Interfaces {
			if slices.Contains(a.in.Interfaces[i].PublicIPv4(), ip) {
				e = &a.in.Interfaces[i]
			}
		}
	}
	if e == nil || !ip.IsValid() {
		return // without the address, the interface is taken to keep it
	}
	a.in.ownInterfaces()
	e = a.in.networkInterface(e.ID)
	e.Addresses = slices.Clone(e.Addresses)
	for i := range e.Addresses {
		if e.Addresses[i].Public == ip {
			e.Addresses[i].Public = netip.Addr{}
		}
	}
}

// publicOf returns the public address of an interface that belongs to one of its private
// addresses, or to the first one where none is named.
func publicOf(e *inventory.Interface, private string) (ip netip.Addr) {
	if e == nil {
		return ip
	}
	for _, x := range e.Addresses {
		if x.Private.Is4() && (private == "" || x.Private.String() == private) {
			return x.Public
		}
	}
	return ip
}

// addressed returns the interface that an address is associated with, or nil: of an
// instance it is the first one (API reference of Amazon EC2, AssociateAddress).
func (a *action) addressed(t addressee) *inventory.Interface {
	if t.empty() {
		return nil
	}
	a.in.ownInterfaces()
	if t.networkInterface != "" {
		return a.in.networkInterface(t.networkInterface)
	}
	var only *inventory.Interface
	for i := range a.in.Interfaces {
		e := &a.in.Interfaces[i]
		if e.Instance != t.instance {
			continue
		}
		switch {
		case t.private != "" && !slices.ContainsFunc(e.Addresses, func(x inventory.Address) bool { return x.Private.String() == t.private }):
		case only != nil && e.ID != t.instance: // which of several is the first one is not known
			return nil
		case only == nil:
			only = e
		}
	}
	return only
}

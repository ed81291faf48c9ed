package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// standing is what an interface's addresses of one family mean to the
// internet. The greater one counts where an interface has several addresses.
type standing uint8

const (
	noAddress    standing = iota
	notGlobal             // unique local and the like
	privateBlock          // a block of the subnet that is not advertised
	denied                // the interface refuses internet gateways
	noInbound             // the service behind it takes no connections
	unsure                // global, and its subnet is not known
	public
	standings
)

// standing returns what the interface is to the internet in one family, with
// the address that says so.
func (n *network) standing(e *inventory.Interface, f cidr.Family) (s standing, a netip.Addr) {
	for _, pair := range e.Addresses {
		t, b := noAddress, pair.Public
		switch {
		case f == cidr.IPv4 && b.IsValid():
			t = public
		case f == cidr.IPv6 && pair.Private.Is6():
			t, b = n.standing6(e, pair.Private), pair.Private
		}
		if t > s {
			s, a = t, b
		}
	}
	if s >= unsure && e.AcceptsNone() {
		s = noInbound
	}
	return s, a
}

// standing6 judges an IPv6 address by its subnet's block.
func (n *network) standing6(e *inventory.Interface, a netip.Addr) standing {
	switch {
	case !cidr.Internet(cidr.IPv6).Contains(a):
		return notGlobal
	case e.DenyIGW:
		return denied
	}
	subnet := n.subnet(e.Subnet)
	if subnet == nil {
		return unsure
	}
	for _, block := range subnet.Prefixes {
		if block.Prefix.Contains(a) && !block.Private {
			return public
		}
	}
	return privateBlock
}

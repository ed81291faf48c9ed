package ec2xml

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Interfaces is Groups for an answer to DescribeNetworkInterfaces.
func (s *Scanner) Interfaces(answer []byte) (Page[inventory.Interface], error) {
	return scanPage(s, answer, "networkInterfaceSet", (*Scanner).networkInterface)
}

func (s *Scanner) networkInterface(p *Page[inventory.Interface]) {
	p.Items = append(p.Items, inventory.Interface{})
	e, d := &p.Items[len(p.Items)-1], &s.iface
	d.begin()
	s.tags = s.tags[:0]
	for s.child() {
		switch string(s.name) {
		case "networkInterfaceId":
			e.ID = s.copy(s.text())
		case "vpcId":
			e.VPC = s.intern(s.text())
		case "subnetId":
			e.Subnet = s.intern(s.text())
		case "availabilityZone":
			e.Zone = s.intern(s.text())
		case "ownerId":
			e.Account = s.intern(s.text())
		case "status":
			e.Status = s.intern(s.text())
		case "interfaceType":
			e.Type = s.intern(s.text())
		case "requesterId":
			e.Requester = s.intern(s.text())
		case "requesterManaged":
			e.Managed = s.flag()
		case "description":
			e.Description = s.copy(s.text())
		case "denyAllIgwTraffic":
			e.DenyIGW = s.flag()
		case "sourceDestCheck":
			e.NoSourceDest = !s.flag()
		case "operator":
			if principal, here := s.only("principal"); here {
				e.Operator = s.intern(principal)
			}
		case "attachment":
			s.attachment(e)
		case "groupSet":
			d.hasGroupSet = true
			for s.item() {
				id, _ := s.only("groupId")
				d.groups = append(d.groups, s.intern(id))
			}
		case "privateIpAddress":
			d.primary.text, d.primary.here = s.text(), true
		case "association":
			if public, here := s.only("publicIp"); here {
				d.public.text, d.public.here = public, true
			}
		case "privateIpAddressesSet":
			for s.item() {
				s.privateAddress()
			}
		case "ipv6AddressesSet":
			for s.item() {
				text, here := s.only("ipv6Address")
				d.ipv6 = append(d.ipv6, inventory.Address{Private: d.address(optionalText{text, here})})
			}
		case "ipv4PrefixSet":
			s.delegated("ipv4Prefix")
		case "ipv6PrefixSet":
			s.delegated("ipv6Prefix")
		case "tagSet":
			s.tags = s.tagSet(s.tags)
		default:
			s.other()
		}
	}
	d.end(p, e.ID)
	e.Delegated = kept(d.delegated)
	e.Addresses = s.keptAddresses.keep(d.addresses)
	e.Groups = s.keptIDs.keep(d.groups)
	e.Tags = s.keptTags.keep(s.tags)
}

func (s *Scanner) attachment(e *inventory.Interface) {
	for s.child() {
		switch string(s.name) {
		case "instanceId":
			e.Instance = s.copy(s.text())
		case "instanceOwnerId":
			e.AttachedBy = s.intern(s.text())
		default:
			s.other()
		}
	}
}

func (s *Scanner) privateAddress() {
	var private, public optionalText
	for s.child() {
		switch string(s.name) {
		case "privateIpAddress":
			private = optionalText{s.text(), true}
		case "association":
			if text, here := s.only("publicIp"); here {
				public = optionalText{text, true}
			}
		default:
			s.other()
		}
	}
	s.iface.pair(private, public)
}

// delegated reads a list of prefixes that are delegated to the interface.
func (s *Scanner) delegated(element string) {
	for s.item() {
		text, here := s.only(element)
		s.iface.delegate(optionalText{text, here})
	}
}

// interfaceDraft gathers the lists of one interface.
type interfaceDraft struct {
	groups          []string
	hasGroupSet     bool // whether the answer has the element groupSet
	addresses, ipv6 []inventory.Address
	primary, public optionalText // of the interface itself
	delegated       []netip.Prefix
	wrong           []string // texts that are not addresses
	wrongDelegated  []string // texts that are not prefixes which EC2 delegates
}

// optionalText is a text that says something by being there.
type optionalText struct {
	text []byte
	here bool
}

func optional(p *string) optionalText {
	if p == nil {
		return optionalText{}
	}
	return optionalText{[]byte(*p), true}
}

func (d *interfaceDraft) begin() {
	*d = interfaceDraft{groups: d.groups[:0], addresses: d.addresses[:0], ipv6: d.ipv6[:0], delegated: d.delegated[:0]}
}

// address returns the address that a text is, the zero one if it is none.
func (d *interfaceDraft) address(t optionalText) netip.Addr {
	if !t.here {
		return netip.Addr{}
	}
	a, err := parseAddr(t.text)
	if err != nil {
		d.wrong = append(d.wrong, string(t.text))
	}
	return a.Unmap()
}

// delegate adds a prefix that is delegated to the interface.
func (d *interfaceDraft) delegate(t optionalText) {
	if !t.here {
		return
	}
	p, err := parsePrefix(t.text)
	if err != nil || !inventory.IsDelegated(p) {
		d.wrongDelegated = append(d.wrongDelegated, string(t.text))
		return
	}
	d.delegated = append(d.delegated, p)
}

// pair adds a private address with the public one that is associated with it.
func (d *interfaceDraft) pair(private, public optionalText) {
	d.addresses = append(d.addresses, inventory.Address{Private: d.address(private), Public: d.address(public)})
}

// end completes the addresses, and says what is wrong with the last item of the
// page now that its id is known. The interface's own address repeats the first
// of its list, and counts where there is no list. Without an id the item is
// taken from the page again.
func (d *interfaceDraft) end(p *Page[inventory.Interface], id string) {
	e := &p.Items[len(p.Items)-1]
	switch {
	case id == "":
		p.malformed("a network interface has no id")
	case !inventory.IsInterfaceID(id):
		p.malformed("a network interface has the id %q, which is not an AWS id", words.Cut(id, mostName))
	case !emptyOr(inventory.IsOwner, e.Account) || !emptyOr(inventory.IsVPCID, e.VPC) || !emptyOr(isAnyID, e.Subnet) || !emptyOr(isAnyID, e.Instance):
		p.malformed("%s has an owner, a VPC, a subnet or an instance that is not an AWS id", id)
	default:
		d.complete(p, id)
		return
	}
	p.Items = p.Items[:len(p.Items)-1]
}

// keepPublic gives the public address of the interface itself to its primary private
// address, where the list of addresses has none: emulators write it there alone, and
// so does an answer that a --query cut down.
func (d *interfaceDraft) keepPublic() {
	if !d.public.here || slices.ContainsFunc(d.addresses, func(a inventory.Address) bool { return a.Public.IsValid() }) {
		return
	}
	primary := d.address(d.primary)
	at := max(0, slices.IndexFunc(d.addresses, func(a inventory.Address) bool { return a.Private == primary }))
	if at < len(d.addresses) {
		d.addresses[at].Public = d.address(d.public)
	}
}

// complete is end for an item that is kept. EC2 sends the groups of every
// interface, as an empty element where there are none.
func (d *interfaceDraft) complete(p *Page[inventory.Interface], id string) {
	if !d.hasGroupSet {
		p.malformed("%s came without the element groupSet: the security groups attached to it are unknown", id)
	}
	if len(d.addresses) == 0 && d.primary.here {
		d.pair(d.primary, d.public)
	}
	d.keepPublic()
	d.addresses = append(d.addresses, d.ipv6...)
	for _, text := range d.wrong {
		p.malformed("%s has %q for an address", id, text)
	}
	for _, text := range d.wrongDelegated {
		p.malformed("%s has %q for a delegated prefix", id, words.Cut(text, mostName))
	}
	d.groups = slices.DeleteFunc(d.groups, func(group string) bool {
		if group == "" {
			p.malformed("%s has a security group without an id", id)
		} else if !inventory.IsGroupID(group) {
			p.malformed("%s has the security group %q, which is not an AWS id", id, words.Cut(group, mostName))
		}
		return !inventory.IsGroupID(group)
	})
}

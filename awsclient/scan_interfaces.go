package awsclient

import "github.com/sgaudit/sgaudit/inventory"

// scanInterfaces reads an answer to DescribeNetworkInterfaces.
func scanInterfaces(s *scanner, p *page[inventory.Interface]) {
	scanPage(s, p, "networkInterfaceSet", (*scanner).networkInterface)
}

func (s *scanner) networkInterface(p *page[inventory.Interface]) {
	p.items = append(p.items, inventory.Interface{})
	e, d := &p.items[len(p.items)-1], &s.face
	d.begin()
	s.tags = s.tags[:0]
	for s.child() {
		switch string(s.name) {
		case "networkInterfaceId":
			e.ID = s.fresh(s.text())
		case "vpcId":
			e.VPC = s.word(s.text())
		case "subnetId":
			e.Subnet = s.word(s.text())
		case "availabilityZone":
			e.Zone = s.word(s.text())
		case "ownerId":
			e.Account = s.word(s.text())
		case "status":
			e.Status = s.word(s.text())
		case "interfaceType":
			e.Type = s.word(s.text())
		case "requesterId":
			e.Requester = s.word(s.text())
		case "requesterManaged":
			e.Managed = s.flag()
		case "description":
			e.Description = s.fresh(s.text())
		case "denyAllIgwTraffic":
			e.DenyIGW = s.flag()
		case "sourceDestCheck":
			e.NoSourceDest = !s.flag()
		case "operator":
			if principal, here := s.only("principal"); here {
				e.Operator = s.word(principal)
			}
		case "attachment":
			s.attachment(e)
		case "groupSet":
			d.hasGroupSet = true
			for s.item() {
				id, _ := s.only("groupId")
				d.groups = append(d.groups, s.word(id))
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
		case "tagSet":
			s.tags = s.tagSet(s.tags)
		default:
			s.other()
		}
	}
	d.end(p, e.ID)
	e.Addresses = s.keptAddresses.keep(d.addresses)
	e.Groups = s.keptIDs.keep(d.groups)
	e.Tags = s.keptTags.keep(s.tags)
}

func (s *scanner) attachment(e *inventory.Interface) {
	for s.child() {
		switch string(s.name) {
		case "instanceId":
			e.Instance = s.fresh(s.text())
		case "instanceOwnerId":
			e.AttachedBy = s.word(s.text())
		default:
			s.other()
		}
	}
}

func (s *scanner) privateAddress() {
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
	s.face.pair(private, public)
}

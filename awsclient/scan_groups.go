package awsclient

import "github.com/sgaudit/sgaudit/inventory"

// scanGroups reads an answer to DescribeSecurityGroups.
func scanGroups(s *scanner, p *page[inventory.Group]) {
	scanPage(s, p, "securityGroupInfo", (*scanner).securityGroup)
}

func (s *scanner) securityGroup(p *page[inventory.Group]) {
	var g inventory.Group
	s.group.begin()
	s.tags = s.tags[:0]
	for s.child() {
		switch string(s.name) {
		case "groupId":
			g.ID = s.fresh(s.text())
		case "groupName":
			g.Name = s.fresh(s.text())
		case "groupDescription":
			g.Description = s.fresh(s.text())
		case "ownerId":
			g.Owner = s.word(s.text())
		case "vpcId":
			g.VPC = s.word(s.text())
		case "ipPermissions":
			s.group.ingress = true
			s.permissions(inventory.Ingress)
		case "ipPermissionsEgress":
			s.group.egress = true
			s.permissions(inventory.Egress)
		case "tagSet":
			s.tags = s.tagSet(s.tags)
		default:
			s.other()
		}
	}
	g.Rules = s.keptRules.keep(s.group.rules)
	g.Tags = s.keptTags.keep(s.tags)
	s.group.end(p, g)
}

func (s *scanner) permissions(direction inventory.Direction) {
	for s.item() {
		var protocol string
		var from, to *int32
		for s.child() {
			switch string(s.name) {
			case "ipProtocol":
				protocol = s.word(s.text())
			case "fromPort":
				from = s.port(&s.from)
			case "toPort":
				to = s.port(&s.to)
			case "ipRanges":
				s.prefixes("cidrIp")
			case "ipv6Ranges":
				s.prefixes("cidrIpv6")
			case "prefixListIds":
				for s.item() {
					id, description := s.peer("prefixListId")
					s.group.peer(inventory.Peer{List: s.word(id)}, s.word(description))
				}
			case "groups":
				for s.item() {
					s.reference()
				}
			default:
				s.other()
			}
		}
		s.group.permission(direction, protocol, from, to)
	}
}

func (s *scanner) prefixes(element string) {
	for s.item() {
		prefix, description := s.peer(element)
		s.group.address(prefix, s.word(description))
	}
}

// peer reads a peer that is one text, which the element has, and a description.
func (s *scanner) peer(element string) (id, description []byte) {
	for s.child() {
		switch string(s.name) {
		case element:
			id = s.text()
		case "description":
			description = s.text()
		default:
			s.other()
		}
	}
	return id, description
}

func (s *scanner) reference() {
	var x inventory.GroupRef
	var description string
	for s.child() {
		switch string(s.name) {
		case "groupId":
			x.ID = s.word(s.text())
		case "userId":
			x.Account = s.word(s.text())
		case "vpcId":
			x.VPC = s.word(s.text())
		case "vpcPeeringConnectionId":
			x.Peering = s.word(s.text())
		case "peeringStatus":
			x.Status = s.word(s.text())
		case "description":
			description = s.word(s.text())
		default:
			s.other()
		}
	}
	s.group.peer(inventory.Peer{Group: s.keptRefs.one(x)}, description)
}

package ec2xml

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Groups reads an answer to DescribeSecurityGroups. Its error says where the answer
// has a form that EC2 does not use; then nothing of it was kept. Nothing refers to
// the bytes afterwards.
func (s *Scanner) Groups(answer []byte) (Page[inventory.Group], error) {
	return scanPage(s, answer, "securityGroupInfo", (*Scanner).securityGroup)
}

func (s *Scanner) securityGroup(p *Page[inventory.Group]) {
	var g inventory.Group
	s.group.begin()
	s.tags = s.tags[:0]
	for s.child() {
		switch string(s.name) {
		case "groupId":
			g.ID = s.copy(s.text())
		case "groupName":
			g.Name = s.copy(s.text())
		case "groupDescription":
			g.Description = s.copy(s.text())
		case "ownerId":
			g.Owner = s.intern(s.text())
		case "vpcId":
			g.VPC = s.intern(s.text())
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

func (s *Scanner) permissions(direction inventory.Direction) {
	for s.item() {
		var protocol string
		var from, to *int32
		for s.child() {
			switch string(s.name) {
			case "ipProtocol":
				protocol = s.intern(s.text())
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
					s.group.peer(inventory.Peer{List: s.intern(id)}, s.intern(description))
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

func (s *Scanner) prefixes(element string) {
	for s.item() {
		prefix, description := s.peer(element)
		s.group.address(prefix, s.intern(description))
	}
}

// peer reads a peer that is one text, which the element has, and a description.
func (s *Scanner) peer(element string) (id, description []byte) {
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

func (s *Scanner) reference() {
	var x inventory.GroupRef
	var description string
	for s.child() {
		switch string(s.name) {
		case "groupId":
			x.ID = s.intern(s.text())
		case "userId":
			x.Account = s.intern(s.text())
		case "vpcId":
			x.VPC = s.intern(s.text())
		case "vpcPeeringConnectionId":
			x.Peering = s.intern(s.text())
		case "peeringStatus":
			x.Status = s.intern(s.text())
		case "description":
			description = s.intern(s.text())
		default:
			s.other()
		}
	}
	s.group.peer(inventory.Peer{Group: s.keptRefs.one(x)}, description)
}

// groupDraft gathers the rules of one group. EC2 gives them as permissions,
// each of them one traffic for several peers.
type groupDraft struct {
	rules []inventory.Rule // the traffic of the last permission is not known yet
	wrong []string         // what is wrong with a rule, as the end of a sentence

	ingress, egress bool // whether the answer has the element of each direction

	doneRules, doneWrong int // of the permissions before
}

func (d *groupDraft) begin() { *d = groupDraft{rules: d.rules[:0]} }

// peer adds a peer that is a group or a prefix list, by its id, or a prefix.
func (d *groupDraft) peer(p inventory.Peer, description string) {
	switch x := p.Group; {
	case x != nil && x.ID == "" || p == (inventory.Peer{}):
		d.wrong = append(d.wrong, "names a security group or a prefix list without an id")
		return
	case x != nil && !(inventory.IsGroupID(x.ID) && emptyOr(inventory.IsOwner, x.Account) && emptyOr(inventory.IsVPCID, x.VPC) && emptyOr(isAnyID, x.Peering)):
		d.wrong = append(d.wrong, fmt.Sprintf("names %q of %q, %q, %q, one of which is not an AWS id", words.Cut(x.ID, mostName), words.Cut(x.Account, mostName), words.Cut(x.VPC, mostName), words.Cut(x.Peering, mostName)))
		return
	case p.List != "" && !inventory.IsPrefixListID(p.List):
		d.wrong = append(d.wrong, fmt.Sprintf("names the prefix list %q, which is not an AWS id", words.Cut(p.List, mostName)))
		return
	}
	d.rules = append(d.rules, inventory.Rule{Peer: p, Description: description})
}

// emptyOr reports whether a text is left out or has a form.
func emptyOr(form func(string) bool, text string) bool { return text == "" || form(text) }

// isAnyID reports whether a text has the form of an id of whatever kind.
func isAnyID(text string) bool { return inventory.IsID("", text) }

// address adds a peer that is a prefix, or says that the text is none.
func (d *groupDraft) address(text []byte, description string) {
	prefix, err := parsePrefix(text)
	if err != nil {
		d.wrong = append(d.wrong, fmt.Sprintf("names %q, which is not an address prefix", text))
		return
	}
	d.peer(inventory.PrefixPeer(prefix), description)
}

// permission ends one: its traffic is that of all peers since the last one.
func (d *groupDraft) permission(direction inventory.Direction, protocol string, from, to *int32) {
	traffic, err := inventory.NewTraffic(protocol, from, to)
	if err != nil {
		d.rules = d.rules[:d.doneRules]
		d.wrong = append(d.wrong[:d.doneWrong], "was not understood: "+err.Error())
	}
	for i := range d.rules[d.doneRules:] {
		r := &d.rules[d.doneRules+i]
		r.Direction, r.Traffic = direction, traffic
	}
	d.doneRules, d.doneWrong = len(d.rules), len(d.wrong)
}

// end adds the group to a page, and says what is wrong with its rules now that
// its id is known. Nothing could name a group without an id. EC2 sends the
// permissions of both directions for every group, as an empty element where
// there are none: a group without one of them was not answered whole.
func (d *groupDraft) end(p *Page[inventory.Group], g inventory.Group) {
	switch {
	case g.ID == "":
		p.malformed("a security group has no id")
		return
	case !inventory.IsGroupID(g.ID):
		p.malformed("a security group has the id %q, which is not an AWS id", words.Cut(g.ID, mostName))
		return
	case !emptyOr(inventory.IsOwner, g.Owner) || !emptyOr(inventory.IsVPCID, g.VPC):
		p.malformed("%s has the owner %q and the VPC %q, one of which is not an AWS id", g.ID, words.Cut(g.Owner, mostName), words.Cut(g.VPC, mostName))
		return
	}
	for _, text := range d.wrong {
		p.malformed("a rule of %s %s", g.ID, text)
	}
	if !d.ingress {
		p.malformed("%s came without the element ipPermissions: its ingress rules are unknown", g.ID)
	}
	if !d.egress {
		p.malformed("%s came without the element ipPermissionsEgress: its egress rules are unknown", g.ID)
	}
	p.Items = append(p.Items, g)
}

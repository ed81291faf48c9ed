package ec2xml

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Rules is Groups for an answer to DescribeSecurityGroupRules.
func (s *Scanner) Rules(answer []byte) (Page[Rule], error) {
	return scanPage(s, answer, "securityGroupRuleSet", (*Scanner).rule)
}

func (s *Scanner) rule(p *Page[Rule]) {
	var d ruleDraft
	s.tags = s.tags[:0]
	for s.child() {
		switch string(s.name) {
		case "securityGroupRuleId":
			d.id = s.copy(s.text())
		case "groupId":
			d.group = s.intern(s.text())
		case "isEgress":
			d.egress = s.flag()
		case "ipProtocol":
			d.protocol = s.intern(s.text())
		case "fromPort":
			d.from = s.port(&s.from)
		case "toPort":
			d.to = s.port(&s.to)
		case "cidrIpv4":
			d.ipv4 = s.text()
		case "cidrIpv6":
			d.ipv6 = s.text()
		case "prefixListId":
			d.list = optionalText{s.text(), true}
		case "referencedGroupInfo":
			id, here := s.only("groupId")
			if here || !d.ref.here {
				d.ref = optionalText{id, true}
			}
		case "tagSet":
			s.tags = s.tagSet(s.tags)
		default:
			s.other()
		}
	}
	d.end(p, s.intern, s.keptTags.keep(s.tags))
}

// Rule is one rule of the flat list: what identifies it, and what that list alone
// has.
type Rule struct {
	RuleKey
	ID   string
	Tags []inventory.Tag
}

// RuleKey identifies a rule in its region, as the text of a rule does in its group.
type RuleKey struct {
	Group     string
	direction inventory.Direction
	traffic   inventory.Traffic
	prefix    netip.Prefix
	ref, list string
}

// KeyOf returns the key of a rule that DescribeSecurityGroups returned: the flat list has
// the same for it.
func KeyOf(group string, r *inventory.Rule) RuleKey {
	key := RuleKey{Group: group, direction: r.Direction, traffic: r.Traffic, prefix: r.Peer.Prefix, list: r.Peer.List}
	if r.Peer.Group != nil {
		key.ref = r.Peer.Group.ID
	}
	return key
}

// ruleDraft is a rule as the list has it.
type ruleDraft struct {
	id, group, protocol string
	egress              bool
	from, to            *int32
	ref, list           optionalText
	ipv4, ipv6          []byte
}

// end adds the rule to a page, or what is wrong with it.
func (d *ruleDraft) end(p *Page[Rule], text func([]byte) string, tags []inventory.Tag) {
	if d.id == "" || d.group == "" {
		p.malformed("a security group rule has no id, or names no group")
		return
	}
	if !inventory.IsRuleID(d.id) || !inventory.IsGroupID(d.group) {
		p.malformed("a security group rule has the id %q and the group %q, one of which is not an AWS id", words.Cut(d.id, mostName), words.Cut(d.group, mostName))
		return
	}
	traffic, err := inventory.NewTraffic(d.protocol, d.from, d.to)
	if err != nil {
		p.malformed("%s of %s was not understood: %v", d.id, d.group, err)
		return
	}
	key := RuleKey{Group: d.group, traffic: traffic}
	if d.egress {
		key.direction = inventory.Egress
	}
	switch {
	case d.ref.here:
		key.ref = text(d.ref.text)
	case d.list.here:
		key.list = text(d.list.text)
	default:
		source := d.ipv4
		if len(source) == 0 {
			source = d.ipv6
		}
		prefix, err := parsePrefix(source)
		if err != nil {
			p.malformed("%s of %s names %q, which is not an address prefix", d.id, d.group, source)
			return
		}
		key.prefix = inventory.PrefixPeer(prefix).Prefix
	}
	p.Items = append(p.Items, Rule{key, d.id, tags})
}

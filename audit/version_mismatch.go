package audit

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// VersionMismatch is a rule that opens ports to the internet over one IP
// version which no rule of its group opens over the other.
type VersionMismatch struct {
	Rule  *inventory.Rule
	Open  cidr.Family // the version over which the ports are open
	Ports string      // those ports: "tcp/22, udp/all"

	ports versionPorts
}

// versionPorts are ports that are open to the internet over one IP version.
type versionPorts struct{ tcp, udp portSet }

// VersionMismatches compares, port by port, what the ingress rules of a group
// open to the whole internet over IPv4 and over IPv6: sources are merged and
// prefix lists stand for their entries, as in every check about the internet.
// The result is in the order of the rules, IPv4 first. A prefix list that was
// not read opens nothing here: see Unread.
func (r *Pass) VersionMismatches(g *inventory.Group) []VersionMismatch {
	var whole [2]versionPorts
	var byRule [2]map[*inventory.Rule]*versionPorts
	for f := range cidr.IPv6 + 1 {
		whole[f], byRule[f] = r.openOver(g, f)
	}
	var found []VersionMismatch
	for i := range g.Rules {
		for f := range cidr.IPv6 + 1 {
			own := byRule[f][&g.Rules[i]]
			if own == nil {
				continue
			}
			other := &whole[cidr.IPv6-f]
			tcp, udp := own.tcp.less(other.tcp), own.udp.less(other.udp)
			if len(tcp)+len(udp) > 0 {
				found = append(found, VersionMismatch{Rule: &g.Rules[i], Open: f, Ports: portsText(tcp, udp), ports: versionPorts{tcp, udp}})
			}
		}
	}
	return found
}

// openOver returns what the ingress rules of a group open to the whole
// internet over one IP version, together and by rule.
func (r *Pass) openOver(g *inventory.Group, f cidr.Family) (whole versionPorts, byRule map[*inventory.Rule]*versionPorts) {
	byRule = map[*inventory.Rule]*versionPorts{}
	for _, proto := range [...]inventory.Protocol{inventory.TCP, inventory.UDP} {
		r.sources = r.claims(g, proto, f == cidr.IPv6, r.sources[:0])
		r.public(r.sources, func(s *source, ports path.Interval, _ bool) {
			own := byRule[s.rule]
			if own == nil {
				own = &versionPorts{}
				byRule[s.rule] = own
			}
			for _, set := range []*versionPorts{own, &whole} {
				if proto == inventory.TCP {
					set.tcp = set.tcp.add(ports)
				} else {
					set.udp = set.udp.add(ports)
				}
			}
		})
	}
	return whole, byRule
}

// Mismatched reports whether the mismatch holds on an interface: whether some
// of its ports stay closed over the other IP version, whatever the other
// groups of the interface open. The rules of all groups of an interface apply
// together (Amazon VPC user guide, security group rules).
func (r *Pass) Mismatched(m *VersionMismatch, e *inventory.Interface) bool {
	if len(e.Groups) < 2 {
		return true
	}
	var together inventory.Group
	for _, id := range e.Groups {
		if g := r.Group(id); g != nil {
			together.Rules = append(together.Rules, g.Rules...)
		}
	}
	open, _ := r.openOver(&together, cidr.IPv6-m.Open)
	return len(m.ports.tcp.less(open.tcp))+len(m.ports.udp.less(open.udp)) > 0
}

// AllowedOver returns the ingress rules of a group that allow some of the ports of a
// mismatch over an IP version: from addresses of that version, from a prefix list that
// holds some, or from a group. They are in the order of the rules.
func (r *Pass) AllowedOver(g *inventory.Group, m *VersionMismatch, f cidr.Family) []*inventory.Rule {
	var found []*inventory.Rule
	for i := range g.Rules {
		rule := &g.Rules[i]
		if rule == m.Rule || rule.Direction != inventory.Ingress {
			continue
		}
		for proto, ports := range map[inventory.Protocol]portSet{inventory.TCP: m.ports.tcp, inventory.UDP: m.ports.udp} {
			first, last, ok := rule.Traffic.PortsOf(proto)
			if ok && ports.overlaps(first, last) && r.holdsVersion(rule.Peer, f) {
				found = append(found, rule)
				break
			}
		}
	}
	return found
}

// holdsVersion reports whether a peer stands for addresses of an IP version.
func (r *Pass) holdsVersion(p inventory.Peer, f cidr.Family) bool {
	if l := r.PrefixList(p.List); l != nil && p.List != "" {
		return l.Holds(f == cidr.IPv6)
	}
	return !p.Prefix.IsValid() || cidr.FamilyOf(p.Prefix) == f
}

// UnreadLists returns the ingress rules of a group that reference a prefix
// list which could not be read, in the order of the rules.
func (r *Pass) UnreadLists(g *inventory.Group) []*inventory.Rule {
	var found []*inventory.Rule
	for i := range g.Rules {
		if rule := &g.Rules[i]; rule.Direction == inventory.Ingress && rule.Peer.List != "" && !r.resolved(rule.Peer.List) {
			found = append(found, rule)
		}
	}
	return found
}

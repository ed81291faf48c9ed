package audit

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// VersionMismatch is a rule that opens ports to the internet over one IP
// version which no rule of its group opens over the other.
type VersionMismatch struct {
	Rule  *inventory.Rule
	Open  cidr.Family // the version over which the ports are open
	Ports string      // those ports: "tcp/22, udp/all"
}

// VersionMismatches compares, port by port, what the ingress rules of a group
// open to the whole internet over IPv4 and over IPv6: sources are merged and
// prefix lists stand for their entries, as in every check about the internet.
// The result is in the order of the rules, IPv4 first. A prefix list that was
// not read opens nothing here: see Unread.
func (r *Region) VersionMismatches(g *inventory.Group) []VersionMismatch {
	type ports struct{ tcp, udp portSet }
	var whole [2]ports
	var byRule [2]map[*inventory.Rule]*ports
	for f := range cidr.IPv6 + 1 {
		byRule[f] = map[*inventory.Rule]*ports{}
		for _, proto := range [...]inventory.Protocol{inventory.TCP, inventory.UDP} {
			r.sources = r.claims(g, proto, f == cidr.IPv6, r.sources[:0])
			r.public(r.sources, func(s *source, span span, _ bool) {
				own := byRule[f][s.rule]
				if own == nil {
					own = &ports{}
					byRule[f][s.rule] = own
				}
				for _, set := range []*ports{own, &whole[f]} {
					if proto == inventory.TCP {
						set.tcp = set.tcp.add(span.first, span.last)
					} else {
						set.udp = set.udp.add(span.first, span.last)
					}
				}
			})
		}
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
				found = append(found, VersionMismatch{Rule: &g.Rules[i], Open: f, Ports: portsText(tcp, udp)})
			}
		}
	}
	return found
}

// UnreadLists returns the ingress rules of a group that reference a prefix
// list which could not be read, in the order of the rules.
func (r *Region) UnreadLists(g *inventory.Group) []*inventory.Rule {
	var found []*inventory.Rule
	for i := range g.Rules {
		if rule := &g.Rules[i]; rule.Direction == inventory.Ingress && rule.Peer.List != "" && !r.resolved(rule.Peer.List) {
			found = append(found, rule)
		}
	}
	return found
}

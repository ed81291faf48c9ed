package audit

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// unexpectedSeverity is the base severity of a port that no table names.
const unexpectedSeverity = findings.Medium

// opening is what one ingress rule opens to the whole internet: the ports on
// which the sources of its group, merged, cover the internet, and on which
// the rule's own source is a part of that. A source inside a wider one of a
// rule with the same traffic is left out, and so is one inside a wider source
// of other traffic, unless the internet stays covered without that: revoking
// the wider rule alone would leave the port open.
type opening struct {
	rule     *inventory.Rule
	tcp, udp portSet
	partial  bool // its own source is only a part: other rules hold the rest
}

// source is one rule's claim on ports of one protocol and address family:
// a single prefix, or those of a prefix list.
type source struct {
	rule  *inventory.Rule
	ports path.Interval
	kind  int // position of the first source with the same traffic
	one   netip.Prefix
	list  []netip.Prefix
}

func (s *source) appendTo(merged []netip.Prefix) []netip.Prefix {
	if s.one.IsValid() {
		return append(merged, s.one)
	}
	return append(merged, s.list...)
}

// openings finds what the ingress rules of a group open to the internet, in
// the order of the rules. Egress never counts, nor do ICMP and the protocols
// without ports. A prefix list stands for its entries; one that could not be
// read is left out here and recorded as not evaluated by the checks. Nothing
// is allocated for a group that opens nothing.
func (r *Pass) openings(g *inventory.Group) []opening {
	var found []opening
	at := func(rule *inventory.Rule) *opening {
		for j := range found {
			if found[j].rule == rule {
				return &found[j]
			}
		}
		found = append(found, opening{rule: rule})
		return &found[len(found)-1]
	}
	for _, proto := range [...]inventory.Protocol{inventory.TCP, inventory.UDP} {
		for _, v6 := range [...]bool{false, true} {
			r.sources = r.claims(g, proto, v6, r.sources[:0])
			r.public(r.sources, func(s *source, ports path.Interval, partial bool) {
				o := at(s.rule)
				o.partial = o.partial || partial
				if proto == inventory.TCP {
					o.tcp = o.tcp.add(ports)
				} else {
					o.udp = o.udp.add(ports)
				}
			})
		}
	}
	slices.SortFunc(found, func(a, b opening) int { return inventory.CompareRules(a.rule, b.rule) })
	return found
}

// claims appends the ingress rules that open ports of proto to internet
// addresses of one family.
func (r *Pass) claims(g *inventory.Group, proto inventory.Protocol, v6 bool, list []source) []source {
	for i := range g.Rules {
		rule := &g.Rules[i]
		first, last, ok := rule.Traffic.PortsOf(proto)
		if !ok || rule.Direction != inventory.Ingress || rule.Peer.Group != nil {
			continue
		}
		s := source{rule: rule, ports: path.Interval{First: first, Last: last}}
		if rule.Peer.List == "" {
			if !fromInternet(rule.Peer.Prefix, v6) {
				continue
			}
			s.one = rule.Peer.Prefix
		} else if pl := r.PrefixList(rule.Peer.List); pl != nil && pl.Resolved {
			for _, p := range pl.Entries {
				if fromInternet(p, v6) {
					s.list = append(s.list, p)
				}
			}
			if len(s.list) == 0 {
				continue
			}
		} else {
			continue
		}
		for s.kind < len(list) && list[s.kind].rule.Traffic != rule.Traffic {
			s.kind++
		}
		list = append(list, s)
	}
	return list
}

func fromInternet(p netip.Prefix, v6 bool) bool {
	return p.Addr().Is6() == v6 && cidr.HoldsInternet(p)
}

// public cuts the ports at every rule's ends, judges the merged sources of
// each piece, and yields the rules that are from the internet there.
func (r *Pass) public(list []source, yield func(s *source, ports path.Interval, partial bool)) {
	merged := r.merged[:0]
	for i := range list {
		merged = list[i].appendTo(merged)
	}
	r.merged = merged[:0]
	if len(merged) == 0 || !slices.Contains(cidr.Public(merged), true) {
		return
	}
	cuts := make([]int32, 0, 2*len(list))
	for _, s := range list {
		cuts = append(cuts, s.ports.First, s.ports.Last+1)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	owners, kinds := r.owners[:0], r.kinds[:0]
	for c := range len(cuts) - 1 {
		piece := path.Interval{First: cuts[c], Last: cuts[c+1] - 1}
		merged, owners, kinds = merged[:0], owners[:0], kinds[:0]
		for i := range list {
			s := &list[i]
			if s.ports.First > piece.First || s.ports.Last < piece.Last {
				continue
			}
			merged = s.appendTo(merged)
			for len(owners) < len(merged) {
				owners, kinds = append(owners, i), append(kinds, s.kind)
			}
		}
		told := -1
		for k, yes := range cidr.PublicAmong(merged, kinds) {
			if i := owners[k]; yes && i != told {
				told = i
				yield(&list[i], piece, !list[i].whole())
			}
		}
	}
	r.owners, r.kinds = owners[:0], kinds[:0]
}

// whole reports whether the source covers the internet without help.
func (s *source) whole() bool {
	if s.one.IsValid() {
		return cidr.Whole(s.one)
	}
	return slices.Contains(cidr.Public(s.list), true)
}

// verdict is how an opening is reported: by which class of check, with which
// base severity, naming which services.
type verdict struct {
	class    Class
	severity findings.Severity
	services []string
	left     struct{ tcp, udp portSet } // what is open beyond the public ports of the settings
}

// beyondPublic returns what an opening opens beyond the public ports.
func (r *Pass) beyondPublic(o *opening) (tcp, udp portSet) {
	tcp, udp = o.tcp, o.udp
	for _, t := range r.Settings.PublicPorts {
		if first, last, ok := t.PortsOf(inventory.TCP); ok {
			tcp = tcp.without(first, last)
		}
		if first, last, ok := t.PortsOf(inventory.UDP); ok {
			udp = udp.without(first, last)
		}
	}
	return tcp, udp
}

// judge names the services that an opening exposes and picks, among the
// classes with checks that run, the most serious one. Ports that the settings
// allow to be public are left out; ok is false where nothing else is open.
func (r *Pass) judge(o *opening) (v verdict, ok bool) {
	v.left.tcp, v.left.udp = r.beyondPublic(o)
	var applies [classes]bool
	var severities [classes]findings.Severity
	claim := func(c Class, sev findings.Severity) {
		applies[c], severities[c] = true, max(severities[c], sev)
	}
	restTCP, restUDP := v.left.tcp, v.left.udp
	for i := range len(services) + len(r.Settings.Services) {
		var s *Service
		if i < len(services) {
			s = &services[i]
		} else {
			s = &r.Settings.Services[i-len(services)]
		}
		open, rest := v.left.tcp, &restTCP
		if s.Traffic.Protocol == inventory.UDP {
			open, rest = v.left.udp, &restUDP
		}
		if !open.overlaps(s.Traffic.First, s.Traffic.Last) {
			continue
		}
		*rest = rest.without(s.Traffic.First, s.Traffic.Last)
		if !slices.Contains(v.services, s.Name) {
			v.services = append(v.services, s.Name)
		}
		claim(s.Class, s.Severity)
	}
	if len(restTCP)+len(restUDP) > 0 {
		claim(Unexpected, unexpectedSeverity)
	}
	if o.tcp.size() >= inventory.NearlyAllPorts || o.udp.size() >= inventory.NearlyAllPorts {
		claim(AllTraffic, findings.Critical)
	}
	for c := range classes {
		if applies[c] && r.runs[c] && (!ok || severities[c] > v.severity) {
			v.class, v.severity, ok = c, severities[c], true
		}
	}
	return v, ok
}

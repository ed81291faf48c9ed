package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// inWords returns the traffic as it reads best in a sentence.
func inWords(t inventory.Traffic) string {
	switch {
	case t.Protocol == inventory.AllProtocols:
		return "all traffic"
	case t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6:
		return t.String()
	}
	return "protocol " + t.String()
}

// trafficInWords joins what got through.
func trafficInWords(flows []flow) string {
	var joined []flow
	for _, f := range flows {
		if k := len(joined); k > 0 && joined[k-1].protocol == f.protocol && joined[k-1].last+1 >= f.first {
			joined[k-1].last = max(joined[k-1].last, f.last)
			continue
		}
		joined = append(joined, f)
	}
	var names []string
	for _, f := range joined {
		if name := inWords(f.traffic()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// sourcesInWords names the addresses of the flow that a packet is an example of.
func sourcesInWords(p packet) string { return addressesInWords(p.sources, p.family()) }

func interfacesInWords(n int) string {
	if n == 1 {
		return "1 interface"
	}
	return fmt.Sprintf("%d interfaces", n)
}

// addressesInWords names a set of one family, in at most three prefixes.
func addressesInWords(s cidr.Set, f cidr.Family) string {
	if s.Whole(f) {
		return "the internet (" + f.String() + ")"
	}
	const most = 3
	prefixes := s.Prefixes()
	var names []string
	for _, p := range prefixes[:min(most, len(prefixes))] {
		if p.IsSingleIP() {
			names = append(names, p.Addr().String())
		} else {
			names = append(names, p.String())
		}
	}
	text := strings.Join(names, ", ")
	if more := len(prefixes) - len(names); more > 0 {
		text += fmt.Sprintf(" and %d more prefixes", more)
	}
	return text
}

// unreadInWords tells which parts would have decided.
func unreadInWords(parts inventory.Parts) string {
	text := parts.String()
	if i := strings.LastIndex(text, ", "); i >= 0 {
		text = text[:i] + " and " + text[i+2:]
		return text + " were not read"
	}
	if parts == inventory.PartPublicAccess {
		return text + " was not read"
	}
	return text + " were not read"
}

// named lists the first interfaces of a tally and counts the rest.
func named(t *tally) string {
	var ids []string
	for _, e := range t.some[:min(t.count, len(t.some))] {
		ids = append(ids, e.ID)
	}
	text := strings.Join(ids, ", ")
	if more := t.count - len(ids); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Traffic returns the traffic as it reads best in a sentence.
func Traffic(t inventory.Traffic) string {
	switch {
	case t.Protocol == inventory.AllProtocols:
		return "all traffic"
	case t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6:
		return t.String()
	}
	return "protocol " + t.String()
}

// Flows joins what got through.
func Flows(flows []path.Flow) string {
	var joined []path.Flow
	for _, f := range flows {
		if k := len(joined); k > 0 && joined[k-1].Protocol == f.Protocol && joined[k-1].Last+1 >= f.First {
			joined[k-1].Last = max(joined[k-1].Last, f.Last)
			continue
		}
		joined = append(joined, f)
	}
	var names []string
	for _, f := range joined {
		if name := Traffic(f.Traffic()); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// sourcesOf names the addresses of the flow that a packet is an example of.
func sourcesOf(p path.Packet) string { return Addresses(p.Sources, p.Family()) }

func interfaces(n int) string {
	if n == 1 {
		return "1 interface"
	}
	return fmt.Sprintf("%d interfaces", n)
}

// Addresses names a set of one family, in at most three prefixes.
func Addresses(s cidr.Set, f cidr.Family) string {
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

// notRead tells which parts would have decided.
func notRead(parts inventory.Parts) string {
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
func named(t *network.Tally) string {
	var ids []string
	for _, e := range t.Some[:min(t.Count, len(t.Some))] {
		ids = append(ids, e.ID)
	}
	text := strings.Join(ids, ", ")
	if more := t.Count - len(ids); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

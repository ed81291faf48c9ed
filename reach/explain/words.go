package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
	"github.com/sgaudit/sgaudit/words"
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

// anyOf is Traffic in a sentence that denies: "any traffic".
func anyOf(t inventory.Traffic) string {
	if t.Protocol == inventory.AllProtocols {
		return "any traffic"
	}
	return Traffic(t)
}

// Flows names the traffic of flows, with intervals that touch each other joined.
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

// subnet names the subnet of a place.
func subnet(p *network.Place) string {
	if p.Subnet == "" {
		return "an unknown subnet of " + p.Network.Named(p.VPC)
	}
	return p.Network.Named(p.Subnet)
}

// firstOf joins the names of the first of so many things and counts the others:
// "a, b and 3 more".
func firstOf(names []string, total int, more string) string {
	text := strings.Join(names, ", ")
	if n := total - len(names); n > 0 {
		text += fmt.Sprintf(" and %d %s", n, more)
	}
	return text
}

// Several names the first of so many sources.
func Several(first string, sources int) string { return firstOf([]string{first}, sources, "more") }

// OwnSubnet names addresses of the receiver's own subnet.
func OwnSubnet(addresses string) string { return addresses + " (its own subnet)" }

// notRead says which parts would have decided.
func notRead(parts inventory.Parts) string {
	var names []string
	for _, part := range parts.Each() {
		names = append(names, part.String())
	}
	if parts == inventory.PartPublicAccess {
		return words.Series(names) + " was not read"
	}
	return words.Series(names) + " were not read"
}

// named lists the first interfaces of a tally and counts the rest.
func named(t *network.Tally) string {
	var ids []string
	for _, e := range t.Some[:min(t.Count, len(t.Some))] {
		ids = append(ids, e.ID)
	}
	return firstOf(ids, t.Count, "more")
}

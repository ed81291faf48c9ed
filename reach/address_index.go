package reach

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
)

type vpcPrefix struct {
	vpc    string
	prefix netip.Prefix
}

// InterfacesInside returns the positions, in the region's list, of the
// interfaces of a VPC that hold an address inside the prefix, secondary
// addresses and those of delegated prefixes included, each once and in the order of ids. The result is shared
// and must not be changed.
func (n *Analyzer) InterfacesInside(vpc string, prefix netip.Prefix) []int32 {
	key := vpcPrefix{vpc, prefix}
	if found, done := n.addresses.inside[key]; done {
		return found
	}
	var found []int32
	if index := n.privateAddresses(vpc); index != nil {
		for i := range index.Inside(prefix) {
			found = append(found, i)
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	n.addresses.inside[key] = found
	return found
}

// addressIndex says which interfaces hold an address.
type addressIndex struct {
	index  map[string]*cidr.Index // by VPC; nil until it is first asked for
	inside map[vpcPrefix][]int32
}

// privateAddresses returns the index of the private addresses of a VPC's interfaces;
// its values are positions in the region's list.
func (n *Analyzer) privateAddresses(vpc string) *cidr.Index {
	if n.addresses.index == nil {
		builders := map[string]*cidr.IndexBuilder{}
		for i := range n.region.Interfaces {
			e := &n.region.Interfaces[i]
			b := builders[e.VPC]
			if b == nil {
				b = new(cidr.IndexBuilder)
				builders[e.VPC] = b
			}
			for _, a := range e.Addresses {
				b.Add(a.Private, int32(i))
			}
			for _, p := range e.Delegated {
				b.AddPrefix(p, int32(i))
			}
		}
		n.addresses.index = make(map[string]*cidr.Index, len(builders))
		for id, b := range builders {
			n.addresses.index[id] = b.Index()
		}
	}
	return n.addresses.index[vpc]
}

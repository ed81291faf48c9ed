package usage

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/flows"
)

// doubtLists notes the rules of an interface for a prefix list of AWS that may have allowed a
// row which no rule of today allows: AWS adds addresses of its services to these lists and takes
// them out again (Amazon VPC user guide, AWS-managed prefix lists).
func (j *judge) doubtLists(at *holder, f *flows.Flow) {
	for _, id := range at.e.Groups {
		home := j.homes[id]
		if home == nil {
			continue
		}
		for _, r := range home.rules[id] {
			list := home.index.PrefixList(r.Rule.Peer.List)
			if list == nil || list.Owner != "AWS" || r.Rule.Direction != f.Direction || !r.Rule.Traffic.Overlaps(f.Traffic()) ||
				!slices.ContainsFunc(list.Entries, func(p netip.Prefix) bool { return p.Addr().Is4() == f.Remote.Addr().Is4() }) {
				continue
			}
			r.doubt(at.e.Named() + " had " + f.Traffic().String() + way(r.Rule) + AddressText(f.Remote) + ", which no rule of today allows: " + list.Named() + ", of which AWS changes the entries, may have had this address then")
		}
	}
}

package usage

import (
	"cmp"
	"math"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/flows"
)

// began is when a row was first seen in the window, or may have been: the rows of a summary may
// begin before it, and hours before it do not count as recorded.
func (j *judge) began(f *flows.Flow) int64 {
	if j.options.Since.IsZero() {
		return f.First
	}
	return max(f.First, j.options.Since.Unix())
}

// never is later than every record.
const never = math.MaxInt64

// taken are the private addresses of the interfaces of a VPC, and of those with a VPC that
// is not known, each with the hour from which on there are records of its interface, in Unix
// seconds, or never. Before that hour the address may have been another interface's: subnets
// give addresses again.
func (j *judge) taken(s *site, vpc string) *byPlace[int64] {
	list, done := s.inUse[vpc]
	if done {
		return list
	}
	list = &byPlace[int64]{}
	in := j.within[vpc]
	switch {
	case vpc == "":
		in = []*site{s}
	case !slices.Contains(in, s):
		in = append([]*site{s}, in...)
	}
	for _, o := range in {
		for i := range o.region.Interfaces {
			e := &o.region.Interfaces[i]
			if e.VPC != vpc && (o != s || e.VPC != "" && vpc != "") {
				continue
			}
			since := int64(never)
			if seen := j.summary.Interface(e.ID); seen != nil {
				since = cmp.Or(seen.Since(), never)
			}
			for p := range e.Private() {
				if earlier, found := list.values[place{"", p}]; !found || since < earlier {
					list.put("", p, since)
				}
			}
		}
	}
	s.inUse[vpc] = list
	return list
}

// newer reports whether the interface that has an address of the rule's VPC today is newer than
// what the rule first allowed to or from that address: then another interface had the address,
// and a reference to the groups of the one of today would not stand for it.
func (n *narrowing) newer(a netip.Addr) bool {
	if n.firsts == nil {
		n.firsts = map[netip.Addr]int64{}
		for i := range n.hits {
			h := &n.hits[i]
			if first, seen := n.firsts[h.remote.Addr()]; !seen || h.first < first {
				n.firsts[h.remote.Addr()] = h.first
			}
		}
	}
	since, taken := n.taken(n.site, n.rule.Group.VPC).at("", a)
	return taken && since < never && since > n.firsts[a]
}

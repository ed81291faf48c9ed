package inventory

import (
	"cmp"
	"net/netip"
	"slices"
)

// Index finds what a region holds by its id. Each list is indexed when it is
// first asked for, so that an Index belongs to one goroutine, and the region
// must not change meanwhile. It knows what the lists of the region hold, even
// where Read says that a part was not read to the end.
type Index struct {
	region *Region

	groups  map[string]*Group
	lists   map[string]*PrefixList
	vpcs    map[string]*VPC
	subnets map[string]*Subnet

	place   map[string]int32 // of each group that is attached to something: its position in first
	first   []int32          // members[first[p]:first[p+1]] have the group at position p
	members []*Interface
}

// NewIndex returns the index of a region that has been normalised.
func NewIndex(r *Region) *Index { return &Index{region: r} }

// Group returns the group with the id, or nil.
func (x *Index) Group(id string) *Group {
	return byID(&x.groups, x.region.Groups, id, (*Group).id)
}

// PrefixList returns the prefix list with the id, or nil.
func (x *Index) PrefixList(id string) *PrefixList {
	return byID(&x.lists, x.region.PrefixLists, id, func(p *PrefixList) string { return p.ID })
}

// Entries returns the prefixes of a prefix list, or nothing where they were
// not read. The slice is shared.
func (x *Index) Entries(list string) []netip.Prefix {
	if l := x.PrefixList(list); l != nil {
		return l.Entries
	}
	return nil
}

// VPC returns the VPC with the id, or nil.
func (x *Index) VPC(id string) *VPC {
	return byID(&x.vpcs, x.region.VPCs, id, func(v *VPC) string { return v.ID })
}

// Subnet returns the subnet with the id, or nil.
func (x *Index) Subnet(id string) *Subnet {
	return byID(&x.subnets, x.region.Subnets, id, func(s *Subnet) string { return s.ID })
}

// Interface returns the interface with the id, or nil. It is looked for in the
// sorted list: an index of a million interfaces would be large, and few are
// asked for.
func (x *Index) Interface(id string) *Interface {
	i, found := slices.BinarySearchFunc(x.region.Interfaces, id, func(e Interface, id string) int { return cmp.Compare(e.ID, id) })
	if !found {
		return nil
	}
	return &x.region.Interfaces[i]
}

// byID looks an item up in an index, which it fills at the first call.
func byID[T any](index *map[string]*T, list []T, id string, idOf func(*T) string) *T {
	if *index == nil {
		*index = make(map[string]*T, len(list))
		for i := range list {
			(*index)[idOf(&list[i])] = &list[i]
		}
	}
	return (*index)[id]
}

// Members returns the interfaces to which the group is attached, sorted by id. The slice
// is shared: it must not be changed.
func (x *Index) Members(group string) []*Interface {
	if x.place == nil {
		x.indexMembers()
	}
	p, ok := x.place[group]
	if !ok {
		return nil
	}
	return x.members[x.first[p]:x.first[p+1]:x.first[p+1]]
}

// indexMembers lays the members of all groups out in one slice. Interfaces are
// sorted by id, and so are the members of each group.
func (x *Index) indexMembers() {
	r := x.region
	x.place = make(map[string]int32, len(r.Groups))
	total := 0
	for i := range r.Interfaces {
		total += len(r.Interfaces[i].Groups)
	}
	order := make([]int32, 0, total)
	var counts []int32
	for i := range r.Interfaces {
		for _, id := range r.Interfaces[i].Groups {
			p, ok := x.place[id]
			if !ok {
				p = int32(len(counts))
				x.place[id] = p
				counts = append(counts, 0)
			}
			counts[p]++
			order = append(order, p)
		}
	}
	x.first = make([]int32, len(counts)+1)
	for p, c := range counts {
		x.first[p+1] = x.first[p] + c
		counts[p] = x.first[p] // from here on the next free position
	}
	x.members = make([]*Interface, total)
	k := 0
	for i := range r.Interfaces {
		for range r.Interfaces[i].Groups {
			p := order[k]
			x.members[counts[p]] = &r.Interfaces[i]
			counts[p]++
			k++
		}
	}
}

// GroupNamed returns a group's name with its id, and the id alone where the
// group is not in the region.
func (x *Index) GroupNamed(id string) string {
	if g := x.Group(id); g != nil {
		return g.Named()
	}
	return id
}

// GroupsNamed is GroupNamed for several groups.
func (x *Index) GroupsNamed(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = x.GroupNamed(id)
	}
	return names
}

// VPCNamed returns a VPC's name with its id, as far as they are known.
func (x *Index) VPCNamed(id string) string {
	if v := x.VPC(id); v != nil {
		return v.Named()
	}
	return id
}

// SubnetNamed returns a subnet's name with its id, as far as they are known.
func (x *Index) SubnetNamed(id string) string {
	if s := x.Subnet(id); s != nil {
		return s.Named()
	}
	return id
}

// PeerNamed returns the peer of a rule: an address range, or the name and id of
// a group or of a prefix list.
func (x *Index) PeerNamed(p Peer) string {
	if p.Group != nil {
		return x.GroupNamed(p.Group.ID)
	}
	if l := x.PrefixList(p.List); l != nil && p.List != "" {
		return l.Named()
	}
	return p.String()
}

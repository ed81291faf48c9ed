package inventory

import (
	"cmp"
	"encoding/binary"
	"reflect"
	"slices"
)

// place is where an item of a list, or of several, is. The beginning of its
// key decides most comparisons without a look at the key itself, which may be
// anywhere in memory.
type place struct {
	begin      uint64
	list, item uint32
}

// order returns the places of all items, sorted by key, and by place where
// keys are the same.
func order(lengths []int, key func(list, item int) string) []place {
	n, first, shared := 0, "", 0 // what all keys begin with says nothing
	for list, length := range lengths {
		for item := range length {
			k := key(list, item)
			if n == 0 {
				first, shared = k, len(k)
			}
			shared = min(shared, len(k))
			for k[:shared] != first[:shared] {
				shared--
			}
			n++
		}
	}
	places := make([]place, 0, n)
	for list, length := range lengths {
		for item := range length {
			var begin [8]byte
			copy(begin[:], key(list, item)[shared:])
			places = append(places, place{binary.BigEndian.Uint64(begin[:]), uint32(list), uint32(item)})
		}
	}
	slices.SortFunc(places, func(a, b place) int {
		if a.begin != b.begin {
			return cmp.Compare(a.begin, b.begin)
		}
		return cmp.Or(cmp.Compare(key(int(a.list), int(a.item)), key(int(b.list), int(b.item))),
			cmp.Compare(a.list, b.list), cmp.Compare(a.item, b.item))
	})
	return places
}

// merged sorts by key and keeps the first of each key, in the given order; merge
// gives it what the others of the key have, and may be nil. It costs little where
// the list is sorted already.
func merged[T any](list []T, key func(*T) string, merge func(first, other *T)) []T {
	if len(list) == 0 {
		return nil // as it is where nothing was read
	}
	sorted, twice := true, false
	for i := 1; i < len(list) && sorted; i++ {
		c := cmp.Compare(key(&list[i-1]), key(&list[i]))
		sorted, twice = c <= 0, twice || c == 0
	}
	if !sorted {
		places := order([]int{len(list)}, func(_, item int) string { return key(&list[item]) })
		permute(list, func(i int) *uint32 { return &places[i].item })
		twice = true
	}
	if !twice {
		return list
	}
	kept := 1
	for i := 1; i < len(list); i++ {
		if key(&list[i]) == key(&list[kept-1]) {
			if merge != nil {
				merge(&list[kept-1], &list[i])
			}
			continue
		}
		if i != kept {
			list[kept] = list[i]
		}
		kept++
	}
	clear(list[kept:])
	return list[:kept]
}

// join is merged for a list in pieces: items are moved once, to where they
// belong.
func join[T any](pages [][]T, key func(*T) string, merge func(first, other *T)) []T {
	if len(pages) == 1 {
		return merged(pages[0], key, merge)
	}
	lengths := make([]int, len(pages))
	for i := range pages {
		lengths[i] = len(pages[i])
	}
	places := order(lengths, func(list, item int) string { return key(&pages[list][item]) })
	if len(places) == 0 {
		return nil
	}
	list := make([]T, 0, len(places))
	for _, p := range places {
		item := &pages[p.list][p.item]
		if n := len(list); n == 0 || key(&list[n-1]) != key(item) {
			list = append(list, *item)
		} else {
			merge(&list[n-1], item)
		}
	}
	return list
}

// JoinGroups returns the groups of several pages sorted by id. A group that
// came more than once has the rules of each; the ids of those that have a name, VPC,
// owner or description that is not the same each time are returned too, sorted. It
// may use the memory of the pages.
func JoinGroups(pages [][]Group) (groups []Group, contradictory []string) {
	groups = join(pages, (*Group).id, func(first, other *Group) {
		if first.Name != other.Name || first.VPC != other.VPC || first.Owner != other.Owner || first.Description != other.Description {
			contradictory = append(contradictory, first.ID)
		}
		mergeGroups(first, other)
	})
	return groups, slices.Compact(contradictory)
}

// mergeGroups adds the rules of a group that came twice. Normalize drops those
// that are the same.
func mergeGroups(first, other *Group) {
	if !reflect.DeepEqual(first.Rules, other.Rules) {
		first.Rules = slices.Concat(first.Rules, other.Rules)
	}
}

// JoinInterfaces is JoinGroups for network interfaces. One that came more than
// once has the groups, addresses and delegated prefixes of each; it is contradictory where its VPC
// or subnet is not the same each time.
func JoinInterfaces(pages [][]Interface) (interfaces []Interface, contradictory []string) {
	interfaces = join(pages, (*Interface).id, func(first, other *Interface) {
		if first.VPC != other.VPC || first.Subnet != other.Subnet {
			contradictory = append(contradictory, first.ID)
		}
		mergeInterfaces(first, other)
	})
	return interfaces, slices.Compact(contradictory)
}

// mergeInterfaces adds the groups, addresses and delegated prefixes of an interface that came twice.
func mergeInterfaces(first, other *Interface) {
	first.Groups = union(first.Groups, other.Groups)
	first.Addresses = union(first.Addresses, other.Addresses)
	first.Delegated = union(first.Delegated, other.Delegated)
}

// union returns a list with what another has beyond it, in a copy.
func union[T comparable](list, other []T) []T {
	for _, x := range other {
		if !slices.Contains(list, x) {
			list = append(slices.Clip(list), x)
		}
	}
	return list
}

func (g *Group) id() string     { return g.ID }
func (i *Interface) id() string { return i.ID }

// sortBy sorts stably, and costs nothing where the list is sorted already. It
// sorts positions: a sort of its own for each type would add half a megabyte
// to the program.
func sortBy[T any](list []T, compare func(a, b *T) int) {
	sorted := true
	for i := 1; i < len(list) && sorted; i++ {
		sorted = compare(&list[i-1], &list[i]) <= 0
	}
	if sorted {
		return
	}
	places := make([]uint32, len(list)) // where what belongs here is now
	for i := range places {
		places[i] = uint32(i)
	}
	// No two places are the same, so that the faster sort is a stable one too.
	slices.SortFunc(places, func(i, j uint32) int {
		if c := compare(&list[i], &list[j]); c != 0 {
			return c
		}
		return cmp.Compare(i, j)
	})
	permute(list, func(i int) *uint32 { return &places[i] })
}

// permute moves to each position the item of the given position. Each cycle
// moves in place: lists are the most of the memory of a run, and a copy would
// be as much again.
func permute[T any](list []T, place func(i int) *uint32) {
	for begin := range list {
		if int(*place(begin)) == begin {
			continue
		}
		held, at := list[begin], begin
		for int(*place(at)) != begin {
			from := int(*place(at))
			list[at] = list[from]
			*place(at) = uint32(at)
			at = from
		}
		list[at] = held
		*place(at) = uint32(at)
	}
}

package inventory

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// items are what a region holds of one part.
type items interface {
	normalize(r *Region)         // sorts them, and drops those that came twice
	diff(a, b *Region) []Change  // what changed, without account, region and part
	repeated(r *Region) []string // names of those that came twice with different contents
}

// listOf is the items of a part that is one list.
type listOf[T any] struct {
	of      func(*Region) *[]T
	id      func(*T) string       // identifies an item, and is their order
	tidy    func(*T)              // sorts the lists inside an item; nil: there are none
	merge   func(first, other *T) // gives the first what another of the same id has; nil: the other is dropped
	name    func(*T) string       // in a Change; nil: id
	called  func(*T) string       // in messages; nil: name
	once    bool                  // AWS lists each item once: two with different contents contradict each other
	follows bool                  // it follows from the groups, so that Diff has nothing to say of it
}

func (l listOf[T]) normalize(r *Region) {
	list := l.of(r)
	*list = merged(*list, l.id, l.merge)
	if l.tidy != nil {
		for i := range *list {
			l.tidy(&(*list)[i])
		}
	}
}

func (l listOf[T]) diff(a, b *Region) []Change {
	if l.follows {
		return nil
	}
	return diffList(*l.of(a), *l.of(b), either(l.name, l.id))
}

// repeated goes through the list before Normalize, which drops what came twice.
func (l listOf[T]) repeated(r *Region) []string {
	if !l.once {
		return nil
	}
	name := either(l.called, either(l.name, l.id))
	var twice []string
	list := *l.of(r)
	first := make(map[string]*T, len(list))
	for i := range list {
		x := &list[i]
		if known := first[name(x)]; known == nil {
			first[name(x)] = x
		} else if !reflect.DeepEqual(known, x) {
			twice = append(twice, name(x))
		}
	}
	return twice
}

func either[T any](one, other func(*T) string) func(*T) string {
	if one != nil {
		return one
	}
	return other
}

// diffList compares items by id. An item is the same if it would
// be saved the same.
func diffList[T any](a, b []T, id func(*T) string) []Change {
	text := func(x *T) []byte {
		t, err := json.Marshal(x)
		if err != nil {
			panic(fmt.Sprintf("encoding %T: %v", x, err)) // plain values always encode
		}
		return t
	}
	var changes []Change
	before := map[string]*T{}
	for i := range a {
		before[id(&a[i])] = &a[i]
	}
	for i := range b {
		name := id(&b[i])
		switch was := before[name]; {
		case was == nil:
			changes = append(changes, Change{ID: name, Change: Added})
		case !bytes.Equal(text(was), text(&b[i])):
			changes = append(changes, Change{ID: name, Change: Changed})
		}
		delete(before, name)
	}
	for name := range before {
		changes = append(changes, Change{ID: name, Change: Removed})
	}
	return changes
}

// groupItems are the groups. Diff names each rule that came or went.
type groupItems struct{}

func (groupItems) normalize(r *Region) {
	listOf[Group]{of: func(r *Region) *[]Group { return &r.Groups }, id: (*Group).id, tidy: (*Group).normalize, merge: mergeGroups}.normalize(r)
}

func (groupItems) diff(a, b *Region) []Change { return diffGroups(a, b) }

func (groupItems) repeated(*Region) []string { return nil } // JoinGroups compares them

// publicAccessItems is VPC block public access: one setting, with a list of
// exclusions.
type publicAccessItems struct{}

var exclusions = listOf[PublicAccessExclusion]{
	of:   func(r *Region) *[]PublicAccessExclusion { return &r.PublicAccess.Exclusions },
	id:   func(x *PublicAccessExclusion) string { return x.ID },
	once: true,
}

func (publicAccessItems) normalize(r *Region) { exclusions.normalize(r) }

func (publicAccessItems) diff(a, b *Region) []Change {
	return diffList([]PublicAccessBlock{a.PublicAccess}, []PublicAccessBlock{b.PublicAccess}, func(*PublicAccessBlock) string { return "vpc-block-public-access" })
}

func (publicAccessItems) repeated(r *Region) []string { return exclusions.repeated(r) }

// Repeated is a part of a region of which AWS sent items twice.
type Repeated struct {
	Part  Part
	Items []string // names of items, in the order in which they came
}

// Repeated returns, before Normalize, the items of the short lists that came
// twice with different contents: pages of a list that changes meanwhile may
// repeat an item, and Normalize keeps one of both. Groups and interfaces, of
// which there are many, are compared while their pages are joined; launch
// templates and functions have one item for each of their versions.
func (r *Region) Repeated() []Repeated {
	var all []Repeated
	for i := range partTable {
		if row := &partTable[i]; row.items != nil {
			if names := row.items.repeated(r); len(names) > 0 {
				all = append(all, Repeated{row.part, names})
			}
		}
	}
	return all
}

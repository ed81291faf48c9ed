package remedy

import (
	"cmp"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Limits of a replacement. A group takes 60 rules of one direction unless its
// quota was raised, so that a range which many tiers share is better narrowed
// first; what is left over of the range may only be a few addresses.
const (
	maxReferences = 20
	maxKept       = 20
	maxAttached   = 20 // interfaces that a new group is attached to
)

// Replacement says which groups can be named in the place of a range of
// addresses. It is chosen as follows, the earlier counting before the later:
// every interface that holds an address of the range and has a group that
// can be referenced is covered; as few groups as possible are too broad; as few
// groups as possible are referenced; as few interfaces as possible are admitted
// that were not; the ids come first in the alphabet.
//
// A default group is never referenced. An interface that has only groups
// that are too broad gets a new group, if its owner can attach one to it. A
// group is too broad if it is a default group, or if more of its interfaces
// lie outside of the range than inside and some of those have a group that
// nothing inside has: then another tier shares it.
type Replacement struct {
	Groups   []string               // to name, sorted
	Broad    []string               // those among them that are too broad, of interfaces that no group can be attached to
	Avoided  []string               // groups that are too broad, for which others are named, sorted
	Kept     []netip.Prefix         // addresses and delegated prefixes of interfaces without a group that can be referenced
	Covered  []*inventory.Interface // by id: what holds an address of the range and is covered
	Idle     []*inventory.Function  // functions of subnets in the range that have no interface now
	New      []NewGroup             // groups to create for interfaces that have only groups that are too broad, by VPC
	Admitted int                    // interfaces that have one of Groups and hold no address of the range
	Smallest bool                   // no smaller choice exists; false where the search was cut short
	Reasons  []string               // why nothing is proposed: then all else is empty
	scope    map[string]bool        // the VPCs with the interfaces that were looked at
	classes  map[string][]*inventory.Interface
	idleOf   map[string]*inventory.Function // by the groups that a function runs with: one of them
	gateways []*inventory.Interface         // of NAT gateways, by id: they hold an address of the range and need no access
	held     *big.Int                       // addresses of the range that something holds
	few      []*inventory.Interface         // of Covered, to prove with
}

// Solver finds replacements in one region. It belongs to one goroutine.
type Solver struct {
	region *inventory.Region
	reach  *reach.Analyzer
	index  *inventory.Index
	beside map[string][]string // by group: all groups of its interfaces, sorted
	solved map[solverKey]*Replacement
}

type solverKey struct {
	vpc    string
	prefix netip.Prefix
}

// NewSolver returns a Solver for a region, with its reach.
func NewSolver(r *inventory.Region, n *reach.Analyzer) *Solver {
	return &Solver{region: r, reach: n, index: n.Index(), beside: map[string][]string{}, solved: map[solverKey]*Replacement{}}
}

// Replace says what can take the place of a range of private addresses as
// the source of rules of a VPC's groups. The result is shared.
func (s *Solver) Replace(vpc string, prefix netip.Prefix) *Replacement {
	key := solverKey{vpc, prefix}
	if found := s.solved[key]; found != nil {
		return found
	}
	found := s.solve(vpc, prefix)
	s.solved[key] = found
	return found
}

func (s *Solver) solve(vpc string, prefix netip.Prefix) *Replacement {
	scope, reasons := s.scope(vpc, prefix)
	if len(reasons) > 0 {
		return &Replacement{Reasons: reasons}
	}
	r := &Replacement{scope: map[string]bool{}, classes: map[string][]*inventory.Interface{}, idleOf: map[string]*inventory.Function{}}
	attached := s.inside(r, scope, prefix)
	c := s.setCover(r, prefix, attached)
	without, stuck := c.split()
	if stuck != nil {
		return &Replacement{Reasons: []string{fmt.Sprintf("Lambda function %s, with subnets in %s, has a default group only: give it a group of its own first", stuck.Name, prefix)}}
	}
	for _, list := range [][]*inventory.Interface{r.Covered, r.gateways} {
		slices.SortFunc(list, func(a, b *inventory.Interface) int { return cmp.Compare(a.ID, b.ID) })
	}
	slices.SortFunc(r.Kept, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	r.Kept = slices.Compact(r.Kept)
	switch {
	case len(c.classes) == 0 && len(without) == 0 && len(r.Kept) == 0:
		return &Replacement{Reasons: []string{"nothing in " + prefix.String() + " opens connections: the rule can be revoked"}}
	case len(c.classes) == 0 && len(without) == 0, slices.Contains(r.Kept, prefix):
		return &Replacement{Reasons: []string{"no interface with an address in " + prefix.String() + " has a group that a rule can reference"}}
	case len(r.Kept) > maxKept:
		return &Replacement{Reasons: []string{fmt.Sprintf("%s in %s belong to interfaces without a group that a rule can reference, and would have to stay", number(len(r.Kept), "address"), prefix)}}
	case len(without) > maxAttached:
		return &Replacement{Reasons: []string{fmt.Sprintf("%s with an address in %s have only groups that are too broad to reference: give them groups of their own first", number(len(without), "interface"), prefix)}}
	}
	r.New = s.newGroups(prefix, without)
	c.choose()
	if n := len(c.best.groups); n > maxReferences {
		return &Replacement{Reasons: []string{number(n, "group") + " would have to be referenced to cover all interfaces with addresses in " + prefix.String() + ": find out first which of them need the rule (VPC flow logs show it), and reference those"}}
	}
	r.Smallest = !c.cut
	for _, k := range c.best.groups {
		r.Groups = append(r.Groups, c.ids[k])
		if c.broad[k] {
			r.Broad = append(r.Broad, c.ids[k])
		}
	}
	for k, id := range c.ids {
		if c.broad[k] && !slices.Contains(c.best.groups, k) {
			r.Avoided = append(r.Avoided, id)
		}
	}
	r.Admitted = c.outsiders(c.best.groups)
	r.held, r.few = s.held(r, prefix), sample(r.Covered)
	return r
}

// inside finds what lies in the range in the VPCs of the scope: the interfaces
// that groups can stand for, by the groups of each, and the addresses
// that have to stay. It counts those interfaces by group.
func (s *Solver) inside(r *Replacement, scope []string, prefix netip.Prefix) (attached map[string]int) {
	attached = map[string]int{}
	for _, v := range scope {
		r.scope[v] = true
		for _, i := range s.reach.InterfacesInside(v, prefix) {
			e := &s.region.Interfaces[i]
			usable := s.usable(e)
			switch {
			case len(usable) > 0:
				r.Covered = append(r.Covered, e)
				for _, id := range usable {
					attached[id]++
				}
				key := usable[0]
				if len(usable) > 1 {
					key = strings.Join(usable, " ")
				}
				r.classes[key] = append(r.classes[key], e)
			case e.NATGateway(): // which opens no connections to others in its VPC: it hands on what is routed to it
				r.gateways = append(r.gateways, e)
			default:
				r.keep(e, prefix)
			}
		}
		s.idle(r, v, prefix, attached)
	}
	return attached
}

// held counts the addresses of the range that an interface holds.
func (s *Solver) held(r *Replacement, prefix netip.Prefix) *big.Int {
	var held []netip.Prefix
	for vpc := range r.scope {
		for _, i := range s.reach.InterfacesInside(vpc, prefix) {
			for p := range s.region.Interfaces[i].Private() {
				if p.Overlaps(prefix) {
					held = append(held, p)
				}
			}
		}
	}
	count := new(big.Int)
	for _, p := range cidr.Of(held...).Intersect(cidr.Of(prefix)).Prefixes() {
		count.Add(count, sizeOf(p))
	}
	return count
}

// usable returns the groups of an interface that a rule of the region's own
// groups can name: those that were read.
func (s *Solver) usable(e *inventory.Interface) []string {
	if e.Account != "" && e.Account != s.region.AccountID {
		return nil
	}
	for k, id := range e.Groups {
		if s.index.Group(id) == nil {
			kept := slices.Clone(e.Groups[:k])
			for _, other := range e.Groups[k+1:] {
				if s.index.Group(other) != nil {
					kept = append(kept, other)
				}
			}
			return kept
		}
	}
	return e.Groups
}

// idle adds the functions with subnets in the range: an idle one has no
// interface and gets one as soon as it is called.
func (s *Solver) idle(r *Replacement, vpc string, prefix netip.Prefix, attached map[string]int) {
	if !s.region.Read.Has(inventory.PartFunctions) {
		return
	}
	inside := map[string]bool{}
	for i := range s.region.Subnets {
		for _, p := range s.region.Subnets[i].Prefixes {
			if p.Prefix.Overlaps(prefix) {
				inside[s.region.Subnets[i].ID] = true
			}
		}
	}
	for i := range s.region.Functions {
		f := &s.region.Functions[i]
		if f.VPC != vpc || !slices.ContainsFunc(f.Subnets, func(id string) bool { return inside[id] }) {
			continue
		}
		groups := slices.DeleteFunc(slices.Clone(f.Groups), func(id string) bool { return s.index.Group(id) == nil })
		key := strings.Join(groups, " ")
		if len(groups) > 0 && r.idleOf[key] == nil {
			r.idleOf[key] = f
		}
		if len(groups) > 0 && r.classes[key] == nil {
			r.classes[key] = []*inventory.Interface{}
			r.Idle = append(r.Idle, f)
			for _, id := range groups {
				attached[id] += 0
			}
		}
	}
}

// besideOf returns all groups of the interfaces of a group.
func (s *Solver) besideOf(group string) []string {
	if found, done := s.beside[group]; done {
		return found
	}
	var found []string
	for _, e := range s.reach.Interfaces(group) {
		for _, id := range e.Groups {
			if at, known := slices.BinarySearch(found, id); !known {
				found = slices.Insert(found, at, id)
			}
		}
	}
	s.beside[group] = found
	return found
}

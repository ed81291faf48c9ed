package remedy

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// NewGroup is a group to create in a VPC. It has no rules of its own: it only
// marks the interfaces that rules then allow by a reference to it.
type NewGroup struct {
	Group      *inventory.Group       // its id is the name that stands for it in steps
	Interfaces []*inventory.Interface // that it is attached to, by id
}

// split fills the classes of the search: for each kind of interface the groups
// that can be referenced. It returns the interfaces that need a new group. The
// addresses of those that have only default groups, and that no group can be
// attached to, are kept. A function that runs with nothing but a default group
// leaves no way: it is returned.
func (c *setCover) split() (without []*inventory.Interface, stuck *inventory.Function) {
	for _, key := range slices.Sorted(maps.Keys(c.r.classes)) {
		var list []int
		narrow := false
		for _, id := range strings.Fields(key) {
			k, _ := slices.BinarySearch(c.ids, id)
			if !c.s.index.Group(id).Default() {
				list = append(list, k)
				narrow = narrow || !c.broad[k]
			}
		}
		if narrow {
			c.classes = append(c.classes, list)
			continue
		}
		members, idle := c.r.classes[key], c.r.idleOf[key]
		if len(list) == 0 && idle != nil {
			return nil, idle
		}
		var rest []*inventory.Interface
		for _, e := range members {
			if c.s.attachable(e) {
				without = append(without, e)
			} else {
				rest = append(rest, e)
			}
		}
		switch {
		case len(list) > 0 && (len(rest) > 0 || idle != nil):
			c.classes = append(c.classes, list)
		case len(list) == 0:
			c.r.Covered = slices.DeleteFunc(c.r.Covered, func(e *inventory.Interface) bool { return slices.Contains(rest, e) })
			for _, e := range rest {
				c.r.keep(e, c.prefix)
			}
		}
	}
	slices.SortFunc(c.classes, func(a, b []int) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) })
	slices.SortFunc(without, func(a, b *inventory.Interface) int { return cmp.Compare(a.ID, b.ID) })
	return without, nil
}

// keep leaves the addresses of an interface that lie in the range as they are.
func (r *Replacement) keep(e *inventory.Interface, prefix netip.Prefix) {
	for p := range e.Private() {
		switch {
		case !p.Overlaps(prefix):
		case p.Bits() < prefix.Bits():
			r.Kept = append(r.Kept, prefix)
		default:
			r.Kept = append(r.Kept, p)
		}
	}
}

// attachable reports whether the account can attach one more group to an
// interface: services give their interfaces the groups themselves, and the
// default quota is five groups per interface.
func (s *Solver) attachable(e *inventory.Interface) bool {
	if e.Account != "" && e.Account != s.region.AccountID || e.Managed || e.Operator != "" || len(e.Groups) >= maxCarried {
		return false
	}
	return slices.Contains([]string{"instance", "unattached", "unknown"}, e.Owner().Kind)
}

// newGroups returns the groups to create for interfaces, one for each VPC.
func (s *Solver) newGroups(prefix netip.Prefix, without []*inventory.Interface) []NewGroup {
	var made []NewGroup
	for _, e := range without {
		i := slices.IndexFunc(made, func(n NewGroup) bool { return n.Group.VPC == e.VPC })
		if i < 0 {
			i = len(made)
			made = append(made, NewGroup{Group: s.newGroup(e.VPC, prefix)})
		}
		made[i].Interfaces = append(made[i].Interfaces, e)
	}
	slices.SortFunc(made, func(a, b NewGroup) int { return cmp.Compare(a.Group.VPC, b.Group.VPC) })
	return made
}

// newGroup describes the group that stands for a range: "clients-10.0.0.0/24".
func (s *Solver) newGroup(vpc string, prefix netip.Prefix) *inventory.Group {
	name := "clients-" + prefix.String()
	taken := func(name string) bool {
		return slices.ContainsFunc(s.region.Groups, func(g inventory.Group) bool { return g.VPC == vpc && g.Name == name })
	}
	again := ""
	for n := 2; taken(name); n++ {
		name, again = fmt.Sprintf("clients-%s-%d", prefix, n), fmt.Sprintf("_%d", n)
	}
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, prefix.String())
	end := strings.TrimPrefix(vpc, "vpc-")
	return &inventory.Group{
		ID: "$group_" + plain + "_" + end[max(0, len(end)-8):] + again, Name: name, VPC: vpc, Owner: s.region.AccountID,
		Description: "Interfaces that rules allow instead of " + prefix.String(),
	}
}

// create returns the steps that create the new groups of a replacement and
// attach them. The outbound rule that AWS gives a new group is revoked before the group is
// attached, since it must not allow the interface more outbound traffic.
func (d *decision) create(r *Replacement) []change.Step {
	account, region := d.region.AccountID, d.region.Name
	var steps []change.Step
	for _, n := range r.New {
		steps = append(steps,
			change.Step{Verb: change.Create, Account: account, Region: region, Group: n.Group.ID, Details: n.Group},
			change.Step{Verb: change.Revoke, Account: account, Region: region, Group: n.Group.ID, Direction: inventory.Egress, Rules: change.Outward(hasIPv6(d.region, n.Group.VPC))})
		for _, e := range n.Interfaces {
			steps = append(steps, change.Step{
				Verb: change.SetGroups, Account: account, Region: region, Interface: e.ID,
				Groups: append(slices.Clone(e.Groups), n.Group.ID), Before: slices.Clone(e.Groups),
			})
		}
	}
	return steps
}

package remedy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// maxCarried is AWS's default quota of security groups per network interface
// (Amazon VPC quotas). It can be raised to 16.
const maxCarried = 5

// create adds the group of a step. It goes by the name that stands for its id,
// and everything is let out of it, as AWS makes it, by IPv6 too where the VPC
// has IPv6 addresses.
func (e *workingCopy) create(s *change.Step) error {
	for _, r := range e.regions {
		if !r.takes(s) || r.Skipped {
			continue
		}
		if r.Read.Has(inventory.PartVPCs) && s.Details.VPC != "" && !slices.ContainsFunc(r.VPCs, func(v inventory.VPC) bool { return v.ID == s.Details.VPC }) {
			continue
		}
		if r.named(s.Details) >= 0 {
			return fmt.Errorf("%s has a group with the name %q already", s.Details.VPC, s.Details.Name)
		}
		r.own()
		g := *s.Details
		g.ID, g.Owner = s.Group, r.AccountID
		g.Tags = slices.Clone(g.Tags)
		g.Rules = change.Outward(hasIPv6(r.Region, g.VPC))
		r.Groups = append(r.Groups, g)
		r.made = true
		e.groups[g.ID] = append(e.groups[g.ID], &target{in: r, place: len(r.Groups) - 1, changed: true, leaves: e.leaves[g.ID]})
		return nil
	}
	return fmt.Errorf("the group %q cannot be created: %s is not among the VPCs that were read%s", s.Details.Name, cmp.Or(s.Details.VPC, "its VPC"), where(s))
}

// find lets the name of a step stand for the group with the name and the VPC of
// the step, where it stands for none.
func (e *workingCopy) find(s *change.Step) error {
	if e.locate(s) != nil {
		return nil
	}
	for _, r := range e.regions {
		if !r.takes(s) {
			continue
		}
		if place := r.named(s.Details); place >= 0 {
			e.groups[s.Group] = append(e.groups[s.Group], &target{in: r, place: place})
			return nil
		}
	}
	return fmt.Errorf("no group of %s that was read has the name %q%s", cmp.Or(s.Details.VPC, "its VPC"), s.Details.Name, where(s))
}

// named returns the place of the group with the name and the VPC of another one,
// or -1.
func (r *regionCopy) named(like *inventory.Group) int {
	for place := range r.Groups {
		if g := &r.Groups[place]; g.Name == like.Name && g.VPC == like.VPC && !r.deleted[place] {
			return place
		}
	}
	return -1
}

// setGroups gives an interface other groups.
func (e *workingCopy) setGroups(s *change.Step) error {
	for _, r := range e.regions {
		to := inventory.NewIndex(r.Region).Interface(s.Interface)
		if to == nil || !r.takes(s) {
			continue
		}
		switch by := to.Owner(); {
		case to.Managed:
			return fmt.Errorf("%s belongs to the service that manages it (%s), which gives it its groups", s.Interface, by)
		case len(s.Groups) > max(maxCarried, len(to.Groups)):
			return fmt.Errorf("%s would have %d groups, and AWS's default quota is %d", s.Interface, len(s.Groups), maxCarried)
		}
		for _, id := range s.Groups {
			if err := e.attachable(r, to, id); err != nil {
				return err
			}
		}
		r.own()
		if !r.moved {
			r.Interfaces, r.moved = slices.Clone(r.Interfaces), true
		}
		inventory.NewIndex(r.Region).Interface(s.Interface).Groups = slices.Sorted(slices.Values(s.Groups))
		e.carriers(r)
		return nil
	}
	return fmt.Errorf("%s is not among the interfaces that were read%s", s.Interface, where(s))
}

// attachable says why EC2 would not attach a group to an interface: both
// belong to one VPC, or the group is associated with the interface's (EC2 API
// reference, ModifyNetworkInterfaceAttribute).
func (e *workingCopy) attachable(r *regionCopy, to *inventory.Interface, id string) error {
	t := e.target(r, id)
	switch {
	case to.HasGroup(id):
	case t == nil && change.IsNew(id):
		return fmt.Errorf("%s is to get a group that no line before it creates", to.ID)
	case t == nil:
		return fmt.Errorf("%[2]s cannot be attached to %[1]s: it is not among the groups that were read", to.ID, id)
	case t.group().VPC != to.VPC && !slices.ContainsFunc(r.Associations, func(a inventory.Association) bool { return a.Group == id && a.VPC == to.VPC }):
		return fmt.Errorf("%s of %s cannot get %s of %s", to.ID, to.VPC, id, t.group().VPC)
	}
	return nil
}

// carriers finds the first interface of each group that a line deletes.
func (e *workingCopy) carriers(r *regionCopy) {
	leaves := false
	for _, targets := range e.groups {
		for _, t := range targets {
			if t.in == r && t.leaves {
				t.carrier, leaves = nil, true
			}
		}
	}
	if !leaves {
		return
	}
	for i := range r.Interfaces {
		for _, id := range r.Interfaces[i].Groups {
			if t := e.target(r, id); t != nil && t.leaves && t.carrier == nil {
				t.carrier = &r.Interfaces[i]
			}
		}
	}
}

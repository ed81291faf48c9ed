package usage

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// Several accounts of an inventory may hold one network interface or one group: the owner of
// a shared VPC sees the interfaces and groups of its participants, and a group that is shared
// with an account is seen there too (Amazon VPC user guide, share your VPC subnets with other
// accounts, and share security groups). Each is judged once, as the account has it that owns
// it, if the inventory holds that account.

// shareInterfaces gives each group the interfaces that have it and that another account or
// region of the inventory holds than the one in which the group is judged.
func (j *judge) shareInterfaces() {
	for _, s := range j.sites {
		for i := range s.region.Interfaces {
			e := &s.region.Interfaces[i]
			if in := j.within[e.VPC]; len(in) == 0 || in[len(in)-1] != s {
				j.within[e.VPC] = append(in, s)
			}
			if j.owners[e.ID].e != e {
				continue
			}
			for _, id := range e.Groups {
				if home := j.homes[id]; home != nil && home != s {
					home.foreign[id] = append(home.foreign[id], e)
				}
			}
		}
	}
}

// interfaces returns the interfaces that have a group which is judged here.
func (s *site) interfaces(group string) []*inventory.Interface {
	list, foreign := s.index.Members(group), s.foreign[group]
	if len(foreign) == 0 {
		return list
	}
	return append(slices.Clone(foreign), slices.DeleteFunc(slices.Clone(list), func(e *inventory.Interface) bool {
		return slices.ContainsFunc(foreign, func(o *inventory.Interface) bool { return o.ID == e.ID })
	})...)
}

// membersOf returns the addresses of the members of a group that the inventory holds.
func (j *judge) membersOf(group string) []netip.Prefix {
	if home := j.homes[group]; home != nil {
		return home.members(group)
	}
	return nil
}

// decideShared gives the rules of a group that several accounts hold the verdict of the
// account in which the group is judged.
func (j *judge) decideShared() {
	for _, s := range j.sites {
		for id, rules := range s.rules {
			home := j.homes[id]
			if home == s {
				continue
			}
			for _, r := range rules {
				k := slices.IndexFunc(home.rules[id], func(o *Rule) bool { return o.Rule.String() == r.Rule.String() })
				if k < 0 {
					r.Verdict, r.Reasons = NotKnown, []string{"account " + home.region.AccountID + " holds the group too, without this rule"}
					continue
				}
				of := *home.rules[id][k]
				of.Region, of.Group, of.Rule = r.Region, r.Group, r.Rule
				*r = of
			}
		}
	}
}

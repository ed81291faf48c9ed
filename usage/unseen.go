package usage

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// Unseen returns the interfaces that a changed inventory allows less traffic for, or does not hold, and of
// which flow logs do not record every hour, with what is missing: what Replay does not
// find for them may be cut all the same. They are in the order of the inventory of before.
func Unseen(before, after *inventory.Inventory, s *flows.Summary) []Interface {
	o := &Options{}
	was, is := newJudge(before, s, o), newJudge(after, s, o)
	was.cover()
	var list []Interface
	for _, c := range was.report.Interfaces {
		then := is.owners[c.Interface.ID]
		if len(c.Reasons) == 0 || was.owners[c.Interface.ID].e != c.Interface {
			continue
		}
		var still []string
		if then != nil {
			still = is.allowances(then)
		}
		at := &holder{was.owners[c.Interface.ID].site, c.Interface}
		if slices.ContainsFunc(was.allowances(at), func(a string) bool { return !slices.Contains(still, a) }) {
			list = append(list, c)
		}
	}
	return list
}

// allowances are the rules of the groups of an interface as text, each with the addresses
// that its peer stands for.
func (j *judge) allowances(at *holder) (list []string) {
	for _, id := range at.e.Groups {
		s := j.homes[id]
		if s == nil {
			list = append(list, id)
			continue
		}
		for _, r := range s.rules[id] {
			text := r.Rule.Direction.String() + " " + r.Rule.Traffic.String() + " "
			peer := &r.Rule.Peer
			switch {
			case peer.Group != nil:
				for _, a := range j.membersOf(peer.Group.ID) {
					list = append(list, fmt.Sprint(text, peer, " ", a))
				}
			case peer.List != "":
				for _, p := range s.index.Entries(peer.List) {
					list = append(list, fmt.Sprint(text, peer, " ", p))
				}
			}
			list = append(list, text+peer.String())
		}
	}
	return list
}

package usage

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// Cut is traffic that flow logs show, and that a changed inventory would not allow.
type Cut struct {
	Region    *inventory.Region
	Interface *inventory.Interface
	Direction inventory.Direction
	Traffic   inventory.Traffic
	Remote    netip.Prefix
	Records   uint64
	Last      int64 // Unix seconds
	Unsure    bool  // whether the rules allowed it, or who opened it, is not certain
}

// Replay looks at every accepted flow of an interface that both inventories hold, and
// returns those that the rules of before allow and those of after do not, with the
// number of flows that it looked at. Interfaces and groups are compared by id. The
// cuts are in the order of interfaces, directions, traffic and addresses.
func Replay(before, after *inventory.Inventory, s *flows.Summary) (cuts []Cut, replayed int) {
	o := &Options{}
	was, is := newJudge(before, s, o), newJudge(after, s, o)
	var rows []flows.Flow
	look := func() {
		if len(rows) == 0 {
			return
		}
		at, then := was.owners[rows[0].Interface], is.owners[rows[0].Interface]
		if at != nil && then != nil {
			for _, f := range merged(rows) {
				if f.Rejected || f.Certainty == flows.Unlikely {
					continue
				}
				replayed++
				allowed, still := was.allows(at, &f), is.allows(then, &f)
				if still < allowed {
					cuts = append(cuts, Cut{
						Region: at.site.region, Interface: at.e, Direction: f.Direction, Traffic: f.Traffic(), Remote: f.Remote,
						Records: f.Records, Last: f.Last, Unsure: allowed == possible || still == possible || f.Certainty == flows.Either,
					})
				}
			}
		}
		rows = rows[:0]
	}
	for f := range s.All() {
		if len(rows) > 0 && rows[0].Interface != f.Interface {
			look()
		}
		rows = append(rows, f)
	}
	look()
	slices.SortFunc(cuts, func(a, b Cut) int {
		return cmp.Or(cmp.Compare(a.Interface.ID, b.Interface.ID), cmp.Compare(a.Direction, b.Direction), compareTraffic(a.Traffic, b.Traffic), comparePrefixes(a.Remote, b.Remote))
	})
	return cuts, replayed
}

// allows returns the best match of the rules of an interface. A group that was not
// read may allow anything.
func (j *judge) allows(at *holder, f *flows.Flow) match {
	best := no
	for _, id := range at.e.Groups {
		if at.site.index.Group(id) == nil {
			best = max(best, possible)
		}
		for _, r := range at.site.rules[id] {
			best = max(best, j.match(at.site, at.e, r.Rule, f))
		}
	}
	return best
}

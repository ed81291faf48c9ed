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
	Last      int64  // Unix seconds
	Unsure    bool   // whether the rules allowed it, or who opened it, is not certain
	Attempt   bool   // nothing but attempts from the internet that got no answer
	Partly    bool   // it stands for several ports, addresses or types of ICMP, of which a part is still allowed
	Unlikely  bool   // the ports suggest that it was opened in the other direction
	Deleted   string // the interface that the change deletes: this one, or the one with the remote address; empty: none
}

// Replay looks at every accepted flow of an interface of before, and returns those that
// the rules of before allow and those of after do not, or not all of, and those of which
// after does not hold the interface of one side, with the number of flows that it looked
// at. Flows that are Unlikely in their direction are not counted in that number. Interfaces
// and groups are compared by id. What lies between interfaces, as network ACLs and routes,
// is not compared. The cuts are in the order of interfaces, directions, traffic and addresses.
func Replay(before, after *inventory.Inventory, s *flows.Summary) (cuts []Cut, replayed int) {
	o := &Options{}
	was, is := newJudge(before, s, o), newJudge(after, s, o)
	deleted := deletedAddresses(before, is)
	var rows []flows.Flow
	look := func() {
		if len(rows) == 0 {
			return
		}
		at, then := was.owners[rows[0].Interface], is.owners[rows[0].Interface]
		if at != nil {
			for _, f := range merged(rows) {
				if !f.Rejected && f.Certainty != flows.Unlikely {
					replayed++
				}
				if c, found := cutOf(was, is, at, then, &f, deleted); found {
					cuts = append(cuts, c)
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

// deletions are the private addresses of interfaces of before that after does not hold,
// each with the interface's id, and those that interfaces of after have.
type deletions struct {
	deleted byPlace[string]
	kept    byPlace[bool]
}

// of returns the deleted interface with a remote address in a VPC that no other interface has
// there; for a block of addresses nothing.
func (d *deletions) of(vpc string, remote netip.Prefix) string {
	if !remote.IsSingleIP() || d.kept.has(vpc, remote.Addr()) {
		return ""
	}
	id, _ := d.deleted.at(vpc, remote.Addr())
	return id
}

func deletedAddresses(before *inventory.Inventory, after *judge) *deletions {
	d := &deletions{}
	for _, h := range after.owners {
		for p := range h.e.Private() {
			d.kept.put(h.e.VPC, p, true)
		}
	}
	for _, r := range before.Regions {
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if after.owners[e.ID] != nil {
				continue
			}
			for p := range e.Private() {
				d.deleted.put(e.VPC, p, e.ID)
			}
		}
	}
	return d
}

// deletedCut is the cut of a flow that was allowed, where the interface of one side is
// deleted. A flow that is Unlikely is counted in its other direction alone.
func deletedCut(was *judge, at *holder, f *flows.Flow, id string) (Cut, bool) {
	allowed := was.allows(at, f)
	if allowed == no || f.Certainty == flows.Unlikely {
		return Cut{}, false
	}
	return Cut{
		Region: at.site.region, Interface: at.e, Direction: f.Direction, Traffic: f.Traffic(), Remote: f.Remote, Deleted: id,
		Records: f.Records, Last: f.Last, Unsure: allowed == possible || f.Certainty == flows.Either, Attempt: was.isAttempt(at, f),
	}, true
}

// cutOf compares what the rules before and after allow of a flow of an interface. It
// returns false if those after allow as much. Then is nil if the interface is deleted.
func cutOf(was, is *judge, at, then *holder, f *flows.Flow, deleted *deletions) (Cut, bool) {
	if f.Rejected {
		return Cut{}, false
	}
	if then == nil {
		return deletedCut(was, at, f, at.e.ID)
	}
	if id := deleted.of(at.e.VPC, f.Remote); id != "" {
		return deletedCut(was, at, f, id)
	}
	allowed, still := was.allows(at, f), is.allows(then, f)
	if allowed == no && still == no {
		if c, found := goneCut(was, is, at, then, f); found || f.Certainty != flows.Likely {
			return c, found
		}
		if reverse, found := f.Reverse(); found && was.allows(at, &reverse) == certain {
			return cutOf(was, is, at, then, &reverse, deleted)
		}
		return Cut{}, false
	}
	if still >= allowed && (still != possible || !lost(was.parts(at, f), is.parts(then, f))) {
		return Cut{}, false
	}
	unlikely := f.Certainty == flows.Unlikely
	return Cut{
		Region: at.site.region, Interface: at.e, Direction: f.Direction, Traffic: f.Traffic(), Remote: f.Remote,
		Records: f.Records, Last: f.Last, Unsure: allowed == possible || still == possible || f.Certainty == flows.Either || unlikely, Attempt: was.isAttempt(at, f),
		Partly: still == possible && several(f), Unlikely: unlikely,
	}, true
}

// several reports whether a row stands for several ports or addresses, or is of ICMP, of which
// flow logs do not record the type.
func several(f *flows.Flow) bool {
	return !f.Exact() || f.Protocol == inventory.ICMP || f.Protocol == inventory.ICMPv6
}

// allows returns the best match of the rules of an interface. A group that was not
// read may allow anything.
func (j *judge) allows(at *holder, f *flows.Flow) match {
	best := no
	for _, id := range at.e.Groups {
		home := j.homes[id]
		if home == nil {
			best = max(best, possible)
			continue
		}
		for _, r := range home.rules[id] {
			best = max(best, j.match(home, at.e, r.Rule, f))
		}
	}
	return best
}

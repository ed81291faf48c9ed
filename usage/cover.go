package usage

import (
	"fmt"
	"slices"
	"time"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// cover says for each interface of the inventory for which hours there are records.
func (j *judge) cover() {
	losses := j.losses()
	logs := map[string][]*inventory.FlowLog{} // of all accounts: that of a shared VPC records the interfaces of its participants
	for _, s := range j.sites {
		for i := range s.region.FlowLogs {
			l := &s.region.FlowLogs[i]
			logs[l.Resource] = append(logs[l.Resource], l)
		}
	}
	for _, s := range j.sites {
		for i := range s.region.Interfaces {
			e := &s.region.Interfaces[i]
			var of []*inventory.FlowLog
			for _, resource := range []string{e.ID, e.Subnet, e.VPC} {
				if resource != "" {
					of = append(of, logs[resource]...)
				}
			}
			j.report.Interfaces = append(j.report.Interfaces, j.coverage(s, e, of, losses))
		}
	}
	for i := range j.report.Interfaces {
		c := &j.report.Interfaces[i]
		j.covers[c.Interface] = c
	}
}

// losses are the flow logs of which records could not be read. The empty id stands for
// files of which it is not known, and of flow logs that the inventory does not have.
func (j *judge) losses() map[string]string {
	lost := map[string]string{}
	for _, n := range j.summary.Notes {
		if n.Loss {
			origin, _ := flows.OriginOf(n.File)
			id := origin.FlowLog
			if !j.hasFlowLog(id) {
				id = ""
			}
			if _, noted := lost[id]; !noted {
				lost[id] = n.File
			}
		}
	}
	return lost
}

// hasFlowLog reports whether the inventory has a flow log. Of one that was deleted it is
// not known what it recorded.
func (j *judge) hasFlowLog(id string) bool {
	for _, s := range j.sites {
		if slices.ContainsFunc(s.region.FlowLogs, func(l inventory.FlowLog) bool { return l.ID == id }) {
			return true
		}
	}
	return false
}

// recorders is what the flow logs of an interface record.
type recorders struct {
	accepting, rejecting bool // some record accepted traffic; some rejected traffic only
	failing              bool // AWS cannot deliver what one with accepted traffic records
	whole                bool // one has recorded accepted traffic since before the window
	since                time.Time
}

func recordersOf(logs []*inventory.FlowLog, first int64) (r recorders) {
	for _, l := range logs {
		if l.Traffic == "REJECT" {
			r.rejecting = true
			continue
		}
		r.accepting = true
		r.whole = r.whole || l.Active && l.Created.Unix() <= first
		r.failing = r.failing || !l.Active
		if r.since.IsZero() || l.Created.Before(r.since) {
			r.since = l.Created
		}
	}
	return r
}

// coverage is how far one interface is covered, with what is missing. The flow logs
// are those of the interface, its subnet and its VPC.
func (j *judge) coverage(s *site, e *inventory.Interface, logs []*inventory.FlowLog, losses map[string]string) Interface {
	c := Interface{Region: s.region, Interface: e}
	window := j.report.Hours()
	seen := j.summary.Interface(e.ID)
	if seen != nil {
		c.Covered, c.Skipped = seen.Covered(j.report.First, j.report.Last)
	}
	known := s.region.Read.Has(inventory.PartFlowLogs)
	of := recordersOf(logs, j.report.First)
	since := of.since
	miss := func(format string, args ...any) { c.Reasons = append(c.Reasons, fmt.Sprintf(format, args...)) }
	switch {
	case window == 0:
		miss("the records are of less than one full hour")
	case known && len(logs) > 0 && !of.accepting:
		c.Covered = 0
		miss("the flow logs of %s record rejected traffic only", e.Named())
	case seen == nil && known && len(logs) == 0:
		miss("%s has no flow log", e.Named())
	case seen == nil:
		miss("no record of %s was read", e.Named())
	case !seen.Accepted && (!known || len(logs) == 0 || of.rejecting):
		c.Covered = 0
		miss("no record of accepted traffic of %s was read: its flow log may record rejected traffic only", e.Named())
	case len(seen.Days) == 0:
		miss("no record of %s shows that a flow log of accepted traffic wrote it: the warnings name the files", e.Named())
	case c.Covered < window:
		text := fmt.Sprintf("there are records of %s for %d of %s", e.Named(), c.Covered, words.Count(window, "hour"))
		switch {
		case !since.IsZero() && since.Unix() > j.report.First:
			text += ": its flow log was created on " + since.UTC().Format(time.DateOnly)
		case of.failing:
			text += ": AWS cannot deliver what its flow log records"
		}
		miss("%s", text)
	case known && len(logs) > 0 && !of.whole && !j.acceptedBefore(e.ID, since):
		c.Covered, c.Skipped = seen.Covered(min(j.report.Last, (max(since.Unix(), j.report.First)+hour-1)/hour*hour), j.report.Last)
		text := "its flow log was created on " + since.UTC().Format(time.DateOnly) + ", and the records of before may be of one that recorded rejected traffic only"
		if of.failing && since.Unix() <= j.report.First {
			c.Covered = 0
			text = "AWS cannot deliver what its flow log records"
		}
		miss("no record of accepted traffic of %s in all of the window: %s", e.Named(), text)
	}
	if c.Skipped > 0 { // first, because it may be why there are no records
		c.Reasons = slices.Insert(c.Reasons, 0, fmt.Sprintf("records of %s are missing, or may be, in %s (SKIPDATA, or a format without log-status)", e.Named(), words.Count(c.Skipped, "hour")))
	}
	if file, lost := losses[""]; lost {
		miss("records of %s could not be read", words.Plain(file))
		return c
	}
	for _, l := range logs {
		if file, lost := losses[l.ID]; lost {
			miss("records of %s could not be read", words.Plain(file))
			break
		}
	}
	return c
}

// acceptedBefore reports whether a record of accepted traffic of an interface is older
// than the flow log that records it today: another one recorded it before.
func (j *judge) acceptedBefore(id string, since time.Time) bool {
	first, seen := j.accepted[id]
	return seen && (first < since.Unix() || since.Unix() <= j.report.First)
}

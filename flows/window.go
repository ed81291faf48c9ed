package flows

import (
	"fmt"
	"time"
)

// Within returns what a summary holds of a window, in which a zero Time does not bound it.
// A row that ends before the window, or begins after it, is left out. A row that reaches
// over an edge of it is kept whole, because a summary has no single records, and is not
// said to have been seen outside. Hours outside are not covered. A note says how many rows
// these are. Records keeps its number, or is 0 where nothing is left.
func (s *Summary) Within(since, until time.Time) *Summary {
	if since.IsZero() && until.IsZero() || s.Records == 0 {
		return s
	}
	first, last := s.First, s.Last
	if !since.IsZero() {
		first = max(first, since.Unix())
	}
	if !until.IsZero() {
		last = min(last, until.Unix())
	}
	out := newSummary()
	out.Outside, out.Late, out.Notes, out.Accounts = s.Outside, s.Late, s.Notes, s.Accounts
	for i := range s.Interfaces {
		e := &s.Interfaces[i]
		if days := daysWithin(e.Days, first, last); len(days) > 0 {
			x := &out.Interfaces[out.interfaceOf([]byte(e.ID))]
			x.Account, x.Accepted, x.Days = e.Account, e.Accepted, days
		}
	}
	left, over := 0, 0
	s.flows.each(func(l *lane, g *group, e *entry) {
		if !since.IsZero() && e.Last < since.Unix() || !until.IsZero() && e.First >= until.Unix() {
			left++
			return
		}
		c := e.Count
		if c.First, c.Last = max(c.First, first), min(c.Last, last); c.First != e.First || c.Last != e.Last {
			over++
		}
		of := &s.Interfaces[l.key>>32]
		i := out.interfaceOf([]byte(of.ID))
		out.Interfaces[i].Account, out.Interfaces[i].Accepted = of.Account, of.Accepted
		key := uint64(i)<<32 | l.key&0xffffffff
		out.flows.add(key, g.port, l.level[portClass(g.port)], e.address, g.level, e.other, &c)
	})
	if len(out.Interfaces) == 0 {
		out.Outside += s.Records
		return &out
	}
	out.Records, out.First, out.Last = s.Records, first, last
	if left+over > 0 {
		out.Notes = append(out.Notes, Note{Text: fmt.Sprintf("rows of the summary outside of the window, which are left out: %d; rows that reach over its edge, and count as in it: %d", left, over)})
		out.finish()
	}
	return &out
}

// daysWithin returns the hours of days that lie between two times, in Unix seconds.
func daysWithin(all []Day, first, last int64) (days []Day) {
	for _, d := range all {
		begin := int64(d.Day) * secondsOfDay
		if from, to := max(first, begin), min(last, begin+secondsOfDay); from < to {
			inside := hours(from-begin, to-1-begin)
			if d.Hours, d.Skipped = d.Hours&inside, d.Skipped&inside; d.Hours|d.Skipped != 0 {
				days = append(days, d)
			}
		}
	}
	return days
}

package flows

import (
	"fmt"
	"time"
)

// Within returns what a summary holds of a window, in which a zero Time does not bound it.
// A row that ends before the window, or begins after it, is left out. A row that reaches
// over an edge of it is kept whole, because a summary has no single records, and has the
// times that are known to be in the window: one that began in it and ended later was seen
// when it began. A row that began before the window and ended after it keeps its times:
// whether any of its records lies in the window is not known. Hours outside are not covered. An interface of which
// no hour counts as recorded is kept if the summary has records of the window. A note says how many rows
// these are, and so does Part. Records keeps its number, or is 0 where nothing is left.
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
	out.First, out.Last = first, last
	out.Outside, out.Late, out.Notes, out.Accounts = s.Outside, s.Late, s.Notes, s.Accounts
	for i := range s.Interfaces {
		e := &s.Interfaces[i]
		if days := daysWithin(e.Days, first, last); len(days) > 0 || len(e.Days) == 0 && first <= last {
			x := &out.Interfaces[out.interfaceOf([]byte(e.ID))]
			x.Account, x.Here, x.Days = e.Account, e.Here, days
		}
	}
	left, over, across := 0, 0, 0
	s.flows.each(func(l *lane, g *group, e *entry) {
		if !since.IsZero() && e.Last < since.Unix() || !until.IsZero() && e.First >= until.Unix() {
			left++
			return
		}
		c := e.Count
		around := c.Around(since, until)
		if around {
			across++
			out.First, out.Last = min(out.First, e.First), max(out.Last, e.Last)
		} else if c.cutTo(first, last) {
			over++
		}
		of := &s.Interfaces[l.key>>32]
		i := out.interfaceOf([]byte(of.ID))
		out.Interfaces[i].Account, out.Interfaces[i].Here = of.Account, of.Here
		out.Interfaces[i].Accepted = out.Interfaces[i].Accepted || !l.kind().rejected() && !around // within the window
		key := uint64(i)<<32 | l.key&0xffffffff
		out.flows.add(key, g.port, l.level[portClass(g.port)], e.address, g.level, e.other, &c)
	})
	if len(out.Interfaces) == 0 {
		out.Outside += s.Records
		return &out
	}
	out.Records = s.Records
	if left+over+across > 0 {
		out.Part = Part{Records: s.Records, Rows: s.Rows() - left, Of: s.Rows()}
		text := fmt.Sprintf("rows of the summary outside of the window, which are left out: %d; rows that reach over its edge, and count as in it: %d", left, over)
		if across > 0 {
			text += fmt.Sprintf("; rows from before the window until after it, of which it is not known whether they were seen in it: %d. Summaries of shorter times, or the flow logs, show it", across)
		}
		out.Notes = append(out.Notes, Note{Text: text})
		out.finish()
	}
	return &out
}

// Around reports whether a count begins before a window and ends after it, so that it is not
// known whether any of its records lies in the window: only summaries of a longer time hold
// such counts. A window without an edge, which is the zero Time, has none.
func (c *Count) Around(since, until time.Time) bool {
	return !since.IsZero() && !until.IsZero() && c.First < since.Unix() && c.Last > until.Unix()
}

// clamp gives a count of records that reach into a window no time outside of it. A bound of
// 0 is none.
func (c *Count) clamp(since, until int64) {
	c.First = max(c.First, since)
	if until > 0 {
		c.Last = min(c.Last, until)
	}
}

// cutTo gives a count the times that are known to be within others, and reports whether
// it had others.
func (c *Count) cutTo(first, last int64) bool {
	over := c.First < first || c.Last > last
	c.First = max(c.First, first)
	if c.Last > last {
		c.Last = c.First
	}
	return over
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

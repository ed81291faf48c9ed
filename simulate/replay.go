package simulate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// Replayed is what flow logs say about a plan: the connections that it would cut.
type Replayed struct {
	Flows int       `json:"flows"` // that were looked at
	Since string    `json:"since"` // the first record; empty: there is none
	Until string    `json:"until"` // the last one; empty: there is none
	Cut   []FlowCut `json:"cut"`
	// NotCovered are the interfaces that the plan allows less traffic for, and of which
	// hours are not recorded, in the order of the inventory.
	NotCovered []NotCovered `json:"not_covered"`
	// NotReplayed are the kinds of what the plan changes and what may cut connections too,
	// but is not replayed: network ACLs, route tables, and others between the interfaces.
	NotReplayed []string `json:"not_replayed,omitempty"`
	// Unread reports that a part of the flow logs could not be read.
	Unread bool `json:"records_missing"`
}

// NotCovered is an interface of which flow logs do not record every hour.
type NotCovered struct {
	AccountID string   `json:"account_id"`
	Region    string   `json:"region"`
	Interface string   `json:"interface_id"`
	Covered   int      `json:"covered_hours"` // hours of the window for which there are records
	Reasons   []string `json:"reasons"`
}

// Incomplete reports whether an interface that the plan allows less traffic for has no
// recorded hour at all, a part of the flow logs could not be read, or the plan changes
// something that is not replayed.
func (r *Replayed) Incomplete() bool {
	return r.Unread || len(r.NotReplayed) > 0 || r.Since == "" || slices.ContainsFunc(r.NotCovered, func(c NotCovered) bool { return c.Covered == 0 })
}

// Connections is how many connections the plan would cut, or may cut a part of. Attempts
// from the internet that got no answer are none, and neither are connections of which the
// ports suggest that they were opened in the other direction.
func (r *Replayed) Connections() (n int) {
	whole, part, _, _ := r.counts()
	return whole + part
}

// counts counts what the plan would cut: connections, those of which a part is still
// allowed, those that the ports suggest to have been opened in the other direction, and
// attempts from the internet that got no answer.
func (r *Replayed) counts() (whole, part, unlikely, attempts int) {
	for i := range r.Cut {
		switch c := &r.Cut[i]; {
		case c.Attempt:
			attempts++
		case c.Unlikely:
			unlikely++
		case c.Partly:
			part++
		default:
			whole++
		}
	}
	return whole, part, unlikely, attempts
}

// FlowCut is a connection of the flow logs that the plan would cut.
type FlowCut struct {
	AccountID string              `json:"account_id"`
	Region    string              `json:"region"`
	Interface string              `json:"interface_id"`
	Direction inventory.Direction `json:"direction"`
	Traffic   string              `json:"traffic"`
	Remote    string              `json:"remote"`
	Records   uint64              `json:"records"`
	LastSeen  string              `json:"last_seen"`
	Unsure    bool                `json:"unsure,omitempty"`               // who opened it, or which rule allowed it, is not certain
	Attempt   bool                `json:"unanswered,omitempty"`           // nothing but attempts from the internet that got no answer
	Partly    bool                `json:"partly,omitempty"`               // it stands for several ports, addresses or types of ICMP, of which the plan allows a part
	Unlikely  bool                `json:"unlikely,omitempty"`             // the ports suggest that it was opened in the other direction
	Deleted   string              `json:"deleted_interface_id,omitempty"` // of this side or of the remote address
}

// Replay looks for connections of flow logs that were allowed before the plan, of
// which the inventory is given, and are not after it.
func (s *Simulation) Replay(before *inventory.Inventory, summary *flows.Summary) {
	cuts, looked := usage.Replay(before, s.after, summary)
	clock := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }
	s.FlowLogs = &Replayed{
		Flows: looked, Cut: []FlowCut{}, NotCovered: []NotCovered{},
		NotReplayed: notReplayed(before, s.after),
		Unread:      slices.ContainsFunc(summary.Notes, func(n flows.Note) bool { return n.Loss }),
	}
	if summary.Records > 0 {
		s.FlowLogs.Since, s.FlowLogs.Until = clock(summary.First), clock(summary.Last)
	}
	for _, c := range usage.Unseen(before, s.after, summary) {
		s.FlowLogs.NotCovered = append(s.FlowLogs.NotCovered, NotCovered{c.Region.AccountID, c.Region.Name, c.Interface.ID, c.Covered, c.Reasons})
	}
	for _, c := range cuts {
		s.FlowLogs.Cut = append(s.FlowLogs.Cut, FlowCut{
			c.Region.AccountID, c.Region.Name, c.Interface.ID, c.Direction, c.Traffic.String(), usage.AddressText(c.Remote), c.Records, clock(c.Last), c.Unsure, c.Attempt, c.Partly, c.Unlikely, c.Deleted,
		})
	}
}

// cutLines are the connections that the plan would cut.
func (s *Simulation) cutLines() (lines []drift.Line) {
	if s.FlowLogs == nil {
		return nil
	}
	cuts := slices.Clone(s.FlowLogs.Cut)
	slices.SortStableFunc(cuts, func(a, b FlowCut) int { return cmp.Compare(a.heading(), b.heading()) }) // each heading once
	for i := range cuts {
		c := &cuts[i]
		text := fmt.Sprintf("%s from %s to %s", c.Traffic, c.Remote, s.Named(c.AccountID, c.Region, c.Interface))
		if c.Direction == inventory.Egress {
			text = fmt.Sprintf("%s from %s to %s", c.Traffic, s.Named(c.AccountID, c.Region, c.Interface), c.Remote)
		}
		text += ", last seen " + c.LastSeen
		switch {
		case c.Deleted != "":
			text += ", because the plan deletes " + s.Named(c.AccountID, c.Region, c.Deleted)
		case c.Partly:
			text += " (a part of it may be cut: it stands for several ports, addresses or types of ICMP)"
		case c.Unsure:
			text += " (not certain)"
		}
		lines = append(lines, drift.Line{AccountID: c.AccountID, Region: c.Region, Heading: cutHeadings[c.heading()], Sign: "-", Text: text})
	}
	return lines
}

// cutHeadings are the headings of cuts, in their order.
var cutHeadings = [...]string{
	"Connections in the flow logs that the plan would cut",
	"Connections that the plan would cut if they were opened in the other direction than their ports suggest",
	"Attempts from the internet to connect, which never got an answer and which the plan would stop",
}

// heading is which of cutHeadings a cut belongs under.
func (c *FlowCut) heading() int {
	switch {
	case c.Attempt:
		return 2
	case c.Unlikely:
		return 1
	}
	return 0
}

// mostNotCovered bounds the interfaces that the text names.
const mostNotCovered = 5

// coverNotes say for which interfaces the flow logs do not show all that the plan would cut.
func (s *Simulation) coverNotes() (notes []string) {
	if s.FlowLogs == nil || s.FlowLogs.Since == "" {
		return nil
	}
	list := s.FlowLogs.NotCovered
	for i := range list[:min(mostNotCovered, len(list))] {
		c := &list[i]
		known := "could not be judged"
		if c.Covered > 0 {
			known = "is known in part"
		}
		notes = append(notes, fmt.Sprintf("What the plan would cut for %s %s: %s.", s.Named(c.AccountID, c.Region, c.Interface), known, strings.Join(c.Reasons, "; ")))
	}
	if more := len(list) - mostNotCovered; more > 0 {
		notes = append(notes, fmt.Sprintf("The same holds for %s: -o json lists them.", words.Count(more, "more interface")))
	}
	if s.FlowLogs.Unread {
		notes = append(notes, "A part of the flow logs could not be read: connections in it are not listed.")
	}
	return notes
}

// replayNote says how many flows were looked at.
func (s *Simulation) replayNote() string {
	if s.FlowLogs == nil {
		return ""
	}
	switch {
	case s.FlowLogs.Since != "":
	case s.FlowLogs.Unread:
		return "No record of the flow logs could be read, so they do not show what the plan would cut."
	default:
		return "The flow logs hold no record, so they do not show what the plan would cut."
	}
	text := fmt.Sprintf("Flow logs from %s to %s: %s looked at", s.FlowLogs.Since, s.FlowLogs.Until, words.Count(s.FlowLogs.Flows, "flow"))
	kinds := words.Series(s.FlowLogs.NotReplayed)
	whole, part, unlikely, attempts := s.FlowLogs.counts()
	if whole+part+unlikely+attempts == 0 {
		if kinds != "" {
			return text + ". It is not known whether the plan would cut any of them: it changes " + kinds + ", and such changes are not replayed."
		}
		return text + ", and the plan would cut none."
	}
	text += fmt.Sprintf(", and the plan would cut %d.", whole)
	if part > 0 {
		text += fmt.Sprintf(" It may cut a part of %d more, because each stands for several ports, addresses or types of ICMP.", part)
	}
	if unlikely > 0 {
		text += fmt.Sprintf(" It would cut %d more if these were opened in the other direction than their ports suggest.", unlikely)
	}
	if attempts > 0 {
		text += fmt.Sprintf(" It would also stop %s from the internet to connect, which never got an answer.", words.Count(attempts, "attempt"))
	}
	if kinds != "" {
		text += " It may cut more: it changes " + kinds + ", and such changes are not replayed."
	}
	return text
}

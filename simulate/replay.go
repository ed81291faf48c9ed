package simulate

import (
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
// recorded hour at all, or a part of the flow logs could not be read.
func (r *Replayed) Incomplete() bool {
	return r.Unread || r.Since == "" || slices.ContainsFunc(r.NotCovered, func(c NotCovered) bool { return c.Covered == 0 })
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
	Unsure    bool                `json:"unsure,omitempty"` // who opened it, or which rule allowed it, is not certain
}

// Replay looks for connections of flow logs that were allowed before the plan, of
// which the inventory is given, and are not after it.
func (s *Simulation) Replay(before *inventory.Inventory, summary *flows.Summary) {
	cuts, looked := usage.Replay(before, s.after, summary)
	clock := func(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.RFC3339) }
	s.FlowLogs = &Replayed{
		Flows: looked, Cut: []FlowCut{}, NotCovered: []NotCovered{},
		Unread: slices.ContainsFunc(summary.Notes, func(n flows.Note) bool { return n.Loss }),
	}
	if summary.Records > 0 {
		s.FlowLogs.Since, s.FlowLogs.Until = clock(summary.First), clock(summary.Last)
	}
	for _, c := range usage.Unseen(before, s.after, summary) {
		s.FlowLogs.NotCovered = append(s.FlowLogs.NotCovered, NotCovered{c.Region.AccountID, c.Region.Name, c.Interface.ID, c.Covered, c.Reasons})
	}
	for _, c := range cuts {
		s.FlowLogs.Cut = append(s.FlowLogs.Cut, FlowCut{
			c.Region.AccountID, c.Region.Name, c.Interface.ID, c.Direction, c.Traffic.String(), usage.AddressText(c.Remote), c.Records, clock(c.Last), c.Unsure,
		})
	}
}

// cutLines are the connections that the plan would cut.
func (s *Simulation) cutLines() (lines []drift.Line) {
	if s.FlowLogs == nil {
		return nil
	}
	for i := range s.FlowLogs.Cut {
		c := &s.FlowLogs.Cut[i]
		text := fmt.Sprintf("%s from %s to %s", c.Traffic, c.Remote, s.Named(c.AccountID, c.Region, c.Interface))
		if c.Direction == inventory.Egress {
			text = fmt.Sprintf("%s from %s to %s", c.Traffic, s.Named(c.AccountID, c.Region, c.Interface), c.Remote)
		}
		text += ", last seen " + c.LastSeen
		if c.Unsure {
			text += " (not certain)"
		}
		lines = append(lines, drift.Line{AccountID: c.AccountID, Region: c.Region, Heading: "Connections in the flow logs that the plan would cut:", Sign: "-", Text: text})
	}
	return lines
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
	text := fmt.Sprintf("Flow logs from %s to %s: %s looked at, and the plan would cut ", s.FlowLogs.Since, s.FlowLogs.Until, words.Count(s.FlowLogs.Flows, "flow"))
	if len(s.FlowLogs.Cut) == 0 {
		return text + "none."
	}
	return text + fmt.Sprintf("%d.", len(s.FlowLogs.Cut))
}

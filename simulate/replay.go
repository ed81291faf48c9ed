package simulate

import (
	"fmt"
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
	Since string    `json:"since"` // the first record
	Until string    `json:"until"` // the last one
	Cut   []FlowCut `json:"cut"`
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
	s.FlowLogs = &Replayed{Flows: looked, Since: clock(summary.First), Until: clock(summary.Last), Cut: []FlowCut{}}
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

// replayNote says how many flows were looked at.
func (s *Simulation) replayNote() string {
	if s.FlowLogs == nil {
		return ""
	}
	text := fmt.Sprintf("Flow logs from %s to %s: %s looked at, and the plan would cut ", s.FlowLogs.Since, s.FlowLogs.Until, words.Count(s.FlowLogs.Flows, "flow"))
	if len(s.FlowLogs.Cut) == 0 {
		return text + "none."
	}
	return text + fmt.Sprintf("%d.", len(s.FlowLogs.Cut))
}

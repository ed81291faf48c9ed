package shard

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// mostApart is how much earlier than the last shard another one may begin: a part of
// the night before, which its shard has not replaced, is not a part of this run.
const mostApart = 12 * time.Hour

// Merged is a run made of its parts.
type Merged struct {
	Snapshot   *inventory.Snapshot // taken when the first shard began
	FinishedAt time.Time           // when the last one ended
	Accounts   []Account
	Settings   Settings
	Throttled  []findings.Throttled
	Missing    []string // shards without a part to which accounts belong, as 3/50, in the order of their numbers
	Earlier    []string // names of the parts of an earlier run, which were left out
}

// Merge joins the parts of one run; their names are for errors. The accounts of the run
// are those of any part: shards list them at different times. Each that no part has read
// becomes failed regions, with a gap that names the shard. Parts that do not belong
// together are an error: of another number of shards, with other settings, or twice the
// same shard. Parts that were begun 12 hours before the last one count as missing, if
// they are fewer than the others; else it is not clear which run is meant: an error.
func Merge(parts []*Part, names []string) (*Merged, error) {
	if len(parts) == 0 {
		return nil, errors.New("there is no part to merge")
	}
	parts, names, earlier, err := ofLastRun(parts, names)
	if err != nil {
		return nil, err
	}
	first := parts[0]
	byShard := map[int]string{}
	accounts := map[string]Account{}
	m := &Merged{
		Snapshot:   &inventory.Snapshot{Tool: first.Tool, TakenAt: first.StartedAt, Inventory: &inventory.Inventory{Caller: first.Inventory.Caller, Depth: first.Inventory.Depth}},
		FinishedAt: first.FinishedAt, Settings: first.Settings, Earlier: earlier,
	}
	whole := m.Snapshot.Inventory
	for i, p := range parts {
		if other := byShard[p.Index]; other != "" {
			return nil, fmt.Errorf("shard %s is in %s and again in %s", p.Share, words.Plain(other), words.Plain(names[i]))
		}
		if why := apart(first, p); why != "" {
			return nil, fmt.Errorf("%s and %s are not of one run: %s", words.Plain(names[0]), words.Plain(names[i]), why)
		}
		byShard[p.Index] = names[i]
		whole.Regions = append(whole.Regions, p.Inventory.Regions...)
		if p.Inventory.Caller != whole.Caller { // the sessions of the shards have other names
			whole.Caller.ARN = ""
			if p.Inventory.Caller.AccountID != whole.Caller.AccountID {
				whole.Caller.AccountID = ""
			}
		}
		for _, a := range p.Accounts {
			if known, there := accounts[a.ID]; !there || cmp.Or(strings.Compare(a.Name, known.Name), strings.Compare(a.State, known.State), slices.Compare(a.Regions, known.Regions)) < 0 {
				accounts[a.ID] = a
			}
		}
		m.Throttled = append(m.Throttled, p.Throttled...)
		if p.StartedAt.Before(m.Snapshot.TakenAt) {
			m.Snapshot.TakenAt = p.StartedAt
		}
		if p.FinishedAt.After(m.FinishedAt) {
			m.FinishedAt = p.FinishedAt
		}
	}
	for _, id := range slices.Sorted(maps.Keys(accounts)) {
		m.Accounts = append(m.Accounts, accounts[id])
	}
	m.addMissing(first, byShard)
	slices.SortFunc(m.Missing, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)) })
	whole.SortRegions()
	return m, nil
}

// ofLastRun returns the parts without those of an earlier run, and the names of the latter.
func ofLastRun(parts []*Part, names []string) (kept []*Part, keptNames, earlier []string, err error) {
	first, last := parts[0].StartedAt, parts[0].StartedAt
	for _, p := range parts {
		if p.StartedAt.Before(first) {
			first = p.StartedAt
		}
		if p.StartedAt.After(last) {
			last = p.StartedAt
		}
	}
	for i, p := range parts {
		if last.Sub(p.StartedAt) > mostApart {
			earlier = append(earlier, names[i])
			continue
		}
		kept, keptNames = append(kept, p), append(keptNames, names[i])
	}
	if len(earlier) >= len(kept) {
		return nil, nil, nil, fmt.Errorf("the first of the parts was begun at %s and the last at %s: remove those of an earlier run, and run their shards again",
			first.Format(time.RFC3339), last.Format(time.RFC3339))
	}
	return kept, keptNames, earlier, nil
}

// apart says why two parts are not of one run, empty where they may be.
func apart(a, b *Part) string {
	switch {
	case a.Count != b.Count:
		return fmt.Sprintf("one is shard %s and the other %s", a.Share, b.Share)
	case a.Tool != b.Tool:
		return fmt.Sprintf("one was written by %s and the other by %s", words.Plain(a.Tool), words.Plain(b.Tool))
	case a.Inventory.Caller.Partition != b.Inventory.Caller.Partition:
		return fmt.Sprintf("one is of the partition %s and the other of %s", words.Plain(a.Inventory.Caller.Partition), words.Plain(b.Inventory.Caller.Partition))
	case a.Inventory.Depth != b.Inventory.Depth:
		return fmt.Sprintf("one was read with --depth %s and the other with --depth %s", words.Plain(string(a.Inventory.Depth)), words.Plain(string(b.Inventory.Depth)))
	case !reflect.DeepEqual(a.Settings, b.Settings):
		return "they have other settings (flags, or the configuration file)"
	}
	return ""
}

// addMissing adds the regions of the accounts that no part has read.
func (m *Merged) addMissing(first *Part, parts map[int]string) {
	whole := m.Snapshot.Inventory
	read := map[string]bool{}
	for _, r := range whole.Regions {
		read[r.AccountID] = true
	}
	for _, a := range m.Accounts {
		if read[a.ID] || a.State != "" {
			continue
		}
		share := Share{Of(a.ID, first.Count), first.Count}
		why := fmt.Sprintf("shard %s has no part: run it again, and merge anew", share)
		if parts[share.Index] != "" {
			why = fmt.Sprintf("the part of shard %s does not hold the account, which it did not find when it listed the accounts: run it again, and merge anew", share)
		} else if text := share.String(); !slices.Contains(m.Missing, text) {
			m.Missing = append(m.Missing, text)
		}
		for _, name := range a.Regions {
			r := &inventory.Region{AccountID: a.ID, AccountName: a.Name, Partition: whole.Caller.Partition, Name: name, Asked: whole.Depth.Parts()}
			r.Gaps = []inventory.Gap{{Part: r.Asked, Operation: Operation, Kind: inventory.Failed, Message: why}}
			whole.Regions = append(whole.Regions, r)
		}
	}
}

// Operation stands in the gaps of a shard that has no part, where others name the
// action of AWS.
const Operation = "sgaudit:shard"

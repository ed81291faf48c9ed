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

// MostApart is how much earlier than the last shard another one may begin: a part of
// the night before, which its shard has not replaced, is not a part of this run.
const MostApart = 12 * time.Hour

// Merged is a run made of its parts.
type Merged struct {
	Snapshot   *inventory.Snapshot // taken when the first shard began
	FinishedAt time.Time           // when the last one ended
	Accounts   []Account
	Settings   Settings
	Throttled  []findings.Throttled
	Missing    []string // shards without a part to which accounts belong, as 3/50, in the order of their numbers
	Earlier    []string // names of the parts of an earlier run, which were left out
	Replaced   []string // which part of a shard was left out for a later one of the same shard

	// OtherAccounts says which parts list other accounts than the first one does, empty
	// where all list the same.
	OtherAccounts string
}

// Merge joins the parts of one run; their names are for errors. The accounts of the run
// are those of any part: shards list them at different times. Each that no part has read
// becomes failed regions, with a gap that names the shard. Parts that do not belong
// together are an error: of another number of shards, or with other settings. Of two parts
// of one shard the one that was begun later counts. Parts that were begun 12 hours before the last one count as missing, if
// they are fewer than the others; else it is not clear which run is meant: an error.
// With since, parts that were begun before it count as missing, however many there are.
func Merge(parts []*Part, names []string, since time.Time) (*Merged, error) {
	if len(parts) == 0 {
		return nil, errors.New("there is no part to merge")
	}
	parts, names, earlier, err := ofLastRun(parts, names, since)
	if err != nil {
		return nil, err
	}
	parts, names, replaced := latest(parts, names)
	first := parts[0]
	byShard := map[int]string{}
	accounts := map[string]Account{}
	m := &Merged{
		Snapshot:   &inventory.Snapshot{Tool: first.Tool, TakenAt: first.StartedAt, Inventory: &inventory.Inventory{Caller: first.Inventory.Caller, Depth: first.Inventory.Depth}},
		FinishedAt: first.FinishedAt, Settings: first.Settings, Earlier: earlier, Replaced: replaced,
		OtherAccounts: otherAccounts(parts, names),
	}
	whole := m.Snapshot.Inventory
	for i, p := range parts {
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
			known, there := accounts[a.ID]
			if there && a.State == known.State && !slices.Equal(a.Regions, known.Regions) {
				return nil, fmt.Errorf("%s is not of one run with the other parts: its shards read account %s in other regions (%s, and %s)",
					words.Plain(names[i]), a.ID, words.List(a.Regions, 3), words.List(known.Regions, 3))
			}
			if !there || cmp.Or(strings.Compare(a.Name, known.Name), strings.Compare(a.State, known.State), slices.Compare(a.Regions, known.Regions)) < 0 {
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
func ofLastRun(parts []*Part, names []string, since time.Time) (kept []*Part, keptNames, earlier []string, err error) {
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
		if last.Sub(p.StartedAt) > MostApart || p.StartedAt.Before(since) {
			earlier = append(earlier, names[i])
			continue
		}
		kept, keptNames = append(kept, p), append(keptNames, names[i])
	}
	switch {
	case len(kept) == 0:
		return nil, nil, nil, fmt.Errorf("the last of the parts was begun at %s: none is of a run since %s", last.Format(time.RFC3339), since.UTC().Format(time.RFC3339))
	case since.IsZero() && len(earlier) >= len(kept):
		return nil, nil, nil, fmt.Errorf("the first of the parts was begun at %s and the last at %s: remove those of an earlier run, and run their shards again",
			first.Format(time.RFC3339), last.Format(time.RFC3339))
	}
	return kept, keptNames, earlier, nil
}

// latest returns the parts without those of which the same shard has another one that was
// begun later, and says which ones were left out. Of two that were begun at the same time
// the first counts.
func latest(parts []*Part, names []string) (kept []*Part, keptNames, replaced []string) {
	last := map[Share]int{}
	for i, p := range parts {
		if at, there := last[p.Share]; !there || p.StartedAt.After(parts[at].StartedAt) {
			last[p.Share] = i
		}
	}
	for i, p := range parts {
		at := last[p.Share]
		if at == i {
			kept, keptNames = append(kept, p), append(keptNames, names[i])
			continue
		}
		replaced = append(replaced, fmt.Sprintf("shard %s is in %s, and in %s, which was begun later or at the same time and counts", p.Share, words.Plain(names[i]), words.Plain(names[at])))
	}
	return kept, keptNames, replaced
}

// otherAccounts says which parts list other accounts than the first one does.
func otherAccounts(parts []*Part, names []string) string {
	ids := func(p *Part) (list []string) {
		for _, a := range p.Accounts {
			list = append(list, a.ID)
		}
		return slices.Sorted(slices.Values(list))
	}
	without := func(list, other []string) []string {
		return slices.DeleteFunc(slices.Clone(list), func(id string) bool { return slices.Contains(other, id) })
	}
	first := ids(parts[0])
	var differ []string
	why := ""
	for i, p := range parts {
		own := ids(p)
		if slices.Equal(own, first) {
			continue
		}
		differ = append(differ, names[i])
		if why != "" {
			continue
		}
		var each []string
		if more := without(own, first); len(more) > 0 {
			each = append(each, words.Plain(names[i])+" has "+words.List(more, 3)+" and "+words.Plain(names[0])+" has not")
		}
		if less := without(first, own); len(less) > 0 {
			each = append(each, words.Plain(names[0])+" has "+words.List(less, 3)+" and "+words.Plain(names[i])+" has not")
		}
		why = strings.Join(each, "; ")
	}
	if why == "" {
		return ""
	}
	return "the parts list other accounts: " + words.Plain(words.List(differ, 4)) + " and " + words.Plain(names[0]) + " (" + why + ")"
}

// apart says why two parts are not of one run, empty where they may be.
func apart(a, b *Part) string {
	switch {
	case a.Count != b.Count:
		return fmt.Sprintf("one is shard %s and the other %s, and the shards of one run have the same number behind the /", a.Share, b.Share)
	case a.Tool != b.Tool:
		return fmt.Sprintf("one was written by %s and the other by %s", words.Plain(a.Tool), words.Plain(b.Tool))
	case a.Inventory.Caller.Partition != b.Inventory.Caller.Partition:
		return fmt.Sprintf("one is of the partition %s and the other of %s", words.Plain(a.Inventory.Caller.Partition), words.Plain(b.Inventory.Caller.Partition))
	case a.Inventory.Depth != b.Inventory.Depth:
		return fmt.Sprintf("one was read with --depth %s and the other with --depth %s", words.Plain(string(a.Inventory.Depth)), words.Plain(string(b.Inventory.Depth)))
	case !reflect.DeepEqual(a.Settings, b.Settings):
		return "they have other settings: " + strings.Join(otherSettings(&a.Settings, &b.Settings), "; ")
	}
	return ""
}

// otherSettings names the settings that differ, those of a first.
func otherSettings(a, b *Settings) (differ []string) {
	flags := func(s *Settings) (names []string, values map[string][]string) {
		values = map[string][]string{}
		for _, f := range s.Flags {
			values[f[0]] = append(values[f[0]], "--"+f[0]+" "+f[1])
		}
		return slices.Sorted(maps.Keys(values)), values
	}
	shown := func(list []string) string {
		if len(list) == 0 {
			return "nothing"
		}
		return words.Plain(words.List(list, 3))
	}
	names, ofA := flags(a)
	more, ofB := flags(b)
	names = append(names, more...)
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		if !slices.Equal(ofA[name], ofB[name]) {
			differ = append(differ, fmt.Sprintf("the flag --%s (%s, and %s)", words.Plain(name), shown(ofA[name]), shown(ofB[name])))
		}
	}
	switch {
	case a.Config != b.Config && (a.Config == "" || b.Config == ""):
		differ = append(differ, "one has a configuration file, "+words.Plain(cmp.Or(a.ConfigName, b.ConfigName))+", and the other has none")
	case a.Config != b.Config:
		differ = append(differ, "the content of the configuration file "+words.Plain(a.ConfigName))
	case a.ConfigName != b.ConfigName:
		differ = append(differ, fmt.Sprintf("the name of the configuration file (%s, and %s)", words.Plain(a.ConfigName), words.Plain(b.ConfigName)))
	}
	if len(differ) == 0 {
		differ = append(differ, "the order of the flags")
	}
	return differ
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

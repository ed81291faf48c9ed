package findings

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/reach"
)

// Entry is what a person sees as one mistake: a finding, together with the
// others of the same check about the same resource and traffic, which differ by
// their source alone. The two halves of the internet (0.0.0.0/1 and 128.0.0.0/1)
// are two rules and one hole.
type Entry struct {
	Findings []*Finding // never empty, in the order of the report
}

// First returns the finding that stands for the entry.
func (e Entry) First() *Finding { return e.Findings[0] }

// Entries groups the findings of a list, which are open. The worst come first: by severity,
// then reachable before unknown before every other verdict, then in the order of
// the list.
func Entries(list []*Finding) []Entry {
	type kind struct {
		severity                         Severity
		check, account, region, resource string
		verdict                          reach.Verdict
		baseline, mark                   string
		direction, protocol, ports       string
	}
	var entries []Entry
	at := map[kind]int{}
	for _, f := range list {
		if f.Rule == nil {
			entries = append(entries, Entry{[]*Finding{f}})
			continue
		}
		t := f.Rule.Texts()
		k := kind{f.Severity, f.Check, f.AccountID, f.Region, cmp.Or(f.ResourceID, f.GroupID), f.Exposure.Verdict, f.Baseline, f.Mark(), t.Direction, t.Protocol, t.Ports}
		if place, known := at[k]; known {
			entries[place].Findings = append(entries[place].Findings, f)
			continue
		}
		at[k] = len(entries)
		entries = append(entries, Entry{[]*Finding{f}})
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return WorstFirst(a.First(), b.First()) })
	return entries
}

// Singly returns an entry for each finding of the list, in the order of Entries.
func Singly(list []*Finding) []Entry {
	entries := make([]Entry, len(list))
	for i, f := range list {
		entries[i] = Entry{[]*Finding{f}}
	}
	slices.SortStableFunc(entries, func(a, b Entry) int { return WorstFirst(a.First(), b.First()) })
	return entries
}

// WorstFirst compares findings in the order of Entries: negative where a comes first.
func WorstFirst(a, b *Finding) int {
	return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(urgency(a), urgency(b)))
}

// urgency orders findings of one severity: 0 where the internet gets through.
func urgency(f *Finding) int {
	switch f.Exposure.Verdict {
	case reach.Reachable:
		return 0
	case reach.Unknown:
		return 1
	}
	return 2
}

// Digits returns how many characters of an id are needed to distinguish the findings
// of the list, and at least 6: fewer would soon name another finding.
func Digits(list []Finding) int {
	ids := make([]string, len(list))
	for i := range list {
		ids[i] = list[i].ID
	}
	return digits(ids)
}

// RefDigits is Digits for the findings of several lists together.
func RefDigits(lists ...[]Ref) int {
	var ids []string
	for _, list := range lists {
		for i := range list {
			ids = append(ids, list[i].ID)
		}
	}
	return digits(ids)
}

// Short returns the beginning of the finding's id, of so many characters.
func (k *Ref) Short(digits int) string { return k.ID[:min(digits, len(k.ID))] }

func digits(ids []string) int {
	slices.Sort(ids)
	most := 6
	for i := 1; i < len(ids); i++ {
		common := 0
		for common < min(len(ids[i]), len(ids[i-1])) && ids[i][common] == ids[i-1][common] {
			common++
		}
		if ids[i] != ids[i-1] {
			most = max(most, common+1)
		}
	}
	return most
}

// Short returns the beginning of a finding's id, of so many characters.
func (f *Finding) Short(digits int) string { return f.ID[:min(digits, len(f.ID))] }

// Subject is what the finding is about, by name and id: "shop-web (sg-0a100011)",
// and the id alone where AWS knows no name.
func (f *Finding) Subject() string {
	id := cmp.Or(f.ResourceID, f.GroupID)
	if name := f.SubjectName(); name != id {
		return name + " (" + id + ")"
	}
	return id
}

// SubjectName returns the name of what Subject names, or its id where it has no name.
func (f *Finding) SubjectName() string {
	id := cmp.Or(f.ResourceID, f.GroupID)
	name := f.ResourceName
	if name == "" && id == f.GroupID {
		name = f.GroupName // in reports of earlier versions
	}
	if strings.TrimSpace(name) == "" {
		return id
	}
	return name
}

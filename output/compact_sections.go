package output

import (
	"cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// section is a part of the table, with its title.
type section struct {
	title   string
	verdict string // of all entries, and part of the title; empty where rows name it
	entries []findings.Entry
}

// count says how many findings a section has, and of how many groups or other
// resources where these are fewer.
func (s *section) count() string {
	n := 0
	about := map[string]bool{}
	noun := "group"
	for _, e := range s.entries {
		n += len(e.Findings)
		f := e.First()
		about[f.AccountID+" "+f.Region+" "+f.Subject()] = true
		noun = subjectNoun(noun, f)
	}
	text := words.Count(n, "finding")
	if len(about) < n {
		text += " in " + words.Count(len(about), noun)
	}
	return text
}

// subjectNoun is what a list of resources is called of which f is about one: of
// groups, until one is of another kind.
func subjectNoun(noun string, f *findings.Finding) string {
	if cmp.Or(f.ResourceID, f.GroupID) != f.GroupID {
		return "resource"
	}
	return noun
}

// Groupings are the values of Options.GroupBy.
func Groupings() []string { return []string{"severity", "group", "vpc", "region", "account", "check"} }

// sections divides entries by what Options.GroupBy names, each section where
// its worst entry stands. Below high severity, where a row is one line, a section is
// of one verdict too: its title names it, and a row has no room for it.
func sections(entries []findings.Entry, by string) []*section {
	title := func(f *findings.Finding) string {
		switch by {
		case "group":
			return f.Subject()
		case "vpc":
			return cmp.Or(inventory.Named(f.VPCName, f.VPCID), "without a VPC")
		case "region":
			return f.Region
		case "account":
			return inventory.Named(f.AccountName, f.AccountID)
		case "check":
			return f.Check
		}
		return f.Severity.String()
	}
	type kind struct {
		title   string
		verdict string
	}
	var list []*section
	at := map[kind]*section{}
	for _, e := range entries {
		f := e.First()
		k := kind{title: title(f)}
		if (by == "" || by == "severity") && f.Severity < findings.High {
			k.verdict = internetWords(shownVerdict(f))
		}
		s := at[k]
		if s == nil {
			s = &section{title: k.title, verdict: k.verdict}
			at[k] = s
			list = append(list, s)
		}
		s.entries = append(s.entries, e)
	}
	return list
}

// divide leaves out what is of low severity and below where more severe mistakes
// fill the screen.
func (c *compact) divide(entries []findings.Entry) (listed, counted []findings.Entry) {
	severe := 0
	for severe < len(entries) && entries[severe].First().Severity > findings.Low {
		severe++
	}
	if c.o.All || severe < screen {
		return entries, nil
	}
	return entries[:severe], entries[severe:]
}

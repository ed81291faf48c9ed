package findings_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/reach"
)

// state is what one night says of a finding, and whether its region was read in full.
type state struct {
	severity findings.Severity
	verdict  reach.Verdict
	partly   bool
}

// nights makes the report of each night, compared with the one before it as it was saved.
func nights(t *testing.T, states ...state) (all []*findings.Report) {
	t.Helper()
	for d, s := range states {
		gap := findings.Gap{}
		if s.partly {
			gap = findings.Gap{Operation: "ec2:DescribeRouteTables", Kind: "throttled"}
		}
		r := night(d+1, gap, "a")
		r.Findings[0].Severity, r.Findings[0].Exposure.Verdict = s.severity, s.verdict
		if d > 0 {
			r.CompareTo(saved(t, all[d-1]))
		}
		all = append(all, r)
	}
	return all
}

// TestMoreSevere: a finding with a higher severity than in the baseline is unchanged, keeps
// its date, is marked with the severity that it had, and counts as news in that night
// alone. A night that could not judge the finding changes nothing, and hides no change.
func TestMoreSevere(t *testing.T) {
	medium, high := state{findings.Medium, reach.NotReachable, false}, state{findings.High, reach.Unknown, false}
	critical := state{findings.Critical, reach.Reachable, false}
	unread := state{findings.High, reach.Unknown, true}
	const worse = "WORSE (was medium)"
	for name, tc := range map[string]struct {
		states []state
		marks  []string // of the second night and those after it
	}{
		"a route to the internet":              {[]state{medium, critical, critical}, []string{worse, ""}},
		"lower, and higher again":              {[]state{critical, medium, critical}, []string{"", worse}},
		"step by step":                         {[]state{medium, high, critical}, []string{worse, "WORSE (was high)"}},
		"reachable, in a region read in part":  {[]state{medium, {findings.Critical, reach.Reachable, true}}, []string{worse}},
		"not judged, and as before":            {[]state{critical, unread, critical}, []string{"", ""}},
		"not judged twice, and as before":      {[]state{critical, unread, unread, critical}, []string{"", "", ""}},
		"not judged, and reachable afterwards": {[]state{medium, unread, critical}, []string{"", worse}},
		"not judged, and unknown afterwards":   {[]state{medium, unread, high, high}, []string{"", worse, ""}},
		"not judged, and lower again":          {[]state{medium, unread, medium, critical}, []string{"", "", worse}},
	} {
		for d, r := range nights(t, tc.states...)[1:] {
			f := &r.Findings[0]
			if f.Mark() != tc.marks[d] || f.MoreSevere() != (tc.marks[d] != "") || f.News() != f.MoreSevere() {
				t.Errorf("%s, night %d: mark %q, want %q", name, d+2, f.Mark(), tc.marks[d])
			}
			if f.Baseline != findings.Unchanged || f.FirstSeen.Day() != 1 {
				t.Errorf("%s, night %d: %s, first seen %s", name, d+2, f.Baseline, f.FirstSeen)
			}
		}
	}
}

// TestMoreSevereThanLeftOut: the severity of what --min-severity left out of the baseline,
// and of what the baseline could not judge again, is known too.
func TestMoreSevereThanLeftOut(t *testing.T) {
	first := night(1, findings.Gap{}, "a")
	first.Findings[0].Severity = findings.Low
	first.LeaveOut(findings.High)
	lost := night(2, findings.Gap{Operation: "ec2:DescribeSecurityGroups", Kind: "throttled"})
	lost.CompareTo(saved(t, first))
	for name, old := range map[string]*findings.Report{"left out": first, "not judged": lost} {
		now := night(3, findings.Gap{}, "a", "b")
		now.Findings[0].Severity, now.Findings[1].Severity = findings.High, findings.High
		now.CompareTo(saved(t, old))
		if f := &now.Findings[0]; f.Mark() != "WORSE (was low)" {
			t.Errorf("%s: mark %q", name, f.Mark())
		}
		if n := now.Since(); n != (findings.Since{New: 1, MoreSevere: 1}) {
			t.Errorf("%s: counts %+v", name, n)
		}
		if kept := now.Select(findings.Filter{New: true, Words: []string{"--new"}}); len(kept.Findings) != 2 {
			t.Errorf("%s: --new keeps %d findings of what is new or more severe", name, len(kept.Findings))
		}
		if entries := findings.Entries(now.Open()); len(entries) != 2 {
			t.Errorf("%s: one entry for two marks", name)
		}
	}
}

package audit_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// findingAbout returns the finding of unused-group about sg-1, with its note.
func findingAbout(inv *inventory.Inventory) (finding findings.Finding, note string) {
	report := audit.Run(inv, audit.Options{})
	for i := range report.Findings {
		if f := report.Findings[i]; f.Check == "unused-group" && f.GroupID == "sg-1" {
			finding = f
		}
	}
	for _, n := range report.Notes {
		if n.Check == "unused-group" {
			note = n.Text
		}
	}
	return finding, note
}

// A group that a referrer of any row of the table holds is not called unused, and
// the finding names what holds it. Where the referrers of the service were not
// read, the note says that they were not searched.
func TestEachReferrerHolds(t *testing.T) {
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		for _, kind := range s.Kinds {
			const text = "sg-1 a\n in tcp/443 10.0.0.0/8\nsg-2 b\n in tcp/443 10.0.0.0/8\n"
			inv := notation.MustParse(text + "referrer " + s.Service + " " + kind.Kind + " one sg-1 id arn:one\n").Inventory
			r := inv.Regions[0]
			r.Asked, r.Read = r.Asked|inventory.PartReferrers, r.Read|inventory.PartReferrers
			got, note := findingAbout(inv)
			if got.Severity != findings.Info || !strings.Contains(got.Message, kind.Words+" one (arn:one) uses it") {
				t.Errorf("%s: %s %q", kind.Words, got.Severity, got.Message)
			}
			if searched, not, _ := strings.Cut(note, ", and did not look in "); !strings.Contains(searched, s.Name) || strings.Contains(not, s.Name) {
				t.Errorf("%s: read, and the note is %q", s.Name, note)
			}
			r.Referrers, r.Read = nil, r.Read&^s.Part()
			got, note = findingAbout(inv)
			if _, not, _ := strings.Cut(note, ", and did not look in "); got.Severity != findings.Low || !strings.Contains(not, s.Name) {
				t.Errorf("%s: not read, the severity is %s and the note %q", s.Name, got.Severity, note)
			}
		}
	}
}

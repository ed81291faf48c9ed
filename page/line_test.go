package page_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// halves opens RDP to the internet by two rules of one group, and SSH by a third.
const halves = `
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24
sg-1 jump-host
  in tcp/3389 0.0.0.0/1
  in tcp/3389 128.0.0.0/1
sg-2 other
  in tcp/3389 0.0.0.0/0
eni-1 sg-1 10.0.0.10
eni-2 sg-2 10.0.0.11
`

// TestRulesOfOneGroupAreOneLine holds that what one check found in several rules
// of one group is one line of the list, and that every finding has its id and
// its fix in it.
func TestRulesOfOneGroupAreOneLine(t *testing.T) {
	report, _, html := made(t, notation.MustParse(halves).Inventory)
	var both []findings.Finding
	for _, f := range report.Findings {
		if f.GroupID == "sg-1" && f.Check == "admin-port-open-to-internet" {
			both = append(both, f)
		}
	}
	if len(both) != 2 {
		t.Fatalf("the estate has %d findings about the halves, want 2", len(both))
	}
	line := regexp.MustCompile(`(?s)<details class="f [^>]*>\s*<summary>[^\n]*<span class="mark">2 rules</span>.*?\n</details>|<details class="f [^\n]*2 rules.*?\n`).FindString(html)
	if line == "" || strings.Count(html, "2 rules</span>") != 1 {
		t.Fatal("the two halves are not one line that says 2 rules")
	}
	for _, f := range both {
		if strings.Count(html, `<details class="one" id="f-`+f.ID+`">`) != 1 || !strings.Contains(html, f.Rule.Texts().Source) {
			t.Errorf("finding %s about %s is not in the line", f.ID, f.Rule.Texts().Source)
		}
	}
	var columns struct {
		ID   []string
		Line []int
	}
	if err := json.Unmarshal(unpacked(t, html, "ix"), &columns); err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, id := range columns.ID {
		at[id] = columns.Line[i]
	}
	for _, f := range report.Findings {
		same := f.GroupID == "sg-1" && f.Check == "admin-port-open-to-internet"
		if (at[f.ID] == at[both[0].ID]) != same {
			t.Errorf("finding %s (%s of %s) stands in line %d, the halves in line %d", f.ID, f.Check, f.GroupID, at[f.ID], at[both[0].ID])
		}
	}
}

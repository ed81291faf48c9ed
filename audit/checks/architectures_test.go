package checks_test

import (
	"os"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestArchitectures runs every check that is on by default on the examples of
// docs/architectures.md: the right ones have no finding, the wrong ones those
// that are expected and no other. A line may expect several.
func TestArchitectures(t *testing.T) {
	page, err := os.ReadFile("../../docs/architectures.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := blocks(string(page))
	if len(examples) != 12 {
		t.Errorf("%d examples, want each architecture twice", len(examples))
	}
	for i, b := range examples {
		estate, err := notation.Parse("architectures.md", b.text)
		if err != nil {
			t.Fatal(err)
		}
		type line struct {
			want []string
			got  []*findings.Finding
		}
		lines := map[int]*line{}
		at := func(n int) *line {
			if lines[n] == nil {
				lines[n] = &line{}
			}
			return lines[n]
		}
		wants := 0
		for _, w := range estate.Wants {
			at(w.Line).want = append(at(w.Line).want, w.Text)
			wants++
		}
		if right := i%2 == 0; right != (wants == 0) {
			t.Errorf("line %d: the examples are not right and wrong by turns", b.line)
		}
		report := audit.Run(estate.Inventory, audit.Options{Settings: audit.Defaults()})
		for k := range report.Findings {
			f := &report.Findings[k]
			rule := ""
			if f.Rule != nil {
				rule = f.Rule.String()
			}
			l := at(estate.Line(f.AccountID, f.Region, f.ResourceID, rule))
			l.got = append(l.got, f)
		}
		for n, l := range lines {
			for _, f := range l.got {
				met := false
				for k, w := range l.want {
					if w != "" && strings.Contains(f.Message, w) {
						l.want[k], met = "", true
						break
					}
				}
				if !met {
					t.Errorf("line %d: unexpected %s: %s", b.line+n, f.Check, f.Message)
				}
			}
			for _, w := range l.want {
				if w != "" {
					t.Errorf("line %d: no finding says %q", b.line+n, w)
				}
			}
		}
	}
}

// TestDemoArchitectures wants the six architectures of the demo account twice
// in eu-central-1: nothing of the right ones, and of the wrong ones exactly
// the findings that they were made for.
func TestDemoArchitectures(t *testing.T) {
	estate := notation.MustParse(estates.Demo())
	right := 0
	for _, r := range estate.Inventory.Regions {
		for i := range r.Groups {
			if strings.HasPrefix(r.Groups[i].Name, "orders-right-") {
				right++
			}
		}
	}
	if right != 9 {
		t.Errorf("%d groups of right architectures", right)
	}
	want := map[string]bool{
		"admin-port-open-to-internet of orders-wrong-web":       true,
		"database-publicly-addressed of eni-0d200008":           true,
		"ip-source-should-be-group of orders-wrong-database":    true,
		"api-gateway-reaches-database of orders-wrong-database": true,
		"load-balancer-bypassed of orders-wrong-application":    true,
		"internal-load-balancer-open of orders-wrong-internal":  true,
		"bastion-bypassed of orders-wrong-application":          true,
		"peer-range-should-be-group of orders-wrong-payments":   true,
	}
	for _, f := range audit.Run(estate.Inventory, audit.Options{Settings: audit.Defaults()}).Findings {
		if f.Region != "eu-central-1" {
			continue
		}
		name := f.GroupName
		if name == "" {
			name = f.ResourceID
		}
		key := f.Check + " of " + name
		if !want[key] {
			t.Errorf("unexpected: %s: %s", key, f.Message)
		}
		delete(want, key)
	}
	for key := range want {
		t.Errorf("not found: %s", key)
	}
}

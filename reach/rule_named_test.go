package reach_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestTheNarrowestRuleIsNamed: of several rules that allow the same, the evidence names the
// one that says most about the source, and counts the others.
func TestTheNarrowestRuleIsNamed(t *testing.T) {
	for name, c := range map[string]struct{ rules, want string }{
		"one rule":           {"in tcp/22 0.0.0.0/0", "web (sg-web) allows tcp/22 from 0.0.0.0/0"},
		"a reference":        {"in tcp/22 0.0.0.0/0\n  in tcp/22 10.0.1.11/32\n  in tcp/22 sg-gate", "web (sg-web) allows tcp/22 from gate (sg-gate), and so do 2 other rules"},
		"a prefix list":      {"in tcp/22 10.0.1.11/32\n  in tcp/22 pl-1", "web (sg-web) allows tcp/22 from office (pl-1), and so does 1 other rule"},
		"the smallest block": {"in tcp/22 10.0.0.0/8\n  in tcp/22 10.0.1.11/32", "web (sg-web) allows tcp/22 from 10.0.1.11/32, and so does 1 other rule"},
		"the fewest ports":   {"in all 10.0.0.0/8\n  in tcp/20-30 10.0.0.0/8\n  in tcp/22 10.0.0.0/8\n  in tcp/80 10.0.0.0/8", "web (sg-web) allows tcp/22 from 10.0.0.0/8, and so do 2 other rules"},
	} {
		t.Run(name, func(t *testing.T) {
			r := notation.MustParse(`
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24
pl-1 office 10.0.1.0/24
sg-gate gate
  out all 0.0.0.0/0
sg-web web
  ` + c.rules + `
eni-1 sg-web 10.0.1.10 subnet subnet-1
eni-2 sg-gate 10.0.1.11 subnet subnet-1
`).Inventory.Regions[0]
			a := reach.New(r).Trace(&r.Interfaces[0], reach.Query{Traffic: inventory.Ports(inventory.TCP, 22, 22), Interfaces: []*inventory.Interface{&r.Interfaces[1]}})
			var said []string
			for _, w := range a.Ways {
				for _, s := range w.Steps {
					said = append(said, s.Detail)
				}
			}
			if text := strings.Join(said, "\n"); !strings.Contains(text+"\n", c.want+"\n") {
				t.Errorf("no %q in\n%s", c.want, text)
			}
		})
	}
}

package checks

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No two groups of a VPC have the same rules.
var _ = audit.Declare(audit.Check{
	Title:      "Security group has the same rules as another",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 CM-7"},
	InfoPasses: []string{"NIST 800-53 r5 CM-7"},
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		same := map[string][]*inventory.Group{}
		for i := range r.Groups {
			g := &r.Groups[i]
			if g.Default() || len(g.Rules) == 0 {
				continue
			}
			lines := []string{g.VPC}
			for j := range g.Rules {
				line := g.Rules[j].String()
				if ref := g.Rules[j].Peer.Group; ref != nil && ref.ID == g.ID {
					line = strings.TrimSuffix(line, g.ID) + "itself"
				}
				lines = append(lines, line)
			}
			slices.Sort(lines[1:])
			key := strings.Join(lines, "\n")
			same[key] = append(same[key], g)
		}
		for _, groups := range same {
			if len(groups) < 2 {
				continue
			}
			for _, g := range groups {
				var others []string
				for _, other := range groups {
					if other != g {
						others = append(others, other.Named())
					}
				}
				o := r.Observe(g, nil)
				o.Message = g.Named() + " has the same rules as " + few(others)
				o.Fix = "If they have the same purpose, keep one of them and attach it to everything that uses the others. If not, write into the description of each what it is for."
				r.Report(o)
			}
		}
	},
})

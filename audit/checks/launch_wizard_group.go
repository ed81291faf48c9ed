package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No security group was created by the launch wizard of the console.
var _ = audit.Declare(audit.Check{
	Title:      "Security group was created by the launch wizard",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 CM-7"},
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			if !strings.HasPrefix(g.Name, LaunchWizard) {
				continue
			}
			o := r.Observe(g, nil)
			o.Message = fmt.Sprintf("%s was created by the launch wizard of the console: its name does not say what it is for", g.Named())
			o.Fix = "Attach a security group that is named for its purpose to everything that uses this one, then delete " + g.Named() + "."
			if live, _, namedBy := r.Live(g.ID); !live && r.Read.Has(inventory.PartInterfaces|inventory.PartGroups) && len(r.Unused(g, len(namedBy) > 0).HeldBy) == 0 {
				o.Fix = "No network interface has this group. " + unusedFix(r, g, namedBy)
			}
			r.Report(o)
		}
	},
})

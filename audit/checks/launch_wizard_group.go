package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
)

// No group was left behind by the console's launch wizard.
var _ = audit.Declare(audit.Check{
	Title:      "Security group was made by the launch wizard",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 CM-7"},
	Run: func(r *audit.Region) {
		for i := range r.Groups {
			g := &r.Groups[i]
			if !strings.HasPrefix(g.Name, "launch-wizard-") {
				continue
			}
			o := r.Observe(g, nil)
			o.Message = fmt.Sprintf("%s was made by the console's launch wizard: its name says nothing of its purpose, and nobody chose its rules", g.Name)
			o.Fix = "Put a group with a purpose on what carries it, then delete " + g.ID + "."
			r.Report(o)
		}
	},
})

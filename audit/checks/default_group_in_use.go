package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No interface carries the default group of its VPC.
var _ = audit.Declare(audit.Check{
	Title:      "Default security group is in use",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Region) {
		for i := range r.Groups {
			g := &r.Groups[i]
			members := r.Reach.Interfaces(g.ID)
			if !g.Default() || len(members) == 0 {
				continue
			}
			o := r.Observe(g, nil)
			o.Message = fmt.Sprintf("the default group of %s is carried by %s", g.VPC, interfacesNamed(members))
			o.Fix = "Give each of them a group of its own that allows what it needs, then take the default group off."
			r.Report(o)
		}
	},
})

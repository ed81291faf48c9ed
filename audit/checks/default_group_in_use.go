package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// The default group of a VPC is not attached to any interface.
var _ = audit.Declare(audit.Check{
	Title:      "Default security group is attached to network interfaces",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			members := r.Reach.Interfaces(g.ID)
			if !g.Default() || len(members) == 0 {
				continue
			}
			o := r.Observe(g, nil)
			holders, _ := interfacesNamed(members)
			o.Message = fmt.Sprintf("the default security group of VPC %s is attached to %s", r.VPCNamed(g.VPC), holders)
			o.Fix = "Attach to each of them a security group that allows what it needs, then detach the default group."
			r.Report(o)
		}
	},
})

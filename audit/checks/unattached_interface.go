package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Every network interface is attached.
var _ = audit.Declare(audit.Check{
	Title:      "Network interface is not attached",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 CM-8"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Pass) {
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if e.Status != "available" || r.Kind(i) != "unattached" {
				continue
			}
			o := r.ObserveInterface(e)
			o.Message = "network interface " + e.Named() + " is not attached"
			if len(e.Groups) > 0 {
				o.Message += " and keeps " + groupsNamed(r, e.Groups) + " in use"
			}
			o.Fix = fmt.Sprintf("If nothing needs it, delete it: aws ec2 delete-network-interface --region %s --network-interface-id %s", r.Name, e.ID)
			r.Report(o)
		}
	},
})

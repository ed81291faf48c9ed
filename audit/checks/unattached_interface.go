package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No interface lies about without an owner.
var _ = audit.Declare(audit.Check{
	Title:      "Network interface is attached to nothing",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 CM-8"},
	Needs:      inventory.PartInterfaces,
	Run: func(r *audit.Region) {
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if e.Status != "available" || r.Kind(i) != "unattached" {
				continue
			}
			o := r.ObserveInterface(e)
			o.Message = "nothing is attached to it"
			if len(e.Groups) > 0 {
				o.Message += ", yet it keeps " + strings.Join(e.Groups, ", ") + " in use"
			}
			o.Fix = fmt.Sprintf("If nothing waits for it: aws ec2 delete-network-interface --region %s --network-interface-id %s", r.Name, e.ID)
			r.Report(o)
		}
	},
})

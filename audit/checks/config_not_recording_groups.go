package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// AWS Config records the changes of security groups.
var _ = audit.Declare(audit.Check{
	Title:      "AWS Config does not record security groups",
	Severity:   findings.Medium,
	References: []string{"CIS 1.2 2.5", "CIS 1.4 3.5", "CIS 3.0 3.3", "CIS 5.0 3.3", "FSBP Config.1", "NIST 800-53 r5 CM-3", "NIST 800-53 r5 CM-8"},
	Needs:      inventory.PartRecorders,
	Run: func(r *audit.Pass) {
		why := "AWS Config has no configuration recorder in " + r.Name
		for i := range r.Recorders {
			c := &r.Recorders[i]
			switch {
			case !c.Recording:
				why = fmt.Sprintf("the configuration recorder %s in %s is stopped", c.Name, r.Name)
			case !c.Groups:
				why = fmt.Sprintf("the configuration recorder %s in %s does not record security groups", c.Name, r.Name)
			case c.Failing:
				why = fmt.Sprintf("the configuration recorder %s in %s could not deliver its last records", c.Name, r.Name)
			default:
				return
			}
		}
		o := r.ObserveResource("account", r.AccountID, r.AccountName, "")
		o.Message = why
		o.Fix = "Record security groups (AWS::EC2::SecurityGroup) continuously in every enabled region."
		r.Report(o)
	},
})

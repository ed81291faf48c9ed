package checks

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// The flow logs of every VPC record what was rejected.
var _ = audit.Declare(audit.Check{
	Title:      "VPC has no flow log",
	Severity:   findings.Medium,
	References: []string{"CIS 1.2 2.9", "CIS 1.4 3.9", "CIS 3.0 3.7", "CIS 5.0 3.7", "CIS 6.0 4.7", "FSBP EC2.6", "NIST 800-53 r5 AU-12", "NIST 800-53 r5 SI-7(8)"},
	Needs:      inventory.PartVPCs | inventory.PartFlowLogs,
	OnRequest:  true,
	Run: func(r *audit.Region) {
		for i := range r.VPCs {
			v := &r.VPCs[i]
			if v.Owner != "" && v.Owner != r.AccountID {
				continue // its owner keeps the logs
			}
			why := "no flow log records the traffic of " + v.ID
			recorded := false
			for _, l := range r.FlowLogs {
				switch {
				case l.Resource != v.ID:
				case !l.Active:
					why = l.ID + " of " + v.ID + " cannot deliver what it records"
				case l.Traffic == "ACCEPT":
					why = l.ID + " of " + v.ID + " records what was accepted alone"
				default:
					recorded = true
				}
			}
			if recorded {
				continue
			}
			o := r.ObserveResource("vpc", v.ID, v.ID)
			o.Message = why
			o.Fix = "Record what was rejected at least: it shows which rules are needed, and who tries the others."
			r.Report(o)
		}
	},
})

package checks

import (
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Every VPC has a flow log that records rejected traffic.
var _ = audit.Declare(audit.Check{
	Title:      "VPC has no flow log that records rejected traffic",
	Severity:   findings.Medium,
	References: []string{"CIS 1.2 2.9", "CIS 1.4 3.9", "CIS 3.0 3.7", "CIS 5.0 3.7", "CIS 6.0 4.7", "FSBP EC2.6", "NIST 800-53 r5 AU-12", "NIST 800-53 r5 SI-7(8)"},
	Needs:      inventory.PartVPCs | inventory.PartFlowLogs,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		for i := range r.VPCs {
			v := &r.VPCs[i]
			if v.Owner != "" && v.Owner != r.AccountID {
				continue // its owner keeps the logs
			}
			why := "VPC " + v.Named() + " has no flow log"
			recorded := false
			for _, l := range r.FlowLogs {
				switch {
				case l.Resource != v.ID:
				case !l.Active:
					why = "flow log " + l.ID + " of VPC " + v.Named() + " cannot deliver its records"
				case l.Traffic == "ACCEPT":
					why = "flow log " + l.ID + " of VPC " + v.Named() + " records accepted traffic only"
				default:
					recorded = true
				}
			}
			if recorded {
				continue
			}
			o := r.ObserveResource("vpc", v.ID, inventory.NameTag(v.Tags), v.ID)
			o.Message = why
			o.Fix = "Create a flow log for the VPC that records at least rejected traffic. It shows which rules are needed and who tries closed ports."
			r.Report(o)
		}
	},
})

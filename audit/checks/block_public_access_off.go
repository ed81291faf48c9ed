package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// VPC block public access guards a region that needs no way in.
var _ = audit.Declare(audit.Check{
	Title:      "VPC block public access is off",
	Severity:   findings.Info,
	References: []string{"FSBP EC2.172", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartPublicAccess | inventory.PartInternetGateways,
	OnRequest:  true,
	Run: func(r *audit.Region) {
		attached := slices.ContainsFunc(r.InternetGateways, func(g inventory.Gateway) bool { return len(g.VPCs) > 0 })
		if r.PublicAccess.Mode != "off" || r.PublicAccess.State == inventory.PublicAccessUnsupported || !attached {
			return
		}
		o := r.ObserveResource("account", r.AccountID, "")
		o.Message = "VPC block public access is off in " + r.Name + ", where internet gateways are attached"
		o.Fix = "Where nothing needs a way in, turn it on; exclusions let single VPCs or subnets keep theirs."
		r.Report(o)
	},
})

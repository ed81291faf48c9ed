package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// VPC block public access is on in a region that needs no inbound internet traffic.
var _ = audit.Declare(audit.Check{
	Title:      "VPC block public access is off",
	Severity:   findings.Info,
	References: []string{"FSBP EC2.172", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartPublicAccess | inventory.PartInternetGateways,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		attached := slices.ContainsFunc(r.InternetGateways, func(g inventory.Gateway) bool { return len(g.VPCs) > 0 })
		switch {
		case !attached || r.PublicAccess.State == inventory.PublicAccessUnsupported:
			return
		case r.PublicAccess.State == inventory.PublicAccessUpdating:
			r.NotEvaluated("VPC block public access is changing to %q (%s), and the mode in force now is unknown", r.PublicAccess.Mode, r.PublicAccess.State)
			return
		case r.PublicAccess.Mode != "off":
			return
		}
		o := r.ObserveResource("account", r.AccountID, r.AccountName, "")
		o.Message = "VPC block public access is off in " + r.Name + ", where internet gateways are attached to VPCs"
		o.Fix = "If no VPC of the region needs inbound internet traffic, turn on VPC block public access. If only some VPCs or subnets need it, turn it on and create exclusions for those."
		r.Report(o)
	},
})

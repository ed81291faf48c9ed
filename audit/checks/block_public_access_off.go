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
		switch {
		case !attached || r.PublicAccess.State == inventory.PublicAccessUnsupported:
			return
		case r.PublicAccess.State == inventory.PublicAccessUpdating:
			r.NotEvaluated("VPC block public access is being changed to %q (%s): which setting is in force now is unknown", r.PublicAccess.Mode, r.PublicAccess.State)
			return
		case r.PublicAccess.Mode != "off":
			return
		}
		o := r.ObserveResource("account", r.AccountID, "")
		o.Message = "VPC block public access is off in " + r.Name + ", where internet gateways are attached"
		o.Fix = "Where nothing needs a way in, turn it on; exclusions let single VPCs or subnets keep theirs."
		r.Report(o)
	},
})

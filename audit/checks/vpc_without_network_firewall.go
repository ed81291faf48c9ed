package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// A VPC with an internet gateway has a firewall endpoint. The endpoints of AWS
// Network Firewall and of other appliances are Gateway Load Balancer endpoints,
// so their interfaces are visible even if another account owns the firewall.
var _ = audit.Declare(audit.Check{
	Title:      "VPC with an internet gateway has no network firewall",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 SC-7"},
	InfoPasses: []string{"NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces | inventory.PartInternetGateways,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		firewalled, used := map[string]bool{}, map[string]bool{}
		for i := range r.Interfaces {
			used[r.Interfaces[i].VPC] = true
			if r.Kind(i) == "gateway-load-balancer-endpoint" {
				firewalled[r.Interfaces[i].VPC] = true
			}
		}
		var open []string
		for i := range r.InternetGateways {
			for _, vpc := range r.InternetGateways[i].VPCs {
				if used[vpc] && !firewalled[vpc] {
					open = append(open, vpc)
				}
			}
		}
		slices.Sort(open)
		for _, vpc := range slices.Compact(open) {
			name := ""
			if v := r.VPC(vpc); v != nil {
				name = inventory.NameTag(v.Tags)
			}
			o := r.ObserveResource("vpc", vpc, name, vpc)
			o.Message = "VPC " + r.VPCNamed(vpc) + " has an internet gateway, but no AWS Network Firewall and no other appliance behind a Gateway Load Balancer"
			o.Fix = "To filter by domain name or content, route the traffic through firewall endpoints. Security groups and network ACLs filter by address and port only."
			r.Report(o)
		}
	},
})

package checks

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Where a VPC has a way to the internet, a firewall may look at what passes.
// The endpoints of AWS Network Firewall and of other appliances are Gateway
// Load Balancer endpoints, so their interfaces tell, whoever owns the
// firewall.
var _ = audit.Declare(audit.Check{
	Title:      "VPC with an internet gateway has no network firewall",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 SC-7"},
	InfoPasses: []string{"NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartInterfaces | inventory.PartInternetGateways,
	OnRequest:  true,
	Run: func(r *audit.Region) {
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
			o := r.ObserveResource("vpc", vpc, vpc)
			o.Message = vpc + " has an internet gateway, and neither AWS Network Firewall nor another appliance behind a Gateway Load Balancer"
			o.Fix = "Where names and contents have to be filtered, route through firewall endpoints; groups and network ACLs see addresses and ports alone."
			r.Report(o)
		}
	},
})

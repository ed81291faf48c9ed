package checks

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// The network ACL of a public subnet filters something.
var _ = audit.Declare(audit.Check{
	Title:      "Network ACL of a public subnet filters nothing",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartNetworkACLs | inventory.PartRouteTables | inventory.PartInternetGateways | inventory.PartSubnets,
	OnRequest:  true,
	Run: func(r *audit.Region) {
		for i := range r.NetworkACLs {
			acl := &r.NetworkACLs[i]
			k := slices.IndexFunc(acl.Subnets, func(id string) bool {
				gateway, _ := r.Reach.RoutedToInternet(acl.VPC, id)
				return gateway != ""
			})
			through := func(d inventory.Direction) bool {
				return reach.Admits(acl, d, cidr.IPv4, inventory.All).Whole(cidr.IPv4)
			}
			if k < 0 || !through(inventory.Ingress) || !through(inventory.Egress) {
				continue
			}
			o := r.ObserveResource("network-acl", acl.ID, acl.VPC)
			o.Message = fmt.Sprintf("it lets everything in and out of %s, which is routed to the internet", acl.Subnets[k])
			o.Fix = "Let in what the subnet serves and the replies to what it asks (client ports 1024-65535)."
			r.Report(o)
		}
	},
})

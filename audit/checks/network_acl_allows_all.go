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

// The network ACL of a public subnet does not allow all traffic.
var _ = audit.Declare(audit.Check{
	Title:      "Network ACL of a public subnet allows all traffic",
	Severity:   findings.Info,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	InfoPasses: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartNetworkACLs | inventory.PartRouteTables | inventory.PartInternetGateways | inventory.PartSubnets,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		for i := range r.NetworkACLs {
			acl := &r.NetworkACLs[i]
			k := slices.IndexFunc(acl.Subnets, func(id string) bool {
				gateway, _ := r.Reach.RoutedToInternet(acl.VPC, id)
				return gateway != ""
			})
			in := reach.Admits(acl, inventory.Ingress, cidr.IPv4, inventory.All)
			out := reach.Admits(acl, inventory.Egress, cidr.IPv4, inventory.All)
			if k < 0 || !in.Whole(cidr.IPv4) || !out.Whole(cidr.IPv4) {
				continue
			}
			everything := "all traffic"
			if internet := cidr.Internet(cidr.IPv4); !in.Includes(internet) || !out.Includes(internet) {
				everything = "nearly all traffic"
			}
			o := r.ObserveResource("network-acl", acl.ID, inventory.NameTag(acl.Tags), acl.VPC)
			o.Message = fmt.Sprintf("network ACL %s of VPC %s allows %s into and out of the public subnet %s", acl.Named(), r.VPCNamed(acl.VPC), everything, r.SubnetNamed(acl.Subnets[k]))
			o.Fix = "Replace the entries for all traffic with entries for the ports that the subnet serves, and for replies to the client ports 1024-65535."
			r.Report(o)
		}
	},
})

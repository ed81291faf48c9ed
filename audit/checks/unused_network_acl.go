package checks

import (
	"fmt"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Every custom network ACL is associated with a subnet.
var _ = audit.Declare(audit.Check{
	Title:      "Network ACL is not associated with a subnet",
	Severity:   findings.Low,
	References: []string{"FSBP EC2.16", "PCI DSS 4.0.1 1.2.7", "NIST 800-53 r5 CM-8(1)"},
	Needs:      inventory.PartNetworkACLs,
	Run: func(r *audit.Pass) {
		for i := range r.NetworkACLs {
			acl := &r.NetworkACLs[i]
			if acl.Default || len(acl.Subnets) > 0 {
				continue
			}
			o := r.ObserveResource("network-acl", acl.ID, inventory.NameTag(acl.Tags), acl.VPC)
			o.Message = "network ACL " + acl.Named() + " of VPC " + r.VPCNamed(acl.VPC) + " is not associated with any subnet"
			o.Fix = fmt.Sprintf("If it is not needed, delete it: aws ec2 delete-network-acl --region %s --network-acl-id %s", r.Name, acl.ID)
			r.Report(o)
		}
	},
})

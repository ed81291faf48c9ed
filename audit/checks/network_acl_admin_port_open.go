package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Network ACLs do not allow SSH and RDP from the internet.
var _ = audit.Declare(audit.Check{
	Title:    "Network ACL allows SSH or RDP from the internet",
	Severity: findings.Medium,
	References: []string{
		"CIS 1.4 5.1", "CIS 3.0 5.1", "CIS 5.0 5.2", "CIS 6.0 6.2", "FSBP EC2.21", "PCI DSS 4.0.1 1.3.1",
		"NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7",
	},
	InfoPasses: []string{"FSBP EC2.21", "PCI DSS 4.0.1 1.3.1", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Needs:      inventory.PartNetworkACLs,
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		for i := range r.NetworkACLs {
			acl := &r.NetworkACLs[i]
			var open []string
			for _, traffic := range remoteAdministration {
				for f := range cidr.IPv6 + 1 {
					allowed := reach.Admits(acl, inventory.Ingress, f, traffic)
					if allowed.Share(f) > smallShare {
						open = append(open, fmt.Sprintf("%s over %s%s", traffic, f, partOfInternet(allowed, f)))
					}
				}
			}
			if len(open) == 0 {
				continue
			}
			o := r.ObserveResource("network-acl", acl.ID, inventory.NameTag(acl.Tags), acl.VPC)
			o.Message = fmt.Sprintf("network ACL %s of VPC %s allows inbound traffic from the internet on %s", acl.Named(), r.VPCNamed(acl.VPC), strings.Join(open, ", "))
			if acl.Default {
				o.Severity = findings.Info
				o.Message += "; it is the default network ACL, which AWS creates with entries that allow everything"
			}
			o.Fix = "Deny tcp/22, tcp/3389 and udp/3389 from 0.0.0.0/0 and ::/0, with lower entry numbers than the entries that allow them. Security groups still apply."
			r.Report(o)
		}
	},
})

// remoteAdministration is what SSH and RDP listen on. RDP uses UDP too, and
// the CIS benchmark counts entries for TCP, for UDP and for all traffic.
// Source: CIS Amazon Web Services Foundations Benchmark 5.0, 5.2.
var remoteAdministration = []inventory.Traffic{
	inventory.Ports(inventory.TCP, 22, 22), inventory.Ports(inventory.TCP, 3389, 3389), inventory.Ports(inventory.UDP, 3389, 3389),
}

// smallShare is the part of the internet up to which a network ACL may allow
// addresses: an administrator's own, however many those are.
const smallShare = 0.01

// partOfInternet says in brackets which part of one family's internet a set
// contains: all but a few blocks, a few blocks, or a percentage. It is empty for
// all of it.
func partOfInternet(s cidr.Set, f cidr.Family) string {
	const most = 4
	internet := func(s cidr.Set) (blocks []string) {
		for _, p := range s.Prefixes() {
			if cidr.HoldsInternet(p) {
				blocks = append(blocks, p.String())
			}
		}
		return blocks
	}
	holes := internet(cidr.All(f).Subtract(s))
	if len(holes) == 0 {
		return ""
	}
	if len(holes) <= most {
		return " (all but " + words.Series(holes) + ")"
	}
	if blocks := internet(s); len(blocks) <= most {
		return " (from " + words.Series(blocks) + ")"
	}
	return fmt.Sprintf(" (%.0f %% of its addresses)", 100*s.Share(f))
}

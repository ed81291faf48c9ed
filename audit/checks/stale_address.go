package checks

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// No rule names an address of the VPC that no interface has.
var _ = audit.Declare(audit.Check{
	Title:      "Rule names an address that no interface has",
	Severity:   findings.Low,
	References: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	InfoPasses: []string{"NIST 800-53 r5 AC-4", "NIST 800-53 r5 CM-7"},
	Needs:      inventory.PartInterfaces | inventory.PartVPCs | inventory.PartSubnets,
	Run: func(r *audit.Pass) {
		reserved := reservedAddresses(r)
		for i := range r.Groups {
			g := &r.Groups[i]
			vpc := r.VPC(g.VPC)
			for j := range g.Rules {
				rule := &g.Rules[j]
				p := rule.Peer.Prefix
				if vpc == nil || !p.IsValid() || !p.IsSingleIP() || !inside(p, vpc.Prefixes) || reserved[vpcAddress{vpc.ID, p.Addr()}] || heldInVPC(r, vpc, p) {
					continue
				}
				o := r.Observe(g, rule)
				later := "an interface that gets it later gets the access too"
				if rule.Direction == inventory.Egress {
					later = "an interface that gets it later can be reached from this group"
				}
				o.Message = fmt.Sprintf("the rule allows %s, but no network interface of VPC %s has this address; %s", allowed(r, g, rule), vpc.Named(), later)
				o.Fix = "Revoke " + allowed(r, g, rule) + ". If another resource has replaced the one with this address, first allow the security group of that resource."
				if shared(r, vpc) {
					o.Severity = findings.Info
					o.Message = fmt.Sprintf("the rule allows %s, but no network interface that account %s can see in VPC %s has this address; account %s shares the VPC, and interfaces of other participants are not visible", allowed(r, g, rule), r.AccountID, vpc.Named(), vpc.Owner)
					o.Fix = "Ask account " + vpc.Owner + " which interface has " + p.Addr().String() + ". If none has, revoke " + allowed(r, g, rule) + "."
					o.Proposal.Kind = findings.Advise
				}
				r.Report(o)
			}
		}
	},
})

// shared reports whether another account owns the VPC. A participant sees its
// own interfaces only; the owner sees those of all participants.
// Source: Amazon VPC User Guide, "Share your VPC subnets with other accounts".
func shared(r *audit.Pass, vpc *inventory.VPC) bool {
	return vpc.Owner != "" && vpc.Owner != r.AccountID
}

// heldInVPC reports whether an interface of the VPC has the address, as far
// as this account, and the other accounts of the run, can see.
func heldInVPC(r *audit.Pass, vpc *inventory.VPC, p netip.Prefix) bool {
	if len(r.InterfacesInside(vpc.ID, p)) > 0 {
		return true
	}
	if !shared(r, vpc) {
		return false
	}
	for _, other := range r.Accounts.Regions {
		if other.Name != r.Name || other == r.Region {
			continue
		}
		for i := range other.Interfaces {
			if e := &other.Interfaces[i]; e.VPC == vpc.ID && e.Has(p.Addr()) {
				return true
			}
		}
	}
	return false
}

type vpcAddress struct {
	vpc     string
	address netip.Addr
}

// reservedAddresses returns the addresses that AWS reserves, which no
// interface can have: the first four and the last of every block of a subnet
// (the network, the router, the DNS server, one for future use, the broadcast
// address), and the first four of every block of a VPC, where the DNS server
// of the whole VPC is the third.
// Source: Amazon VPC User Guide, "Subnet CIDR blocks".
func reservedAddresses(r *audit.Pass) map[vpcAddress]bool {
	reserved := map[vpcAddress]bool{}
	first := func(vpc string, p netip.Prefix) {
		a := p.Masked().Addr()
		for range 4 {
			reserved[vpcAddress{vpc, a}] = true
			a = a.Next()
		}
	}
	for i := range r.VPCs {
		for _, p := range r.VPCs[i].Prefixes {
			first(r.VPCs[i].ID, p)
		}
	}
	for i := range r.Subnets {
		for _, p := range r.Subnets[i].Prefixes {
			first(r.Subnets[i].VPC, p.Prefix)
			reserved[vpcAddress{r.Subnets[i].VPC, cidr.Last(p.Prefix)}] = true
		}
	}
	return reserved
}

// inside reports whether the prefix lies in one of the blocks.
func inside(p netip.Prefix, blocks []netip.Prefix) bool {
	return slices.ContainsFunc(blocks, func(b netip.Prefix) bool { return cidr.Contains(b, p) })
}

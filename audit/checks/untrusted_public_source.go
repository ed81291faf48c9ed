package checks

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Administration and database ports are open to trusted public addresses only.
var _ = audit.Declare(audit.Check{
	Title:      "Administration or database port is open to a public address that is not trusted",
	Severity:   findings.Low,
	References: []string{"PCI DSS 4.0.1 1.2.5", "NIST 800-53 r5 AC-17"},
	InfoPasses: []string{"PCI DSS 4.0.1 1.2.5", "NIST 800-53 r5 AC-17"},
	OnRequest:  true,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			services := r.ServicesOf(rule.Traffic, audit.Admin, audit.Database)
			if len(services) == 0 || publicOnly(r, rule.Traffic) || r.Trusts(rule) {
				return
			}
			l := r.PrefixList(rule.Peer.List)
			if rule.Peer.List != "" && (l == nil || !l.Resolved) {
				r.NotEvaluated("%s of %s: the entries of prefix list %s are unknown", rule, g.Named(), rule.Peer.List)
				return
			}
			sources := untrusted(r, g, rule, l)
			if len(sources) == 0 || broadest(r, g, rule).IsValid() {
				return // a broad source is reported by broad-public-source
			}
			if public, ok := openToAll(r, g, rule); public || !ok {
				return
			}
			o := r.Observe(g, rule)
			o.Services = services
			verb := "is"
			if len(services) > 1 {
				verb = "are"
			}
			o.Message = fmt.Sprintf("%s (%s) %s allowed from %s", firstOf(services, "services"), rule.Traffic, verb, firstOf(sources, "blocks"))
			if rule.Peer.List != "" {
				o.Message += " in prefix list " + r.PeerNamed(rule.Peer)
			}
			o.Message += " (not in trusted_cidrs)"
			o.Fix = "If you own the address, or trust its owner permanently, add it to trusted_cidrs in the configuration. If not, connect through Session Manager, a VPN or a bastion, then revoke " + allowed(r, g, rule) + "."
			if rule.Description != "" {
				o.Severity = findings.Info
				o.Message += fmt.Sprintf("; its description is %q", rule.Description)
			}
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

// untrusted returns the public blocks of the rule's source that do not lie in
// trusted_cidrs. The lists that AWS manages belong to its services.
func untrusted(r *audit.Pass, g *inventory.Group, rule *inventory.Rule, l *inventory.PrefixList) (blocks []string) {
	prefixes := []netip.Prefix{rule.Peer.Prefix}
	if l != nil {
		if l.Owner == "AWS" {
			return nil
		}
		prefixes = l.Entries
	}
	for _, p := range prefixes {
		if p.IsValid() && !r.Reach.PublicPart(g.VPC, p).Empty() && !cidr.Covered(p, r.Settings.TrustedCIDRs) {
			blocks = append(blocks, p.String())
		}
	}
	return blocks
}

// firstOf joins the first three texts and counts the rest, which are of the
// given kind.
func firstOf(texts []string, kind string) string {
	const most = 3
	if more := len(texts) - most; more > 0 {
		return fmt.Sprintf("%s and %d more %s", strings.Join(texts[:most], ", "), more, kind)
	}
	return words.Series(texts)
}

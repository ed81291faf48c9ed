package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Besides TCP and UDP, only echo requests and path MTU messages are allowed from the internet.
var _ = audit.Declare(audit.Check{
	Title:      "Unexpected protocol is open to the internet",
	Severity:   findings.Medium,
	References: []string{"PCI DSS 4.0.1 1.3.1", "NIST 800-53 r5 AC-4", "NIST 800-53 r5 SC-7"},
	Exposed:    true,
	Run: func(r *audit.Pass) {
		r.EachRule(inventory.Ingress, func(g *inventory.Group, rule *inventory.Rule) {
			t := rule.Traffic
			if !unexpectedProtocol(t) {
				return
			}
			if public, ok := openToAll(r, g, rule); !ok || !public {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s is open to the internet (%s)", protocolNamed(t), rule.Peer)
			o.Proposal.Wording = &findings.Wording{Revokes: "Revoke " + allowed(r, g, rule) + ".", First: "If the protocol is still needed, first allow it from the addresses that need it."}
			o.Fix = o.Proposal.Wording.Text("")
			r.Report(o)
		})
	},
})

// unexpectedProtocol reports whether the traffic is of a protocol without
// ports that the internet does not need to send.
func unexpectedProtocol(t inventory.Traffic) bool {
	return !t.HasPorts() && t.Protocol != inventory.AllProtocols && !harmless(t)
}

// harmless reports whether ICMP is no more than echo requests, or the messages
// of path MTU discovery (RFC 1191: type 3 code 4; RFC 8201: ICMPv6 type 2).
func harmless(t inventory.Traffic) bool {
	switch t.Protocol {
	case inventory.ICMP:
		return t.First == 8 || t.First == 3 && t.Last == 4
	case inventory.ICMPv6:
		return t.First == 128 || t.First == 2
	}
	return false
}

func protocolNamed(t inventory.Traffic) string {
	switch {
	case t.Protocol == 47:
		return "GRE (protocol 47)"
	case t.Protocol == 50:
		return "ESP (protocol 50)"
	case t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6:
		if t.First == inventory.Any {
			return "all " + strings.ToUpper(t.Protocol.String())
		}
		return t.String()
	}
	return "protocol " + t.String()
}

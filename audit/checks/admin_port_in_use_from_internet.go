package checks

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// No address outside the trusted ranges connects to an administration or database port
// that is open to the internet.
var _ = audit.Declare(audit.Check{
	Title:     "Administration or database port is in use from the internet",
	Severity:  findings.Critical,
	Needs:     inventory.PartInterfaces,
	OnRequest: true,
	FlowLogs:  true,
	Run: func(r *audit.Pass) {
		r.EachUsage(func(g *inventory.Group, rule *inventory.Rule, u *usage.Rule) {
			if rule.Direction != inventory.Ingress {
				return
			}
			in := adminUse{addresses: map[netip.Prefix]bool{}, surely: map[netip.Prefix]bool{}, flagged: true, folded: true}
			for i := range u.Needed {
				in.add(r, g, u, &u.Needed[i])
			}
			if len(in.addresses) == 0 {
				return
			}
			if public, _ := openToAll(r, g, rule); !public {
				return // somebody chose its sources
			}
			o := r.Observe(g, rule)
			in.describe(&o, rule)
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

// adminUse is what addresses outside of the trusted ranges exchanged with the
// administration and database ports that one rule opens.
type adminUse struct {
	addresses map[netip.Prefix]bool
	surely    map[netip.Prefix]bool // those of them that opened a connection for certain
	flagged   bool                  // the TCP flags of all of them show that the connection was answered
	folded    bool                  // of every connection the port is known as one of several
	services  []string
	evidence  []string

	last, surelyLast int64 // Unix seconds
}

// add adds what one traffic of a rule was used for.
func (in *adminUse) add(r *audit.Pass, g *inventory.Group, u *usage.Rule, n *usage.Needed) {
	names := r.ServicesOf(n.Traffic, audit.Admin, audit.Database)
	if len(names) == 0 {
		return
	}
	for k, remote := range n.Remotes {
		seen := &n.Seen[k]
		if !seen.Answered || r.Reach.Private(g.VPC, remote) || !cidr.HoldsInternet(remote) || cidr.Covered(remote, r.Settings.TrustedCIDRs) {
			continue
		}
		in.addresses[remote] = true
		connected := "may have connected"
		if seen.Opened && !u.Unsure {
			in.surely[remote] = true
			in.surelyLast = max(in.surelyLast, seen.Last)
			connected = "connected"
		}
		in.flagged = in.flagged && (seen.Flagged || n.Traffic.Protocol == inventory.UDP)
		in.last = max(in.last, seen.Last)
		port := n.Traffic.String()
		if n.Traffic.First != n.Traffic.Last {
			port = "one of the ports " + port
		} else {
			in.folded = false
		}
		if len(in.evidence) < 2*mostEvidence {
			in.evidence = append(in.evidence, fmt.Sprintf("%s %s to %s, last on %s", usage.AddressText(remote), connected, port, moment(seen.Last)))
		}
		in.services = append(in.services, names...)
	}
}

// describe writes down who connected, or may have.
func (in *adminUse) describe(o *audit.Observation, rule *inventory.Rule) {
	o.Services = unique(in.services)
	o.Evidence = in.evidence
	if !in.flagged {
		o.Evidence = append(o.Evidence, "some of these records have no tcp-flags that show who opened the connection: packets that refused it would look like answers")
	}
	port := words.Series(o.Services)
	if in.folded {
		port = "one of many ports, among them " + port
		o.Evidence = append(o.Evidence, "connections to that many ports were counted by ranges of ports: the flow logs themselves say which ports these were")
	}
	who, connected, last, doubt := in.surely, "connected", in.surelyLast, ""
	if len(who) == 0 {
		who, connected, last, doubt = in.addresses, "may have connected", in.last, ": the flow logs do not show for certain who opened the connections"
	}
	if len(in.surely) < len(in.addresses) {
		o.Evidence = append(o.Evidence, "where an address may have connected, the flow logs do not show for certain that it opened the connection, or that this rule allowed it")
	}
	o.Message = fmt.Sprintf("%s from the internet %s to %s, last on %s, and got answers (%s)%s", addressCount(who), connected, port, moment(last), usage.Text(rule), doubt)
	o.Fix = "Find out who uses these addresses. If they are yours, add them to trusted_cidrs in the configuration and allow only them. If not, revoke " + usage.Text(rule) + ", and assume that the host is compromised until you have checked it."
}

// addressCount counts addresses. Blocks, into which many addresses were folded, are
// called so.
func addressCount(list map[netip.Prefix]bool) string {
	blocks := 0
	for p := range list {
		if !p.IsSingleIP() {
			blocks++
		}
	}
	switch single := len(list) - blocks; {
	case blocks == 0:
		return words.Count(single, "address")
	case single == 0:
		return "addresses in " + words.Count(blocks, "block")
	default:
		return words.Count(single, "address") + " and others in " + words.Count(blocks, "block")
	}
}

// moment is a time of a flow log: its records are exact to the minute at best.
func moment(seconds int64) string {
	return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04 UTC")
}

// unique returns each text once, in the order in which they come first.
func unique(list []string) []string {
	seen := map[string]bool{}
	var once []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			once = append(once, s)
		}
	}
	return once
}

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
			if rule.Direction != inventory.Ingress || u.Unsure {
				return
			}
			if public, _ := openToAll(r, g, rule); !public {
				return // somebody chose its sources
			}
			strangers := map[netip.Prefix]bool{}
			flagged := true
			var services, evidence []string
			var last int64
			for i := range u.Needed {
				n := &u.Needed[i]
				if n.Traffic.First != n.Traffic.Last {
					continue // ports that were folded into a block
				}
				names := r.ServicesOf(n.Traffic, audit.Admin, audit.Database)
				if len(names) == 0 {
					continue
				}
				for k, remote := range n.Remotes {
					if !n.Seen[k].Answered || r.Reach.Private(g.VPC, remote) || !cidr.HoldsInternet(remote) || cidr.Covered(remote, r.Settings.TrustedCIDRs) {
						continue
					}
					strangers[remote] = true
					flagged = flagged && (n.Seen[k].Flagged || n.Traffic.Protocol == inventory.UDP)
					last = max(last, n.Seen[k].Last)
					if len(evidence) < 2*mostEvidence {
						evidence = append(evidence, fmt.Sprintf("%s connected to %s, last on %s", usage.AddressText(remote), n.Traffic, moment(n.Seen[k].Last)))
					}
					services = append(services, names...)
				}
			}
			if len(strangers) == 0 {
				return
			}
			o := r.Observe(g, rule)
			o.Services = unique(services)
			o.Evidence = evidence
			if !flagged {
				o.Evidence = append(o.Evidence, "some of these records have no tcp-flags that show who opened the connection: packets that refused it would look like answers")
			}
			o.Message = fmt.Sprintf("%s from the internet connected to %s, last on %s, and got answers (%s)", words.Count(len(strangers), "address"), words.Series(o.Services), moment(last), usage.Text(rule))
			o.Fix = "Find out who that is. If the address is yours, add it to trusted_cidrs and allow it alone. If not, revoke " + usage.Text(rule) + " and treat the host as compromised until you know better."
			o.Proposal.Kind = findings.Advise
			r.Report(o)
		})
	},
})

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

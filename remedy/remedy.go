// Package remedy writes down the exact change that removes a finding, as
// commands of the AWS CLI. It never runs one. A rule is revoked by its id and
// nothing else goes with it; where the ids were not read, the command that
// tells them stands in place of the revocation. What replaces a rule is
// always allowed before the rule is revoked.
package remedy

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Attach fills the commands of every finding about a group. The report must
// come from an audit of the same inventory.
func Attach(inv *inventory.Inventory, report *findings.Report) {
	type key struct{ account, region, group string }
	groups := map[key]*inventory.Group{}
	for _, r := range inv.Regions {
		for i := range r.Groups {
			groups[key{r.AccountID, r.Name, r.Groups[i].ID}] = &r.Groups[i]
		}
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		g := groups[key{f.AccountID, f.Region, f.GroupID}]
		if g == nil || f.ResourceID != g.ID || f.Fix.Advice {
			continue
		}
		var first []*inventory.Group
		for _, id := range f.Fix.First {
			if other := groups[key{f.AccountID, f.Region, id}]; other != nil {
				first = append(first, other)
			}
		}
		f.Fix.Commands = commands(f, g, first)
	}
}

func commands(f *findings.Finding, g *inventory.Group, first []*inventory.Group) []string {
	var lines []string
	switch {
	case f.Rule != nil:
		rule := find(g, f.Rule.Text)
		if rule == nil {
			return nil
		}
		if len(f.Fix.Replace) > 0 {
			lines = append(lines, authorize(f.Region, g.ID, rule, f.Fix.Replace))
		}
		return append(lines, revoke(f.Region, g.ID, rule.Direction, rule.IDs))
	case f.Check == "unused-group":
		for _, other := range first {
			lines = append(lines, revokeAll(f.Region, other, func(r *inventory.Rule) bool {
				return r.Peer.Group != nil && r.Peer.Group.ID == g.ID
			})...)
		}
		return append(lines, aws(f.Region, "delete-security-group", "--group-id", g.ID))
	case g.Default():
		return revokeAll(f.Region, g, func(*inventory.Rule) bool { return true })
	}
	return nil
}

func find(g *inventory.Group, text string) *inventory.Rule {
	for i := range g.Rules {
		if g.Rules[i].String() == text {
			return &g.Rules[i]
		}
	}
	return nil
}

// revokeAll revokes the rules that match, one command a direction.
func revokeAll(region string, g *inventory.Group, match func(*inventory.Rule) bool) []string {
	var lines []string
	for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
		var ids []string
		known, any := true, false
		for i := range g.Rules {
			if r := &g.Rules[i]; r.Direction == d && match(r) {
				any = true
				known = known && len(r.IDs) > 0
				ids = append(ids, r.IDs...)
			}
		}
		if !known {
			ids = nil
		}
		if line := revoke(region, g.ID, d, ids); any && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// revoke removes rules by id, or, where the ids are unknown, asks for them.
func revoke(region, group string, d inventory.Direction, ids []string) string {
	if len(ids) == 0 {
		return aws(region, "describe-security-group-rules", "--filters", "Name=group-id,Values="+group)
	}
	args := append([]string{"--group-id", group, "--security-group-rule-ids"}, ids...)
	return aws(region, "revoke-security-group-"+d.String(), args...)
}

// authorize allows the traffic of a rule from other sources, each of them a
// prefix, a group or a prefix list. The rule's description goes along.
func authorize(region, group string, rule *inventory.Rule, sources []string) string {
	type peer struct {
		CidrIP   string `json:"CidrIp,omitempty"`
		CidrIPv6 string `json:"CidrIpv6,omitempty"`
		Group    string `json:"GroupId,omitempty"`
		List     string `json:"PrefixListId,omitempty"`
		Text     string `json:"Description,omitempty"`
	}
	p := struct {
		Protocol string `json:"IpProtocol"`
		From     *int32 `json:"FromPort,omitempty"`
		To       *int32 `json:"ToPort,omitempty"`
		Ranges   []peer `json:"IpRanges,omitempty"`
		Ranges6  []peer `json:"Ipv6Ranges,omitempty"`
		Groups   []peer `json:"UserIdGroupPairs,omitempty"`
		Lists    []peer `json:"PrefixListIds,omitempty"`
	}{Protocol: rule.Traffic.Protocol.String()}
	switch t := rule.Traffic; {
	case t.Protocol == inventory.AllProtocols:
		p.Protocol = "-1"
	case t.HasPorts() || t.Protocol == inventory.ICMP || t.Protocol == inventory.ICMPv6:
		p.From, p.To = &t.First, &t.Last
	}
	for _, source := range sources {
		switch prefix, err := netip.ParsePrefix(source); {
		case err == nil && prefix.Addr().Is6():
			p.Ranges6 = append(p.Ranges6, peer{CidrIPv6: source, Text: rule.Description})
		case err == nil:
			p.Ranges = append(p.Ranges, peer{CidrIP: source, Text: rule.Description})
		case strings.HasPrefix(source, "pl-"):
			p.Lists = append(p.Lists, peer{List: source, Text: rule.Description})
		default:
			p.Groups = append(p.Groups, peer{Group: source, Text: rule.Description})
		}
	}
	var text strings.Builder
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if err := enc.Encode([]any{p}); err != nil {
		panic(err) // plain strings and numbers always encode
	}
	return aws(region, "authorize-security-group-"+rule.Direction.String(),
		"--group-id", group, "--ip-permissions", quote(strings.TrimSpace(text.String())))
}

func aws(region, verb string, args ...string) string {
	return strings.Join(append([]string{"aws", "ec2", verb, "--region", region}, args...), " ")
}

// quote makes text one word for a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

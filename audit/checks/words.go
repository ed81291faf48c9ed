package checks

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// What several checks say in the same words.

// mostNamed is how many of a list a message names; the rest is counted.
const mostNamed = 3

// interfacesNamed names what the first few interfaces belong to, with their ids, and counts
// the other interfaces: "Application Load Balancer shop (eni-1, eni-2)". Several says that
// the text is about more than one resource, for its verb.
func interfacesNamed(list []*inventory.Interface) (text string, several bool) {
	var named []string
	ids := map[string][]string{} // of a resource, by its name without them
	more := 0
	for i, e := range list {
		name := e.Named()
		resource, single := strings.CutSuffix(name, " ("+e.ID+")")
		if single = single && e.Owner().Name != ""; !single {
			resource = name
		}
		if len(ids[resource]) == 0 {
			if len(named) == mostNamed && len(list)-i > 1 {
				more = len(list) - i
				break
			}
			named = append(named, resource)
		}
		if single {
			ids[resource] = append(ids[resource], e.ID)
		}
	}
	for k, resource := range named {
		if len(ids[resource]) > 0 {
			named[k] += " (" + words.List(ids[resource], mostNamed) + ")"
		}
	}
	if more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(named, ", "), more), true
	}
	return words.Series(named), len(named) > 1
}

// few joins the first few texts as a sentence does, and counts the rest.
func few(texts []string) string {
	return words.FirstOf(texts, mostNamed, func(text string) string { return text })
}

// groupsNamed names the first few groups and counts the rest.
func groupsNamed(r *audit.Pass, ids []string) string {
	return words.FirstOf(ids, mostNamed, r.GroupNamed)
}

// allowed says what a rule of a group allows: "tcp/22 from 0.0.0.0/0", "all
// traffic from itself", "tcp/5432 to orders (sg-1)".
func allowed(r *audit.Pass, g *inventory.Group, rule *inventory.Rule) string {
	if ref := rule.Peer.Group; ref != nil && ref.ID == g.ID {
		return rule.Allows("itself")
	}
	return rule.Allows(r.PeerNamed(rule.Peer))
}

// outbound says what an outbound rule allows: "all traffic to 0.0.0.0/0",
// "traffic to ::/0 on all TCP ports (tcp/all)".
func outbound(r *audit.Pass, rule *inventory.Rule) string {
	if rule.Traffic == inventory.All {
		return "all traffic to " + r.PeerNamed(rule.Peer)
	}
	return "traffic to " + r.PeerNamed(rule.Peer) + " on " + audit.PortsNamed(rule.Traffic)
}

// allowedBy names the first few rules of a group by what they allow, and counts
// the rest.
func allowedBy(r *audit.Pass, g *inventory.Group, rules []*inventory.Rule) string {
	names := make([]string, len(rules))
	for i, rule := range rules {
		names[i] = allowed(r, g, rule)
	}
	return few(names)
}

// withVerb puts the verb behind its subject, in the singular or the plural.
func withVerb(subject string, several bool, one, many string) string {
	if several {
		return subject + " " + many
	}
	return subject + " " + one
}

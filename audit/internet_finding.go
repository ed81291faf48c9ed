package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// exposure is an opening with its verdict, kept for the checks of all classes.
type exposure struct {
	group *inventory.Group
	opening
	verdict
}

// OpenToInternet is the Run function of the checks that have a Class. They
// share one computation, and each rule is reported by the most serious of
// those that run.
func OpenToInternet(r *Pass) {
	for i := range r.exposures() {
		if o := &r.cache.exposures[i]; o.class == r.check.Class {
			r.reportOpening(o)
		}
	}
	for _, u := range r.cache.unresolved {
		r.NotEvaluated("%s of %s: the entries of prefix list %s are unknown: %s",
			u.rule, u.group.Named(), u.rule.Peer.List, r.whyMissing(inventory.PartPrefixLists))
	}
}

// exposures computes the openings of every group once per region.
func (r *Pass) exposures() []exposure {
	if r.cache.exposuresDone {
		return r.cache.exposures
	}
	r.cache.exposuresDone = true
	for i := range r.Groups {
		g := &r.Groups[i]
		for _, o := range r.openings(g) {
			if v, ok := r.judge(&o); ok {
				r.cache.exposures = append(r.cache.exposures, exposure{g, o, v})
			}
		}
		for _, rule := range r.UnreadLists(g) {
			r.cache.unresolved = append(r.cache.unresolved, groupRule{g, rule})
		}
	}
	return r.cache.exposures
}

// Excessive returns the rules of a group that open more to the internet than
// the settings allow, whichever checks run.
func (r *Pass) Excessive(g *inventory.Group) map[*inventory.Rule]bool {
	var found map[*inventory.Rule]bool
	for _, o := range r.openings(g) {
		tcp, udp := r.beyondPublic(&o)
		if len(tcp)+len(udp) == 0 {
			continue
		}
		if found == nil {
			found = map[*inventory.Rule]bool{}
		}
		found[o.rule] = true
	}
	return found
}

func (r *Pass) resolved(list string) bool {
	pl := r.PrefixList(list)
	return pl != nil && pl.Resolved
}

func (r *Pass) reportOpening(o *exposure) {
	obs := r.Observe(o.group, o.rule)
	obs.Severity = o.severity
	obs.Services = o.services
	what := o.what()
	obs.Message = what + " open to the internet" + r.from(o)
	obs.Fix, obs.Proposal.Wording = r.advice(o)
	if obs.Proposal.Together = r.together(o); len(obs.Proposal.Together) > 0 {
		lead := o.withOthers(obs.Proposal.Together)
		if w := obs.Proposal.Wording; w != nil {
			w.Revokes = lead
			obs.Fix = w.Text("")
		} else {
			obs.Fix = lead + " " + obs.Fix
		}
	}
	if o.class == Admin {
		obs.Proposal.Login = true
		t := o.rule.Traffic
		if id, blocked := r.bastionFor(o.group, t); id != "" && t.HasPorts() && t.First == t.Last && (blocked == "" || r.FirstAllowOut(&obs.Proposal, id, o.group, t)) {
			obs.Proposal.FirstAllow = []inventory.Rule{{Direction: inventory.Ingress, Traffic: t, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: id}}}}
		}
		if obs.Proposal.Sources = r.trustedFor(o.rule); len(obs.Proposal.Sources) > 0 {
			obs.Proposal.Kind = findings.ReplaceSource
		}
	}
	if r.Trusts(o.rule) {
		obs.Trusted = true
		obs.Message += "; the source is in trusted_cidrs"
	}
	r.Report(obs)
}

// together returns the other rules of the group that hold the rest of the internet,
// where the source of this rule is only a part of it.
func (r *Pass) together(o *exposure) []*inventory.Rule {
	if !o.partial {
		return nil
	}
	var others []*inventory.Rule
	for i := range r.cache.exposures {
		e := &r.cache.exposures[i]
		if e.group != o.group || e.rule == o.rule || !e.partial || !e.rule.Traffic.Overlaps(o.rule.Traffic) {
			continue
		}
		a, b := e.rule.Peer.Prefix, o.rule.Peer.Prefix
		if !a.IsValid() || !b.IsValid() || a.Addr().Is6() == b.Addr().Is6() {
			others = append(others, e.rule)
		}
	}
	return others
}

// withOthers says which rules have to be revoked with this one.
func (o *exposure) withOthers(others []*inventory.Rule) string {
	subject, all := o.ports(), "both together"
	if len(o.services) > 0 {
		subject = words.FirstOf(o.services, 3, func(s string) string { return s })
	}
	if len(others) > 1 {
		all = "all of them together"
	}
	named := words.FirstOf(others, 8, func(rule *inventory.Rule) string {
		if len(rule.IDs) == 0 {
			return rule.Peer.String()
		}
		return rule.IDs[0] + " (" + rule.Peer.String() + ")"
	})
	return "Revoke this rule and " + named + ": " + all + " open " + subject + " to the internet."
}

// what names the subject of the message and its verb: "SSH (tcp/22) is".
func (o *exposure) what() string {
	ports := o.ports()
	if o.class == AllTraffic {
		if o.rule.Traffic == inventory.All && o.tcp.all() && o.udp.all() {
			return "all traffic is"
		}
		var named []string
		if o.tcp.size() >= inventory.NearlyAllPorts {
			named = append(named, o.tcp.howMany()+" TCP ports")
		}
		if o.udp.size() >= inventory.NearlyAllPorts {
			named = append(named, o.udp.howMany()+" UDP ports")
		}
		return strings.Join(named, " and ") + " (" + ports + ") are"
	}
	switch n := len(o.services); n {
	case 0:
		if o.left.tcp.size()+o.left.udp.size() == 1 {
			return "port " + ports + " is"
		}
		return "ports " + ports + " are"
	case 1:
		return o.services[0] + " (" + ports + ") is"
	default:
		named := o.services
		const most = 8
		if more := n - most; more > 0 {
			named = append(slices.Clone(named[:most]), fmt.Sprintf("%d more services", more))
		}
		return words.Series(named) + " (" + ports + ") are"
	}
}

func (o *exposure) ports() string {
	ports := o.left
	if o.class == AllTraffic {
		ports.tcp, ports.udp = o.tcp, o.udp
	}
	return portsText(ports.tcp, ports.udp)
}

// from says which source of the rule is the internet, or a part of it.
func (r *Pass) from(o *exposure) string {
	source := o.rule.Peer.String()
	if o.rule.Peer.List != "" {
		source = "prefix list " + r.PeerNamed(o.rule.Peer)
	}
	switch {
	case o.partial:
		return ": " + source + " in this rule, the rest in other rules of the group"
	case o.rule.Peer.List != "":
		return " through " + source
	case o.rule.Peer.Prefix.Addr().Is6():
		return " over IPv6 (" + o.rule.Peer.String() + ")"
	}
	return " (" + o.rule.Peer.String() + ")"
}

// Trusts reports whether every internet address of the rule's source is in
// trusted_cidrs of the settings.
func (r *Pass) Trusts(rule *inventory.Rule) bool {
	if len(r.Settings.TrustedCIDRs) == 0 || rule.Peer.Group != nil {
		return false
	}
	if rule.Peer.List == "" {
		return cidr.Covered(rule.Peer.Prefix, r.Settings.TrustedCIDRs)
	}
	pl := r.PrefixList(rule.Peer.List)
	if pl == nil || !pl.Resolved || len(pl.Entries) == 0 {
		return false
	}
	for _, p := range pl.Entries {
		if cidr.HoldsInternet(p) && !cidr.Covered(p, r.Settings.TrustedCIDRs) {
			return false
		}
	}
	return true
}

// trustedFor returns the trusted ranges of the rule's address family, which
// may take the place of its source.
func (r *Pass) trustedFor(rule *inventory.Rule) []inventory.Peer {
	var found []inventory.Peer
	for _, p := range r.Settings.TrustedCIDRs {
		if rule.Peer.List != "" || p.Addr().Is6() == rule.Peer.Prefix.Addr().Is6() {
			found = append(found, inventory.PrefixPeer(p))
		}
	}
	return found
}

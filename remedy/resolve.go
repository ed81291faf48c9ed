package remedy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// outcome is what becomes of one rule. All findings about the rule share it.
type outcome struct {
	rule        *inventory.Rule
	wish        wish
	by          *findings.Finding // the finding that decided
	repeats     *findings.Finding // the finding that calls the rule redundant, or nil
	replacement *Replacement      // of a reference
	steps       []change.Step
	summary     string
	proof       []string
	joint       []*outcome // those that allow a rule which this one allows too, and this one; see join
	why         string     // the rule is kept, against the wish of a finding
}

// decision is what becomes of the rules of one group.
type decision struct {
	*attacher
	group *inventory.Group
	of    map[*inventory.Rule]*outcome // of the group
	all   []*outcome                   // in the order of the report
	stays []*inventory.Rule            // the rules that no finding takes away
	added []inventory.Rule             // what outcomes allow in all
}

// decide gives every rule of a group that findings are about one outcome. A
// rule that others repeat is revoked only where rules that stay allow all of
// it, and what takes the place of a rule is left out only where rules that
// stay allow it.
func (a *attacher) decide(g *inventory.Group, about []*findings.Finding) *decision {
	d := &decision{attacher: a, group: g, of: map[*inventory.Rule]*outcome{}}
	for _, f := range about {
		switch {
		case f.Status == findings.Suppressed, a.advises(f):
		case f.Rule != nil:
			if rule := ruleIn(g, f.Rule.Rule); rule != nil {
				d.wish(f, rule, a.wishOf(f))
			}
		case a.revokesAll(f, g):
			for i := range g.Rules {
				d.wish(f, &g.Rules[i], revoke)
			}
		}
	}
	if len(d.all) == 0 {
		return d
	}
	for _, o := range d.all {
		if o.wish == reference {
			d.look(o)
		}
	}
	d.settle()
	for _, o := range d.all {
		switch o.wish {
		case revoke, redundant:
			o.steps = revokeRules(a.region, g, []inventory.Rule{*o.rule})
		case replace:
			d.replace(o, a.proposals[o.by.ID])
		case reference:
			d.refer(o)
		}
	}
	d.join()
	return d
}

func (d *decision) wish(f *findings.Finding, rule *inventory.Rule, w wish) {
	o := d.of[rule]
	if o == nil {
		o = &outcome{rule: rule}
		d.of[rule] = o
		d.all = append(d.all, o)
	}
	if w == redundant {
		o.repeats = f
		return // settle decides
	}
	if w > o.wish {
		o.wish, o.by = w, f
	}
}

// settle finds the rules that stay, and revokes those that are called
// redundant and that the rules which stay repeat indeed. From the narrowest
// on, so that of several only the widest stay.
func (d *decision) settle() {
	for i := range d.group.Rules {
		rule := &d.group.Rules[i]
		if o := d.of[rule]; o == nil || o.wish == keep {
			d.stays = append(d.stays, rule)
		}
	}
	var repeated []*outcome
	for _, o := range d.all {
		if o.repeats != nil && o.wish != revoke {
			repeated = append(repeated, o)
		}
	}
	slices.SortStableFunc(repeated, func(a, b *outcome) int {
		return cmp.Or(cmp.Compare(b.rule.Peer.Prefix.Bits(), a.rule.Peer.Prefix.Bits()),
			cmp.Compare(a.rule.Traffic.Last-a.rule.Traffic.First, b.rule.Traffic.Last-b.rule.Traffic.First), inventory.CompareRules(a.rule, b.rule))
	})
	for _, o := range repeated {
		by := reach.Covering(o.rule, besides(d.stays, o.rule))
		if len(by) == 0 {
			if o.wish == keep {
				o.why = d.needed(o.rule)
			}
			continue
		}
		o.wish, o.by = redundant, o.repeats
		o.summary = fmt.Sprintf("Revoke %s. The same traffic stays allowed: %s.", d.allows(o.rule), d.allowedBy(by))
		d.stays = slices.DeleteFunc(d.stays, func(r *inventory.Rule) bool { return r == o.rule })
	}
}

// besides returns the rules that may allow a part of what the rule allows,
// without the rule itself.
func besides(list []*inventory.Rule, rule *inventory.Rule) []*inventory.Rule {
	var others []*inventory.Rule
	for _, r := range list {
		if r != rule && r.Direction == rule.Direction && r.Traffic.Overlaps(rule.Traffic) {
			others = append(others, r)
		}
	}
	return others
}

// needed says why a rule stays that others repeat today: those others go.
func (d *decision) needed(rule *inventory.Rule) string {
	var going []*inventory.Rule
	for i := range d.group.Rules {
		if o := d.of[&d.group.Rules[i]]; o == nil || o.rule != rule {
			going = append(going, &d.group.Rules[i])
		}
	}
	for _, by := range reach.Covering(rule, besides(going, rule)) {
		if o := d.of[by]; o != nil && o.wish > keep && o.by != nil {
			return fmt.Sprintf("Keep the rule for %s: finding %s (%s) proposes to revoke %s, and then no other rule allows this traffic.", d.allows(rule), o.by.ID, o.by.Check, d.allows(by))
		}
	}
	return fmt.Sprintf("Keep the rule for %s until the other findings about this group are fixed.", d.allows(rule))
}

// ofPeers returns the rules that give the traffic of a rule to other peers.
func ofPeers(rule *inventory.Rule, peers []inventory.Peer) []inventory.Rule {
	rules := make([]inventory.Rule, len(peers))
	for i, p := range peers {
		rules[i] = inventory.Rule{Direction: rule.Direction, Traffic: rule.Traffic, Peer: p, Description: rule.Description, Tags: rule.Tags}
	}
	return rules
}

// allow returns the rules that take the place of a rule, without what rules that
// stay allow already, and the rules that have to go before or after: first those
// with the same text that findings take away, then those that stay today and that
// the new rules repeat.
func (d *decision) allow(rule *inventory.Rule, rules []inventory.Rule) (allow, before, after []inventory.Rule, why string) {
	var fresh []*inventory.Rule
	for _, r := range rules {
		if len(reach.Covering(&r, besides(d.stays, &r))) > 0 {
			continue
		}
		if o := d.of[ruleIn(d.group, &r)]; o != nil {
			switch {
			case o.rule == rule:
				return nil, nil, nil, fmt.Sprintf("Keep the rule for %s: its source is one of those that replace it.", d.allows(rule))
			case len(o.rule.IDs) == 0:
				return nil, nil, nil, fmt.Sprintf("First revoke %s (finding %s, %s): a rule with this traffic and source is then added in place of %s.", d.allows(o.rule), o.by.ID, o.by.Check, d.allows(rule))
			}
			before = append(before, *o.rule)
		}
		fresh = append(fresh, &r)
	}
	for _, r := range d.stays {
		if len(fresh) > 0 && len(reach.Covering(r, besides(fresh, r))) > 0 && len(reach.Covering(r, besides(d.stays, r))) == 0 {
			after = append(after, *r)
		}
	}
	for _, r := range fresh {
		allow = append(allow, *r)
	}
	if why := d.room(rule, allow, len(before)); why != "" {
		return nil, nil, nil, why
	}
	for i := range allow {
		if !holds(d.added, &allow[i]) {
			d.added = append(d.added, allow[i])
		}
	}
	return allow, before, after, ""
}

// room says why rules cannot be allowed beside those of the group: AWS counts
// both until the others are revoked, a reference to a prefix list by its weight
// (inventory.Group.RulesCounted). A group that has more rules than the quota
// has a higher one, which is not known.
func (d *decision) room(rule *inventory.Rule, allow []inventory.Rule, gone int) string {
	listed := slices.ContainsFunc(d.group.Rules, func(r inventory.Rule) bool { return r.Peer.List != "" })
	if !listed && len(d.group.Rules)+len(d.added)+len(allow) <= d.quota {
		return ""
	}
	more := inventory.Group{Rules: slices.Clone(d.added)}
	for i := range allow {
		if !holds(more.Rules, &allow[i]) {
			more.Rules = append(more.Rules, allow[i])
		}
	}
	for _, v6 := range []bool{false, true} {
		has, _ := d.group.RulesCounted(rule.Direction, v6, d.index.PrefixList)
		needs, _ := more.RulesCounted(rule.Direction, v6, d.index.PrefixList)
		if needs > 0 && has <= d.quota && has+needs-gone > d.quota {
			return fmt.Sprintf("First remove other rules: %s has %d of at most %d %s rules, and %d more are needed before %s can be revoked. If your quota is higher, set rules_per_group in the configuration.",
				d.group.Named(), has, d.quota, way(rule.Direction), needs, d.allows(rule))
		}
	}
	return ""
}

func holds(rules []inventory.Rule, rule *inventory.Rule) bool {
	return ruleIndex(rules, rule) >= 0
}

// exchange writes the steps that allow rules, and revoke the one that
// they replace.
func (d *decision) exchange(rule *inventory.Rule, allow, before, after []inventory.Rule) []change.Step {
	g, region := d.group, d.region.Name
	steps := revokeRules(d.region, g, before)
	if len(allow) > 0 {
		steps = append(steps, change.Step{Verb: change.Authorize, Account: d.region.AccountID, Region: region, Group: g.ID, Direction: rule.Direction, Rules: allow})
	}
	return append(steps, revokeRules(d.region, g, append([]inventory.Rule{*rule}, after...))...)
}

// replace writes the steps that give the traffic of a rule to other sources, or put
// other rules in its place.
func (d *decision) replace(o *outcome, p findings.Proposal) {
	rules := p.Rules
	if len(rules) == 0 {
		rules = ofPeers(o.rule, p.Sources)
	}
	allow, before, after, why := d.allow(o.rule, rules)
	if why != "" {
		o.wish, o.why = keep, why
		return
	}
	o.steps = d.exchange(o.rule, allow, before, after)
	names := make([]string, len(rules))
	for i := range rules {
		names[i] = d.index.PeerNamed(rules[i].Peer)
	}
	o.summary = d.exchanged(o.rule, rules, names, allow)
}

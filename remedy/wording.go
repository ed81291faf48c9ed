package remedy

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// word puts into words what becomes of a rule that clients may need: what the other
// rules of the group still allow after the commands, or what to allow before them.
func (d *decision) word(f *findings.Finding, o *outcome, w *findings.Wording) {
	p := d.proposals[f.ID]
	if o.wish == replace {
		f.Fix.Summary = o.summary
		if len(p.Together) > 0 {
			f.Fix.Summary = w.Revokes + " " + o.summary
		}
		return
	}
	left := d.left(o.rule, p.Together)
	if len(left) > 0 {
		f.Fix.Summary = fmt.Sprintf("%s %s still allows %s.", w.Revokes, d.group.Named(), d.allowedBy(left))
		if w.Else != "" {
			f.Fix.Summary += " " + w.Else
		}
		return
	}
	f.Fix.Summary = w.Text(d.noneLeft(o.rule.Traffic))
	if command := change.Template(d.region.Name, d.group.ID, o.rule.Traffic, p.Login); command != "" {
		value := "the address of your administrators for ADDRESS"
		if !p.Login {
			value = "the id of the clients' security group (or, for an address, --cidr ADDRESS/32 in place of --source-group GROUP-ID)"
		}
		first := "if clients still need it, first run this, with "
		if t := o.rule.Traffic; t.HasPorts() && t.First != t.Last {
			first = "if clients still need some of the ports, first run this for each of them, with its number for PORT, and "
		}
		f.Fix.Notes = append(f.Fix.Notes, first+value+": "+command)
	}
	for i := range p.FirstAllow {
		d.noteAllowing(f, "to allow %s first, run", d.group, p.FirstAllow[i])
	}
	d.noteAllowingOut(f, &p)
}

// noneLeft says that no other rule of the group allows a part of the traffic.
func (d *decision) noneLeft(t inventory.Traffic) string {
	switch {
	case t.Protocol == inventory.AllProtocols:
		return d.group.Named() + " has no other inbound rule."
	case t.HasPorts() && t.First != t.Last:
		return fmt.Sprintf("No other rule of %s allows any of these ports.", d.group.Named())
	}
	return fmt.Sprintf("No other rule of %s allows %s.", d.group.Named(), t.Words())
}

// left returns the rules of the group that allow a part of the traffic of a rule after
// it was revoked together with others.
func (d *decision) left(rule *inventory.Rule, together []*inventory.Rule) []*inventory.Rule {
	var rules []*inventory.Rule
	for i := range d.group.Rules {
		r := &d.group.Rules[i]
		if o := d.of[r]; o == nil || o.wish == keep || o.wish == reference {
			rules = append(rules, r)
		}
	}
	return slices.DeleteFunc(besides(rules, rule), func(r *inventory.Rule) bool {
		return slices.ContainsFunc(together, func(t *inventory.Rule) bool { return inventory.CompareRules(t, r) == 0 })
	})
}

// exchanged says what becomes of a rule that others replace: which of them the steps
// add, and which other rules of the group allow already. Names are those of their peers.
func (d *decision) exchanged(rule *inventory.Rule, rules []inventory.Rule, names []string, added []inventory.Rule) string {
	alike := !slices.ContainsFunc(rules, func(r inventory.Rule) bool { return r.Traffic != rule.Traffic })
	var fresh, there []string
	for i := range rules {
		name := names[i]
		if !alike {
			name = rules[i].Allows(name)
		}
		if holds(added, &rules[i]) {
			fresh = append(fresh, name)
		} else {
			there = append(there, name)
		}
	}
	gone, what := d.allows(rule), words.Series
	if alike {
		what = func(names []string) string { return rule.Allows(words.Series(names)) }
	}
	already := ""
	if len(there) > 0 {
		already = fmt.Sprintf(" Other rules of %s already allow %s.", d.group.Named(), what(there))
	}
	if len(fresh) == 0 {
		return fmt.Sprintf("Revoke %s.%s", gone, already)
	}
	if alike {
		gone = d.index.PeerNamed(rule.Peer)
	}
	return fmt.Sprintf("Allow %s, then revoke %s.%s", what(fresh), gone, already)
}

// allows says what a rule of the group allows, with names.
func (d *decision) allows(rule *inventory.Rule) string { return d.allowsIn(d.group, rule) }

// allowsIn says what a rule of a group of the region allows, with names.
func (d *decision) allowsIn(g *inventory.Group, rule *inventory.Rule) string {
	if ref := rule.Peer.Group; ref != nil && ref.ID == g.ID {
		return rule.Allows("itself")
	}
	return rule.Allows(d.index.PeerNamed(rule.Peer))
}

// allowedBy says what the first few rules allow, and counts the rest.
func (d *decision) allowedBy(rules []*inventory.Rule) string {
	return words.FirstOf(rules, 3, d.allows)
}

// way is the direction of rules in a sentence.
func way(d inventory.Direction) string {
	if d == inventory.Egress {
		return "outbound"
	}
	return "inbound"
}

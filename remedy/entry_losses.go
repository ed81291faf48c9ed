package remedy

import (
	"slices"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// losing is who loses access by one revocation of a plan.
type losing struct {
	pairs   int  // of interfaces that lose access by the plan, and that a rule of the step allowed
	known   bool // all pairs of the region were compared, and what became of each of them is known
	outside bool // clients on the internet lose access: see shutsOut
}

// attribute counts, for each revocation of a plan that leads from one inventory to another,
// the pairs of interfaces that lose access and that one of its rules allowed. A pair that
// the rules of two steps allowed counts for both.
func (p *Plan) attribute(inv, after *inventory.Inventory) {
	for i, r := range inv.Regions {
		var lost []PairChange
		for _, pair := range p.Access.Lost {
			if pair.AccountID == r.AccountID && pair.Region == r.Name {
				lost = append(lost, pair)
			}
		}
		known := !p.Access.Cut && p.Access.Unknown == 0 && r.Read.Has(inventory.PartInterfaces)
		analyzer, now := reach.New(r), inventory.NewIndex(after.Regions[i])
		for _, e := range p.Entries {
			if e.Step.Verb == change.Revoke && e.Account == r.AccountID && e.Step.Region == r.Name {
				outside := slices.ContainsFunc(e.all(), func(f *findings.Finding) bool { return shutsOut(analyzer, now, f) })
				e.losing = &losing{pairsBy(r, analyzer, &e.Step, lost), known, outside}
			}
		}
	}
}

// pairsBy counts the pairs of interfaces that a rule of a revocation allowed to connect.
func pairsBy(r *inventory.Region, n *reach.Analyzer, step *change.Step, lost []PairChange) int {
	g := n.Index().Group(step.Group)
	if g == nil || len(lost) == 0 {
		return 0
	}
	counted := map[[2]string]bool{} // one pair may lose access on several ports
	for i := range g.Rules {
		rule := &g.Rules[i]
		if !slices.ContainsFunc(rule.IDs, func(id string) bool { return slices.Contains(step.IDs, id) }) {
			continue
		}
		members, peers := ids(n.Interfaces(g.ID)), map[string]bool(nil)
		for _, pair := range lost {
			member, peer := pair.To, pair.From
			if rule.Direction == inventory.Egress {
				member, peer = peer, member
			}
			if !members[member] || !rule.Traffic.Overlaps(pair.Traffic) {
				continue
			}
			if peers == nil { // most rules of a plan need none
				peers = ids(standsFor(r, n, g, rule))
			}
			if peers[peer] {
				counted[[2]string{pair.From, pair.To}] = true
			}
		}
	}
	return len(counted)
}

func ids(list []*inventory.Interface) map[string]bool {
	found := map[string]bool{}
	for _, e := range list {
		found[e.ID] = true
	}
	return found
}

// leaves says what a revocation leaves: the fix of the first finding, unless groups take
// the place of the rule, with what the other rules of the group still allow, and who
// loses access.
func (e *Entry) leaves() (lines []string) {
	replaced := func(f *findings.Finding) bool { return len(f.Fix.Proof) > 0 }
	if i := slices.IndexFunc(e.Findings, func(f *findings.Finding) bool { return f.Fix.Summary != "" }); i >= 0 && !slices.ContainsFunc(e.Findings, replaced) {
		lines = append(lines, fixLine+e.Findings[i].Fix.Summary)
	}
	if text := e.loses(); text != "" {
		lines = append(lines, text)
	}
	return lines
}

// loses says who loses access by a step: pairs of interfaces, and clients on the internet
// where some can connect by the rule today. It is empty where the plan was not compared
// with an inventory, or not all pairs were and none is known to lose access.
func (e *Entry) loses() string {
	if e.losing == nil {
		return ""
	}
	outside := e.losing.outside
	switch n := e.losing.pairs; {
	case n > 0:
		verb := " lose"
		if n == 1 {
			verb = " loses"
		}
		text := words.Count(n, "pair") + " of interfaces of the account" + verb + " access by this step"
		if outside {
			text += ", and clients on the internet do too"
		}
		return text
	case outside && e.losing.known:
		return "clients on the internet lose access by this step, and no pair of interfaces of the account does"
	case outside:
		return "clients on the internet lose access by this step"
	case e.losing.known:
		return "no pair of interfaces of the account loses access by this step"
	}
	return ""
}

// ShutsOut reports whether clients on the internet lose access by the fix of a finding:
// they can connect by its rule today, and after the steps the interfaces do not allow all
// of the same by other rules. Without an inventory, which a report does not hold, other rules
// are not looked at.
func ShutsOut(inv *inventory.Inventory, f *findings.Finding) bool {
	if f.Fix.Keeps || !slices.ContainsFunc(f.Fix.Steps, func(s change.Step) bool { return s.Verb == change.Revoke }) {
		return false
	}
	if inv == nil {
		return openInbound(f)
	}
	after, err := Apply(inv, changing(f))
	if err != nil {
		return false
	}
	for i, r := range inv.Regions {
		if r.AccountID == f.AccountID && r.Name == f.Region {
			return shutsOut(reach.New(r), inventory.NewIndex(after.Regions[i]), f)
		}
	}
	return false
}

// openInbound reports whether clients on the internet can connect by the rule of a finding.
func openInbound(f *findings.Finding) bool {
	return f.Rule != nil && f.Rule.Rule != nil && f.Rule.Direction == inventory.Ingress && f.Exposure.Verdict == reach.Reachable
}

// shutsOut reports whether clients on the internet lose access to an interface with the
// rule of a finding, between two states of a region: they can connect by it now, and the
// rules of the interface then do not allow all of the same.
func shutsOut(n *reach.Analyzer, after *inventory.Index, f *findings.Finding) bool {
	if !openInbound(f) {
		return false
	}
	return slices.ContainsFunc(n.Interfaces(f.GroupID), func(e *inventory.Interface) bool {
		if n.InterfaceVerdict(e) != reach.Reachable {
			return false
		}
		var stay []*inventory.Rule
		if is := after.Interface(e.ID); is != nil {
			e = is
		}
		for _, id := range e.Groups {
			if g := after.Group(id); g != nil {
				for k := range g.Rules {
					stay = append(stay, &g.Rules[k])
				}
			}
		}
		return len(reach.Covering(f.Rule.Rule, besides(stay, f.Rule.Rule))) == 0
	})
}

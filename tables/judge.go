package tables

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// subject is what findings are about: a rule, or a group or another resource
// where rule is empty.
type subject struct{ account, region, resource, rule string }

// judged is what the report says about a subject.
type judged struct {
	open, suppressed int
	worst            findings.Severity // of the open ones
	found            []int             // the places of the open ones in the report, which has the gravest first
}

func (a *judged) severity() string {
	if a == nil || a.open == 0 {
		return ""
	}
	return a.worst.String()
}

func (a *judged) counts() (open, suppressed string) {
	if a == nil {
		return "0", "0"
	}
	return strconv.Itoa(a.open), strconv.Itoa(a.suppressed)
}

// add counts the findings of another subject too.
func (a *judged) add(b *judged) {
	if b == nil {
		return
	}
	if b.open > 0 && (a.open == 0 || b.worst > a.worst) {
		a.worst = b.worst
	}
	a.open, a.suppressed = a.open+b.open, a.suppressed+b.suppressed
	a.found = append(a.found, b.found...)
}

// findingIDs returns the ids of the open findings of a subject, the gravest first.
func (t *audited) findingIDs(a *judged) string {
	if a == nil {
		return ""
	}
	ids := make([]string, len(a.found))
	for i, k := range slices.Sorted(slices.Values(a.found)) {
		ids[i] = t.report.Findings[k].ID
	}
	return strings.Join(ids, sep)
}

// place is one region with what its tables share.
type place struct {
	region     *inventory.Region
	reach      *reach.Analyzer
	attached   bool                // whether the interfaces of groups are known
	rules      [][]reach.Verdict   // by group and rule; of egress rules empty
	groups     []reach.Verdict     // the gravest of a group's inbound rules
	scoped     []bool              // by group: whether the tables have it
	referenced map[string][]string // by group: the others that reference it
	lists      map[string]string   // names of prefix lists
	at         map[string]int      // where a group stands in the region
}

// judge works out what all tables need: who is referenced, what findings say,
// and the verdict of every rule.
func (t *audited) judge() {
	t.about = map[subject]*judged{}
	for i := range t.report.Findings {
		f := &t.report.Findings[i]
		resource := f.ResourceID
		if f.GroupID != "" {
			resource = f.GroupID
		}
		about := func(s subject) {
			a := t.about[s]
			if a == nil {
				a = &judged{}
				t.about[s] = a
			}
			if f.Status == findings.Suppressed {
				a.suppressed++
				return
			}
			if a.open++; a.open == 1 || f.Severity > a.worst {
				a.worst = f.Severity
			}
			a.found = append(a.found, i)
		}
		about(subject{f.AccountID, f.Region, resource, ""})
		if f.Rule != nil {
			about(subject{f.AccountID, f.Region, resource, f.Rule.String()})
			continue
		}
		for _, rule := range revoked(f) {
			about(subject{f.AccountID, f.Region, resource, rule})
		}
	}
	t.names = map[string]string{}
	t.places = make([]*place, len(t.inv.Regions))
	for i, r := range t.inv.Regions {
		if !r.Skipped {
			t.places[i] = t.look(r)
		}
	}
	for _, p := range t.places {
		if p != nil {
			t.judgeRules(p)
		}
	}
}

// revoked returns the rules that the fix of a finding about a whole group revokes in it,
// each once: the finding is about them too.
func revoked(f *findings.Finding) (rules []string) {
	steps := f.Detailed().Fix.Steps
	for i := range steps {
		if s := &steps[i]; s.Verb == change.Revoke && s.Group == f.GroupID {
			for k := range s.Rules {
				rules = append(rules, s.Rules[k].String())
			}
		}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

func (t *audited) look(r *inventory.Region) *place {
	p := &place{
		region: r, attached: r.Read.Has(inventory.PartInterfaces),
		rules: make([][]reach.Verdict, len(r.Groups)), groups: make([]reach.Verdict, len(r.Groups)), scoped: make([]bool, len(r.Groups)),
		referenced: map[string][]string{}, lists: map[string]string{}, at: make(map[string]int, len(r.Groups)),
	}
	for i := range r.Groups {
		g := &r.Groups[i]
		t.names[g.ID], p.at[g.ID] = g.Name, i
		p.scoped[i] = t.opts.Scope == nil || t.opts.Scope(r, g)
		last := map[string]bool{}
		for k := range g.Rules {
			if ref := g.Rules[k].Peer.Group; ref != nil && ref.ID != g.ID && !last[ref.ID] {
				last[ref.ID] = true
				p.referenced[ref.ID] = append(p.referenced[ref.ID], g.ID)
			}
		}
	}
	for i := range r.PrefixLists {
		p.lists[r.PrefixLists[i].ID] = r.PrefixLists[i].Name
	}
	return p
}

func (t *audited) judgeRules(p *place) {
	p.reach = reach.New(p.region)
	for i := range p.region.Groups {
		if !p.scoped[i] {
			continue
		}
		g := &p.region.Groups[i]
		p.rules[i] = make([]reach.Verdict, len(g.Rules))
		p.groups[i] = reach.NotReachable
		if p.attached && len(p.reach.Interfaces(g.ID)) == 0 {
			p.groups[i] = reach.Unattached
		}
		for k := range g.Rules {
			if r := &g.Rules[k]; r.Direction == inventory.Ingress {
				v := p.reach.RuleVerdict(g, r)
				if p.rules[i][k] = v; v.Compare(p.groups[i]) > 0 {
					p.groups[i] = v
				}
			}
		}
	}
}

package drift

import (
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Widened is an open finding that was there before, with the interfaces that the internet
// can reach since through its rule, or may reach.
type Widened struct {
	findings.Ref
	Interfaces []string `json:"interfaces"` // ids, sorted
}

// opener is a rule of a group of a region.
type opener struct{ account, region, group, rule string }

// openings are the interfaces that the internet can reach through the rules of a region, or
// may reach, with the verdict.
type openings map[opener]map[string]reach.Verdict

// note keeps the verdict of a way, the most open one of each interface.
func (o openings) note(r *inventory.Region, id string, w *reach.Way) {
	if w.Verdict != reach.Reachable && w.Verdict != reach.Unknown {
		return
	}
	key := opener{r.AccountID, r.Name, w.Group, w.Rule}
	if o[key] == nil {
		o[key] = map[string]reach.Verdict{}
	}
	if o[key][id] != reach.Reachable {
		o[key][id] = w.Verdict
	}
}

// more returns the interfaces that a rule opens, or may open, and did not before, sorted.
// New interfaces count if they are more than those of the rule that are gone: what is
// replaced by its like opens nothing.
func more(was, is map[string]reach.Verdict, before, after map[string]bool) (ids []string) {
	var fresh []string
	for id, verdict := range is {
		switch {
		case was[id] == verdict || was[id] == reach.Reachable:
		case before[id]:
			ids = append(ids, id)
		default:
			fresh = append(fresh, id)
		}
	}
	gone := 0
	for id := range was {
		if !after[id] {
			gone++
		}
	}
	if len(fresh) > gone {
		ids = append(ids, fresh...)
	}
	slices.Sort(ids)
	return ids
}

// widen keeps which rules of a region open more interfaces than before.
func (d *Drift) widen(old, now *inventory.Region, before, after openings) {
	were, are := interfaceIDs(old), interfaceIDs(now)
	for key, is := range after {
		if ids := more(before[key], is, were, are); len(ids) > 0 {
			if d.wider == nil {
				d.wider = map[opener][]string{}
			}
			d.wider[key] = ids
		}
	}
}

func interfaceIDs(r *inventory.Region) map[string]bool {
	ids := make(map[string]bool, len(r.Interfaces))
	for i := range r.Interfaces {
		ids[r.Interfaces[i].ID] = true
	}
	return ids
}

// widens returns the interfaces that the rule of a finding opens since, or may open, if the
// severity of the finding depends on what the internet can reach.
func (d *Drift) widens(f *findings.Finding) []string {
	if f.Rule == nil || !audit.FollowsExposure(f.Check) {
		return nil
	}
	return d.wider[opener{f.AccountID, f.Region, f.GroupID, f.Rule.String()}]
}

// widened are the findings in Widened, with the interfaces in the message.
func (d *Drift) widened() (refs []findings.Ref) {
	for i := range d.Widened {
		w := &d.Widened[i]
		names := make([]string, len(w.Interfaces))
		for i, id := range w.Interfaces {
			names[i] = d.Named(w.AccountID, w.Region, id)
		}
		ref := w.Ref
		ref.Message += "; now also of " + words.List(names, 3)
		refs = append(refs, ref)
	}
	return refs
}

// Digits is how many characters it takes to name each finding that came, went or changed by
// its id.
func (d *Drift) Digits() int {
	return findings.RefDigits(d.New, d.Raised, d.widened(), d.Accepted, d.Fixed, d.Unknown)
}

package audit

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// EachUsage calls f for every rule of the region of which flow logs say something,
// in the order of groups and of their rules. Rules that were changed since the flow
// logs were judged are left out.
func (r *Pass) EachUsage(f func(*inventory.Group, *inventory.Rule, *usage.Rule)) {
	for i := range r.Groups {
		g := &r.Groups[i]
		for k := range g.Rules {
			if u := r.Settings.Usage.Of(r.AccountID, r.Name, g.ID, &g.Rules[k]); u != nil {
				f(g, &g.Rules[k], u)
			}
		}
	}
}

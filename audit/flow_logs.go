package audit

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
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

// flowLogs reports whether there are records of flow logs to judge by, and says for the
// running check what could not be judged.
func (r *Pass) flowLogs() bool {
	u := r.Settings.Usage
	if u == nil {
		r.NotEvaluated("VPC flow logs are needed: give them with --usage")
		return false
	}
	if why := u.WhyNothing(); why != "" {
		r.NotEvaluated("%s", why)
		return false
	}
	n, all := u.NotKnown(r.AccountID, r.Name)
	if n == 0 {
		return true
	}
	const why = "sgaudit usage --verdict not-known with the same flow logs says why"
	if u.Lost() {
		r.NotEvaluated("%d of %s could not be judged by the flow logs: %s", n, words.Count(all, "rule"), why)
	} else {
		r.Note(fmt.Sprintf("could not judge %d of %s by the flow logs: %s", n, words.Count(all, "rule"), why))
	}
	return true
}

package checks

import (
	"fmt"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// Every rule allows traffic that flow logs show.
var _ = audit.Declare(audit.Check{
	Title:     "Rule is unused: flow logs show no traffic that it allows",
	Severity:  findings.Low,
	Needs:     inventory.PartInterfaces,
	OnRequest: true,
	FlowLogs:  true,
	Run: func(r *audit.Pass) {
		r.EachUsage(func(g *inventory.Group, rule *inventory.Rule, u *usage.Rule) {
			if u.Verdict != usage.Unused {
				return
			}
			o := r.Observe(g, rule)
			o.Message = fmt.Sprintf("%s was not used from %s: flow logs cover every hour on %s", usage.Text(rule), period(r), words.Count(u.Attached, "network interface"))
			o.Fix = "Ask the owner whether something needs the rule more rarely, such as a yearly job or a failover. If nothing does, revoke it."
			r.Report(o)
		})
	},
})

// period is the window of the flow logs, in days.
func period(r *audit.Pass) string {
	first, last := time.Unix(r.Settings.Usage.First, 0).UTC(), time.Unix(r.Settings.Usage.Last-1, 0).UTC()
	return fmt.Sprintf("%s to %s (%s)", first.Format(time.DateOnly), last.Format(time.DateOnly), words.Count((r.Settings.Usage.Hours()+23)/24, "day"))
}

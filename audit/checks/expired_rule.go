package checks

import (
	"fmt"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// No rule is past the expiry date in its description or tags.
var _ = audit.Declare(audit.Check{
	Title:      "Rule is past its expiry date, or temporary without one",
	Severity:   findings.Medium,
	References: []string{"NIST 800-53 r5 CM-7"},
	Run: func(r *audit.Pass) {
		for i := range r.Groups {
			g := &r.Groups[i]
			for j := range g.Rules {
				rule := &g.Rules[j]
				if rule.Description == "" && len(rule.Tags) == 0 {
					continue
				}
				o := r.Observe(g, rule)
				end, from, dated := expiry(rule)
				switch {
				case dated && end.Before(r.Settings.Now):
					o.Title = "Rule is past its expiry date"
					o.Message = fmt.Sprintf("the rule for %s expired on %s, according to its %s", allowed(r, g, rule), end.Format(time.DateOnly), from)
					o.Fix = "If the access is no longer needed, revoke " + allowed(r, g, rule) + ". Otherwise give the rule a new expiry date."
				case !dated && holdsTemp(rule.Description) && temporary().MatchString(rule.Description):
					o.Severity = findings.Info
					o.Title = "Rule is described as temporary and has no expiry date"
					o.Message = fmt.Sprintf("the rule for %s is described as temporary and has no expiry date: %q", allowed(r, g, rule), rule.Description)
					o.Fix = "If the access is no longer needed, revoke the rule. Otherwise add an expiry date to its description, such as \"until 2030-01-31\"."
					o.Proposal.Kind = findings.Advise
				default:
					continue
				}
				r.Report(o)
			}
		}
	},
})

var (
	temporary = words.Form(`(?i)\b(temp|tmp|temporary|temporarily)\b`)
	ending    = words.Form(`(?i)\b(?:until|till|expires?|expiry|expiration|ends?|(?:remove|delete|revoke|valid|drop)\s+(?:after|until|till|on|by))\b[\s:=]*(?:on\s+)?(\d{4}-\d{2}-\d{2})\b`)
	endTag    = words.Form(`(?i)^(?:until|expires?|expiry|expiration|expire[-_ ]?(?:on|at|date)|expir(?:es|y|ation)[-_ ]?(?:on|at|date)|delete[-_ ]?after|ttl)$`)
)

// expiry returns the last day of a rule, and where it is written.
func expiry(rule *inventory.Rule) (end time.Time, from string, ok bool) {
	for _, tag := range rule.Tags {
		if endTag().MatchString(tag.Key) && len(tag.Value) >= len(time.DateOnly) {
			if end, err := time.Parse(time.DateOnly, tag.Value[:len(time.DateOnly)]); err == nil {
				return end, "tag " + tag.Key, true
			}
		}
	}
	if !holdsDate(rule.Description) {
		return end, "", false
	}
	if m := ending().FindStringSubmatch(rule.Description); m != nil {
		if end, err := time.Parse(time.DateOnly, m[1]); err == nil {
			return end, "description", true
		}
	}
	return end, "", false
}

// holdsDate and holdsTemp spare most descriptions the regular expressions,
// which would cost more than all the rest of an audit.
func holdsDate(text string) bool {
	for i := 4; i+3 < len(text); i++ {
		if text[i] == '-' && text[i+3] == '-' && text[i-1] >= '0' && text[i-1] <= '9' {
			return true
		}
	}
	return false
}

func holdsTemp(text string) bool {
	for i := 1; i+1 < len(text); i++ {
		if text[i]|0x20 == 'm' && text[i+1]|0x20 == 'p' {
			return true
		}
	}
	return false
}

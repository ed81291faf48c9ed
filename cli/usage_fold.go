package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// foldedRows are rows of a table for which its compact form has other lines.
type foldedRows struct {
	has   func(cell func(name string) string) bool
	lines []string
}

const (
	mostNotKnown = 5 // rules of which the use is not known, in the compact form
	mostWithout  = 3 // interfaces without a flow log that are named there
)

const noFlowLog = " has no flow log" // how package usage says it of an interface

// foldNotKnown counts the rules of which the use is not known by the first reason, the most
// frequent first. It returns nil where they are few, or where there are no others.
func foldNotKnown(rules []usage.Rule) *foldedRows {
	count, without := map[string]int{}, []string{}
	n := 0
	for i := range rules {
		u := &rules[i]
		if u.Verdict != usage.NotKnown {
			continue
		}
		n++
		reason := ""
		if len(u.Reasons) > 0 {
			reason = u.Reasons[0]
		}
		if name, is := strings.CutSuffix(reason, noFlowLog); is {
			if reason = noFlowLog; !slices.Contains(without, name) {
				without = append(without, name)
			}
		}
		count[reason]++
	}
	if n <= mostNotKnown || n == len(rules) {
		return nil
	}
	reasons := make([]string, 0, len(count))
	for reason := range count {
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		if count[a] != count[b] {
			return count[b] - count[a]
		}
		return strings.Compare(a, b)
	})
	lines := []string{"", fmt.Sprintf("and %s of which the use is not known (--verdict not-known lists them):", words.Count(n, "rule"))}
	for _, reason := range reasons {
		text := reason
		if reason == noFlowLog {
			if text = without[0] + noFlowLog; len(without) > 1 {
				text = words.List(without, mostWithout) + " have no flow log"
			}
		}
		lines = append(lines, fmt.Sprintf("  %d × %s", count[reason], text))
	}
	return &foldedRows{func(cell func(string) string) bool { return cell("verdict") == string(usage.NotKnown) }, lines}
}

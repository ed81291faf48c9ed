package output

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// closing sums up the run: what was found, what was read, and above all what
// was not. An incomplete run never reads as a clean one.
func closing(out *bytes.Buffer, r *findings.Report, o Options) {
	if len(r.Findings) > 0 {
		out.WriteByte('\n')
	}
	var regions, groups, rules, interfaces, skipped int
	var unread []*findings.Coverage
	for i := range r.Coverage {
		c := &r.Coverage[i]
		switch c.Status {
		case "skipped":
			skipped++
			continue
		case "complete":
		default:
			unread = append(unread, c)
		}
		regions++
		groups, rules, interfaces = groups+c.SecurityGroups, rules+c.Rules, interfaces+c.NetworkInterfaces
	}
	say := func(format string, args ...any) {
		for _, line := range wrap(fmt.Sprintf(format, args...), o.Width) {
			out.WriteString(line + "\n")
		}
	}
	switch total := r.Summary.Total(); {
	case total > 0:
		var parts []string
		for _, s := range findings.Severities() {
			if n := r.Summary.Of(s); n > 0 {
				parts = append(parts, paint(o, s, fmt.Sprintf("%d %s", n, s)))
			}
		}
		fmt.Fprintf(out, "%s: %s\n", plural(total, "finding"), strings.Join(parts, ", "))
	case len(unread) > 0 || len(r.Coverage) == 0:
		say("Nothing was found in what could be read, but not everything could be read.")
	default:
		say("Nothing was found.")
	}
	if r.Summary.Suppressed > 0 {
		say("%s suppressed by exceptions", plural(r.Summary.Suppressed, "finding"))
	}
	say("Read %s at depth %s: %s, %s, %s", plural(regions, "region"), r.Depth, plural(groups, "security group"),
		plural(rules, "rule"), plural(interfaces, "network interface"))
	if skipped > 0 {
		say("%s left out on request", plural(skipped, "region"))
	}
	if len(unread) > 0 {
		fmt.Fprintf(out, "\n%s\n", paint(o, findings.Critical, fmt.Sprintf("INCOMPLETE: %d of %s could not be read in full", len(unread), plural(regions, "region"))))
		for _, c := range unread {
			fmt.Fprintf(out, "  %s %s: %s\n", clean(c.AccountID), clean(c.Region), c.Status)
			for _, g := range c.Gaps {
				fmt.Fprintf(out, "    %s %s", clean(g.Operation), clean(g.Kind))
				if g.Message != "" {
					fmt.Fprintf(out, ": %s", clean(g.Message))
				}
				out.WriteByte('\n')
			}
		}
	}
	notEvaluated(out, r)
}

// notEvaluated tells which checks could not judge what, the same reason once.
func notEvaluated(out *bytes.Buffer, r *findings.Report) {
	if len(r.NotEvaluated) == 0 {
		return
	}
	const most = 20
	checks := map[string][]string{}
	var reasons []string
	for _, n := range r.NotEvaluated {
		key := n.Region + ": " + n.Reason
		if checks[key] == nil {
			reasons = append(reasons, key)
		}
		if !slices.Contains(checks[key], n.Check) {
			checks[key] = append(checks[key], n.Check)
		}
	}
	out.WriteString("\nNot evaluated:\n")
	for _, key := range reasons[:min(most, len(reasons))] {
		list := checks[key]
		if len(list) > 3 {
			list = append(slices.Clone(list[:2]), fmt.Sprintf("%d more checks", len(list)-2))
		}
		fmt.Fprintf(out, "  %s (%s)\n", clean(key), strings.Join(list, ", "))
	}
	if more := len(reasons) - most; more > 0 {
		fmt.Fprintf(out, "  and %d more reasons: see -o json\n", more)
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

package output

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// nextSteps names the commands that explain the worst finding and plan the fixes, and what
// no command of a plan fixes.
func nextSteps(out *bytes.Buffer, r *findings.Report, entries []findings.Entry, o Options) {
	say := func(format string, args ...any) { out.WriteString(words.Plain(fmt.Sprintf(format, args...)) + "\n") }
	explain := ""
	if o.Next != nil {
		explain = o.Next(entries[0].First().Short(findings.Digits(r.Findings)))
	}
	first, rest := divide(entries)
	planned := o.Fixes != nil && (plannable(first) || plannable(rest))
	deletion := o.Fixes != nil && deletes(r.Open())
	if explain != "" && (o.Fixes == nil || planned || deletion) {
		say("Evidence and fix: %s", explain)
	}
	part := planned && plannable(first) && len(rest) > 0
	switch {
	case part:
		text := "Plan of these: " + o.Fixes(findings.High)
		if all := text + "; of all findings: without --min-severity"; len(all) <= o.Width {
			text = all
		}
		say("%s", text)
	case planned:
		say("Plan of the fixes: %s", o.Fixes(findings.Info))
	case deletion:
		say("Deletions alone are left for a plan, as comments: %s", o.Fixes(findings.Info))
	case o.Fixes != nil && explain != "":
		say("No command can fix what is left. What to do: %s", explain)
	}
}

// divide returns the findings that the end of the table says to fix first, and the others.
func divide(entries []findings.Entry) (first, rest []*findings.Finding) {
	for _, e := range entries {
		for _, f := range e.Findings {
			if f.Severity >= findings.High {
				first = append(first, f)
			} else {
				rest = append(rest, f)
			}
		}
	}
	return first, rest
}

// byHand names the findings to fix first that have no commands, unless the commands of
// another one take the same rule away. It is empty where there are none, and where nothing
// is planned.
func byHand(r *findings.Report, entries []findings.Entry, o Options) string {
	first, _ := divide(entries)
	if o.Fixes == nil || !plannable(first) {
		return ""
	}
	changed, digits := map[string]bool{}, findings.Digits(r.Findings)
	for _, f := range first {
		if f.HasChanges() {
			changed[ruleOf(f)] = true
		}
	}
	var left []string
	for _, f := range first {
		if len(f.Detailed().Fix.Steps) == 0 && (f.Rule == nil || !changed[ruleOf(f)]) {
			left = append(left, f.SubjectName()+" ("+f.Short(digits)+")")
		}
	}
	if len(left) == 0 {
		return ""
	}
	if len(left) == 1 {
		return "; one by hand: " + left[0]
	}
	return fmt.Sprintf("; %d by hand: %s", len(left), words.List(left, 2))
}

// ruleOf is the rule that a finding is about, with its group; of another finding it is the
// resource.
func ruleOf(f *findings.Finding) string {
	key := f.AccountID + " " + f.Region + " " + f.GroupID + " " + f.ResourceID
	if f.Rule != nil {
		key += " " + f.Rule.String()
	}
	return key
}

// plannable reports whether a plan has changes for one of the findings.
func plannable(list []*findings.Finding) bool {
	return slices.ContainsFunc(list, (*findings.Finding).HasChanges)
}

func deletes(list []*findings.Finding) bool {
	return slices.ContainsFunc(list, (*findings.Finding).DeletesGroup)
}

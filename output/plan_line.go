package output

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
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
	deletion := o.Fixes != nil && deletes(slices.Concat(first, rest))
	if explain != "" && (o.Fixes == nil || planned || deletion) {
		say("Evidence and fix: %s", explain)
	}
	part := planned && plannable(first) && len(rest) > 0
	ids, all := namedAlone(r, first, rest)
	switch {
	case planned && len(ids) == 1:
		say("Plan of this finding: %s", o.Fixes(findings.Info, ids...))
	case planned && len(ids) > 0:
		say("Plan of these: %s", o.Fixes(findings.Info, ids...))
	case planned && !all:
		say("Plan of these and of the findings that are not listed: %s", o.Fixes(findings.Info))
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

// listed returns the open findings that the end of the table is about: those that the
// table lists, or all where it lists none.
func listed(r *findings.Report, o Options) []*findings.Finding {
	open := r.Open()
	if !o.NewOnly {
		return open
	}
	if news := slices.DeleteFunc(slices.Clone(open), func(f *findings.Finding) bool { return !f.News() }); len(news) > 0 {
		return news
	}
	return open
}

// namedAlone returns the ids for a plan of the findings that the table lists, where it lists
// a few of the open ones, and whether it lists all.
func namedAlone(r *findings.Report, first, rest []*findings.Finding) (ids []string, all bool) {
	list, digits := slices.Concat(first, rest), findings.Digits(r.Findings)
	if len(list) == len(r.Open()) {
		return nil, true
	}
	if list = slices.DeleteFunc(list, func(f *findings.Finding) bool { return !f.HasChanges() }); len(list) > mostFirst {
		return nil, false
	}
	for _, f := range list {
		ids = append(ids, f.Short(digits))
	}
	return ids, false
}

// leastForAccount is the width from which on the table names the account. On a narrower
// terminal each line counts, and standard error has named it above the table.
const leastForAccount = 100

// ofAccounts names the account that was read, or counts the accounts: a file or a mail has
// no other line that says which it is.
func ofAccounts(r *findings.Report, o Options) string {
	if o.Width > 0 && o.Width < leastForAccount {
		return ""
	}
	var ids []string
	name := ""
	for i := range r.Coverage {
		c := &r.Coverage[i]
		if c.Status == "skipped" || c.Status == "failed" || c.AccountID == "" {
			continue
		}
		if !slices.Contains(ids, c.AccountID) {
			ids, name = append(ids, c.AccountID), c.AccountName
		}
	}
	switch len(ids) {
	case 0:
		return ""
	case 1:
		return " of account " + inventory.Named(name, ids[0])
	}
	return " of " + words.Count(len(ids), "account")
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

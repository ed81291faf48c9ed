package remedy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Documents returns the plan as documents, one for each account, by account. A
// plan in which nothing is left to do is one document.
func (p *Plan) Documents() []*change.Document {
	docs := map[string]*change.Document{}
	of := func(account string) *change.Document {
		if docs[account] == nil {
			docs[account] = &change.Document{Account: account}
		}
		return docs[account]
	}
	for _, e := range p.Entries {
		d := of(e.Account)
		d.Items = append(d.Items, e.item())
	}
	for _, e := range p.Aside {
		d := of(e.Account)
		d.Aside = append(d.Aside, e.item())
	}
	for _, f := range p.Left {
		d := of(f.AccountID)
		d.Manual = append(d.Manual, manualLine(f))
	}
	if len(docs) == 0 {
		of(p.report.Caller.AccountID)
	}
	for _, d := range docs {
		sayOnce(d.Items)
		d.Script, d.Simulate = "plan.sh", "sgaudit simulate --input SNAPSHOT plan.sh"
		list := d.Simulate
		if p.Called != nil {
			called := p.Called(d.Account)
			d.Script, d.Simulate, list = called.Script, called.Simulate, called.Simulate
			if called.Save != "" {
				list = called.Save + ", then " + d.Simulate
			}
		}
		d.Head = p.head(d, list)
		d.Names = maps.Clone(p.names)
	}
	return slices.SortedFunc(maps.Values(docs), func(a, b *change.Document) int { return cmp.Compare(a.Account, b.Account) })
}

// head says what the plan of an account is, line by line. List is what lists who loses access.
func (p *Plan) head(d *change.Document, list string) []string {
	r := p.report
	changes, deletions, about := 0, 0, map[string]bool{}
	added, revoked := 0, 0
	for i := range d.Items {
		switch s := &d.Items[i].Step; s.Verb {
		case change.Authorize:
			added += len(s.Rules)
		case change.Revoke:
			revoked += cmp.Or(len(s.Rules), len(s.IDs))
		}
		if d.Items[i].Step.Verb.Changes() {
			changes++
		}
		if d.Items[i].Step.Verb == change.Delete {
			deletions++
		}
	}
	for _, e := range p.Entries {
		for _, f := range e.all() {
			if e.Account == d.Account {
				about[f.ID] = true
			}
		}
	}
	what := words.Count(changes, "change")
	if tally := change.Tally(added, revoked); tally != "" {
		what += " (" + tally + ")"
	}
	lines := []string{
		fmt.Sprintf("Plan of %s %s for account %s: %s for %s.", r.Tool.Name, r.Tool.Version, d.Account, what, words.Count(len(about), "finding")),
		fmt.Sprintf("Written from the audit of %s. Nothing has been changed. Read it before you run it.", r.StartedAt.UTC().Format("2006-01-02 15:04:05 UTC")),
	}
	if deletions > 0 {
		lines = append(lines, fmt.Sprintf("It deletes %s: ask the owner first.", words.Count(deletions, "security group")))
	}
	if changes > 0 {
		lines = append(lines, p.access(d, list)...)
		if p.cut {
			lines = append(lines, fmt.Sprintf("Not proven: only %d pairs of interfaces were compared. Other pairs may lose access that no finding is about.", MaxPairs))
		}
	}
	if p.Again {
		lines = append(lines, "Audit again after this plan: a second plan may have more changes.")
	}
	return slices.Concat(lines, p.stay(d.Account), unread(r, d.Account))
}

// unread names the regions of an account that were not read in full.
func unread(r *findings.Report, account string) (lines []string) {
	for _, c := range r.Coverage {
		if c.Status != "complete" && c.Status != "skipped" && c.AccountID == account {
			read := "Only a part of " + c.Region + " was read"
			if c.Status == "failed" {
				read = c.Region + " could not be read"
			}
			lines = append(lines, read+": the plan may lack changes, and sgaudit may not know every use of the groups there.")
		}
	}
	return lines
}

// stay lists the findings that the plan brings to an account.
func (p *Plan) stay(account string) []string {
	var lines []string
	for _, f := range p.Stay {
		if f.AccountID == account {
			lines = append(lines, fmt.Sprintf("  %s %s %s %s %s: %s", f.ID, f.Severity, f.Check, f.Region, f.ResourceID, f.Message))
		}
	}
	if len(lines) == 0 {
		return nil
	}
	return append([]string{fmt.Sprintf("The plan brings %s. Each is about a rule that the plan allows in place of a rule with a finding of the same severity or a higher one:",
		words.Count(len(lines), "new finding"))}, lines...)
}

// access says how many pairs of interfaces of an account lose access, and what
// could not be determined.
func (p *Plan) access(d *change.Document, list string) []string {
	account := d.Account
	if p.Access == nil {
		return []string{"A report does not show who gains and who loses access; to list them: " + list}
	}
	pairs := map[[3]string]bool{} // one pair may lose access on several ports
	for _, pair := range p.Access.Lost {
		if pair.AccountID == account {
			pairs[[3]string{pair.Region, pair.From, pair.To}] = true
		}
	}
	lost := len(pairs)
	least := ""
	if p.Access.Cut {
		least = "at least "
	}
	verb := "lose"
	if lost == 1 {
		verb = "loses"
	}
	var lines []string
	for _, unread := range p.Access.Unread {
		if of, region, _ := strings.Cut(unread, " "); of == account {
			lines = append(lines, fmt.Sprintf("Not proven: the network interfaces of %s were not read, so who loses access there is unknown.", region))
		}
	}
	if lost == 0 && p.Access.Asked == 0 && len(lines) > 0 {
		return lines
	}
	text := fmt.Sprintf("%s%s of interfaces %s access", least, words.Count(lost, "pair"), verb)
	if lost > 0 {
		text += "; to list them: " + list
	}
	lines = append([]string{text}, lines...)
	if p.Access.Unknown > 0 {
		lines = append(lines, fmt.Sprintf("Whether %s can connect could not be determined, before the plan and after it.", words.Count(p.Access.Unknown, "pair")))
	}
	return lines
}

// What the details of a reason begin with.
const (
	fixLine  = "fix: "
	noteLine = "note: "
)

// item returns an entry with its reasons: the findings, and what was proven
// and has to be known before.
func (e *Entry) item() change.Item {
	i := change.Item{Step: e.Step, Undo: e.Undo, Name: e.Name, WithDeletion: e.within}
	var noted []string
	for n, f := range e.Findings {
		why := change.Reason{Text: reason(f)}
		switch e.Step.Verb {
		case change.Create, change.SetGroups, change.Authorize:
			if strings.HasPrefix(f.Fix.Summary, notUsable) {
				why.Decide = f.Fix.Summary + " To close the port, delete this step and keep the revoke."
			}
			why.Details = slices.Clone(f.Fix.Proof)
		case change.Revoke, change.Delete:
			if e.Step.Verb == change.Delete {
				why.Details = gradeDetails(f)
			}
			if e.Step.Verb == change.Revoke && n == 0 {
				why.Details = e.leaves()
			}
			for _, note := range f.Fix.Notes {
				if !slices.Contains(noted, note) && !strings.HasPrefix(note, alsoFixes) && !strings.HasPrefix(note, alsoHave) {
					noted = append(noted, note)
					why.Details = append(why.Details, noteLine+note)
				}
			}
		}
		i.Why = append(i.Why, why)
	}
	for _, f := range e.Also {
		i.Why = append(i.Why, change.Reason{Text: reason(f)})
	}
	if n := len(i.Why); n > 0 && e.Step.Verb == change.Delete {
		last := &i.Why[n-1]
		last.Details = append(last.Details, noteLine+"ask the owner first: a resource that starts on demand with this group is not visible to this account until it runs")
	}
	return i
}

// sayOnce leaves out the fix and the notes that a step repeats of the steps above it, where
// they do the same in one group: two rules that open a port together have the same findings.
// Who loses access is said of each step.
func sayOnce(items []change.Item) {
	said := map[string]bool{}
	for k := range items {
		if k > 0 && !items[k].Follows(&items[k-1]) {
			clear(said)
		}
		var fresh []string
		for n := range items[k].Why {
			why := &items[k].Why[n]
			why.Details = slices.DeleteFunc(why.Details, func(detail string) bool { return said[detail] })
			fresh = append(fresh, why.Details...)
		}
		for _, detail := range fresh {
			said[detail] = strings.HasPrefix(detail, fixLine) || strings.HasPrefix(detail, noteLine)
		}
	}
}

// reason names a finding that a step is for.
func reason(f *findings.Finding) string {
	return fmt.Sprintf("%s %s %s: %s", f.ID, f.Severity, f.Check, f.Message)
}

// manualLine names a finding that the plan has no commands for.
func manualLine(f *findings.Finding) string {
	return fmt.Sprintf("%s %s %s %s %s: %s", f.ID, f.Severity, f.Check, f.Region, f.Subject(), f.Fix.Summary)
}

package output

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// closing sums up the run: what was found, what was read, and above all what
// was not. An incomplete run never reads as a clean one.
func closing(out *bytes.Buffer, r *findings.Report, o Options) {
	if r.Summary.Total() > 0 {
		out.WriteByte('\n')
	}
	regions, asked := r.Regions()
	var groups, rules, interfaces, skipped int
	var unread []*findings.Coverage
	for i := range r.Coverage {
		c := &r.Coverage[i]
		switch c.Status {
		case "skipped":
			if _, inactive := c.Inactive(); !inactive {
				skipped++
			}
			continue
		case "complete":
		default:
			unread = append(unread, c)
		}
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
		fmt.Fprintf(out, "%s: %s\n", words.Count(total, "finding"), strings.Join(parts, ", "))
		first(out, r, o)
	case nothingRead(r):
		say("Nothing could be read.")
	case len(unread) > 0 || len(r.Coverage) == 0:
		say("Nothing%s was found in what could be read, but not everything could be read.", least(r))
	case nothingEvaluated(r):
		say("Nothing%s was found, and no check was evaluated in full.", least(r))
	default:
		say("Nothing%s was found.", least(r))
	}
	notShown(say, r)
	say("Read %s%s at depth %s: %s, %s, %s", words.Count(regions, "region"), words.Plain(ofAccounts(r, o)), words.Plain(r.Depth), words.Count(groups, "security group"),
		words.Count(rules, "rule"), words.Count(interfaces, "interface"))
	if skipped > 0 {
		say("%s skipped on request", words.Count(skipped, "region"))
	}
	if text := inactiveLine(r, 10); text != "" {
		say("%s", text)
	}
	if len(unread) > 0 {
		fmt.Fprintf(out, "\n%s\n", paint(o, findings.Critical, fmt.Sprintf("INCOMPLETE: %d of %s could not be read in full", len(unread), words.Count(asked, "region"))))
		gaps(out, unread)
	}
	notEvaluated(out, r)
	compared(out, r)
	controls(out, r, o)
}

// nothingRead reports whether each region that was asked for failed, and gave nothing.
func nothingRead(r *findings.Report) bool {
	failed := false
	for i := range r.Coverage {
		switch r.Coverage[i].Status {
		case "skipped":
		case "failed":
			if c := &r.Coverage[i]; c.SecurityGroups+c.Rules+c.NetworkInterfaces > 0 {
				return false
			}
			failed = true
		default:
			return false
		}
	}
	return failed
}

// notShown says how many findings the table does not have, and why.
func notShown(say func(format string, args ...any), r *findings.Report) {
	if b := r.Below; b != nil && b.Findings > 0 {
		verb := "are"
		if b.Findings == 1 {
			verb = "is"
		}
		say("%s below %s %s not shown: --min-severity leaves out what is less severe", words.Count(b.Findings, "finding"), b.MinSeverity, verb)
	}
	if s := r.Selection; s != nil && s.Findings > 0 {
		say("%s left out by %s", words.Count(s.Findings, "finding"), words.Plain(strings.Join(s.Filters, " ")))
	}
	if r.Summary.Suppressed > 0 {
		say("%s suppressed by exceptions", words.Count(r.Summary.Suppressed, "finding"))
	}
}

// mostFirst is how many groups the end of the table repeats.
const mostFirst = 3

// first repeats by name what to fix first, since the top of a long table has left
// the screen, and names the next commands.
func first(out *bytes.Buffer, r *findings.Report, o Options) {
	if o.Width == 0 {
		return
	}
	entries := findings.Entries(listed(r, o))
	var names []string
	noun := "group"
	for _, e := range entries {
		if f := e.First(); f.Severity >= findings.High && !slices.Contains(names, f.Subject()) {
			names = append(names, f.Subject())
			noun = subjectNoun(noun, f)
		}
	}
	if len(names) > 0 {
		text := "Fix first: " + words.List(names, mostFirst)
		if more := len(names) - mostFirst; more > 1 { // as List counts
			text += " " + noun + "s"
		}
		text += byHand(r, entries, o)
		for _, line := range wrap(words.Plain(text), o.Width) {
			out.WriteString(line + "\n")
		}
	}
	nextSteps(out, r, entries, o)
}

// gaps lists what could not be read of regions: first what more than one of them lacks, in
// one line, and then region by region.
func gaps(out *bytes.Buffer, unread []*findings.Coverage) {
	said := map[[3]string]bool{}
	for _, same := range sameGaps(unread) {
		if len(same.regions) == 1 || len(same.regions[0].Gaps) == 0 {
			continue
		}
		said[[3]string{same.Operation, same.Kind, same.Code}] = true
		fmt.Fprintf(out, "  %s is %s in %s\n", words.Plain(same.Operation), words.Plain(same.Kind), words.Plain(same.where()))
		if text := same.message(); text != "" {
			fmt.Fprintf(out, "    %s\n", words.Plain(text))
		}
	}
	for _, c := range unread {
		own := slices.DeleteFunc(slices.Clone(c.Gaps), func(g findings.Gap) bool { return said[[3]string{g.Operation, g.Kind, g.Code}] })
		if len(own) == 0 && len(c.Gaps) > 0 {
			continue
		}
		fmt.Fprintf(out, "  %s %s: %s\n", words.Plain(placeWords(c.AccountID, c.AccountName, "")), words.Plain(c.Region), words.Plain(c.Status))
		for _, g := range own {
			fmt.Fprintf(out, "    %s %s", words.Plain(g.Operation), words.Plain(g.Kind))
			if g.Message != "" {
				fmt.Fprintf(out, ": %s", words.Plain(g.Message))
			}
			out.WriteByte('\n')
		}
	}
}

// least says from which severity on findings are in the report, if not all are.
func least(r *findings.Report) string {
	if r.Below == nil {
		return ""
	}
	return " at or above " + r.Below.MinSeverity.String()
}

// compared compares the report with the baseline.
func compared(out *bytes.Buffer, r *findings.Report) {
	c := r.Comparison
	if c == nil {
		return
	}
	n := r.Since()
	fmt.Fprintf(out, "\nSince the baseline of %s: %d new, ", c.Baseline.UTC().Format("2006-01-02 15:04 UTC"), n.New)
	if n.MoreSevere > 0 {
		fmt.Fprintf(out, "%d more severe, ", n.MoreSevere)
	}
	fmt.Fprintf(out, "%d unchanged, %d fixed", n.Unchanged, len(c.Fixed))
	if n.NotKnown > 0 {
		fmt.Fprintf(out, ", %d not known to be new: the baseline does not list findings as low as these", n.NotKnown)
	}
	if len(c.Unknown) > 0 {
		fmt.Fprintf(out, ", %d unknown: not judged this time", len(c.Unknown))
	}
	out.WriteString("\n")
	account := r.AccountsApart()
	for _, list := range []struct {
		word  string
		known []findings.Ref
	}{{"fixed", c.Fixed}, {"unknown", c.Unknown}} {
		const most = 20
		for _, k := range list.known[:min(most, len(list.known))] {
			place := strings.TrimSpace(account(k.AccountID) + " " + k.Region)
			fmt.Fprintf(out, "  %-7s  %s  %s %s: %s\n", list.word, k.Severity, words.Plain(place), words.Plain(k.Subject()), words.Plain(k.Message))
		}
		if more := len(list.known) - most; more > 0 {
			fmt.Fprintf(out, "  and %d more: see -o json\n", more)
		}
	}
}

// controls lists the controls of the framework that was asked for, with their status.
func controls(out *bytes.Buffer, r *findings.Report, o Options) {
	if len(r.Controls) == 0 {
		return
	}
	fmt.Fprintf(out, "\nControls of %s:\n", words.Plain(r.Controls[0].Framework))
	width := 0
	for _, c := range r.Controls {
		width = max(width, len(c.Control))
	}
	for _, c := range r.Controls {
		status := fmt.Sprintf("%-13s", words.Plain(c.Status))
		switch c.Status {
		case findings.Failed:
			status = paint(o, findings.Critical, status)
		case findings.Unevaluated:
			status = paint(o, findings.Medium, status)
		}
		text := fmt.Sprintf("  %-*s  %s  %s", width, words.Plain(c.Control), status, words.Plain(strings.Join(c.Checks, ", ")))
		if len(c.Findings) > 0 {
			text += fmt.Sprintf(": %s", words.Count(len(c.Findings), "finding"))
		}
		out.WriteString(text + "\n")
	}
}

// notEvaluated says which checks could not judge what: the same reason once,
// with the regions that it holds for.
func notEvaluated(out *bytes.Buffer, r *findings.Report) {
	if len(r.NotEvaluated) == 0 {
		return
	}
	const most = 20
	type gap struct{ regions, checks []string }
	accounts := map[string]bool{}
	for _, c := range r.Coverage {
		accounts[placeWords(c.AccountID, c.AccountName, "")] = true
	}
	gaps := map[string]*gap{}
	var reasons []string
	why := map[[2]string][]string{} // the reasons of an account and a region
	unread := map[[2]string]bool{}  // accounts and regions of which nothing was read
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status == "failed" && c.SecurityGroups+c.Rules+c.NetworkInterfaces == 0 {
			unread[[2]string{c.AccountID, c.Region}] = true
		}
	}
	for _, n := range r.NotEvaluated {
		place := [2]string{n.AccountID, n.Region}
		if !slices.Contains(why[place], n.Reason) {
			why[place] = append(why[place], n.Reason)
		}
	}
	for _, n := range r.NotEvaluated {
		if place := [2]string{n.AccountID, n.Region}; unread[place] && len(why[place]) > 1 {
			n.Reason = "nothing was read" // each reason says so of another part
		}
		g := gaps[n.Reason]
		if g == nil {
			g = &gap{}
			gaps[n.Reason] = g
			reasons = append(reasons, n.Reason)
		}
		place := n.Region
		if len(accounts) > 1 {
			place = placeWords(n.AccountID, "", n.Region)
		}
		if !slices.Contains(g.regions, place) {
			g.regions = append(g.regions, place)
		}
		if !slices.Contains(g.checks, n.Check) {
			g.checks = append(g.checks, n.Check)
		}
	}
	out.WriteString("\nNot evaluated:\n")
	for _, reason := range reasons[:min(most, len(reasons))] {
		g := gaps[reason]
		fmt.Fprintf(out, "  %s: %s (%s)\n", words.Plain(words.List(g.regions, 2)), words.Plain(reason), words.Plain(words.List(g.checks, 2)))
	}
	if more := len(reasons) - most; more > 0 {
		fmt.Fprintf(out, "  and %d more reasons: see -o json\n", more)
	}
}

package output

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// compact is the table of a terminal: a line or two for each mistake, the
// findings of a group under its name, what is the same for many groups counted.
// It is text and no table, as columns that fit an id of 20 characters, a name and
// a sentence do not fit 80.
type compact struct {
	o        Options
	digits   int  // of the ids
	accounts bool // more than one: each group names its own
	compared bool // with a baseline: what is new is marked
	ruled    bool // the rows below high severity name their rule

	written int // entries so far, of all sections
	left    int // groups that are not written, beyond maxRows
}

// mostAlike is how many groups are listed that have the same finding.
const mostAlike = 3

// severityWidth is the width of the longest severity.
const severityWidth = len("CRITICAL")

// cluster is what stands under one name.
type cluster struct {
	entries  []findings.Entry
	verdicts bool // written in its rows, as the title of the section does not name them
}

// write writes the table and returns of which checks it lists findings.
func (c *compact) write(out *bytes.Buffer, open []*findings.Finding) (shown func(check string) bool) {
	list := findings.Entries(open)
	if c.o.All {
		list = findings.Singly(open)
	}
	listed, counted := c.divide(list)
	order(listed, c.o.Sort, func(e *findings.Entry) *findings.Finding { return e.First() })
	if c.bySeverity() {
		order(listed, []string{"severity"}, func(e *findings.Entry) *findings.Finding { return e.First() })
	}
	c.ruled = true
	if !c.o.All && c.bySeverity() { // a short list: the rule is left out where it takes a second line
		c.ruled = !slices.ContainsFunc(listed, func(e findings.Entry) bool {
			f := e.First()
			return f.Severity < findings.High && 2+c.digits+1+twwidth.Width(c.place(f)+"  "+c.text(e)) > c.o.Width
		})
	}
	more := map[string]int{} // findings that are counted at the end alone, by the title of the section
	if !c.bySeverity() {
		for _, s := range sections(counted, c.o.GroupBy) {
			for _, e := range s.entries {
				more[s.title] += len(e.Findings)
			}
		}
	}
	for i, s := range sections(listed, c.o.GroupBy) {
		if c.written >= maxRows {
			c.section(out, s) // which counts them
			continue
		}
		title := words.Plain(s.title)
		if c.bySeverity() {
			f := s.entries[0].First()
			title = paint(c.o, f.Severity, strings.ToUpper(f.Severity.String()))
			if s.verdict != "" {
				title += ", " + words.Plain(s.verdict)
			}
		} else if i > 0 {
			out.WriteByte('\n')
		}
		count := s.count()
		if n := more[s.title]; n > 0 {
			count += fmt.Sprintf(", and %d more (see --all)", n)
		}
		fmt.Fprintf(out, "%s: %s\n", title, count)
		c.section(out, s)
	}
	if c.left > 0 {
		fmt.Fprintf(out, "\nMore findings, of %s, are not shown: write them with -o csv=FILE or -o json=FILE\n", words.Count(c.left, "group"))
	}
	c.count(out, counted)
	return func(check string) bool {
		return slices.ContainsFunc(listed, func(e findings.Entry) bool { return e.First().Check == check })
	}
}

// bySeverity reports whether the title of a section names the severity of all
// that is in it.
func (c *compact) bySeverity() bool { return c.o.GroupBy == "" || c.o.GroupBy == "severity" }

// section writes entries, those of a group together where its worst one stands.
func (c *compact) section(out *bytes.Buffer, s *section) {
	var clusters []*cluster
	at := map[string]*cluster{}
	for _, e := range s.entries {
		f := e.First()
		name := f.AccountID + " " + f.Region + " " + cmp.Or(f.ResourceID, f.GroupID)
		k := at[name]
		if k == nil {
			k = &cluster{verdicts: s.verdict == ""}
			at[name] = k
			clusters = append(clusters, k)
		}
		k.entries = append(k.entries, e)
	}
	same, shown := map[string]int{}, map[string]int{} // groups that have such findings
	alikes := make([]string, len(clusters))
	for i, k := range clusters {
		alikes[i] = k.likeness()
		same[alikes[i]]++
	}
	for i, k := range clusters {
		alike := alikes[i]
		more := same[alike] - mostAlike
		fold := !c.o.All && more > 1 // one more takes no more room than to say so
		switch {
		case fold && shown[alike] == mostAlike:
			continue
		case c.written >= maxRows:
			c.left++
			continue
		}
		c.cluster(out, k)
		c.written += len(k.entries)
		if shown[alike]++; fold && shown[alike] == mostAlike {
			fmt.Fprintf(out, "%*s and %d more like it: --all lists them\n", c.digits+2, "", more)
		}
	}
}

// screen is a number of mistakes that fill a terminal.
const screen = 12

// count says how many findings are not listed, by check.
func (c *compact) count(out *bytes.Buffer, entries []findings.Entry) {
	for len(entries) > 0 {
		severity := entries[0].First().Severity
		number := map[string]int{}
		var checks []string
		for len(entries) > 0 && entries[0].First().Severity == severity {
			check := entries[0].First().Check
			if number[check] == 0 {
				checks = append(checks, check)
			}
			number[check] += len(entries[0].Findings)
			entries = entries[1:]
		}
		for i, check := range checks {
			checks[i] = fmt.Sprintf("%d %s", number[check], words.Plain(check))
		}
		head := paint(c.o, severity, strings.ToUpper(severity.String())) + ": "
		c.entry(out, head, 2, "", strings.Join(checks, ", ")+" (see --all)")
	}
}

// likeness is equal for groups that have the same findings.
func (k *cluster) likeness() string {
	var parts []string
	for _, e := range k.entries {
		for i := range e.Findings {
			f := e.Findings[i]
			parts = append(parts, f.Severity.String(), f.Check, string(f.Exposure.Verdict), ruleText(f), f.Baseline, f.Mark())
		}
	}
	return strings.Join(parts, "\x00")
}

// cluster writes a group's name with its first entry, and the others indented below.
func (c *compact) cluster(out *bytes.Buffer, k *cluster) {
	var before string
	for i, e := range k.entries {
		f := e.First()
		head := fmt.Sprintf("  %-*s ", c.digits, words.Plain(f.Short(c.digits)))
		if i > 0 {
			head = "  " + head // a text in the column of the names would read as a group
		}
		indent := twwidth.Width(head)
		if !c.bySeverity() {
			word := strings.ToUpper(f.Severity.String())
			head = paint(c.o, f.Severity, word) + strings.Repeat(" ", severityWidth-len(word)) + head
			indent += severityWidth
		}
		if mark := f.Mark(); c.compared && mark != "" {
			head += mark + " "
		}
		place, text, verdict := "", c.text(e), shownVerdict(f)
		if i == 0 {
			place = c.place(f)
		}
		if k.verdicts && verdict != before && verdict != "" {
			if longer := strings.TrimPrefix(place+": "+words.Plain(verdict), ": "); twwidth.Width(longer) <= c.o.Width-indent {
				place = longer
			} else {
				text = words.Plain(verdict) + ": " + text
			}
		}
		before = verdict
		c.entry(out, head, indent, place, text)
	}
}

// shownVerdict is the verdict from the internet, empty for a finding about neither a
// group nor an interface, such as one about a VPC: no verdict applies to it.
func shownVerdict(f *findings.Finding) string {
	if !f.Judged() {
		return ""
	}
	return verdictWords(string(f.Exposure.Verdict))
}

// verdictWords says a verdict in words that fit a row.
func verdictWords(verdict string) string {
	switch verdict {
	case "not-reachable":
		return "not reachable"
	case "unattached":
		return "not attached"
	}
	return verdict
}

// internetWords also says from where.
func internetWords(verdict string) string {
	words := verdictWords(verdict)
	if strings.HasSuffix(words, "reachable") {
		words += " from the internet"
	}
	return words
}

// place names the group, and the region and account where groups differ in them.
func (c *compact) place(f *findings.Finding) string {
	place := []string{words.Plain(f.Subject())}
	if c.o.GroupBy != "region" {
		place = append(place, words.Plain(f.Region))
	}
	if c.accounts && c.o.GroupBy != "account" {
		place = append(place, words.Plain(cmp.Or(f.AccountName, f.AccountID)))
	}
	return strings.Join(place, ", ")
}

// text is what is wrong: the message of what is critical or high, else the check,
// with its rule where c.ruled says so. The rows of a table have one form each.
func (c *compact) text(e findings.Entry) string {
	f := e.First()
	text := words.Plain(f.Check)
	switch rule := sourcesText(e); {
	case f.Severity >= findings.High: // the row has the id
		text = strings.ReplaceAll(words.Plain(messageOf(e)), words.Plain(f.Subject()), words.Plain(f.SubjectName()))
	case c.ruled && rule != "":
		text += ": " + rule
	}
	if n := len(e.Findings); n > 1 {
		ids := make([]string, n)
		for i, one := range e.Findings {
			ids[i] = words.Plain(one.Short(c.digits))
		}
		text += fmt.Sprintf(" (%s: %s)", words.Count(n, "finding"), words.List(ids, mostAlike))
	}
	return text
}

// partial is how the message of a rule ends that allows a part of the internet.
const partial = " in this rule, the rest in other rules of the group"

// messageOf is the message of an entry. Where its rules allow the whole internet together,
// it names the source of each.
func messageOf(e findings.Entry) string {
	first := e.First().Message
	lead, _, found := strings.Cut(first, ": ")
	var sources []string
	for _, f := range e.Findings {
		text, is := strings.CutSuffix(f.Message, partial)
		before, source, _ := strings.Cut(text, ": ")
		if !found || !is || before != lead {
			return first
		}
		sources = append(sources, source)
	}
	if len(sources) < 2 {
		return first
	}
	return lead + ": " + words.FirstOf(sources, mostAlike, func(s string) string { return s }) + " together"
}

// sourcesText is the traffic and all sources of an entry.
func sourcesText(e findings.Entry) string {
	text := ruleWords(e.First())
	for _, f := range e.Findings[1:] {
		text += ", " + words.Plain(f.Rule.Texts().Source)
	}
	return text
}

// entry writes one line where the text fits behind the name, else the name and the
// text below it.
func (c *compact) entry(out *bytes.Buffer, head string, indent int, place, text string) {
	if place != "" {
		if twwidth.Width(head+place+"  "+text) <= c.o.Width {
			out.WriteString(head + place + "  " + text + "\n")
			return
		}
		out.WriteString(head + place + "\n")
		head = strings.Repeat(" ", indent)
	}
	for _, line := range wrap(text, max(leastText, c.o.Width-indent)) {
		out.WriteString(head + line + "\n")
		head = strings.Repeat(" ", indent)
	}
}

// several reports whether the values of the findings are more than one.
func several(list []*findings.Finding, value func(*findings.Finding) string) bool {
	return slices.ContainsFunc(list, func(f *findings.Finding) bool { return value(f) != value(list[0]) })
}

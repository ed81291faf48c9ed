package remedy

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Plan is the fixes of many findings as one list of changes: what is allowed
// comes first, then what is revoked, then the groups that are deleted, each by
// account, region and group. A change that several findings ask for is there
// once.
type Plan struct {
	Entries []*Entry
	Left    []*findings.Finding // without commands: people decide what to change

	report *findings.Report
}

// Entry is one command of a plan.
type Entry struct {
	Step     Step
	Command  string
	Undo     string // empty where nothing takes the command back
	Account  string
	Name     string // of the group
	Findings []*findings.Finding

	within bool // what takes back the deletion of the group takes this back too
}

// NewPlan makes a plan of findings, which are of the report. It needs nothing
// but what a report in JSON holds.
func NewPlan(report *findings.Report, list []*findings.Finding) (*Plan, error) {
	p := &Plan{report: report}
	m := &merger{by: map[string]*Entry{}}
	for _, f := range list {
		if len(f.Fix.Commands) == 0 {
			p.Left = append(p.Left, f)
			continue
		}
		for i, command := range f.Fix.Commands {
			undo := ""
			if i < len(f.Fix.Undo) {
				undo = f.Fix.Undo[i]
			}
			if err := m.add(f, command, undo); err != nil {
				return nil, fmt.Errorf("finding %s: %w", f.ID, err)
			}
		}
	}
	p.Entries = m.entries()
	return p, nil
}

// Changes counts the commands that change something.
func (p *Plan) Changes() (n int) {
	for _, e := range p.Entries {
		if e.Step.Verb != LookUp {
			n++
		}
	}
	return n
}

// Findings counts the findings that the commands are for.
func (p *Plan) Findings() int {
	seen := map[string]bool{}
	for _, e := range p.Entries {
		for _, f := range e.Findings {
			seen[f.ID] = true
		}
	}
	return len(seen)
}

// merger keeps each change once.
type merger struct {
	by  map[string]*Entry // by what is changed
	all []*Entry
}

func (m *merger) add(f *findings.Finding, command, undo string) error {
	step, changes, err := ParseCommand(command)
	if err != nil {
		return err
	}
	e := &Entry{Step: step, Command: command, Undo: undo, Account: f.AccountID, Name: f.GroupName}
	if !changes {
		e.Step = Step{Verb: LookUp, Region: f.Region, Group: f.GroupID}
	}
	if e.Step.Group != f.GroupID {
		e.Name = ""
	}
	var back Step
	if step.Verb == Revoke && undo != "" {
		if back, _, err = ParseCommand(undo); err != nil {
			return err
		}
		e.Step.Rules = back.Rules
	}
	place := e.Account + " " + e.Step.Region + " " + e.Step.Group + " " + string(e.Step.Verb) + " "
	var keys []string
	switch {
	case e.Step.Verb == Authorize:
		for i := range e.Step.Rules {
			keys = append(keys, place+e.Step.Rules[i].String())
		}
	case len(e.Step.IDs) > 0:
		for _, id := range e.Step.IDs {
			keys = append(keys, place+id)
		}
	default:
		keys = []string{place + command}
	}
	fresh := make([]bool, len(keys))
	count := 0
	for i, key := range keys {
		if other := m.by[key]; other != nil {
			other.name(f)
			continue
		}
		fresh[i] = true
		count++
		m.by[key] = e
	}
	if count == 0 {
		return nil
	}
	e.name(f)
	if count < len(keys) {
		e.only(fresh)
	}
	m.all = append(m.all, e)
	return nil
}

// name adds a finding to those that an entry is for.
func (e *Entry) name(f *findings.Finding) {
	if !slices.Contains(e.Findings, f) {
		e.Findings = append(e.Findings, f)
	}
}

// only keeps the parts of an entry that no other entry does.
func (e *Entry) only(fresh []bool) {
	s := &e.Step
	var rules []inventory.Rule
	var ids []string
	for i, keep := range fresh {
		if keep && i < len(s.Rules) {
			rules = append(rules, s.Rules[i])
		}
		if keep && i < len(s.IDs) {
			ids = append(ids, s.IDs[i])
		}
	}
	if s.Verb == Revoke && len(s.Rules) != len(s.IDs) {
		rules = nil // the undo cannot be told apart: it stays whole
		s.IDs = ids
		e.Command = s.Command()
		return
	}
	s.Rules, s.IDs = rules, ids
	e.Command = s.Command()
	if e.Undo != "" {
		e.Undo = s.Undo()
	}
}

// entries returns the plan in its order. What would be allowed in a group that
// the plan deletes is left out.
func (m *merger) entries() []*Entry {
	deleted := map[string]*Entry{}
	for _, e := range m.all {
		if e.Step.Verb == Delete {
			deleted[e.Account+e.Step.Region+e.Step.Group] = e
		}
	}
	kept := slices.DeleteFunc(slices.Clone(m.all), func(e *Entry) bool {
		d := deleted[e.Account+e.Step.Region+e.Step.Group]
		if d != nil && e.Step.Verb == Revoke {
			e.Undo, e.within = "", true
		}
		if d == nil || e.Step.Verb != Authorize {
			return false
		}
		for _, f := range e.Findings {
			d.name(f)
		}
		return true
	})
	phase := []Verb{Authorize, LookUp, Revoke, Delete}
	slices.SortStableFunc(kept, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(slices.Index(phase, a.Step.Verb), slices.Index(phase, b.Step.Verb)), cmp.Compare(a.Account, b.Account),
			cmp.Compare(a.Step.Region, b.Step.Region), cmp.Compare(a.Step.Group, b.Step.Group))
	})
	return kept
}

var headings = map[Verb]string{
	Authorize: "Allow what takes the place of the rules below",
	LookUp:    "Find out the ids of these rules: they were not read, and nothing is revoked by guess",
	Revoke:    "Revoke",
	Delete:    "Delete",
}

// head says what the plan is, line by line.
func (p *Plan) head() []string {
	r := p.report
	lines := []string{
		fmt.Sprintf("Plan of %s %s for account %s: %s for %s.", r.Tool.Name, r.Tool.Version, r.Caller.AccountID, number(p.Changes(), "change"), number(p.Findings(), "finding")),
		fmt.Sprintf("Written from the audit of %s. Nothing has been changed. Read it before you run it.", r.StartedAt.UTC().Format("2006-01-02 15:04:05 UTC")),
	}
	for _, c := range r.Coverage {
		if c.Status != "complete" && c.Status != "skipped" {
			lines = append(lines, fmt.Sprintf("Only a part of %s was read (%s): what uses its groups may not be seen.", c.Region, c.Status))
		}
	}
	return lines
}

// Shell writes the plan as a script for a POSIX shell.
func (p *Plan) Shell() string {
	var out strings.Builder
	out.WriteString("#!/bin/sh\n")
	for _, line := range p.head() {
		out.WriteString(comment(line))
	}
	out.WriteString(`#
#   sh plan.sh --dry-run   asks AWS whether each change would be permitted, and changes nothing
#   sh plan.sh             carries the plan out, and stops at the first error
#   sgaudit simulate --from SNAPSHOT plan.sh   tells who gains and who loses access
#
# To take it back, from the last change to the first (deleted groups come back
# with other ids, and without rules between them):
#   sed -n 's/^# undo: //p' plan.sh | sed -n '1!G;h;$p' | sh -e
set -eu
export AWS_PAGER=""
dry=${1:-}
run() {
	if [ "$dry" != --dry-run ]; then
		"$@"
		return
	fi
	said=$("$@" --dry-run 2>&1) || true
	case $said in
	*DryRunOperation*) echo "would be permitted: $*" ;;
	*) echo "$said" >&2; exit 1 ;;
	esac
}
`)
	account, verb, group := "", Verb(""), ""
	for _, e := range p.Entries {
		if e.Account != account {
			account = e.Account
			fmt.Fprintf(&out, "\n[ \"$(aws sts get-caller-identity --region %s --query Account --output text)\" = %s ] || { echo 'the credentials are not of account %s' >&2; exit 1; }\n", e.Step.Region, account, account)
		}
		if e.Step.Verb != verb {
			verb, group = e.Step.Verb, ""
			out.WriteString("\n" + comment("== "+headings[verb]))
		}
		if id := e.Step.Region + " " + e.Step.Group; id != group {
			group = id
			out.WriteString("\n" + comment("-- "+strings.TrimSpace(id+" "+e.Name)))
		}
		for _, line := range e.why() {
			out.WriteString(comment(line))
		}
		switch {
		case e.Undo != "":
			out.WriteString("# undo: " + e.Undo + "\n")
		case e.within:
			out.WriteString("# comes back with the group, which is deleted below\n")
		case e.Step.Verb != LookUp:
			out.WriteString("# nothing takes this back\n")
		}
		out.WriteString("run " + e.Command + "\n")
	}
	if len(p.Left) > 0 {
		out.WriteString("\n" + comment("== Left to people, who know what is meant"))
		for _, f := range p.Left {
			out.WriteString(comment(left(f)))
		}
	}
	return out.String()
}

// why says which findings an entry is for, with what was proven and what to
// know before.
func (e *Entry) why() []string {
	var lines []string
	for _, f := range e.Findings {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", f.ID, f.Severity, f.Check, f.Message))
		if e.Step.Verb == Authorize {
			for _, line := range f.Fix.Proof {
				lines = append(lines, "    "+line)
			}
		}
	}
	var noted []string
	for _, f := range e.Findings {
		for _, line := range f.Fix.Notes {
			if e.Step.Verb != Authorize && e.Step.Verb != LookUp && !slices.Contains(noted, line) {
				noted = append(noted, line)
				lines = append(lines, "    note: "+line)
			}
		}
	}
	if e.Step.Verb == Delete {
		lines = append(lines, "    note: not safe by itself: ask the owner first, as what starts on demand with this group is not seen from here")
	}
	return lines
}

func left(f *findings.Finding) string {
	return fmt.Sprintf("%s %s %s %s %s: %s", f.ID, f.Severity, f.Check, f.Region, f.ResourceID, f.Fix.Summary)
}

// comment is one line of a script's comment, whatever the text holds.
func comment(text string) string { return strings.TrimRight("# "+findings.OneLine(text), " ") + "\n" }

// Markdown writes the plan for a review: the same order, with the proofs.
func (p *Plan) Markdown() string {
	var out strings.Builder
	out.WriteString("# Plan for account " + p.report.Caller.AccountID + "\n\n" + strings.Join(p.head(), "\n") + "\n")
	verb, group := Verb(""), ""
	for _, e := range p.Entries {
		if e.Step.Verb != verb {
			verb, group = e.Step.Verb, ""
			out.WriteString("\n## " + headings[verb] + "\n")
		}
		if id := e.Step.Region + " " + e.Step.Group; id != group {
			group = id
			out.WriteString("\n### " + findings.Markdown(strings.TrimSpace(id+" "+e.Name)) + "\n")
		}
		out.WriteString("\n")
		for _, line := range e.why() {
			text := strings.TrimPrefix(line, "    ")
			bullet := "- "
			if text != line {
				bullet = "  - "
			}
			out.WriteString(bullet + findings.Markdown(text) + "\n")
		}
		out.WriteString("\n" + fenced(e.Command))
		switch {
		case e.Undo != "":
			out.WriteString("\nTo take it back:\n\n" + fenced(e.Undo))
		case e.within:
			out.WriteString("\nIt comes back with the group, which is deleted below.\n")
		case e.Step.Verb != LookUp:
			out.WriteString("\nNothing takes this back.\n")
		}
	}
	if len(p.Left) > 0 {
		out.WriteString("\n## Left to people, who know what is meant\n\n")
		for _, f := range p.Left {
			out.WriteString("- " + findings.Markdown(left(f)) + "\n")
		}
	}
	return out.String()
}

// fenced is a block of code whose fence is longer than any in the text.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "sh\n" + text + "\n" + fence + "\n"
}

// Terraform writes the plan as configuration, each block once.
func (p *Plan) Terraform() string {
	var out strings.Builder
	for _, line := range p.head() {
		out.WriteString(comment(line))
	}
	seen := map[string]bool{}
	done := map[*findings.Finding]bool{}
	for _, e := range p.Entries {
		for _, f := range e.Findings {
			if done[f] {
				continue
			}
			done[f] = true
			for _, block := range strings.Split(strings.TrimSpace(f.Fix.Terraform), "\n\n") {
				if key := blockName(block); block == "" || seen[key] {
					continue
				} else {
					seen[key] = true
				}
				out.WriteString("\n" + comment(f.ID+" "+f.Check+": "+f.Fix.Summary) + block + "\n")
			}
		}
	}
	return out.String()
}

// blockName returns the line that names the resource of a block.
func blockName(block string) string {
	for line := range strings.Lines(block) {
		if strings.HasPrefix(line, "resource ") {
			return line
		}
	}
	return block
}

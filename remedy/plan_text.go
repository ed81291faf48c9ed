package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
)

var headings = map[change.Verb]string{
	change.Authorize: "Allow what takes the place of the rules below",
	change.LookUp:    "Find out the ids of these rules: they were not read, and nothing is revoked by guess",
	change.Revoke:    "Revoke",
	change.Delete:    "Delete",
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
	account, verb, group := "", change.Verb(""), ""
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
		case len(e.Undo) > 0:
			out.WriteString("# undo: " + change.Chain(e.Undo) + "\n")
		case e.within:
			out.WriteString("# comes back with the group, which is deleted below\n")
		case e.Step.Verb != change.LookUp:
			out.WriteString("# nothing takes this back\n")
		}
		out.WriteString("run " + e.Step.Command() + "\n")
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
		if e.Step.Verb == change.Authorize {
			for _, line := range f.Fix.Proof {
				lines = append(lines, "    "+line)
			}
		}
	}
	var noted []string
	for _, f := range e.Findings {
		for _, line := range f.Fix.Notes {
			if e.Step.Verb != change.Authorize && e.Step.Verb != change.LookUp && !slices.Contains(noted, line) {
				noted = append(noted, line)
				lines = append(lines, "    note: "+line)
			}
		}
	}
	if e.Step.Verb == change.Delete {
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
	verb, group := change.Verb(""), ""
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
		out.WriteString("\n" + fenced(e.Step.Command()))
		switch {
		case len(e.Undo) > 0:
			out.WriteString("\nTo take it back:\n\n" + fenced(change.Chain(e.Undo)))
		case e.within:
			out.WriteString("\nIt comes back with the group, which is deleted below.\n")
		case e.Step.Verb != change.LookUp:
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
			for _, block := range change.Blocks(p.steps[f]) {
				if seen[block.Name] {
					continue
				}
				seen[block.Name] = true
				out.WriteString("\n" + comment(f.ID+" "+f.Check+": "+f.Fix.Summary) + block.Text)
			}
		}
	}
	return out.String()
}

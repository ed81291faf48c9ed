package output

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Explain writes everything that a report knows about one finding, so that a
// reader can check it step by step. The severity is the text that says how it was
// determined; if it is empty, the severity stands alone.
func Explain(f *findings.Finding, severity string) string {
	f = f.Detailed()
	var out strings.Builder
	field := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&out, "  %-10s %s\n", name, words.Plain(value))
		}
	}
	list := func(title string, lines []string, number bool) {
		if len(lines) == 0 {
			return
		}
		fmt.Fprintf(&out, "\n%s\n", words.Plain(title))
		for i, line := range lines {
			if number {
				fmt.Fprintf(&out, "  %d. %s\n", i+1, words.Plain(line))
			} else {
				fmt.Fprintf(&out, "  %s\n", words.Plain(line))
			}
		}
	}
	fmt.Fprintf(&out, "%s  %s\n%s\n\n", strings.ToUpper(f.Severity.String()), words.Plain(f.Title), words.Plain(f.Message))
	field("finding", f.ID)
	field("check", f.Check)
	field("account", inventory.Named(f.AccountName, f.AccountID))
	field("region", f.Region)
	field("VPC", inventory.Named(f.VPCName, f.VPCID))
	field("group", inventory.Named(f.GroupName, f.GroupID))
	if f.ResourceID != f.GroupID {
		field("resource", inventory.Named(f.ResourceName, f.ResourceID))
	}
	field("rule", ruleWords(f))
	if f.Rule != nil && f.Rule.Texts().Description != "" {
		field("described", strconv.Quote(f.Rule.Texts().Description))
	}
	if f.Rule != nil {
		field("rule ids", strings.Join(f.Rule.Texts().RuleIDs, ", "))
	}
	field("services", fewServices(f.Services))
	field("severity", cmp.Or(severity, f.Severity.String()))
	field("status", f.Status)
	switch {
	case !f.Judged():
		out.WriteString("\nVerdict: not applicable (unknown in the columns and fields of the data), because the finding is about neither a security group nor a network interface\n")
		list("Evidence", slices.DeleteFunc(slices.Clone(f.Exposure.Evidence), func(line string) bool { return strings.HasPrefix(line, "not applicable") }), true)
	case f.Exposure.Verdict != "":
		verdict := internetWords(string(f.Exposure.Verdict))
		if strings.HasPrefix(verdict, "not reachable") && slices.ContainsFunc(f.Exposure.Evidence, func(line string) bool { return strings.HasPrefix(line, "a way in beside this rule: ") }) {
			verdict += " through this rule"
		}
		list("Verdict: "+verdict, f.Exposure.Evidence, true)
	}
	var holders []string
	for _, i := range f.Interfaces {
		holders = append(holders, strings.Join(slices.DeleteFunc([]string{i.ID, i.Name, i.PrivateIP, i.PublicIP, i.IPv6, i.Owner}, func(s string) bool { return s == "" }), "  "))
	}
	if more := f.Attached - len(holders); more > 0 && len(holders) > 0 {
		holders = append(holders, fmt.Sprintf("and %d more", more))
	}
	if f.ResourceType == "network-interface" {
		list("Network interface", holders, false)
	} else {
		list("Attached to "+words.Count(f.Attached, "network interface"), holders, false)
	}
	if f.Fix.Summary != "" {
		out.WriteString("\nFix: " + words.Plain(f.Fix.Summary) + "\n")
	}
	list(notesHeading(f), withCommandsApart(f.Fix.Notes), false) // above what can be copied and run
	list("Commands", f.CommandsToShow(), false)
	list("How the replacement was checked", f.Fix.Proof, false)
	list("Undo", f.UndoToShow(), false)
	if len(f.References) > 0 {
		list("References", []string{strings.Join(f.References, ", ")}, false)
	}
	return out.String()
}

// fewServices names the first services of a finding, and says how many more there are:
// a rule that allows all traffic allows all of them.
func fewServices(services []string) string {
	const most = 8
	text := strings.Join(services[:min(most, len(services))], ", ")
	if more := len(services) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// notesHeading is the heading of the notes of a fix: without commands of its own, they are
// all that there is to do.
func notesHeading(f *findings.Finding) string {
	if len(f.Fix.Commands) == 0 {
		return "By hand"
	}
	return "Before you start"
}

// withCommandsApart gives a command at the end of a note a line of its own, below the
// note, so that it can be copied.
func withCommandsApart(notes []string) []string {
	var lines []string
	for _, note := range notes {
		if text, command, found := strings.Cut(note, ": aws "); found {
			lines = append(lines, text+":", "  aws "+command)
		} else {
			lines = append(lines, note)
		}
	}
	return lines
}

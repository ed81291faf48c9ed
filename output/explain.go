package output

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Explain writes everything that a report knows about one finding, so that a
// reader can check it step by step.
func Explain(f *findings.Finding) string {
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
	if f.Rule != nil {
		field("rule ids", strings.Join(f.Rule.Texts().RuleIDs, ", "))
	}
	field("services", strings.Join(f.Services, ", "))
	severity := f.Severity.String()
	if f.BaseSeverity != f.Severity {
		word := "lowered"
		if f.Severity > f.BaseSeverity {
			word = "raised"
		}
		severity += fmt.Sprintf(" (%s from %s by the verdict)", word, f.BaseSeverity)
	}
	field("severity", severity)
	field("status", f.Status)
	switch {
	case !f.Judged():
		out.WriteString("\nVerdict: not applicable, because the finding is about neither a security group nor a network interface\n")
		list("Evidence", slices.DeleteFunc(slices.Clone(f.Exposure.Evidence), func(line string) bool { return strings.HasPrefix(line, "not applicable") }), true)
	case f.Exposure.Verdict != "":
		list("Verdict: "+string(f.Exposure.Verdict), f.Exposure.Evidence, true)
	}
	var holders []string
	for _, i := range f.Interfaces {
		holders = append(holders, strings.Join(slices.DeleteFunc([]string{i.ID, i.Name, i.PrivateIP, i.PublicIP, i.Owner}, func(s string) bool { return s == "" }), "  "))
	}
	if more := f.Attached - len(holders); more > 0 && len(holders) > 0 {
		holders = append(holders, fmt.Sprintf("and %d more", more))
	}
	if f.ResourceType == "network-interface" {
		list("Network interface", holders, false)
	} else {
		list("Attached to "+words.Count(f.Attached, "network interface"), holders, false)
	}
	fix := "Fix: " + f.Fix.Summary
	list(fix, f.Fix.Commands, false)
	if len(f.Fix.Commands) == 0 && f.Fix.Summary != "" { // a manual decision
		out.WriteString("\n" + words.Plain(fix) + "\n")
	}
	list("How the replacement was checked", f.Fix.Proof, false)
	list("Before you start", f.Fix.Notes, false)
	undo := slices.DeleteFunc(slices.Clone(f.Fix.Undo), func(s string) bool { return s == "" })
	slices.Reverse(undo)
	list("Undo", undo, false)
	list("References", f.References, false)
	return out.String()
}

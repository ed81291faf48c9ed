package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// SeverityWords returns the severity of a finding with the sum that it is the result of:
// the base, where the base is from, and what the verdict did to it. Of a check that this
// program does not have, it returns the severity alone.
func SeverityWords(f *findings.Finding) string {
	check := declared[f.Check]
	if check == nil {
		return f.Severity.String()
	}
	base := fmt.Sprintf("base severity %s", f.BaseSeverity)
	if f.BaseSeverity != check.Severity {
		base += fmt.Sprintf(", %s: the check's own is %s", origin(f), check.Severity)
	}
	after := f.BaseSeverity
	if check.Exposed {
		after = move(f.BaseSeverity, f.Exposure.Verdict)
	}
	moved := "this check does not depend on the verdict"
	switch {
	case f.Severity != after:
		moved = "the source is in trusted_cidrs"
	case check.Exposed:
		moved = movedBy(f, after)
	}
	return fmt.Sprintf("%s (%s; %s)", f.Severity, base, moved)
}

// origin says what gave a finding a base severity that is not the check's own.
func origin(f *findings.Finding) string {
	for _, s := range ServicesWith(inventory.All) {
		if s.Severity == f.BaseSeverity && slices.Contains(f.Services, s.Name) {
			return "that of " + s.Name
		}
	}
	return "that of such a case, or set in the configuration"
}

// movedBy says what the verdict of a finding did to its base severity.
func movedBy(f *findings.Finding, after findings.Severity) string {
	verdict := strings.ReplaceAll(string(f.Exposure.Verdict), "-", " ")
	switch {
	case after > f.BaseSeverity:
		return verdict + ": one step higher"
	case f.Exposure.Verdict == reach.Unattached && after < f.BaseSeverity:
		return fmt.Sprintf("%s: at most %s", verdict, findings.Medium)
	case after < f.BaseSeverity:
		return verdict + ": one step lower"
	case f.Exposure.Verdict == reach.Reachable:
		return verdict + ": no severity is higher"
	case f.Exposure.Verdict == reach.NotReachable:
		return verdict + ": no severity is lower"
	}
	return verdict + ": no change"
}

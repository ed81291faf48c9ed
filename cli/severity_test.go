package cli

import (
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/output"
)

// sum is the line of explain about a severity, as a reader takes it apart.
var sum = regexp.MustCompile(`(?m)^  severity   (\w+) \(base severity (\w+)(?:, (.+): the check's own is (\w+))?; (.+)\)$`)

// TestSeverityAddsUp does the sum of the line of explain about the severity, for every
// finding of the demo account and of an account with a trusted source.
func TestSeverityAddsUp(t *testing.T) {
	demo := notation.MustParse(estates.Demo()).Inventory
	report := audit.Run(demo, audit.Options{Settings: audit.Defaults()}).Report
	changed := audit.Defaults()
	changed.TrustedCIDRs = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}
	changed.Severities = map[string]findings.Severity{"unused-group": findings.Critical}
	report.Findings = append(report.Findings, audit.Run(demo, audit.Options{Settings: changed}).Report.Findings...)
	steps := map[string]func(findings.Severity) findings.Severity{
		"reachable: one step higher":                findings.Severity.Raise,
		"not reachable: one step lower":             findings.Severity.Lower,
		"unattached: at most medium":                func(findings.Severity) findings.Severity { return findings.Medium },
		"reachable: no severity is higher":          func(findings.Severity) findings.Severity { return findings.Critical },
		"the source is in trusted_cidrs":            func(findings.Severity) findings.Severity { return findings.Info },
		"unknown: no change":                        func(s findings.Severity) findings.Severity { return s },
		"this check does not depend on the verdict": func(s findings.Severity) findings.Severity { return s },
	}
	own := map[string]*audit.Check{}
	for _, c := range audit.Checks() {
		own[c.ID] = c
	}
	seen := map[string]bool{}
	for i := range report.Findings {
		f := &report.Findings[i]
		m := sum.FindStringSubmatch(output.Explain(f, audit.SeverityWords(f)))
		if m == nil {
			t.Errorf("%s has no sum of its severity: %s", f.Check, audit.SeverityWords(f))
			continue
		}
		base := slices.IndexFunc(findings.Severities(), func(s findings.Severity) bool { return s.String() == m[2] })
		step := steps[m[5]]
		if base < 0 || step == nil || step(findings.Severities()[base]).String() != m[1] || m[1] != f.Severity.String() {
			t.Errorf("%s is %s, and the sum is %q", f.Check, f.Severity, m[0])
		}
		if strings.HasPrefix(m[5], "this check") == own[f.Check].Exposed || (m[4] == "") != (m[2] == own[f.Check].Severity.String()) || m[4] != "" && m[4] != own[f.Check].Severity.String() {
			t.Errorf("%s: untrue of the check: %q", f.Check, m[0])
		}
		seen[m[5]] = true
	}
	if len(seen) < len(steps) {
		t.Errorf("the accounts show %v alone", seen)
	}
}

// TestConceptsNamesTheChecksThatAreMoved holds the list of docs/concepts.md to the checks.
func TestConceptsNamesTheChecksThatAreMoved(t *testing.T) {
	page, err := os.ReadFile("../docs/concepts.md")
	if err != nil {
		t.Fatal(err)
	}
	list := ""
	for _, c := range audit.Checks() {
		if c.Exposed {
			list += "- `" + c.ID + "`\n"
		}
	}
	if !strings.Contains(string(page), "\n\n"+list+"\n") {
		t.Errorf("docs/concepts.md does not have exactly the checks with a severity that the verdict moves:\n%s", list)
	}
}

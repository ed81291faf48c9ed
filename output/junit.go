package output

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// JUnit XML, in the part of it that GitLab, Jenkins and the rest have in
// common. A suite is a region of an account, a test case a finding, with the
// check as its class. Open findings are failures, suppressed ones and checks
// that were not evaluated are skipped, what was not read is an error, and a
// check that found nothing in a region that was read in full has passed. GitLab
// keeps one of the cases that have the same class and name, so names end in the
// finding's id.
var _ = declare("junit", "application/xml", "JUnit XML, for test reports of GitLab, Jenkins and others", writeJUnit)

// junitCase is one test case: outcome is failure, error or skipped, or empty
// where it passed.
type junitCase struct {
	class, name, outcome, kind, message string
	text                                string            // of an error
	finding                             *findings.Finding // of a failure, which says more about it
}

type junitSuite struct {
	account, region           string
	failures, errors, skipped int
	cases                     []junitCase
	found, unevaluated        map[string]bool // by check
}

func (s *junitSuite) add(c junitCase) {
	switch c.outcome {
	case "failure":
		s.failures++
	case "error":
		s.errors++
	case "skipped":
		s.skipped++
	}
	s.cases = append(s.cases, c)
}

func writeJUnit(w io.Writer, r *findings.Report, _ Options) error {
	suites := junitSuites(r)
	out := bufio.NewWriterSize(w, 1<<16)
	var tests, failures, errors int
	for _, s := range suites {
		tests, failures, errors = tests+len(s.cases), failures+s.failures, errors+s.errors
	}
	fmt.Fprintf(out, "%s<testsuites name=\"sgaudit\" tests=\"%d\" failures=\"%d\" errors=\"%d\">\n", xml.Header, tests, failures, errors)
	for _, s := range suites {
		fmt.Fprintf(out, " <testsuite name=\"%s\" tests=\"%d\" failures=\"%d\" errors=\"%d\" skipped=\"%d\"",
			markup(strings.TrimSpace(s.account+" "+s.region)), len(s.cases), s.failures, s.errors, s.skipped)
		if !r.StartedAt.IsZero() {
			fmt.Fprintf(out, " timestamp=\"%s\" time=\"%.3f\"", r.StartedAt.UTC().Format("2006-01-02T15:04:05"), max(0, r.FinishedAt.Sub(r.StartedAt).Seconds()))
		}
		out.WriteString(">\n")
		for i := range s.cases {
			writeCase(out, &s.cases[i])
		}
		out.WriteString(" </testsuite>\n")
	}
	out.WriteString("</testsuites>\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing JUnit XML: %w", err)
	}
	return nil
}

func writeCase(out *bufio.Writer, c *junitCase) {
	fmt.Fprintf(out, "  <testcase classname=\"sgaudit.%s\" name=\"%s\"", markup(c.class), markup(c.name))
	switch {
	case c.outcome == "":
		out.WriteString("/>\n")
	case c.outcome == "skipped":
		fmt.Fprintf(out, "><skipped message=\"%s\"/></testcase>\n", markup(c.message))
	default:
		fmt.Fprintf(out, "><%s message=\"%s\" type=\"%s\">", c.outcome, markup(c.message), markup(c.kind))
		out.WriteString(markup(c.text))
		if c.finding != nil {
			for i, line := range junitLines(c.finding.Detailed()) {
				if i > 0 {
					out.WriteByte('\n')
				}
				out.WriteString(markup(line))
			}
		}
		fmt.Fprintf(out, "</%s></testcase>\n", c.outcome)
	}
}

// markup returns text as one line for XML, in attributes and between tags. What
// XML 1.0 forbids is replaced.
func markup(text string) string {
	text = words.Plain(text)
	if strings.IndexFunc(text, func(r rune) bool { return r >= 0x7f || strings.ContainsRune("&<>\"'", r) }) < 0 {
		return text // nearly every text
	}
	var out bytes.Buffer
	_ = xml.EscapeText(&out, []byte(text)) // a buffer takes all
	return out.String()
}

func junitSuites(r *findings.Report) []*junitSuite {
	var suites []*junitSuite
	by := map[[2]string]*junitSuite{}
	suite := func(account, region string) *junitSuite {
		key := [2]string{account, region}
		s := by[key]
		if s == nil {
			s = &junitSuite{account: account, region: region, found: map[string]bool{}, unevaluated: map[string]bool{}}
			by[key] = s
			suites = append(suites, s)
		}
		return s
	}
	for i := range r.Coverage {
		c := &r.Coverage[i]
		if s := suite(c.AccountID, c.Region); c.Status == "skipped" {
			why := "the region was left out on request"
			if state, inactive := c.Inactive(); inactive {
				why = "the account is not active (" + state + ") and was not read"
			}
			s.add(junitCase{class: "coverage", name: "region", outcome: "skipped", message: why})
		}
	}
	for _, c := range unread(r) {
		for i, g := range unreadParts(c) {
			suite(c.AccountID, c.Region).add(junitCase{
				class: "coverage", name: fmt.Sprintf("%s [%d]", g.Operation, i+1), outcome: "error", kind: cmp.Or(g.Kind, c.Status),
				message: gapWords(&g), text: gapWords(&g),
			})
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		s := suite(f.AccountID, f.Region)
		s.found[f.Check] = true
		s.add(caseOf(f))
	}
	together, single := notEvaluatedApart(r)
	for _, u := range together {
		suite(u.account, u.region).add(junitCase{class: "coverage", name: u.words(), outcome: "skipped", message: "not evaluated: " + u.reason + " (" + strings.Join(u.checks, ", ") + ")"})
	}
	for i, n := range single {
		s := suite(n.AccountID, n.Region)
		s.unevaluated[n.Check] = true
		s.add(junitCase{class: n.Check, name: fmt.Sprintf("not evaluated [%d]", i+1), outcome: "skipped", message: "not evaluated: " + n.Reason})
	}
	if text := leftOut(r); text != "" {
		suite("", "report").add(junitCase{class: "report", name: "findings left out", outcome: "skipped", message: text})
		return suites // a check without a finding here may have found some that are left out
	}
	for i := range r.Coverage {
		if c := &r.Coverage[i]; c.Status == "complete" {
			suite(c.AccountID, c.Region).pass(r.Checks)
		}
	}
	return suites
}

// caseOf is the case of a finding: a failure, or skipped if it is suppressed.
func caseOf(f *findings.Finding) junitCase {
	c := junitCase{class: f.Check, name: strings.TrimSpace(cmp.Or(f.ResourceID, f.GroupID)+" "+ruleIdentity(f)) + " [" + f.ID + "]", outcome: "failure", kind: f.Severity.String(), message: f.Message}
	if f.Status == findings.Suppressed {
		c.outcome, c.message = "skipped", "suppressed: "+accepted(f)
	} else {
		c.finding = f
	}
	return c
}

// pass adds a case for each check that was evaluated and found nothing.
func (s *junitSuite) pass(checks []findings.CheckInfo) {
	for _, check := range checks {
		if !s.found[check.ID] && !s.unevaluated[check.ID] {
			s.add(junitCase{class: check.ID, name: "nothing found"})
		}
	}
}

// junitLines are what a reader sees who opens the failure.
func junitLines(f *findings.Finding) []string {
	lines := []string{f.Severity.String() + ": " + f.Message, "resource: " + resourceWords(f)}
	baseline := f.Baseline
	if f.MoreSevere() {
		baseline = f.Mark()
	}
	for _, line := range []struct{ name, value string }{{"rule", ruleText(f)}, {"exposure", string(f.Exposure.Verdict)}, {"baseline", baseline}, {"fix", f.Fix.Summary}} {
		if line.value != "" {
			lines = append(lines, line.name+": "+line.value)
		}
	}
	return append(lines, f.CommandsToShow()...)
}

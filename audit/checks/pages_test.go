package checks_test

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// reported marks the lines of an example that the check reports.
const reported = "# <- reported"

// reportedAs is how the line of a finding is marked that has another base severity than
// the check.
var reportedAs = regexp.MustCompile(`# <- reported as ([a-z]+): `)

var headings = []string{"## Why", "## Example", "## Fix", "## References"}

// TestPages holds every page to its form and runs every example of it: the
// check alone must report the lines with an expectation, and no other.
func TestPages(t *testing.T) {
	for _, check := range audit.Checks() {
		t.Run(check.ID, func(t *testing.T) {
			page, err := checks.Page(check.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(page, "# "+check.ID+"\n\n") {
				t.Errorf("the page does not begin with %q and an empty line", "# "+check.ID)
			}
			if text := strings.TrimPrefix(page, "# "+check.ID+"\n\n"); !strings.HasPrefix(text, "Policy: ") {
				t.Errorf("the text begins with %q and not with \"Policy: \", so that a reader may take it for a statement about his account", text[:min(40, len(text))])
			}
			at := 0
			for _, h := range headings {
				i := strings.Index(page, "\n"+h+"\n")
				if i < at {
					t.Errorf("heading %q is missing or out of order", h)
				}
				at = max(i, at)
			}
			for _, reference := range check.InfoPasses {
				if !saysWhySpared(page, reference) {
					t.Errorf("no sentence of the page says that information does not fail %s, and why: \"… not fail … because …\"", reference)
				}
			}
			examples := blocks(page)
			kinds := reportedKinds(examples)
			wanted, clean := 0, 0
			for _, b := range examples {
				wanted += runExample(t, check, b)
				clean += cleanLines(b, kinds)
			}
			if wanted == 0 || clean == 0 {
				t.Errorf("the page has %d offending and %d clean lines of the same kind (%v): it needs both", wanted, clean, kinds)
			}
		})
	}
}

// saysWhySpared reports whether one sentence says that the control is not
// failed, and why.
func saysWhySpared(page, reference string) bool {
	text := strings.Join(strings.Fields(page), " ")
	for _, sentence := range strings.Split(text, ". ") {
		_, after, negated := strings.Cut(sentence, "not fail ")
		if spared, _, why := strings.Cut(after, "because"); negated && why && strings.Contains(spared, reference) {
			return true
		}
	}
	return false
}

type block struct {
	text string
	line int // of the page, before the block's first line
}

var fence = regexp.MustCompile("(?ms)^```sg\n(.*?)^```$")

func blocks(page string) []block {
	var found []block
	for _, m := range fence.FindAllStringSubmatchIndex(page, -1) {
		found = append(found, block{page[m[2]:m[3]], strings.Count(page[:m[2]], "\n")})
	}
	return found
}

// reportedKinds returns the kinds of statements that the check reports, as
// its examples expect: rules of a direction, groups, network ACLs, ...
func reportedKinds(examples []block) map[string]bool {
	kinds := map[string]bool{}
	for _, b := range examples {
		for _, line := range strings.Split(b.text, "\n") {
			if strings.Contains(line, reported) {
				kinds[kindOfLine(line)] = true
			}
		}
	}
	return kinds
}

// cleanLines counts the statements of these kinds that must not be reported.
// Others, such as the interfaces beside a rule, prove nothing.
func cleanLines(b block, kinds map[string]bool) (clean int) {
	for _, line := range strings.Split(b.text, "\n") {
		if !strings.Contains(line, reported) && kinds[kindOfLine(line)] {
			clean++
		}
	}
	return clean
}

var statementID = regexp.MustCompile(`^(sg|eni|vpc|subnet|acl|igw|rtb|nat|pl|pcx|lt|fl)-`)

// kindOfLine returns the word of a statement, or the beginning of its id, and
// nothing for a comment or an empty line.
func kindOfLine(line string) string {
	fields := strings.Fields(line)
	if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
		return ""
	}
	if id := statementID.FindString(fields[0]); id != "" {
		return id
	}
	return fields[0]
}

// runExample audits one example with one check and compares the findings with
// the expectations. It returns how many lines were to be reported.
func runExample(t *testing.T, check *audit.Check, b block) (wanted int) {
	t.Helper()
	estate, err := notation.Parse(check.ID+".md", b.text)
	if err != nil {
		t.Fatal(err)
	}
	settings := audit.Defaults()
	settings.Usage = usageOf(t, estate.Inventory, b.text)
	report := audit.Run(estate.Inventory, audit.Options{Settings: settings, Only: []string{check.ID}})
	for _, n := range report.NotEvaluated {
		t.Errorf("not evaluated: %s", n.Reason)
	}
	byLine := map[int]*findings.Finding{}
	for i := range report.Findings {
		f := &report.Findings[i]
		text := ""
		if f.Rule != nil {
			text = f.Rule.String()
		}
		line := estate.Line(f.AccountID, f.Region, f.ResourceID, text)
		if byLine[line] != nil {
			t.Errorf("line %d: two findings", b.line+line)
		}
		byLine[line] = f
	}
	for _, w := range estate.Wants {
		wanted++
		f := byLine[w.Line]
		if f == nil {
			t.Errorf("line %d: no finding, want %q", b.line+w.Line, w.Text)
			continue
		}
		if all := f.Title + ": " + f.Message; !strings.Contains(all, w.Text) {
			t.Errorf("line %d: finding %q, want %q in it", b.line+w.Line, all, w.Text)
		}
		line, severity := strings.Split(b.text, "\n")[w.Line-1], check.Severity.String()
		if m := reportedAs.FindStringSubmatch(line); m != nil {
			severity = m[1]
		}
		if strings.Contains(line, reported) && len(f.Services) == 0 && f.BaseSeverity.String() != severity { // those of services are in their table
			t.Errorf("line %d: the base severity is %s: mark the line \"reported as %s\"", b.line+w.Line, f.BaseSeverity, f.BaseSeverity)
		}
	}
	for line, f := range byLine {
		if !slices.ContainsFunc(estate.Wants, func(w notation.Want) bool { return w.Line == line }) {
			t.Errorf("line %d: unexpected finding: %s", b.line+line, f.Message)
		}
	}
	return wanted
}

// TestPagePairs fails on a page without a check and on a check without a page.
func TestPagePairs(t *testing.T) {
	files, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	var paged, declared []string
	for _, f := range files {
		paged = append(paged, strings.ReplaceAll(strings.TrimSuffix(f, ".md"), "_", "-"))
	}
	for _, c := range audit.Checks() {
		declared = append(declared, c.ID)
	}
	if fmt.Sprint(paged) != fmt.Sprint(declared) {
		t.Errorf("pages: %v\nchecks: %v", paged, declared)
	}
}

package output_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// whole is the report of the other tests with what machines need besides: times,
// checks, a suppressed finding, and a comparison with a baseline.
func whole() *findings.Report {
	r := report()
	r.StartedAt = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	r.FinishedAt = r.StartedAt.Add(90 * time.Second)
	r.Checks = []findings.CheckInfo{
		{ID: "admin-port-open-to-internet", Title: "Remote administration port is open", Severity: findings.High, References: []string{"CIS 5.2", "https://docs.aws.amazon.com/vpc/"}},
		{ID: "all-traffic-open-to-internet", Title: "All traffic is open", Severity: findings.Critical},
		{ID: "unused-group", Title: "Security group is unused", Severity: findings.Low},
	}
	first := r.StartedAt.Add(-48 * time.Hour)
	r.Findings[0].Baseline, r.Findings[0].FirstSeen = findings.New, &r.StartedAt
	r.Findings[1].Baseline, r.Findings[1].FirstSeen = findings.Unchanged, &first
	accepted := r.Findings[1]
	accepted.ID, accepted.GroupID, accepted.ResourceID, accepted.Status = "0c", "sg-3", "sg-3", findings.Suppressed
	accepted.GroupName, accepted.GroupARN = "<!channel> @org/team `x` | [a](http://b) www.evil.test", "arn:aws:ec2:eu-west-1:012345678901:security-group/sg-3"
	accepted.Suppression = &findings.Suppression{Reason: "kept for <the> migration", Expires: "2030-06-01", Owner: "web", Ticket: "NET-7"}
	r.Findings = append(r.Findings, accepted)
	r.Comparison = &findings.Comparison{
		Baseline: first,
		Fixed:    []findings.Ref{{ID: "0d", Check: "unused-group", Severity: findings.Low, AccountID: "012345678901", Region: "eu-west-1", ResourceID: "sg-9", Message: "no interface carries sg-9", FirstSeen: &first}},
		Unknown:  []findings.Ref{{ID: "0e", Check: "unused-group", Severity: findings.Low, AccountID: "012345678901", Region: "us-east-1", ResourceID: "sg-8", Message: "no interface carries sg-8", FirstSeen: &first}},
	}
	r.Finish()
	return r
}

// machines are the formats that programs read, and what each must hold of
// whole(): the unread region, what was not evaluated, and what is suppressed.
var machines = map[string][]string{
	"ocsf":        {`"status_details":["ec2:DescribeSecurityGroups could not be read`, `"status_details":["security groups were not read"]`, `"status":"Suppressed","status_detail":"kept for <the> migration`, `"status":"Resolved"`},
	"asff":        {`"Description":"ec2:DescribeSecurityGroups could not be read`, `unused-group was not evaluated: security groups were not read"`, `"sgaudit/Suppression":"kept for <the> migration`, `"Compliance":{"Status":"PASSED"},"RecordState":"ARCHIVED"`},
	"slack":       {"INCOMPLETE: 1 region", "Not read: 012345678901 us-east-1", "Not evaluated: unused-group", "1 suppressed", "1 new, 1 fixed since 2029-12-31"},
	"teams":       {"INCOMPLETE: 1 region", "Not read: 012345678901 us-east-1", "Not evaluated: unused-group", "1 suppressed", "1 new, 1 fixed since 2029-12-31"},
	"markdown":    {"INCOMPLETE: 1 region could not be read in full", "ec2:DescribeSecurityGroups could not be read", "security groups were not read", "kept for &lt;the&gt; migration", "### New since 2029-12-31"},
	"codequality": {"NOT READ: 012345678901 us-east-1", "not evaluated in 012345678901 us-east-1: security groups were not read", "suppressed (kept for <the> migration"},
	"junit":       {`<error message="ec2:DescribeSecurityGroups could not be read`, "not evaluated: security groups were not read", "suppressed: kept for &lt;the&gt; migration"},
	"prometheus":  {"sgaudit_regions_incomplete 1", `sgaudit_region_complete{account="012345678901",region="us-east-1"} 0`, `sgaudit_checks_not_evaluated{account="012345678901",region="us-east-1"} 1`, `sgaudit_findings_suppressed{account="012345678901",region="eu-west-1",check="unused-group"} 1`},
	"sarif":       {`"executionSuccessful":false`, "ec2:DescribeSecurityGroups could not be read", "security groups were not read", "kept for <the> migration"},
}

// TestMachineGolden holds the bytes of the formats that programs read.
func TestMachineGolden(t *testing.T) {
	for format := range machines {
		t.Run(format, func(t *testing.T) {
			got := write(t, format, whole(), output.Options{})
			file := filepath.Join("testdata", format+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestMachinesShowWhatIsMissing: a region that was not read, a check that was
// not evaluated and a finding that is suppressed stand in each format.
func TestMachinesShowWhatIsMissing(t *testing.T) {
	for format, wanted := range machines {
		text := write(t, format, whole(), output.Options{})
		for _, want := range wanted {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not hold %q:\n%s", format, want, text)
			}
		}
	}
}

// sarif is what the tests read of a SARIF file.
type sarif struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Rules []struct {
					ID         string
					Properties map[string]any
				}
			}
		}
		AutomationDetails struct{ ID string }
		Results           []struct {
			RuleID    string
			RuleIndex int
			Message   struct{ Text string }
			Locations []struct {
				PhysicalLocation struct {
					ArtifactLocation struct{ URI string }
					Region           struct{ StartLine int }
				}
			}
			PartialFingerprints map[string]string
			Suppressions        []any
		}
	}
}

func readSARIF(t *testing.T, r *findings.Report) (s sarif) {
	t.Helper()
	if err := json.Unmarshal([]byte(write(t, "sarif", r, output.Options{})), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSARIFIsComplete looks at what GitHub silently passes over: a result
// without a location, a path that is not relative, an index that leads to
// another rule. GitHub refuses runs of more than 25,000 results.
func TestSARIFIsComplete(t *testing.T) {
	many := whole()
	for i := range 25001 {
		f := many.Findings[0]
		f.ID, f.ResourceID = "many-"+string(rune('a'+i%26)), "../"+strings.Repeat("x ", i%3)+"#?"
		many.Findings = append(many.Findings, f)
	}
	for name, r := range map[string]*findings.Report{"whole": whole(), "hostile": hostileReport(), "many": many} {
		s := readSARIF(t, r)
		results := 0
		categories := map[string]bool{}
		for _, run := range s.Runs {
			if results += len(run.Results); len(run.Results) > 25000 {
				t.Errorf("%s: %d results in a run", name, len(run.Results))
			}
			if categories[run.AutomationDetails.ID] {
				t.Errorf("%s: the category %s comes twice", name, run.AutomationDetails.ID)
			}
			categories[run.AutomationDetails.ID] = true
			for _, result := range run.Results {
				uri := result.Locations[0].PhysicalLocation.ArtifactLocation.URI
				if !strings.HasPrefix(uri, "aws/") || strings.ContainsAny(uri, " :?#\\") || strings.Contains(uri, "/..") || strings.Count(uri, "/") != 3 {
					t.Fatalf("%s: path %q", name, uri)
				}
				if result.Locations[0].PhysicalLocation.Region.StartLine != 1 || result.Message.Text == "" || result.PartialFingerprints["primaryLocationLineHash"] == "" {
					t.Fatalf("%s: %+v", name, result)
				}
				if run.Tool.Driver.Rules[result.RuleIndex].ID != result.RuleID {
					t.Fatalf("%s: rule %d is not %s", name, result.RuleIndex, result.RuleID)
				}
			}
		}
		if results != len(r.Findings) {
			t.Errorf("%s: %d results of %d findings", name, results, len(r.Findings))
		}
	}
	if got := readSARIF(t, whole()).Runs[0].Tool.Driver.Rules[0].Properties["security-severity"]; got != "9.5" {
		t.Errorf("a check of severity high with a critical finding has security-severity %v, want 9.5", got)
	}
}

// TestSARIFCategory: the upload of one region must not close the alerts of
// the others.
func TestSARIFCategory(t *testing.T) {
	r := whole()
	if got := readSARIF(t, r).Runs[0].AutomationDetails.ID; got != "sgaudit/012345678901/" {
		t.Error(got)
	}
	r.Coverage = r.Coverage[:1]
	if got := readSARIF(t, r).Runs[0].AutomationDetails.ID; got != "sgaudit/012345678901/eu-west-1/" {
		t.Error(got)
	}
}

// TestJUnitPasses: only what is known to be clean has passed.
func TestJUnitPasses(t *testing.T) {
	const passed = `classname="sgaudit.all-traffic-open-to-internet" name="nothing found"/>`
	r := whole()
	if text := write(t, "junit", r, output.Options{}); strings.Count(text, passed) != 1 || strings.Count(text, "nothing found") != 1 {
		t.Errorf("one check has passed in one of two regions:\n%s", text)
	}
	r.Below = &findings.Below{MinSeverity: findings.High, Findings: 1}
	if text := write(t, "junit", r, output.Options{}); strings.Contains(text, "nothing found") || !strings.Contains(text, "1 finding below high left out") {
		t.Errorf("a finding that is left out may be of any check:\n%s", text)
	}
}

// TestJUnitIsXML reads the hostile report with a strict reader and counts.
func TestJUnitIsXML(t *testing.T) {
	r := hostileReport()
	r.Findings[0].GroupName = "\xff ]]> \ufffe &<'\">"
	decoder := xml.NewDecoder(strings.NewReader(write(t, "junit", r, output.Options{})))
	names := map[string]int{}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			names[e.Name.Local]++
			if e.Name.Local == "testcase" {
				names[fmt.Sprint(e.Attr)]++
				if names[fmt.Sprint(e.Attr)] > 1 {
					t.Errorf("the case %v comes twice: a reader keeps one of them", e.Attr)
				}
			}
		}
	}
	if names["failure"] != len(r.Findings) {
		t.Errorf("%d failures of %d findings", names["failure"], len(r.Findings))
	}
}

// TestPrometheusIsBounded: the number of series has a limit, and the sum of the
// findings stays.
func TestPrometheusIsBounded(t *testing.T) {
	r := whole()
	for i := range 12000 {
		f := r.Findings[0]
		f.AccountID = fmt.Sprintf("%012d", i)
		r.Findings = append(r.Findings, f)
	}
	series, sum := 0, 0
	for line := range strings.Lines(write(t, "prometheus", r, output.Options{})) {
		if strings.HasPrefix(line, "sgaudit_findings{") {
			var n int
			if _, err := fmt.Sscan(line[strings.LastIndexByte(line, ' '):], &n); err != nil {
				t.Fatal(err)
			}
			series, sum = series+1, sum+n
		}
	}
	if series > 10000 || sum != 12002 {
		t.Errorf("%d series that add up to %d, want at most 10000 and 12002", series, sum)
	}
}

// TestNothingReadIsNotClean: a report without any region is incomplete in each
// format.
func TestNothingReadIsNotClean(t *testing.T) {
	r := &findings.Report{Caller: findings.Caller{AccountID: "012345678901"}}
	r.Finish()
	for format := range machines {
		if text := write(t, format, r, output.Options{}); !strings.Contains(text, "no region is in the report") && !strings.Contains(text, "incomplete 1") {
			t.Errorf("%s:\n%s", format, text)
		}
	}
}

// TestMarkdownIsText: what is between backticks or in an element of code holds
// nothing that Markdown, GitHub or GitLab would act on, and the rest is escaped.
func TestMarkdownIsText(t *testing.T) {
	for _, name := range []string{
		"@org/team", "#12", "!7", "https://evil.test", "WWW.evil.test", "a|b", "`a`", "``", "a``b", "</code><script>", "[a](b)", "![a](b)", "*a*", "&lt;", "\\|", " a ", "=1;+2", "a@b.test",
		"\n# title", "~~a~~", "$x$", "%1", "<!-- x -->",
	} {
		r := whole()
		r.Findings[0].GroupName, r.Findings[0].Message, r.Findings[0].Fix.Summary = name, name, name
		text := write(t, "markdown", r, output.Options{})
		_, row, _ := strings.Cut(text, "| critical |")
		row, _, _ = strings.Cut(row, "\n")
		cells := strings.Split(strings.TrimSuffix(row, " |"), " | ")
		if len(cells) != 5 {
			t.Errorf("%q makes %d cells: %s", name, len(cells), row)
		}
		unmarked := regexp.MustCompile("`[A-Za-z0-9 /.:,()_=;+-]+`|</?code>|&#?[a-z0-9]+;|\\\\[^A-Za-z0-9]").ReplaceAllString(strings.Join(cells, ""), "")
		if strings.ContainsAny(unmarked, "@#!<>`|*~$%[]&") || strings.Contains(unmarked, "://") || strings.Contains(strings.ToLower(unmarked), "www.") {
			t.Errorf("%q is written as %s", name, row)
		}
	}
}

// TestMarkdownFitsAComment: GitHub refuses a comment of more than 65,536
// characters.
func TestMarkdownFitsAComment(t *testing.T) {
	r := whole()
	for i := range 2000 {
		f := r.Findings[i%3]
		f.Message = strings.Repeat("x", 2000)
		r.Findings = append(r.Findings, f)
		r.NotEvaluated = append(r.NotEvaluated, findings.NotEvaluated{Check: "c", Reason: strings.Repeat("y", 2000)})
	}
	r.Finish()
	if text := write(t, "markdown", r, output.Options{}); len(text) > 65536 || !strings.Contains(text, "more: see `-o json`") {
		t.Errorf("%d bytes", len(text))
	}
}

// TestCodeQuality: GitLab merges issues with the same fingerprint and drops
// paths that are not relative.
func TestCodeQuality(t *testing.T) {
	for name, r := range map[string]*findings.Report{"whole": whole(), "hostile": hostileReport()} {
		var issues []struct {
			Description, Fingerprint, Severity string
			Location                           struct{ Path string }
		}
		if err := json.Unmarshal([]byte(write(t, "codequality", r, output.Options{})), &issues); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, i := range issues {
			if seen[i.Fingerprint] || i.Description == "" || !strings.HasPrefix(i.Location.Path, "aws/") {
				t.Errorf("%s: %+v", name, i)
			}
			seen[i.Fingerprint] = true
		}
		for i := range r.Findings {
			if !seen[r.Findings[i].ID] {
				t.Errorf("%s: %s is missing", name, r.Findings[i].ID)
			}
		}
	}
}

// TestASFFLimits holds the texts to what BatchImportFindings takes.
func TestASFFLimits(t *testing.T) {
	r := whole()
	long := strings.Repeat("\u00fc", 5000)
	f := &r.Findings[0]
	f.Title, f.Message, f.Fix.Summary, f.Check, f.Services = long, long, long, long, []string{long}
	var list []struct {
		ID, GeneratorID, Title, Description string
		ProductFields                       map[string]string
		Remediation                         struct{ Recommendation struct{ Text string } }
		Resources                           []struct{ ID string }
	}
	if err := json.Unmarshal([]byte(write(t, "asff", r, output.Options{})), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 3+1+2 {
		t.Errorf("%d findings, want three, one fixed and one for each region", len(list))
	}
	for _, a := range list {
		for name, limit := range map[string]int{a.ID: 512, a.GeneratorID: 512, a.Title: 256, a.Description: 1024, a.Remediation.Recommendation.Text: 512} {
			if n := utf8.RuneCountInString(name); n > limit {
				t.Errorf("%d characters of %d", n, limit)
			}
		}
		for key, value := range a.ProductFields {
			if utf8.RuneCountInString(key) > 128 || utf8.RuneCountInString(value) > 2048 || value == "" {
				t.Errorf("%s: %d characters", key, utf8.RuneCountInString(value))
			}
		}
		if a.ID == "" || a.Title == "" || a.Description == "" || len(a.Resources) != 1 || a.Resources[0].ID == "" {
			t.Errorf("%+v", a)
		}
	}
}

// TestChatLimits: ten findings at most, in the sizes that the receivers take,
// and nothing that Slack would act on.
func TestChatLimits(t *testing.T) {
	r := whole()
	r.Findings[0].GroupName = strings.Repeat("<!channel>\U0001f600", 25)
	for range 100 {
		f := r.Findings[0]
		f.Message = strings.Repeat("&", 5000)
		r.Findings = append(r.Findings, f)
		r.NotEvaluated = append(r.NotEvaluated, r.NotEvaluated[0])
		r.Coverage = append(r.Coverage, r.Coverage[1])
	}
	r.Finish()
	for format, limit := range map[string]int{"slack": 13200, "teams": 28000} {
		text := write(t, format, r, output.Options{})
		if len(text) > limit {
			t.Errorf("%s: %d bytes", format, len(text))
		}
		if n := strings.Count(text, `"critical: `); n != 10 || !strings.Contains(text, "and 91 more") {
			t.Errorf("%s: %d findings", format, n)
		}
	}
	var slack struct {
		Text   string
		Blocks []struct{ Text struct{ Type, Text string } }
	}
	if err := json.Unmarshal([]byte(write(t, "slack", r, output.Options{})), &slack); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(slack.Text, "<>") || len(slack.Blocks) > 50 {
		t.Errorf("%q, %d blocks", slack.Text, len(slack.Blocks))
	}
	for _, b := range slack.Blocks {
		if b.Text.Type != "plain_text" || b.Text.Text == "" || utf8.RuneCountInString(b.Text.Text) > 3000 {
			t.Errorf("%+v", b)
		}
	}
}

// TestFormatsAreDocumented: the table of docs/formats.md names every format.
func TestFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../docs/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `.*").FindAllString(string(text), -1)
	for _, f := range output.Formats() {
		if !strings.Contains(strings.Join(rows, "\n"), "`"+f.Name+"`") {
			t.Errorf("docs/formats.md has no row for %s", f.Name)
		}
	}
}

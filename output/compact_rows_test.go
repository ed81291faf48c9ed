package output_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/reach"
)

// several returns a report of medium findings about the group jump-host (sg-1), with
// the ids and verdicts given and a source each: 10.0.0.0/32, 10.0.0.1/32 and so on.
func several(check string, severity findings.Severity, verdicts map[string]reach.Verdict) *findings.Report {
	r := &findings.Report{Caller: findings.Caller{AccountID: "111122223333"}, Coverage: []findings.Coverage{{AccountID: "111122223333", Region: "eu-west-1", Status: "complete"}}}
	for k, id := range slices.Sorted(maps.Keys(verdicts)) {
		r.Findings = append(r.Findings, findings.Finding{
			ID: id + strings.Repeat("0", 14), Check: check, Severity: severity, Status: "open",
			AccountID: "111122223333", Region: "eu-west-1", VPCID: "vpc-1", GroupID: "sg-1", GroupName: "jump-host", ResourceID: "sg-1", ResourceName: "jump-host",
			Rule:     findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "3389", Source: "10.0.0." + string(rune('0'+k)) + "/32"}),
			Exposure: findings.Exposure{Verdict: verdicts[id]}, Message: "RDP of jump-host (sg-1) is open",
		})
	}
	r.Finish()
	return r
}

// Findings that a row stands for are named in it, and --all gives each its own row.
func TestCompactNamesEachFinding(t *testing.T) {
	for _, severity := range findings.Severities() {
		r := several("admin-port-open-to-internet", severity, map[string]reach.Verdict{"aaaaaa": reach.Reachable, "bbbbbb": reach.Reachable})
		text := write(t, "table", r, output.Options{Width: 80})
		if !strings.Contains(text, ": 2 findings in 1 group\n") || !strings.Contains(flat(text), "(2 findings: aaaaaa, bbbbbb)") {
			t.Errorf("%s: the row does not name both findings:\n%s", severity, text)
		}
		text = write(t, "table", r, output.Options{Width: 80, All: true})
		if !strings.Contains(text, "\n  aaaaaa jump-host (sg-1)") || !strings.Contains(text, "\n    bbbbbb ") || strings.Contains(text, "(2 findings") {
			t.Errorf("%s: --all does not give each finding a row, the second one indented below the group:\n%s", severity, text)
		}
	}
}

// The table names the verdict of every finding, whatever it is divided by.
func TestCompactNamesEachVerdict(t *testing.T) {
	said := map[reach.Verdict]string{reach.Reachable: "reachable", reach.Unknown: "unknown", reach.NotReachable: "not reachable", reach.Unattached: "not attached"}
	verdicts := map[string]reach.Verdict{"aaaaaa": reach.Reachable, "bbbbbb": reach.Unknown, "cccccc": reach.NotReachable, "dddddd": reach.Unattached}
	for _, by := range output.Groupings() {
		for _, severity := range findings.Severities() {
			for id, verdict := range verdicts {
				r := several("admin-port-open-to-internet", severity, map[string]reach.Verdict{id: verdict})
				if text := write(t, "table", r, output.Options{Width: 80, GroupBy: by}); strings.Count(flat(text), said[verdict]) != 1 {
					t.Errorf("%s by %s: the table does not say %s once:\n%s", severity, by, verdict, text)
				}
			}
			text := flat(write(t, "table", several("admin-port-open-to-internet", severity, verdicts), output.Options{Width: 80, GroupBy: by}))
			for id, verdict := range verdicts {
				at := strings.Index(text, said[verdict])
				if at < 0 || !strings.Contains(text[max(0, at-80):min(len(text), at+120)], id) {
					t.Errorf("%s by %s: %s stands away from finding %s:\n%s", severity, by, verdict, id, text)
				}
			}
		}
	}
}

// A verdict never makes a row wider than the terminal.
func TestCompactVerdictFits(t *testing.T) {
	r := several("admin-port-open-to-internet", findings.Medium, map[string]reach.Verdict{"aaaaaa": reach.NotReachable})
	r.Findings[0].ResourceName = strings.Repeat("n", 44)
	text := write(t, "table", r, output.Options{Width: 80, GroupBy: "vpc"})
	for line := range strings.SplitSeq(text, "\n") {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
	if !strings.Contains(text, "not reachable: admin-port-open-to-internet") {
		t.Errorf("the verdict is lost:\n%s", text)
	}
}

// The rows below high severity have one form in a table: all with their rule, or none.
func TestCompactRowsHaveOneForm(t *testing.T) {
	r := several("admin-port-open-to-internet", findings.Medium, map[string]reach.Verdict{"aaaaaa": reach.NotReachable})
	other := several("bastion-bypassed", findings.Medium, map[string]reach.Verdict{"bbbbbb": reach.NotReachable})
	other.Findings[0].ResourceName = "a-name-with-which-no-rule-fits-the-line"
	r.Findings = append(r.Findings, other.Findings...)
	r.Finish()
	for width, want := range map[int]int{80: 0, 120: 2} {
		if text := write(t, "table", r, output.Options{Width: width}); strings.Count(text, ": tcp/3389 from 10.0.0.0/32") != want {
			t.Errorf("at %d columns, not %d rows with the rule:\n%s", width, want, text)
		}
	}
	if text := flat(write(t, "table", r, output.Options{Width: 80, All: true})); strings.Count(text, ": tcp/3389 from 10.0.0.0/32") != 2 {
		t.Errorf("--all leaves out a rule:\n%s", text)
	}
}

// The table of pipes and the wide one have the order of the compact one: within a
// severity what the internet reaches, then what is unknown.
func TestWideTableIsWorstFirst(t *testing.T) {
	r := several("a", findings.Medium, map[string]reach.Verdict{"aaaaaa": reach.NotReachable, "bbbbbb": reach.Unattached, "cccccc": reach.Unknown, "dddddd": reach.Reachable})
	for _, o := range []output.Options{{}, {Width: 200, Wide: true}, {Width: 80}} {
		text := write(t, "table", r, o)
		if c, d, a := strings.Index(text, "cccccc"), strings.Index(text, "dddddd"), strings.Index(text, "aaaaaa"); d < 0 || d > c || c > a {
			t.Errorf("%+v: the reachable does not come first, and then the unknown:\n%s", o, text)
		}
	}
	sorted := write(t, "table", r, output.Options{Sort: []string{"id"}})
	if strings.Index(sorted, "aaaaaa") > strings.Index(sorted, "dddddd") {
		t.Errorf("--sort id does not sort by id:\n%s", sorted)
	}
}

func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// The title of a section counts the findings too that the table only counts at its end.
func TestCompactTitlesCountAllFindings(t *testing.T) {
	many := map[string]reach.Verdict{}
	for k := range 12 {
		many[strings.Repeat(string(rune('a'+k)), 6)] = reach.NotReachable
	}
	r := several("admin-port-open-to-internet", findings.Medium, many)
	for i := range r.Findings { // a group each: an entry each
		f := &r.Findings[i]
		f.GroupID = "sg-" + f.ID[:6]
		f.ResourceID = f.GroupID
	}
	r.Findings = append(r.Findings, several("unused-group", findings.Low, map[string]reach.Verdict{"000000": reach.Unattached, "111111": reach.Unattached}).Findings...)
	r.Finish()
	if text := write(t, "table", r, output.Options{Width: 80, GroupBy: "region"}); !strings.Contains(text, "eu-west-1: 12 findings, and 2 more (see --all)\n") {
		t.Errorf("the title leaves findings out:\n%s", text)
	}
}

// A failed region of which something was read is not said to be unread.
func TestNothingCouldBeRead(t *testing.T) {
	for interfaces, want := range []string{"Nothing could be read.", "Nothing was found in what could be read"} {
		r := &findings.Report{Coverage: []findings.Coverage{{AccountID: "1", Region: "a", Status: "failed", NetworkInterfaces: interfaces}}}
		if text := write(t, "table", r, output.Options{}); !strings.Contains(text, want) {
			t.Errorf("%d interfaces: %s", interfaces, text)
		}
	}
}

// TestHalvesTogether: a row for several rules that open a port together names all sources,
// and does not say that the rest is in rules elsewhere.
func TestHalvesTogether(t *testing.T) {
	r := several("admin-port-open-to-internet", findings.Critical, map[string]reach.Verdict{"aaaaaa": reach.Reachable, "bbbbbb": reach.Reachable})
	for i, source := range []string{"0.0.0.0/1", "128.0.0.0/1"} {
		r.Findings[i].Message = "RDP (tcp/3389) is open to the internet: " + source + " in this rule, the rest in other rules of the group"
	}
	text := flat(write(t, "table", r, output.Options{Width: 80}))
	if want := "RDP (tcp/3389) is open to the internet: 0.0.0.0/1 and 128.0.0.0/1 together (2 findings: aaaaaa, bbbbbb)"; !strings.Contains(text, want) {
		t.Errorf("the row is not %q:\n%s", want, text)
	}
	if text := flat(write(t, "table", r, output.Options{Width: 80, All: true})); strings.Count(text, "the rest in other rules") != 2 {
		t.Errorf("with a row for each:\n%s", text)
	}
}

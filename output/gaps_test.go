package output

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
)

// organizationReport is of 12 accounts of 17 regions, none of which may read
// DescribeVpcs; of two more accounts with a role that could not be assumed, so that no
// check of 42 was evaluated there; and of two that are not active.
func organizationReport() *findings.Report {
	r := &findings.Report{Caller: findings.Caller{AccountID: "100000000001", Partition: "aws"}, Depth: "network", StartedAt: time.Unix(1e9, 0), FinishedAt: time.Unix(1e9, 0)}
	for i := 1; i <= 16; i++ {
		for k := range 17 {
			c := findings.Coverage{AccountID: fmt.Sprint(100000000000 + i), AccountName: fmt.Sprint("team ", i), Region: fmt.Sprintf("eu-west-%02d", k), Status: "partial"}
			switch {
			case i <= 12:
				c.Gaps = []findings.Gap{{Operation: "ec2:DescribeVpcs", Kind: "denied", Code: "UnauthorizedOperation", Message: "no identity-based policy allows it"}}
			case i <= 14:
				c.Status = "failed"
				c.Gaps = []findings.Gap{{Operation: "sts:AssumeRole", Kind: "denied", Code: "AccessDenied", Message: "may not assume the role of " + c.AccountID}}
				for check := range 42 {
					r.NotEvaluated = append(r.NotEvaluated, findings.NotEvaluated{Check: fmt.Sprint("check-", check), AccountID: c.AccountID, Region: c.Region, Reason: "security groups are needed: sts:AssumeRole denied"})
				}
			default:
				c.Status = "skipped"
				c.Gaps = []findings.Gap{{Operation: "organizations:ListAccounts", Kind: "failed", Message: "the account is " + map[int]string{15: "SUSPENDED", 16: "PENDING_CLOSURE"}[i]}}
			}
			r.Coverage = append(r.Coverage, c)
		}
	}
	r.Coverage[0].Gaps = append(r.Coverage[0].Gaps, findings.Gap{Operation: "ec2:DescribeSubnets", Kind: "throttled"})
	r.Finish()
	return r
}

func formatted(t *testing.T, name string, r *findings.Report) string {
	t.Helper()
	var out bytes.Buffer
	for _, f := range Formats() {
		if f.Name == name {
			if err := f.Write(&out, r, Options{}); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
	}
	t.Fatalf("there is no format %s", name)
	return ""
}

// TestSameGaps: a permission that is denied in all regions of all accounts is one line, and
// not one for each region; so is a role that could not be assumed.
func TestSameGaps(t *testing.T) {
	r := organizationReport()
	table := formatted(t, "table", r)
	for _, want := range []string{
		"  ec2:DescribeVpcs is denied in 204 regions of 12 accounts: 100000000001 team 1, 100000000002 team 2, 100000000003 team 3 and 9 more\n    no identity-based policy allows it\n",
		"  sts:AssumeRole is denied in 34 regions of 2 accounts: 100000000013 team 13, 100000000014 team 14\n    for example in 100000000013 team 13 eu-west-00: may not assume the role of 100000000013\n",
		"  100000000001 team 1 eu-west-00: partial\n    ec2:DescribeSubnets throttled\n",
		"Read 204 regions of 12 accounts at depth network", "INCOMPLETE: 238 of 238 regions could not be read in full", // without those of which nothing was read
		"  100000000013 eu-west-00, 100000000013 eu-west-01 and 32 more: security groups are needed",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if n := strings.Count(table, "\n"); n > 20 {
		t.Errorf("the table has %d lines", n)
	}
	markdown := formatted(t, "markdown", r)
	for _, want := range []string{"Read 204 regions at depth network", "204 regions of 12 accounts", "34 regions of 2 accounts", "for example in 100000000013", "- 42 checks in `100000000014 eu-west-00, eu-west-01, eu-west-02 and 14 more`"} {
		if !strings.Contains(markdown, want) {
			t.Errorf("Markdown lacks %q:\n%s", want, markdown)
		}
	}
	if n := strings.Count(markdown, "\n"); n > 40 {
		t.Errorf("Markdown has %d lines", n)
	}
	for _, name := range []string{"slack", "teams"} {
		if text := formatted(t, name, r); !strings.Contains(text, "204 regions of 12 accounts") || !strings.Contains(text, "34 regions of 2 accounts") {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	// One region keeps the words for one region.
	one := *r
	one.Coverage = r.Coverage[:1]
	if text := formatted(t, "table", &one); !strings.Contains(text, "  100000000001 team 1 eu-west-00: partial\n    ec2:DescribeVpcs denied: no identity") {
		t.Error(text)
	}
}

// TestChecksOfFailedRegions: where nothing of a region could be read, JUnit and SARIF have
// one entry for all of its checks; CSV has one row, and JSON and NDJSON name each check.
func TestChecksOfFailedRegions(t *testing.T) {
	r := organizationReport()
	junit := formatted(t, "junit", r)
	if n := strings.Count(junit, "42 checks not evaluated"); n != 34 || strings.Contains(junit, `testcase classname="sgaudit.check-`) || !strings.Contains(junit, "check-41") {
		t.Errorf("JUnit has %d cases of failed regions", n)
	}
	sarif := formatted(t, "sarif", r)
	if n := strings.Count(sarif, "42 checks not evaluated in"); n != 34 || strings.Contains(sarif, "was not evaluated in") {
		t.Errorf("SARIF has %d notifications of failed regions", n)
	}
	if n := strings.Count(formatted(t, "csv", r), "security groups are needed"); n != 34 {
		t.Errorf("CSV has %d rows", n)
	}
	if n := strings.Count(formatted(t, "ndjson", r), `"record":"not_evaluated"`); n != 34*42 {
		t.Errorf("NDJSON has %d lines", n)
	}
	// What a region of which something was read lacks is named check by check.
	r.Coverage[12*17].Status = "partial"
	if junit = formatted(t, "junit", r); strings.Count(junit, "42 checks not evaluated") != 33 || strings.Count(junit, `testcase classname="sgaudit.check-`) != 42 {
		t.Error("JUnit folds the checks of a region that was read in part")
	}
}

// TestInactiveAccounts: an account of the organization that is not active is named with its
// state, never as skipped on request, and is neither a failure nor clean.
func TestInactiveAccounts(t *testing.T) {
	r := organizationReport()
	for name, want := range map[string][]string{
		"table":       {"2 accounts of the organization are not active, and not read: 100000000015 team 15 is SUSPENDED, 100000000016 team 16 is PENDING_CLOSURE"},
		"markdown":    {"team 15 is SUSPENDED", "team 16 is PENDING"},
		"slack":       {"team 15 is SUSPENDED"},
		"teams":       {"team 15 is SUSPENDED"},
		"junit":       {"the account is not active (SUSPENDED) and was not read"},
		"sarif":       {"the account is not active (SUSPENDED) and was not read: 100000000015 team 15"},
		"codequality": {"the account 100000000016 team 16 is not active (PENDING_CLOSURE) and was not read"},
		"prometheus":  {`sgaudit_account_not_active{account="100000000015",state="SUSPENDED"} 1`},
		"csv":         {",not-evaluated,,,the account was not read,100000000015,team 15,,", "it is not active: SUSPENDED"},
		"html":        {"the account is SUSPENDED", "2 accounts are not active"},
		"json":        {"the account is SUSPENDED"},
		"ndjson":      {"the account is SUSPENDED"},
	} {
		text := formatted(t, name, r)
		for _, want := range want {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %q", name, want)
			}
		}
		if strings.Contains(text, "on request") {
			t.Errorf("%s: skipped on request", name)
		}
	}
	if n := strings.Count(formatted(t, "csv", r), "100000000015"); n != 1 {
		t.Errorf("CSV names the account in %d rows", n)
	}
	if r.Coverage = r.Coverage[14*17:]; r.Incomplete() {
		t.Error("a run without other accounts is incomplete")
	}
}

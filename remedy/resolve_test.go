package remedy_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

const oneVPC = `vpc-1 10.0.0.0/16
rtb-1 main vpc vpc-1
  route 10.0.0.0/16 local
sg-app application
  out all 0.0.0.0/0 id sgr-app
eni-1 sg-db 10.0.0.20
eni-2 sg-app 10.0.1.9 instance i-1
sg-db database
`

// steps writes the steps of a finding in short: "+in tcp/22 sg-1 -sgr-1".
func short(steps []change.Step) string {
	var words []string
	for i := range steps {
		s := &steps[i]
		switch s.Verb {
		case change.Authorize:
			for k := range s.Rules {
				words = append(words, "+"+s.Rules[k].String())
			}
		case change.Revoke:
			for _, id := range s.IDs {
				words = append(words, "-"+id)
			}
		default:
			words = append(words, string(s.Verb))
		}
	}
	return strings.Join(words, " ")
}

// TestOneOutcomeForEachRule is a case for each thing that decides what becomes
// of a rule. All findings about it have the same steps.
func TestOneOutcomeForEachRule(t *testing.T) {
	for name, tc := range map[string]struct {
		rules, rule string
		want, says  string // the steps; in the summary or the notes of one of the findings
	}{
		"covered by a rule that stays": {
			"in tcp/443 198.51.100.0/24 \"office\" id sgr-1\n in tcp/443 198.51.100.5/32 id sgr-2",
			"in tcp/443 198.51.100.5/32", "-sgr-2", "Revoke tcp/443 from 198.51.100.5/32. The same traffic stays allowed: tcp/443 from 198.51.100.0/24.",
		},
		"an expired rule is not replaced": {
			"in tcp/443 10.0.1.9/32 \"until 2020-01-01\" id sgr-1",
			"in tcp/443 10.0.1.9/32", "-sgr-1", "(expired-rule) decides about this rule",
		},
		"a range gives way to a group": {
			"in tcp/443 10.0.1.9/32 \"office\" id sgr-1",
			"in tcp/443 10.0.1.9/32", "+in tcp/443 sg-app -sgr-1", "",
		},
		"what is allowed already is not allowed again": {
			"in tcp/443 10.0.1.9/32 id sgr-1\n in tcp/400-500 sg-app id sgr-2",
			"in tcp/443 10.0.1.9/32", "-sgr-1", "Revoke tcp/443 from 10.0.1.9/32. Other rules of database (sg-db) already allow tcp/443 from application (sg-app).",
		},
		"the reference that is there has expired": {
			"in tcp/443 10.0.1.9/32 \"office\" id sgr-1\n in tcp/443 sg-app \"until 2020-01-01\" id sgr-2",
			"in tcp/443 10.0.1.9/32", "-sgr-2 +in tcp/443 sg-app -sgr-1", "",
		},
		"a wider reference that is there has expired": {
			"in tcp/443 10.0.1.9/32 \"office\" id sgr-1\n in tcp/400-500 sg-app \"until 2020-01-01\" id sgr-2",
			"in tcp/443 10.0.1.9/32", "+in tcp/443 sg-app -sgr-1", "",
		},
		"what the new rule repeats goes too": {
			"in tcp/400-500 10.0.1.9/32 \"office\" id sgr-1\n in tcp/443 sg-app id sgr-2",
			"in tcp/400-500 10.0.1.9/32", "+in tcp/400-500 sg-app -sgr-1 -sgr-2", "",
		},
		"trusted ranges take the place of the internet": {
			"in tcp/22 0.0.0.0/0 id sgr-1",
			"in tcp/22 0.0.0.0/0", "+in tcp/22 203.0.113.0/24 -sgr-1", "",
		},
		"unless the rule has expired": {
			"in tcp/22 0.0.0.0/0 \"until 2020-01-01\" id sgr-1",
			"in tcp/22 0.0.0.0/0", "-sgr-1", "No rule replaces it",
		},
		"or a rule that stays lets the trusted range in": {
			"in tcp/22 0.0.0.0/0 id sgr-1\n in tcp/20-25 203.0.112.0/23 id sgr-2",
			"in tcp/22 0.0.0.0/0", "-sgr-1", "Revoke tcp/22 from 0.0.0.0/0. Other rules of database (sg-db) already allow tcp/22 from 203.0.113.0/24.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			inv := notation.MustParse(oneVPC + " " + tc.rules + "\n").Inventory
			settings := audit.Defaults()
			settings.TrustedCIDRs = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
			run := audit.Run(inv, audit.Options{Settings: settings})
			remedy.Attach(inv, run.Report, run.Proposals, inventory.DefaultRulesPerGroup)
			about := 0
			said := tc.says == ""
			for _, f := range run.Findings {
				if f.Rule == nil || f.Rule.String() != tc.rule || run.Proposals[f.ID].Kind == findings.Advise {
					continue
				}
				about++
				if got := short(f.Fix.Steps); got != tc.want {
					t.Errorf("%s: %s, want %s", f.Check, got, tc.want)
				}
				said = said || strings.Contains(f.Fix.Summary+strings.Join(f.Fix.Notes, "\n"), tc.says)
			}
			if about == 0 {
				t.Fatal("no finding with a fix")
			}
			if !said {
				t.Errorf("no finding says %q", tc.says)
			}
		})
	}
}

// TestNeededByAnother holds a redundant rule that is the only one left once
// another finding's rule goes: its finding has no steps, whatever the checks
// made of it, and says why.
func TestNeededByAnother(t *testing.T) {
	inv := notation.MustParse(oneVPC + " in tcp/443 203.0.113.0/24 id sgr-1\n in tcp/443 203.0.113.5/32 \"keep\" id sgr-2\n").Inventory
	proposals := findings.Proposals{"stale": {Kind: findings.RevokeRule}, "redundant": {Kind: findings.RevokeRedundant}}
	finding := func(check, source string) findings.Finding {
		return findings.Finding{
			ID: check, Check: check, AccountID: "111122223333", Region: "us-east-1", GroupID: "sg-db", ResourceID: "sg-db",
			Rule: findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "443", Source: source}), Status: findings.Open,
		}
	}
	report := &findings.Report{Findings: []findings.Finding{
		finding("stale", "203.0.113.0/24"),
		finding("redundant", "203.0.113.5/32"),
	}}
	remedy.Attach(inv, report, proposals, inventory.DefaultRulesPerGroup)
	if got := short(report.Findings[0].Fix.Steps); got != "-sgr-1" {
		t.Errorf("the first rule: %s", got)
	}
	f := report.Findings[1]
	if len(f.Fix.Commands) > 0 || !strings.Contains(f.Fix.Summary, `Keep the rule for tcp/443 from 203.0.113.5/32: finding stale (stale) proposes to revoke tcp/443 from 203.0.113.0/24`) {
		t.Errorf("%v %s", f.Fix.Commands, f.Fix.Summary)
	}
	// An exception accepts the first finding: its rule stays, and covers.
	report = &findings.Report{Findings: []findings.Finding{
		finding("stale", "203.0.113.0/24"),
		finding("redundant", "203.0.113.5/32"),
	}}
	report.Findings[0].Status = findings.Suppressed
	remedy.Attach(inv, report, proposals, inventory.DefaultRulesPerGroup)
	if got := short(report.Findings[1].Fix.Steps); got != "-sgr-2" || len(report.Findings[0].Fix.Commands) > 0 {
		t.Errorf("beside an accepted finding: %s", got)
	}
}

// TestQuota: AWS counts a reference to CloudFront's list as 55 rules, and a
// group may have 60.
func TestQuota(t *testing.T) {
	var rules strings.Builder
	rules.WriteString(" in tcp/443 pl-1 id sgr-0\n in tcp/5432 10.0.1.0/24 id sgr-range\n")
	for i := range 4 {
		fmt.Fprintf(&rules, " in tcp/%d 203.0.113.%d/32 id sgr-%d\n", 9000+i, i, i+1)
	}
	text := oneVPC + rules.String() + "sg-b b\neni-3 sg-b 10.0.1.10\npl-1 com.amazonaws.global.cloudfront.origin-facing 198.51.100.0/24 owner AWS\n"
	for quota, want := range map[int]string{60: "", 61: "", 62: "+in tcp/5432 sg-app +in tcp/5432 sg-b -sgr-range", 59: "+in tcp/5432 sg-app +in tcp/5432 sg-b -sgr-range"} {
		inv := notation.MustParse(text).Inventory
		report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group"}}, quota)
		f := report.Findings[slices.IndexFunc(report.Findings, func(f findings.Finding) bool { return f.Rule.Traffic.PortsText() == "5432" })]
		if got := short(f.Fix.Steps); got != want {
			t.Errorf("quota %d: %q, want %q", quota, got, want)
		}
		if want == "" && !strings.Contains(f.Fix.Summary, fmt.Sprintf("(sg-db) has 60 of at most %d inbound rules, and 2 more are needed", quota)) {
			t.Errorf("quota %d: %s", quota, f.Fix.Summary)
		}
	}
}

// A default group keeps its rules where its users were not read.
func TestDefaultGroupOfUnreadInterfaces(t *testing.T) {
	for more, want := range map[string]string{"": "-sgr-1", "unread interfaces denied\n": ""} {
		inv := notation.MustParse("sg-1 default\n in tcp/22 10.0.0.0/8 id sgr-1\n" + more).Inventory
		report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"default-group-allows-traffic"}}, inventory.DefaultRulesPerGroup)
		if got := short(report.Findings[0].Fix.Steps); got != want {
			t.Errorf("%q: %q, want %q", more, got, want)
		}
	}
}

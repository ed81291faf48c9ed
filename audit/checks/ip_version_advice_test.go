package checks_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestVersionMismatchAdvice: where SSH or a database is open over one IP version, the fix
// never advises to open it over the other one too.
func TestVersionMismatchAdvice(t *testing.T) {
	inv := notation.MustParse(`sg-1 a
 in tcp/22 ::/0
 in tcp/5432 0.0.0.0/0
 in tcp/8443 ::/0
eni-1 sg-1 10.0.0.10 2600:1f18::10
`).Inventory
	report := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-version-mismatch"}}).Report
	if len(report.Findings) != 3 {
		t.Fatalf("%d findings, want 3", len(report.Findings))
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		web := strings.Contains(f.Message, "8443")
		if opens := strings.Contains(f.Fix.Summary, "allow the same ports"); opens != web {
			t.Errorf("%s: %s", f.Message, f.Fix.Summary)
		}
	}
}

// TestVersionMismatchInWords: a finding says what the group allows over the other IP
// version, by name, and never that the port is closed where it is not.
func TestVersionMismatchInWords(t *testing.T) {
	for rules, want := range map[string]string{
		"":                      "tcp/22 is open to the internet over IPv6, and no rule of a (sg-1) allows it over IPv4; ",
		" in tcp/22 pl-1\n":     "tcp/22 is open to the internet over IPv6, and over IPv4 only from office (pl-1); ",
		" in tcp/22 pl-2\n":     "tcp/22 is open to the internet over IPv6, and no rule of a (sg-1) allows it over IPv4; ",
		" in tcp/22 fd00::/8\n": "tcp/22 is open to the internet over IPv6, and no rule of a (sg-1) allows it over IPv4; ",
		" in tcp/443 pl-1\n":    "tcp/22 is open to the internet over IPv6, and no rule of a (sg-1) allows it over IPv4; ",
		" in all sg-1\n":        "tcp/22 is open to the internet over IPv6, and over IPv4 only from the group itself; ",
		" in udp/all pl-1\n":    "tcp/22 is open to the internet over IPv6, and no rule of a (sg-1) allows it over IPv4; ",
		" out tcp/22 pl-1\n":    "tcp/22 is open to the internet over IPv6, and no rule of a (sg-1) allows it over IPv4; ",
		" in tcp/20-30 sg-2\n in tcp/22 10.0.0.0/8\n": "tcp/22 is open to the internet over IPv6, and over IPv4 only from b (sg-2) and 10.0.0.0/8; ",
	} {
		inv := notation.MustParse("pl-1 office 203.0.113.0/24\npl-2 office-6 2001:db8::/32\nsg-2 b\nsg-1 a\n in tcp/22 ::/0\n" + rules + "eni-1 sg-1 10.0.0.10 2600:1f18::10\n").Inventory
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-version-mismatch"}}).Report
		if len(report.Findings) != 1 || !strings.HasPrefix(report.Findings[0].Message, want) || strings.Contains(report.Findings[0].Title, "closed") {
			t.Errorf("%q: %+v, want %q", rules, report.Findings, want)
		}
	}
}

// TestTitleOfATemporaryRule: a rule without a date is not past its date.
func TestTitleOfATemporaryRule(t *testing.T) {
	for description, want := range map[string]string{
		"temporary":        "Rule is described as temporary and has no expiry date",
		"until 2020-01-31": "Rule is past its expiry date",
	} {
		inv := notation.MustParse("sg-1 a\n in tcp/22 203.0.113.7/32 \"" + description + "\"\n").Inventory
		report := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"expired-rule"}}).Report
		if len(report.Findings) != 1 || report.Findings[0].Title != want {
			t.Errorf("%q: %+v, want the title %q", description, report.Findings, want)
		}
	}
}

package audit_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// publications are the controls that sgaudit may name, of each framework, in the
// order in which a report lists them: the pattern of their numbers, the publication
// that has them, and those that the table serves.
var publications = []struct {
	framework, number, published string
	controls                     []string
}{
	{"cis-1.2", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 1.2.0", []string{"2.5", "2.9", "4.1", "4.2", "4.3"}},
	{"cis-1.4", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 1.4.0", []string{"3.5", "3.9", "5.1", "5.2", "5.3"}},
	{"cis-2.0", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 2.0.0", []string{"3.5", "3.9", "5.1", "5.2", "5.3", "5.4"}},
	{"cis-3.0", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 3.0.0", []string{"3.3", "3.7", "5.1", "5.2", "5.3", "5.4"}},
	{"cis-4.0", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 4.0.0", []string{"3.3", "3.7", "5.1.2", "5.2", "5.3", "5.4", "5.5"}},
	{"cis-5.0", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 5.0.0", []string{"3.3", "3.7", "5.1.2", "5.2", "5.3", "5.4", "5.5"}},
	{"cis-6.0", `\d(\.\d+){1,2}`, "CIS Amazon Web Services Foundations Benchmark 6.0.0", []string{"4.7", "6.1.2", "6.2", "6.3", "6.4", "6.5"}},
	{"fsbp", `[A-Z][A-Za-z0-9]*\.\d+`, "AWS Security Hub User Guide, controls reference", []string{
		"Config.1", "EC2.2", "EC2.6", "EC2.16", "EC2.18", "EC2.19", "EC2.21", "EC2.172", "RDS.2",
	}},
	{"hipaa", `164\.3\d\d(\([a-z]\))(\(\d\))?(\([iv]+\))?(\([A-Z]\))?`, "45 CFR 164.308 and 164.312", []string{
		"164.308(a)(1)(ii)(A)", "164.308(a)(1)(ii)(B)", "164.308(a)(1)(ii)(D)", "164.308(a)(3)(i)", "164.308(a)(3)(ii)(A)",
		"164.308(a)(4)(i)", "164.308(a)(4)(ii)(A)", "164.312(a)(1)", "164.312(b)", "164.312(e)(1)",
	}},
	{"iso-27001-2022", `A\.[5-8]\.\d+`, "ISO/IEC 27001:2022, annex A, table A.1", []string{"A.8.15", "A.8.16", "A.8.20", "A.8.21", "A.8.22"}},
	{"nist-800-53", `[A-Z]{2}-\d+(\(\d+\))?`, "NIST SP 800-53 revision 5, chapter 3", []string{
		"AC-4", "AC-4(21)", "AC-17", "AU-12", "CM-2", "CM-3", "CM-7", "CM-8", "CM-8(1)", "SC-7", "SI-7(8)",
	}},
	{"nist-csf-2.0", `(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d\d`, "NIST CSWP 29, Cybersecurity Framework 2.0, appendix A", []string{
		"DE.CM-01", "ID.AM-02", "PR.AA-05", "PR.IR-01", "PR.PS-01", "PR.PS-04",
	}},
	{"pci-4.0.1", `\d+\.\d+\.\d+`, "PCI DSS 4.0.1", []string{"1.2.5", "1.2.7", "1.3.1", "1.3.2", "1.4.4", "6.4.2"}},
	{"soc-2", `CC[1-9]\.\d`, "AICPA, TSP section 100, Trust Services Criteria 2017", []string{"CC3.4", "CC6.1", "CC6.6", "CC7.2", "CC7.3", "CC8.1"}},
	{"well-architected", `SEC05-BP\d\d`, "AWS Well-Architected Framework, security pillar, SEC 5", []string{"SEC05-BP01", "SEC05-BP02", "SEC05-BP03"}},
}

// TestFrameworkTable holds every framework to the publications: its controls have
// the form of their numbers and are in the list above, and each mapping says why.
func TestFrameworkTable(t *testing.T) {
	frameworks := audit.Frameworks()
	if !slices.IsSortedFunc(frameworks, func(a, b audit.Framework) int { return strings.Compare(a.ID, b.ID) }) || len(frameworks) != len(publications) {
		t.Fatalf("%d frameworks for %d publications, or out of order", len(frameworks), len(publications))
	}
	for i, f := range frameworks {
		p := publications[i]
		if f.ID != p.framework || f.Name == "" || f.Source == "" {
			t.Errorf("%+v: want %s, with a name and the source of its mappings", f, p.framework)
			continue
		}
		form := regexp.MustCompile("^" + p.number + "$")
		var controls []string
		seen := map[audit.Mapping]bool{}
		for _, m := range f.Mappings() {
			if !slices.Contains(controls, m.Control) {
				controls = append(controls, m.Control)
			}
			if !form.MatchString(m.Control) {
				t.Errorf("%s: %q is not the number of a control of %s", f.ID, m.Control, p.published)
			}
			if len(strings.Fields(m.Why)) < 3 || strings.HasSuffix(m.Why, ".") || strings.Contains(m.Why, "|") {
				t.Errorf("%s %s, %s: the table does not say why: %q", f.ID, m.Control, m.Check, m.Why)
			}
			pair := audit.Mapping{Control: m.Control, Check: m.Check}
			if seen[pair] {
				t.Errorf("%s: %s and %s are mapped twice", f.ID, m.Control, m.Check)
			}
			seen[pair] = true
		}
		if !slices.Equal(controls, p.controls) {
			t.Errorf("%s: controls %v, but of %s the list has %v", f.ID, controls, p.published, p.controls)
		}
	}
}

// TestFrameworkRows holds that each row is in use: its checks exist and are in one row
// of the control only, and some check refers to a control of which the row has none.
func TestFrameworkRows(t *testing.T) {
	byID := map[string]*audit.Check{}
	for _, check := range audit.Checks() {
		byID[check.ID] = check
	}
	for _, f := range audit.Frameworks() {
		mapped := map[string]bool{}
		for _, m := range f.Mappings() {
			mapped[m.Control] = true
		}
		numbers, checks := f.Rows()
		seen := map[string]bool{}
		for i, number := range numbers {
			if !mapped[number] {
				t.Errorf("%s: no check serves %s", f.ID, number)
			}
			for _, id := range checks[i] {
				check := byID[id]
				switch {
				case check == nil:
					t.Errorf("%s %s names the check %s, which does not exist", f.ID, number, id)
				case seen[number+" "+id]:
					t.Errorf("%s %s: %s is in two rows", f.ID, number, id)
				case f.InformationPasses() && check.Severity == findings.Info:
					t.Errorf("%s %s: %s cannot fail it, because all of its findings are information", f.ID, number, id)
				}
				seen[number+" "+id] = true
			}
		}
	}
}

// TestCSFFollowsFrom80053 holds the mappings to NIST CSF 2.0 to the informative
// references of NIST: a check that serves a subcategory serves a control of 800-53
// which NIST relates to it.
func TestCSFFollowsFrom80053(t *testing.T) {
	related := map[string][]string{ // NIST, CSF 2.0 informative references, SP 800-53 release 5.2.0
		"DE.CM-01": {"AC-2", "AU-12", "CA-7", "CM-3", "SC-5", "SC-7", "SI-4"},
		"ID.AM-02": {"AC-20", "CM-8", "PM-5", "SA-5", "SA-9"},
		"PR.AA-05": {"AC-1", "AC-2", "AC-3", "AC-5", "AC-6", "AC-10", "AC-16", "AC-17", "AC-18", "AC-19", "AC-24", "IA-13"},
		"PR.IR-01": {"AC-3", "AC-4", "SC-4", "SC-5", "SC-7"},
		"PR.PS-01": {"CM-1", "CM-2", "CM-3", "CM-4", "CM-5", "CM-6", "CM-7", "CM-8", "CM-9", "CM-10", "CM-11"},
		"PR.PS-04": {"AU-2", "AU-3", "AU-6", "AU-7", "AU-11", "AU-12"},
	}
	csf, _ := audit.FindFramework("nist-csf-2.0")
	sp, _ := audit.FindFramework("nist-800-53")
	byID := map[string]*audit.Check{}
	for _, check := range audit.Checks() {
		byID[check.ID] = check
	}
	for _, m := range csf.Mappings() {
		if m.Check == "unused-group" && m.Control == "PR.PS-01" {
			continue // it served PR.IP-1 of version 1.1, which PR.PS-01 replaces
		}
		if !slices.ContainsFunc(sp.Controls(byID[m.Check]), func(c string) bool { return slices.Contains(related[m.Control], c) }) {
			t.Errorf("%s: %s serves %v of 800-53, none of which NIST relates to it", m.Control, m.Check, sp.Controls(byID[m.Check]))
		}
	}
}

// TestNewerFrameworksJudge judges the same faults by every framework that has its
// mappings in the table.
func TestNewerFrameworksJudge(t *testing.T) {
	const clean = "vpc-1 10.0.0.0/16\nigw-1 vpc vpc-1\nfl-1 vpc-1 REJECT\nacl-1 vpc vpc-1 subnet subnet-1\n in 100 allow tcp/443 0.0.0.0/0\nsg-1 web\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n"
	const (
		ssh   = "sg-2 a\n in tcp/22 0.0.0.0/0\neni-2 sg-2 10.0.0.2\n"
		ssh6  = "sg-2 a\n in tcp/22 ::/0\neni-2 sg-2 10.0.0.2\n"
		cifs  = "sg-2 a\n in tcp/445 0.0.0.0/0\neni-2 sg-2 10.0.0.2\n"
		mysql = "sg-2 a\n in tcp/3306 0.0.0.0/0\neni-2 sg-2 10.0.0.2\n"
		group = "sg-2 default\n in all sg-2\n"
		empty = "sg-2 old\n"
	)
	for _, c := range []struct {
		framework, fault string
		failed, passed   []string
	}{
		{"cis-2.0", "", nil, []string{"3.9", "5.1", "5.2", "5.3", "5.4"}},
		{"cis-2.0", ssh, []string{"5.2"}, []string{"5.3", "5.4"}},
		{"cis-2.0", ssh6, []string{"5.3"}, []string{"5.2"}},
		{"cis-2.0", group, []string{"5.4"}, []string{"5.2", "5.3"}},
		{"cis-4.0", "", nil, []string{"3.7", "5.1.2", "5.2", "5.3", "5.4", "5.5"}},
		{"cis-4.0", ssh, []string{"5.3"}, []string{"5.1.2", "5.4", "5.5"}},
		{"cis-4.0", ssh6, []string{"5.4"}, []string{"5.1.2", "5.3"}},
		{"cis-4.0", cifs, []string{"5.1.2", "5.3"}, []string{"5.4"}},
		{"cis-4.0", group, []string{"5.5"}, []string{"5.3"}},
		{"hipaa", "", nil, []string{"164.308(a)(1)(ii)(B)", "164.308(a)(1)(ii)(D)", "164.312(b)"}},
		{"hipaa", ssh, []string{"164.308(a)(1)(ii)(B)", "164.312(a)(1)", "164.312(e)(1)"}, []string{"164.312(b)"}},
		{"hipaa", mysql, []string{"164.308(a)(3)(i)", "164.308(a)(4)(i)", "164.308(a)(4)(ii)(A)"}, []string{"164.308(a)(1)(ii)(B)"}},
		{"hipaa", group, []string{"164.312(e)(1)"}, []string{"164.308(a)(4)(i)"}},
		{"iso-27001-2022", "", nil, []string{"A.8.15", "A.8.16", "A.8.20", "A.8.21", "A.8.22"}},
		{"iso-27001-2022", ssh, []string{"A.8.20", "A.8.21", "A.8.22"}, []string{"A.8.15", "A.8.16"}},
		{"nist-csf-2.0", "", nil, []string{"DE.CM-01", "PR.AA-05", "PR.IR-01", "PR.PS-04"}},
		{"nist-csf-2.0", ssh, []string{"PR.IR-01"}, []string{"DE.CM-01", "PR.PS-04"}},
		{"nist-csf-2.0", empty, []string{"PR.PS-01"}, []string{"PR.IR-01"}},
		{"soc-2", mysql, []string{"CC6.1", "CC6.6"}, []string{"CC7.2", "CC7.3"}},
		{"soc-2", empty, []string{"CC6.1"}, []string{"CC7.2"}},
		{"well-architected", mysql, []string{"SEC05-BP01", "SEC05-BP02"}, nil},
		{"well-architected", ssh, []string{"SEC05-BP02"}, nil},
	} {
		got := judged(t, c.framework, clean+c.fault)
		for _, control := range c.failed {
			if got[control] != findings.Failed {
				t.Errorf("%s with %q: %s is %q, want failed", c.framework, c.fault, control, got[control])
			}
		}
		for _, control := range c.passed {
			if got[control] != findings.Passed {
				t.Errorf("%s with %q: %s is %q, want passed", c.framework, c.fault, control, got[control])
			}
		}
	}
}

// TestGoalsPassInformation holds that a finding of severity info fails no goal: the
// default network ACL that allows everything is a fault for CIS and not for the others.
func TestGoalsPassInformation(t *testing.T) {
	const estate = "vpc-1 10.0.0.0/16\nigw-1 vpc vpc-1\nacl-1 vpc vpc-1%s\n in 100 allow all 0.0.0.0/0\nsg-1 web\n in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n"
	open, standard := strings.ReplaceAll(estate, "%s", " subnet subnet-1"), strings.ReplaceAll(estate, "%s", " default")
	for framework, control := range map[string]string{"cis-4.0": "5.2", "nist-csf-2.0": "PR.IR-01", "well-architected": "SEC05-BP02"} {
		if got := judged(t, framework, open)[control]; got != findings.Failed {
			t.Errorf("%s: with an open network ACL %s is %s", framework, control, got)
		}
		want := findings.Passed
		if framework == "cis-4.0" {
			want = findings.Failed
		}
		if got := judged(t, framework, standard)[control]; got != want {
			t.Errorf("%s: with the default network ACL %s is %s, want %s", framework, control, got, want)
		}
	}
}

// TestCite holds that a report names the controls of the framework: on each check
// all that it serves, on a finding those that it is about, and none twice.
func TestCite(t *testing.T) {
	f, _ := audit.FindFramework("cis-4.0")
	const estate = "vpc-1 10.0.0.0/16\nsg-1 a\n in tcp/22 0.0.0.0/0\n in tcp/445 ::/0\neni-1 sg-1 10.0.0.1\n"
	report := audit.RunChecks(notation.MustParse(estate).Inventory, audit.Defaults(), f.Checks()).Report
	before := slices.Clone(report.Checks)
	f.Cite(report)
	f.Cite(report)
	want := map[string][]string{"tcp/22": {"CIS 4.0 5.3"}, "tcp/445": {"CIS 4.0 5.1.2", "CIS 4.0 5.4"}}
	for i := range report.Findings {
		x := &report.Findings[i]
		if x.Rule == nil {
			continue
		}
		var cited []string
		for _, reference := range x.References {
			if strings.HasPrefix(reference, "CIS 4.0 ") {
				cited = append(cited, reference)
			}
		}
		for traffic, controls := range want {
			if strings.Contains(x.Rule.String(), traffic+" ") && !slices.Equal(cited, controls) {
				t.Errorf("%s cites %v, want %v", x.Rule, cited, controls)
			}
		}
	}
	for i, c := range report.Checks {
		if c.ID == "admin-port-open-to-internet" && !slices.Equal(c.References[len(before[i].References):], []string{"CIS 4.0 5.1.2", "CIS 4.0 5.3", "CIS 4.0 5.4"}) {
			t.Errorf("%s cites %v", c.ID, c.References)
		}
	}
	for _, c := range audit.Checks() {
		if slices.ContainsFunc(c.References, func(s string) bool { return strings.HasPrefix(s, "CIS 4.0 ") }) {
			t.Errorf("citing changed the check %s", c.ID)
		}
	}
}

package audit

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// Framework is a catalogue of controls that checks refer to. A reference is
// the prefix, a space, and the control.
type Framework struct{ ID, Name, prefix string }

// Frameworks returns those that can be reported by, in the order of their ids.
func Frameworks() []Framework {
	return []Framework{
		{"cis-1.2", "CIS AWS Foundations 1.2", "CIS 1.2"},
		{"cis-1.4", "CIS AWS Foundations 1.4", "CIS 1.4"},
		{"cis-3.0", "CIS AWS Foundations 3.0", "CIS 3.0"},
		{"cis-5.0", "CIS AWS Foundations 5.0", "CIS 5.0"},
		{"cis-6.0", "CIS AWS Foundations 6.0", "CIS 6.0"},
		{"fsbp", "AWS Foundational Security Best Practices", "FSBP"},
		{"nist-800-53", "NIST 800-53 revision 5", "NIST 800-53 r5"},
		{"pci-4.0.1", "PCI DSS 4.0.1", "PCI DSS 4.0.1"},
	}
}

// FindFramework returns the one with the id.
func FindFramework(id string) (Framework, bool) {
	all := Frameworks()
	i := slices.IndexFunc(all, func(f Framework) bool { return f.ID == id })
	if i < 0 {
		return Framework{}, false
	}
	return all[i], true
}

// Controls returns the controls of the framework that a check serves, in the
// order of its references.
func (f Framework) Controls(c *Check) []string {
	var controls []string
	for _, reference := range c.References {
		if control, ok := strings.CutPrefix(reference, f.prefix+" "); ok {
			controls = append(controls, control)
		}
	}
	return controls
}

// Checks returns the checks that serve some control, sorted by id.
func (f Framework) Checks() []*Check {
	return slices.DeleteFunc(Checks(), func(c *Check) bool { return len(f.Controls(c)) == 0 })
}

// Judge brings a report into the order of controls: a control has failed if a
// finding above info of a check that serves it is open; else it is not
// evaluated if one of its checks was not evaluated somewhere or did not run,
// or some region was not read in full; else it has passed, as far as these
// checks can tell.
func (f Framework) Judge(r *findings.Report) []findings.Control {
	found := map[string]*findings.Control{}
	var order []string
	for _, check := range f.Checks() {
		for _, name := range f.Controls(check) {
			c := found[name]
			if c == nil {
				c = &findings.Control{Framework: f.ID, Control: name, Status: findings.Passed, Checks: []string{}, Findings: []string{}}
				found[name] = c
				order = append(order, name)
			}
			c.Checks = append(c.Checks, check.ID)
			f.judge(r, check, c)
		}
	}
	slices.SortFunc(order, compareControls)
	controls := make([]findings.Control, 0, len(order))
	for _, name := range order {
		controls = append(controls, *found[name])
	}
	return controls
}

// families are the controls that CIS and AWS split by the version of IP: what
// is open to 0.0.0.0/0 does not fail the control of ::/0.
var families = map[string]string{
	"CIS 3.0 5.2": "ipv4", "CIS 3.0 5.3": "ipv6",
	"CIS 5.0 5.3": "ipv4", "CIS 5.0 5.4": "ipv6",
	"CIS 6.0 6.3": "ipv4", "CIS 6.0 6.4": "ipv6",
	"FSBP EC2.53": "ipv4", "FSBP EC2.54": "ipv6",
}

// concerns reports whether a finding is about the control's version of IP. A
// prefix list, and a finding about no rule, may be about both.
func concerns(family string, x *findings.Finding) bool {
	if family == "" || x.Rule == nil {
		return true
	}
	p, err := netip.ParsePrefix(x.Rule.Source)
	return err != nil || p.Addr().Is6() == (family == "ipv6")
}

func (f Framework) judge(r *findings.Report, check *Check, c *findings.Control) {
	family := families[f.prefix+" "+c.Control]
	for i := range r.Findings {
		x := &r.Findings[i]
		if x.Check == check.ID && x.Status == findings.Open && x.Severity > findings.Info && concerns(family, x) {
			c.Findings = append(c.Findings, x.ID)
			c.Status = findings.Failed
		}
	}
	ran := slices.ContainsFunc(r.Checks, func(i findings.CheckInfo) bool { return i.ID == check.ID })
	silent := slices.ContainsFunc(r.NotEvaluated, func(n findings.NotEvaluated) bool { return n.Check == check.ID })
	if c.Status == findings.Passed && (!ran || silent || r.Incomplete()) {
		c.Status = findings.Unevaluated
	}
}

// compareControls orders "5.2" before "5.10", and "EC2.9" before "EC2.19".
func compareControls(a, b string) int {
	for a != "" && b != "" {
		x, y := digits(a), digits(b)
		if x > 0 && y > 0 {
			n, m := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if len(n) != len(m) {
				return len(n) - len(m)
			}
			if c := strings.Compare(n, m); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// digits returns how many digits a text begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

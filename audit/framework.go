package audit

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
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
// finding of a check that serves it is open, whatever its severity, unless
// the check spares the control from information; else it is not evaluated if one of its checks was not evaluated somewhere or did not run,
// or some region was not read in full; else it has passed, as far as these
// checks can say.
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

// scope narrows a control to a part of what a check that serves it reports.
// The zero scope is all of it.
type scope struct {
	family string  // "ipv4" or "ipv6": what is open over the other does not fail the control
	ports  []int32 // of tcp: a rule that opens none of them does not fail the control
}

// scopes are the controls that CIS and AWS split by the version of IP or
// define by a list of ports.
// Sources: CIS Amazon Web Services Foundations Benchmark, section Networking;
// AWS Security Hub User Guide, "Security Hub controls for Amazon EC2".
var scopes = map[string]scope{
	"CIS 1.2 4.1":   {ports: []int32{22}},
	"CIS 1.2 4.2":   {ports: []int32{3389}},
	"CIS 3.0 5.2":   {family: "ipv4"},
	"CIS 3.0 5.3":   {family: "ipv6"},
	"CIS 5.0 5.1.2": {ports: []int32{445}},
	"CIS 5.0 5.3":   {family: "ipv4"},
	"CIS 5.0 5.4":   {family: "ipv6"},
	"CIS 6.0 6.1.2": {ports: []int32{445}},
	"CIS 6.0 6.3":   {family: "ipv4"},
	"CIS 6.0 6.4":   {family: "ipv6"},
	"FSBP EC2.19": {ports: []int32{
		20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333,
		5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300,
	}},
}

// holds reports whether a finding is about what the control is about. A
// prefix list that was not read may be of either version of IP; a finding that
// is not about a rule is about all of the control.
func (s scope) holds(x *findings.Finding) bool {
	if x.Rule == nil {
		return true
	}
	if x.Rule.Family != "" && s.family != "" && x.Rule.Family != s.family {
		return false
	}
	return x.Rule.Err() != nil || len(s.ports) == 0 || slices.ContainsFunc(s.ports, func(port int32) bool {
		return x.Rule.Traffic.Overlaps(inventory.Ports(inventory.TCP, port, port))
	})
}

// fails reports whether an open finding of a check fails the control. One that
// the check calls information does, unless the check spares the control
// (Check.InfoPasses). A severity that the settings choose decides nothing here.
func (f Framework) fails(x *findings.Finding, check *Check, control string) bool {
	reference := f.prefix + " " + control
	if x.Check != check.ID || x.Status != findings.Open || !scopes[reference].holds(x) {
		return false
	}
	return !x.Information || !slices.Contains(check.InfoPasses, reference)
}

func (f Framework) judge(r *findings.Report, check *Check, c *findings.Control) {
	for i := range r.Findings {
		if x := &r.Findings[i]; f.fails(x, check, c.Control) {
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

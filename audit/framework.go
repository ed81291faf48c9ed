package audit

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Framework is a catalogue of controls that checks serve. A reference to one of
// its controls is the prefix, a space, and the control. The table of all of them is in
// frameworks.txt.
type Framework struct {
	ID, Name string
	Source   string // the public lists that its mappings were read from
	prefix   string
	// informationPasses says that no finding of severity info fails a control, because
	// the controls are goals and do not name a setting of AWS.
	informationPasses bool
	controls          []control
}

// control is a row of the table: what a control asks for, and the checks that
// serve it. Several rows may be about the same control. A row without checks is
// about those that name the control in their references.
type control struct {
	number string
	why    string
	scope  scope
	checks []string // ids
}

// scope narrows a control to a part of what a check that serves it reports.
// The zero scope is all of it.
type scope struct {
	family string  // "ipv4" or "ipv6": what is open over the other does not fail the control
	ports  []int32 // of tcp: a rule that opens none of them does not fail the control
}

// Mapping says that a check serves a control, and why: what the control asks for.
type Mapping struct{ Control, Check, Why string }

// FindFramework returns the one with the id.
func FindFramework(id string) (Framework, bool) {
	all := Frameworks()
	i := slices.IndexFunc(all, func(f Framework) bool { return f.ID == id })
	if i < 0 {
		return Framework{}, false
	}
	return all[i], true
}

// Controls returns the controls of the framework that a check serves: those of
// its references in their order, then those of the table.
func (f Framework) Controls(c *Check) []string {
	var controls []string
	for _, reference := range c.References {
		if number, ok := strings.CutPrefix(reference, f.prefix+" "); ok {
			controls = append(controls, number)
		}
	}
	for _, row := range f.controls {
		if slices.Contains(row.checks, c.ID) && !slices.Contains(controls, row.number) {
			controls = append(controls, row.number)
		}
	}
	return controls
}

// row returns what the table says of a control and a check: the row that names
// both, or else the one of the control alone.
func (f Framework) row(number, check string) control {
	var found control
	for _, row := range f.controls {
		if row.number == number && slices.Contains(row.checks, check) {
			return row
		}
		if row.number == number && row.checks == nil {
			found = row
		}
	}
	return found
}

// Checks returns the checks that serve some control, sorted by id.
func (f Framework) Checks() []*Check {
	return slices.DeleteFunc(Checks(), func(c *Check) bool { return len(f.Controls(c)) == 0 })
}

// Mappings returns which check serves which control, in the order of controls,
// then of checks.
func (f Framework) Mappings() []Mapping {
	var all []Mapping
	for _, check := range f.Checks() {
		for _, number := range f.Controls(check) {
			all = append(all, Mapping{number, check.ID, f.row(number, check.ID).why})
		}
	}
	slices.SortStableFunc(all, func(a, b Mapping) int { return compareControls(a.Control, b.Control) })
	return all
}

// Cite adds the controls of the framework to the references of a report's checks, and
// to those of the findings that are about them, so that every format names them.
// References that are there already stay as they are.
func (f Framework) Cite(r *findings.Report) {
	byID := map[string]*Check{}
	for _, check := range f.Checks() {
		byID[check.ID] = check
	}
	for i := range r.Checks {
		if check := byID[r.Checks[i].ID]; check != nil {
			r.Checks[i].References = f.cited(r.Checks[i].References, f.Controls(check))
		}
	}
	for i := range r.Findings {
		x := &r.Findings[i]
		check := byID[x.Check]
		if check == nil {
			continue
		}
		controls := slices.DeleteFunc(f.Controls(check), func(number string) bool {
			return !f.row(number, check.ID).scope.holds(x)
		})
		x.References = f.cited(x.References, controls)
	}
}

// cited returns the references followed by those of the controls that are missing.
func (f Framework) cited(references, controls []string) []string {
	references = slices.Clip(references)
	for _, number := range controls {
		if reference := f.prefix + " " + number; !slices.Contains(references, reference) {
			references = append(references, reference)
		}
	}
	return references
}

// Judge brings a report into the order of controls: a control has failed if a
// finding of a check that serves it is open, whatever its severity, unless
// the framework or the check spares the control from information; else it is not evaluated if one of its checks was not evaluated somewhere or did not run,
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
// the check calls information does, unless information passes in the framework or the
// check spares the control (Check.InfoPasses). A severity that the settings choose
// decides nothing here.
func (f Framework) fails(x *findings.Finding, check *Check, number string) bool {
	if x.Check != check.ID || x.Status != findings.Open || !f.row(number, check.ID).scope.holds(x) {
		return false
	}
	return !x.Information || !f.informationPasses && !slices.Contains(check.InfoPasses, f.prefix+" "+number)
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

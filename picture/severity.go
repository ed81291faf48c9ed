package picture

import (
	"cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/reach"
)

// Severity returns the gravest severity of the source's findings, Info where it
// has none: both are drawn as intended.
func (s *Source) Severity() findings.Severity { return worst(s.Findings) }

// Verdict returns the verdict of the gravest finding, the most open one of several,
// and an empty one without a finding.
func (s *Source) Verdict() reach.Verdict {
	verdict, v := reach.Verdict(""), findings.Info
	for _, f := range s.Findings {
		if verdict == "" || f.Severity > v || f.Severity == v && f.Verdict.Compare(verdict) > 0 {
			verdict, v = f.Verdict, f.Severity
		}
	}
	return verdict
}

// stopped reports whether the source is the internet, which a rule allows and which
// does not get in: the network stops it, or the group is not attached.
func (s *Source) stopped() bool {
	v := s.Verdict()
	return s.From == FromInternet && (v == reach.NotReachable || v == reach.Unattached) && s.Severity() > findings.Info
}

// unsure reports whether the source is the internet, and it could not be judged
// whether the network stops it.
func (s *Source) unsure() bool {
	return s.From == FromInternet && s.Verdict() == reach.Unknown && s.Severity() > findings.Info
}

func worst(list []Finding) findings.Severity {
	v := findings.Info
	for _, f := range list {
		v = max(v, f.Severity)
	}
	return v
}

// Severity returns the gravest severity of the door's sources.
func (d *Door) Severity() findings.Severity {
	v := findings.Info
	for _, s := range d.Sources {
		v = max(v, s.Severity())
	}
	return v
}

// Severity returns the gravest severity of all findings of the box.
func (b *Box) Severity() findings.Severity {
	v := worst(b.Findings)
	for _, d := range b.Doors {
		v = max(v, d.Severity())
	}
	return v
}

// Title returns the name of the box: that of its group, or what the names of
// its groups have in common and how many there are.
func (b *Box) Title() string {
	if len(b.Members) == 1 {
		return b.Members[0].Name
	}
	return common(b.Members) + " × " + decimal(len(b.Members))
}

// key orders boxes of the same severity, and names them in every format.
func (b *Box) key() string { return b.Members[0].Name + "\x00" + b.Members[0].ID }

func (b *Box) compare(c *Box) int {
	return cmp.Or(cmp.Compare(c.Severity(), b.Severity()), cmp.Compare(b.key(), c.key()))
}

// Severity returns the gravest severity of an open finding about a group of the VPC.
func (v *VPC) Severity() findings.Severity {
	for _, s := range findings.Severities() {
		if v.Counts[s] > 0 {
			return s
		}
	}
	return findings.Info
}

// Calm reports whether no group of the VPC has a critical or high finding.
func (v *VPC) Calm() bool { return v.Severity() < findings.High }

// Title returns the name of the VPC, or its id where it has none.
func (v *VPC) Title() string { return cmp.Or(v.Name, v.ID, "groups without a VPC") }

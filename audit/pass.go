package audit

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// Pass is what a check sees: one region of one account, what is known of
// it, and indexes that the checks share. It belongs to one goroutine.
type Pass struct {
	*inventory.Region
	*inventory.Index
	Settings *Settings
	Reach    *reach.Analyzer
	Accounts *Accounts // every region of the run, for references that cross accounts

	check  *Check
	report *findings.Report
	// Of each finding of the report.
	proposals []findings.Proposal
	runs      [classes]bool
	sources   []source
	merged    []netip.Prefix
	owners    []int // of each merged prefix: its source
	kinds     []int // of each merged prefix: the first source with the same traffic
	cache     cache
}

// cache holds what several checks ask for; each field is filled on first use.
type cache struct {
	traits        map[string]*traits
	exposures     []exposure
	unresolved    []groupRule
	exposuresDone bool
	holders       map[string][]string
	bastions      map[string][]string // by VPC
	search        *search
	kinds         []uint32 // of each interface's owner, in kindNames
	kindNames     []string
}

type groupRule struct {
	group *inventory.Group
	rule  *inventory.Rule
}

// Kind returns the kind of the owner of the i-th interface. It is worked out
// once for all checks, since recognising owners is not cheap.
func (r *Pass) Kind(i int) string {
	c := &r.cache
	if c.kinds == nil {
		c.kinds = make([]uint32, len(r.Interfaces))
		places := map[string]uint32{}
		for k := range r.Interfaces {
			kind := r.Interfaces[k].Owner().Kind
			place, known := places[kind]
			if !known {
				place = uint32(len(places))
				places[kind], c.kindNames = place, append(c.kindNames, kind)
			}
			c.kinds[k] = place
		}
	}
	return c.kindNames[c.kinds[i]]
}

// EachRule calls f for every rule of one direction, in the order of groups and
// of their rules.
func (r *Pass) EachRule(d inventory.Direction, f func(*inventory.Group, *inventory.Rule)) {
	for i := range r.Groups {
		g := &r.Groups[i]
		for j := range g.Rules {
			if g.Rules[j].Direction == d {
				f(g, &g.Rules[j])
			}
		}
	}
}

// Note records what holds for all findings of the running check in this region.
func (r *Pass) Note(text string) {
	n := findings.Note{Check: r.check.ID, AccountID: r.AccountID, Region: r.Name, Text: text}
	if k := len(r.report.Notes); k == 0 || r.report.Notes[k-1] != n {
		r.report.Notes = append(r.report.Notes, n)
	}
}

// NotEvaluated records that the running check could not judge something in
// this region, and why.
func (r *Pass) NotEvaluated(format string, args ...any) {
	r.report.NotEvaluated = append(r.report.NotEvaluated, findings.NotEvaluated{
		Check: r.check.ID, AccountID: r.AccountID, Region: r.Name, Reason: fmt.Sprintf(format, args...),
	})
}

// whyMissing says why a part of the region is unknown.
func (r *Pass) whyMissing(part inventory.Part) string {
	var why []string
	for _, g := range r.Gaps {
		if g.Part&part != 0 {
			why = append(why, fmt.Sprintf("%s %s", g.Operation, g.Kind))
		}
	}
	switch {
	case len(why) > 0:
		return strings.Join(why, ", ")
	case !r.Asked.Has(part) && !r.Accounts.Depth.Parts().Has(part):
		return fmt.Sprintf("not read at depth %s", r.Accounts.Depth)
	}
	return "not read"
}

package remedy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// maxPairs bounds the pairs of interfaces that are asked for one finding.
const maxPairs = 64

// Proof is what reach said before and after a change.
type Proof struct {
	Sources int      // interfaces that the replacement covers
	Members int      // interfaces that have the group
	Total   int      // pairs of both, without those of an interface and itself
	Asked   int      // of them: all, or some of each combination of subnets and groups
	Talking int      // could talk before
	Unknown int      // pairs that were unknown before
	Lost    []string // pairs that are worse off: there must be none
}

// later is a region as it is after steps.
type later struct {
	*reach.Analyzer
	moved bool // steps gave interfaces other groups
}

// of returns an interface as it is after the steps.
func (l *later) of(e *inventory.Interface) *inventory.Interface {
	if !l.moved {
		return e
	}
	return l.Index().Interface(e.ID)
}

// tried creates groups on a copy of the region, and changes rules of the group:
// some are revoked before others are allowed, and some after. Rules are revoked
// as they are written, whether or not their ids were read.
func (d *decision) tried(create []change.Step, allow, before, after []inventory.Rule) (*later, error) {
	steps := slices.Clone(create)
	add := func(v change.Verb, rules []inventory.Rule) {
		for _, r := range rules {
			steps = append(steps, change.Step{Verb: v, Region: d.region.Name, Group: d.group.ID, Direction: r.Direction, Rules: []inventory.Rule{r}})
		}
	}
	add(change.Revoke, before)
	add(change.Authorize, allow)
	add(change.Revoke, after)
	var lines []change.Line
	for i := range steps {
		lines = append(lines, change.Line{Step: steps[i]})
	}
	is, err := Apply(&inventory.Inventory{Regions: []*inventory.Region{d.region}}, lines)
	if err != nil {
		return nil, err
	}
	return &later{reach.New(is.Regions[0]), true}, nil
}

// prove asks reach whether what the replacement covers gets to the members of
// a group as well after a change as before.
func prove(n *reach.Analyzer, after *later, r *Replacement, members []*inventory.Interface, traffic inventory.Traffic) Proof {
	sources := r.Covered
	p := Proof{Sources: len(sources), Members: len(members), Total: len(sources) * len(members)}
	if p.Total > maxPairs {
		sources, members = r.few, sample(members)
	}
	for _, from := range sources {
		for _, to := range members {
			if from == to {
				p.Total--
				continue
			}
			if p.Asked == maxPairs {
				return p
			}
			p.Asked++
			was, now := n.Verdict(from, to, traffic), after.Verdict(after.of(from), after.of(to), traffic)
			switch was {
			case reach.Reachable:
				p.Talking++
			case reach.Unknown:
				p.Unknown++
			}
			if now.Compare(was) < 0 {
				p.Lost = append(p.Lost, from.ID+" to "+to.ID)
			}
		}
	}
	return p
}

// sample picks interfaces so that every pair of a subnet and a set of groups
// is there before one is there twice, eight at most: the root of maxPairs.
func sample(list []*inventory.Interface) []*inventory.Interface {
	const most = 8
	var picked []*inventory.Interface
	seen := map[string]bool{}
	for _, e := range list {
		if len(picked) == most {
			return picked
		}
		key := e.Subnet + " " + strings.Join(e.Groups, " ")
		if !seen[key] {
			seen[key] = true
			picked = append(picked, e)
		}
	}
	for _, e := range list {
		if len(picked) == most {
			break
		}
		if !slices.Contains(picked, e) {
			picked = append(picked, e)
		}
	}
	return picked
}

// text says what was proven, and on how much.
func (p Proof) text(traffic inventory.Traffic) string {
	if p.Total == 0 {
		return "no pair of interfaces is affected today"
	}
	pairs := fmt.Sprintf("%d pairs (%s in the range, %s with the group)", p.Total, number(p.Sources, "interface"), number(p.Members, "interface"))
	if p.Total < p.Sources*p.Members {
		pairs = fmt.Sprintf("%d pairs of different interfaces (%d in the range, %d with the group)", p.Total, p.Sources, p.Members)
	}
	text := "all " + pairs + " were compared before and after: "
	switch {
	case p.Total == 1:
		text = "the one pair of interfaces was compared before and after: "
	case p.Asked < p.Total:
		text = fmt.Sprintf("%d of %s were compared before and after, from all subnets and sets of groups: ", p.Asked, pairs)
	}
	switch p.Talking {
	case 0:
		text += fmt.Sprintf("none could connect on %s before, so none loses access", traffic)
	case 1:
		text += fmt.Sprintf("the one that could connect on %s still can", traffic)
	default:
		text += fmt.Sprintf("the %d that could connect on %s still can", p.Talking, traffic)
	}
	if rest := p.Asked - p.Talking - p.Unknown; rest > 0 && p.Talking > 0 {
		text += fmt.Sprintf("; %d could not connect before", rest)
	}
	if p.Unknown > 0 {
		text += fmt.Sprintf("; %d are unknown before and after", p.Unknown)
	}
	return text
}

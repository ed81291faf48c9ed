package change

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// FromCommands returns the steps of a report that holds commands alone, as
// those of earlier versions do: the commands of a fix, and at the same
// position what takes each back. Every word of both is understood, or it is an
// error; the commands themselves are never used again.
func FromCommands(account string, commands, undo []string) ([]Step, error) {
	var steps []Step
	for i, command := range commands {
		parsed, err := ParseChain(command)
		if err != nil {
			return nil, fmt.Errorf("command %d: %w", i+1, err)
		}
		if len(parsed) != 1 {
			return nil, fmt.Errorf("command %d: it is %d commands", i+1, len(parsed))
		}
		s := &parsed[0]
		s.Account = account
		if i < len(undo) && undo[i] != "" {
			back, err := ParseChain(undo[i])
			if err != nil {
				return nil, fmt.Errorf("the undo of command %d: %w", i+1, err)
			}
			if err := s.undoneBy(back); err != nil {
				return nil, fmt.Errorf("the undo of command %d: %w", i+1, err)
			}
		}
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("command %d: %w", i+1, err)
		}
		steps = append(steps, *s)
	}
	return steps, nil
}

// undoneBy takes over what only the undo holds: the rules that a revocation by
// ids is about, and how a deleted group looked.
func (s *Step) undoneBy(back []Step) error {
	for i := range back {
		if back[i].Region != s.Region {
			return fmt.Errorf("it is about another region than the command")
		}
	}
	switch first := &back[0]; {
	case s.Verb == Authorize && len(back) == 1 && first.Verb == Revoke && first.Group == s.Group && first.Direction == s.Direction:
		return nil // the rules themselves say what to revoke
	case s.Verb == Revoke && len(back) == 1 && first.Verb == Authorize && first.Group == s.Group && first.Direction == s.Direction:
		s.Rules = first.Rules
		if len(s.Rules) == len(s.IDs) {
			for i := range s.Rules {
				s.Rules[i].IDs = s.IDs[i : i+1 : i+1]
			}
		}
		return nil
	case s.Verb == Delete && first.Verb == Create:
		return s.createdAgainBy(back)
	}
	return fmt.Errorf("it is not what takes the command back")
}

// createdAgainBy takes over how a deleted group looked from the steps that
// create it again.
func (s *Step) createdAgainBy(back []Step) error {
	first := &back[0]
	g := *first.Details
	g.Rules = slices.Clone(outward[:1])
	for i := range back[1:] {
		step := &back[1+i]
		switch {
		case step.Group != first.Group:
			return fmt.Errorf("it is about another group than the command")
		case step.Verb == Revoke && i == 0:
			s.IPv6 = holds(step.Rules, &outward[1])
			if holds(step.Rules, &outward[0]) {
				g.Rules = nil
			}
		case step.Verb == Authorize:
			g.Rules = append(g.Rules, step.Rules...)
		default:
			return fmt.Errorf("it does more than to create the group again")
		}
	}
	for i := range g.Rules {
		if ref := g.Rules[i].Peer.Group; ref != nil && ref.ID == first.Group {
			ref.ID = s.Group
		}
	}
	slices.SortStableFunc(g.Rules, func(a, b inventory.Rule) int { return inventory.CompareRules(&a, &b) })
	s.Details = &g
	return nil
}

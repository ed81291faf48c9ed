package simulate

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Text says it to a reader of a terminal.
func (s *Simulation) Text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s carried out on a copy; nothing was changed.\n", words.Count(s.Steps, "step"))
	lines := s.Lines()
	pairs := func(heading, sign string, list []Pair, chosen func(*Pair) bool) {
		for i := range list {
			p := &list[i]
			if !chosen(p) {
				continue
			}
			text := fmt.Sprintf("%s to %s by %s", s.Named(p.AccountID, p.Region, p.From), s.Named(p.AccountID, p.Region, p.To), p.Traffic)
			if p.Verdict == reach.Unknown {
				text += " (could not be determined)"
			}
			lines = append(lines, drift.Line{AccountID: p.AccountID, Region: p.Region, Heading: heading, Sign: sign, Text: text})
		}
	}
	pairs("Lose access, as a finding asks for:", "-", s.Lost, func(p *Pair) bool { return p.Wanted })
	pairs("Lose access, and no finding asks for it:", "-", s.Lost, func(p *Pair) bool { return !p.Wanted })
	pairs("Gain access:", "+", s.Gained, func(*Pair) bool { return true })
	out.WriteString(drift.Compose(lines))
	for _, region := range s.NotRead {
		fmt.Fprintf(&out, "Who gains or loses access in %s could not be determined: its network interfaces were not read.\n", words.Plain(region))
	}
	if len(s.Lost)+len(s.Gained) == 0 && (len(s.NotRead) == 0 || s.Asked > 0) {
		fmt.Fprintf(&out, "No interface gains or loses access to another: %s compared before and after.\n", words.Count(s.Asked, "pair"))
	}
	if s.Unsure > 0 {
		fmt.Fprintf(&out, "Whether %s can connect could not be determined, before and after.\n", words.Count(s.Unsure, "pair"))
	}
	if s.Cut {
		fmt.Fprintf(&out, "Only %d pairs were compared; there are more.\n", s.Asked)
	}
	return out.String()
}

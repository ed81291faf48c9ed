package simulate

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Text says it to a reader of a terminal.
func (s *Simulation) Text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s carried out on a copy; nothing was changed.\n", words.Count(s.Steps, "step"))
	out.WriteString(s.Drift.Text())
	for _, list := range []struct {
		heading, sign string
		pairs         []Pair
	}{{"Lose access:", "-", s.Lost}, {"Gain access:", "+", s.Gained}} {
		if len(list.pairs) == 0 {
			continue
		}
		out.WriteString(list.heading + "\n")
		region := ""
		for _, p := range list.pairs {
			if r := p.AccountID + " " + p.Region; r != region {
				region = r
				fmt.Fprintf(&out, "  %s\n", words.Plain(r))
			}
			unsure := ""
			if p.Verdict == reach.Unknown {
				unsure = " (could not be determined)"
			}
			fmt.Fprintf(&out, "    %s %s to %s by %s%s\n", list.sign, words.Plain(p.From), words.Plain(p.To), words.Plain(p.Traffic), unsure)
		}
	}
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

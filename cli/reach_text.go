package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

func (a *reachAnswer) text() string {
	var out strings.Builder
	for i, t := range a.Answers {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "%s, %s\n", words.Plain(t.Names.Target), words.Plain(t.Region))
		if len(t.Ways) == 0 {
			fmt.Fprintf(&out, "  NOT-REACHABLE: no rule of %s allows %s from %s\n", words.Plain(words.List(t.Names.Groups, 5)), words.Plain(a.Port), words.Plain(cmp.Or(a.From, "anyone")))
		}
		var told []string // several rules may name sources that something stops before them
		for k := range t.Ways {
			if text := wayText(&t.Ways[k], t.Names.From[k]); !slices.Contains(told, text) {
				told = append(told, text)
				out.WriteString(text)
			}
		}
	}
	return out.String() + a.totals()
}

// wayText is one way from sources in words, step by step.
func wayText(w *reach.Way, from string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "\n  %s: %s from %s\n", words.Plain(strings.ToUpper(string(w.Verdict))), words.Plain(w.Traffic), words.Plain(from))
	unknown := map[string]bool{}
	for _, s := range w.Steps {
		if s.Decision.String() == string(reach.Unknown) {
			if unknown[s.Detail] {
				continue // it is said of the way in, and holds for the reply too
			}
			unknown[s.Detail] = true
		}
		fmt.Fprintf(&out, "    %-8s %s\n", words.Plain(s.Decision.String()), words.Plain(s.Detail))
	}
	return out.String()
}

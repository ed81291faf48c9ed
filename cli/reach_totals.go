package cli

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// totals counts the answers about several interfaces by verdict, and names those that are
// not safely closed: what was asked for is mostly whether there are any. It is empty for
// one interface, which has its verdict in its own answer.
func (a *reachAnswer) totals() string {
	if len(a.Answers) < 2 {
		return ""
	}
	from := cmp.Or(a.From, "anyone")
	if from == "internet" {
		from = "the internet"
	}
	traffic := a.Port
	if traffic == "all" {
		traffic = "all traffic"
	}
	var out strings.Builder
	fmt.Fprintf(&out, "\n%s of %s, asked for %s from %s:\n", words.Count(len(a.Answers), "interface"), words.Plain(a.To), words.Plain(traffic), words.Plain(from))
	for _, verdict := range []reach.Verdict{reach.Reachable, reach.Unknown, reach.NotReachable} {
		var named []string
		for i := range a.Answers {
			if a.Answers[i].Verdict == verdict {
				named = append(named, a.Answers[i].Names.Interface)
			}
		}
		text := fmt.Sprint(len(named))
		if len(named) > 0 && verdict != reach.NotReachable {
			text += ": " + words.Plain(words.FirstOf(named, mostReached, func(name string) string { return name }))
		}
		fmt.Fprintf(&out, "  %-13s %s\n", strings.ReplaceAll(string(verdict), "-", " "), text)
	}
	if a.left > 0 {
		fmt.Fprintf(&out, "  %-13s %d\n", "not asked", a.left)
	}
	return out.String()
}

// mostReached bounds how many interfaces of a verdict the totals name.
const mostReached = 10

// unexpected says which answers have another verdict than the one that was expected.
func (a *reachAnswer) unexpected(want reach.Verdict) (texts []string) {
	for i := range a.Answers {
		if t := &a.Answers[i]; t.Verdict != want {
			texts = append(texts, fmt.Sprintf("%s is %s, and %s was expected", t.Names.Interface, t.Verdict, want))
		}
	}
	return texts
}

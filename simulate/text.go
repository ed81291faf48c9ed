package simulate

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/planned"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/words"
)

// Text says it to a reader of a terminal.
func (s *Simulation) Text() string {
	var out strings.Builder
	out.WriteString(words.Plain(s.head()) + "\n")
	out.WriteString(drift.Compose(s.Lines()))
	s.notes(func(text string) { out.WriteString(words.Plain(text) + "\n") }, func(heading string, notes []planned.Note) {
		out.WriteString(heading + "\n")
		for i := range notes {
			out.WriteString("  ? " + words.Plain(notes[i].String()) + "\n")
		}
	})
	return out.String()
}

// Markdown says the same for a pull request.
func (s *Simulation) Markdown() string {
	var out strings.Builder
	out.WriteString("# What the plan changes\n\n" + words.Markdown(s.head()) + "\n")
	out.WriteString(drift.ComposeMarkdown(s.Lines()))
	s.notes(func(text string) { out.WriteString("\n" + words.Markdown(text) + "\n") }, func(heading string, notes []planned.Note) {
		out.WriteString("\n## " + heading + "\n\n")
		for i := range notes {
			out.WriteString("- " + words.Markdown(notes[i].String()) + "\n")
		}
	})
	return out.String()
}

// head says what was carried out.
func (s *Simulation) head() string {
	if s.Plan == nil {
		return words.Count(s.Steps, "step") + " carried out on a copy; nothing was changed."
	}
	return fmt.Sprintf("%s: simulated %d of %s; nothing was changed.", s.Plan.Format, s.Plan.Applied, words.Count(s.Plan.Changes, "resource change"))
}

// Lines are those of the drift, and who loses and gains access.
func (s *Simulation) Lines() []drift.Line {
	lines := s.Drift.Lines()
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
	pairs("Lose access, as intended (a finding is about it):", "-", s.Lost, func(p *Pair) bool { return p.Wanted })
	pairs("Lose access, and no finding is about it:", "-", s.Lost, func(p *Pair) bool { return !p.Wanted })
	pairs("Gain access:", "+", s.Gained, func(*Pair) bool { return true })
	return append(lines, s.cutLines()...)
}

// notes says what limits the answer: sentences, and lists under a heading.
func (s *Simulation) notes(say func(string), list func(string, []planned.Note)) {
	for _, region := range s.NotRead {
		say(fmt.Sprintf("Who gains or loses access in %s could not be determined: its network interfaces were not read.", region))
	}
	if len(s.Lost)+len(s.Gained) == 0 && (len(s.NotRead) == 0 || s.Asked > 0) {
		say(fmt.Sprintf("No interface gains or loses access to another: %s compared before and after.", words.Count(s.Asked, "pair")))
	}
	if s.Unsure > 0 {
		say(fmt.Sprintf("Whether %s can connect could not be determined, before and after.", words.Count(s.Unsure, "pair")))
	}
	if s.Cut {
		say(fmt.Sprintf("Only %d pairs were compared; there are more.", s.Asked))
	}
	if text := s.replayNote(); text != "" {
		say(text)
	}
	for _, text := range s.coverNotes() {
		say(text)
	}
	if s.Plan == nil {
		return
	}
	for _, text := range s.Plan.Remarks {
		say(text)
	}
	if len(s.Plan.Unknown) > 0 {
		list("Could not be determined, and left out:", s.Plan.Unknown)
	}
	if len(s.Plan.Conflicts) > 0 {
		list("The account is not as the plan expects it:", s.Plan.Conflicts)
	}
	if types := s.Plan.NotLookedAt; len(types) > 0 {
		total, texts := 0, []string{}
		for _, t := range types {
			total += t.Count
			texts = append(texts, fmt.Sprintf("%d %s", t.Count, t.Type))
		}
		say(fmt.Sprintf("Not looked at: %s of types that sgaudit does not apply (%s).", words.Count(total, "resource"), strings.Join(texts, ", ")))
	}
}

package simulate

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/inventory"
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
	out.WriteString(s.totals() + "\n")
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
	out.WriteString("\n" + s.totals() + "\n")
	return out.String()
}

// totals sums up the simulation in one line.
func (s *Simulation) totals() string {
	before, after := s.Open()
	text := fmt.Sprintf("%s before, %d after", words.Count(before, "finding"), after)
	if after > 0 {
		text += ": " + words.Plain(s.OpenWords())
	}
	added, revoked := s.rules()
	if rules := added + revoked; rules > 0 {
		text += "; " + words.Count(rules, "rule") + " changed"
	}
	ways := func(change, verb string) {
		on, n := map[[3]string]bool{}, 0
		for _, w := range s.Reach {
			if w.Change == change {
				on[[3]string{w.AccountID, w.Region, w.Interface}] = true
				n++
			}
		}
		if n > 0 {
			text += fmt.Sprintf("; %s from the internet %s, on %s", words.Count(n, "way"), verb, words.Count(len(on), "interface"))
		}
	}
	ways(inventory.Removed, "closed")
	ways(inventory.Added, "opened")
	sure := s.Asked > 0 && len(s.NotRead) == 0 && !s.Cut && s.Unsure == 0 // that nothing else gains or loses access
	access := func(list []Pair, verb string) {
		switch n := len(list); {
		case n > 1:
			text += fmt.Sprintf("; %d pairs of interfaces %s access", n, verb)
		case n == 1:
			text += "; 1 pair of interfaces " + verb + "s access"
		case sure:
			text += "; no pair of interfaces " + verb + "s access"
		}
	}
	access(s.Lost, "lose")
	access(s.Gained, "gain")
	return text + "."
}

// rules counts the rules that the plan adds and revokes.
func (s *Simulation) rules() (added, revoked int) {
	for _, c := range s.Changes {
		switch {
		case c.Rule == "":
		case c.Change == inventory.Added:
			added++
		default:
			revoked++
		}
	}
	return added, revoked
}

// done says what the steps did with rules, after a colon: one step may add several.
func (s *Simulation) done() string {
	added, revoked := s.rules()
	if text := change.Tally(added, revoked); text != "" {
		return ": " + text
	}
	return ""
}

// head says what was carried out.
func (s *Simulation) head() string {
	if s.Plan == nil {
		return words.Count(s.Steps, "step") + " carried out on a copy" + s.done() + "; nothing was changed."
	}
	return fmt.Sprintf("%s: simulated %d of %s; nothing was changed.", s.Plan.Format, s.Plan.Applied, words.Count(s.Plan.Changes, "resource change"))
}

// Lines are those of the drift, and who loses and gains access.
func (s *Simulation) Lines() []drift.Line {
	lines := s.Drift.Lines()
	digits := s.Digits()
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
			if len(p.Findings) > 0 {
				short := make([]string, len(p.Findings))
				for i, id := range p.Findings {
					short[i] = id[:min(digits, len(id))]
				}
				noun := "finding"
				if len(short) > 1 {
					noun = "findings"
				}
				text += " (" + noun + " " + words.List(short, 3) + ")"
			}
			lines = append(lines, drift.Line{AccountID: p.AccountID, Region: p.Region, Heading: heading, Sign: sign, Text: text})
		}
	}
	pairs("Lose access through a rule that a finding is about: check that no pair needs it", "-", s.Lost, func(p *Pair) bool { return p.Wanted })
	pairs("Lose access, and no finding is about it", "-", s.Lost, func(p *Pair) bool { return !p.Wanted })
	pairs("Gain access", "+", s.Gained, func(*Pair) bool { return true })
	return append(lines, s.cutLines()...)
}

// notes says what limits the answer: sentences, and lists under a heading.
func (s *Simulation) notes(say func(string), list func(string, []planned.Note)) {
	for _, region := range s.NotRead {
		say(fmt.Sprintf("Who gains or loses access in %s could not be determined: its network interfaces were not read.", region))
	}
	switch none := len(s.Lost)+len(s.Gained) == 0; {
	case none && s.Asked == 0 && len(s.NotRead) == 0:
		say("No interface gains or loses access to another: no pair of interfaces uses the rules and groups that change.")
	case none && s.Asked > 0:
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

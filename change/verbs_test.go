package change_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/change"
)

// TestEveryVerb asks for what a verb has to have: a step of the document that
// the hostile tests write, a command that is read back as a step with the verb,
// something that undoes it where it changes anything, and Terraform.
func TestEveryVerb(t *testing.T) {
	found := map[change.Verb]*change.Step{}
	undone := map[change.Verb]bool{}
	d := document("x")
	note := func(s *change.Step) {
		if found[s.Verb] == nil {
			found[s.Verb] = s
		}
	}
	for i := range d.Items {
		note(&d.Items[i].Step)
		undone[d.Items[i].Step.Verb] = undone[d.Items[i].Step.Verb] || len(d.Items[i].Undo) > 0
	}
	for i := range d.Items {
		for k := range d.Items[i].Undo {
			note(&d.Items[i].Undo[k])
		}
	}
	for _, verb := range change.Verbs {
		s := found[verb]
		if s == nil {
			t.Errorf("the document of the tests has no step %s", verb)
			continue
		}
		read, err := change.ParseChain(s.Command())
		if err != nil || len(read) != 1 || read[0].Verb != verb {
			t.Errorf("%s: %q is read as %v, %v", verb, s.Command(), read, err)
		}
		if verb.Changes() != undone[verb] {
			t.Errorf("%s changes something: %v, and something takes it back: %v", verb, verb.Changes(), undone[verb])
		}
		if blocks := change.Blocks([]change.Step{*s}); verb != change.Find && len(blocks) == 0 {
			t.Errorf("%s has no Terraform", verb)
		}
	}
}

// TestTally: the noun is said once.
func TestTally(t *testing.T) {
	for counts, want := range map[[2]int]string{{}: "", {2, 0}: "2 rules added", {0, 1}: "1 rule revoked", {14, 20}: "14 rules added, 20 revoked"} {
		if is := change.Tally(counts[0], counts[1]); is != want {
			t.Errorf("%v: %q, want %q", counts, is, want)
		}
	}
}

package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// TestNotKnownIsFolded: the compact form counts the rules of which the use is not known by
// their reason, and lists them where there are few, or no others.
func TestNotKnownIsFolded(t *testing.T) {
	var rules []usage.Rule
	add := func(verdict usage.Verdict, reasons ...string) {
		rules = append(rules, usage.Rule{Verdict: verdict, Reasons: reasons})
	}
	for _, name := range []string{"a", "a", "b", "c", "d", "e"} {
		add(usage.NotKnown, name+" has no flow log", "and another reason")
	}
	if foldNotKnown(rules) != nil {
		t.Error("rules are folded where there are no others")
	}
	add(usage.Used)
	add(usage.NotKnown, "the group is attached to no interface")
	want := []string{
		"", "and 7 rules of which the use is not known (--verdict not-known lists them):",
		"  6 × a, b, c and 2 more have no flow log", "  1 × the group is attached to no interface",
	}
	if folded := foldNotKnown(rules); folded == nil || !slices.Equal(folded.lines, want) {
		t.Errorf("folded: %v", folded)
	}
	if foldNotKnown(append(rules[:5:5], rules[6])) != nil {
		t.Error("few rules are folded")
	}
}

// TestRulesOfAGroupStayTogether: the table of usage has the groups with rules that may go
// first, and all rules of a group below each other.
func TestRulesOfAGroupStayTogether(t *testing.T) {
	region := &inventory.Region{}
	rule := func(group string, verdict usage.Verdict, text string) usage.Rule {
		return usage.Rule{Region: region, Group: &inventory.Group{ID: group}, Rule: &inventory.Rule{Description: text}, Verdict: verdict}
	}
	var got []string
	for _, u := range mostUseful([]usage.Rule{
		rule("a", usage.Used, "1"), rule("a", usage.NotKnown, "2"), rule("b", usage.Used, "1"), rule("b", usage.Unused, "2"), rule("c", usage.NotKnown, "1"), rule("d", usage.Unanswered, "1"), rule("d", usage.Unused, "2"),
	}) {
		got = append(got, u.Group.ID+u.Rule.Description)
	}
	if text := strings.Join(got, " "); text != "b2 b1 d2 d1 a1 a2 c1" {
		t.Errorf("the order is %s", text)
	}
}

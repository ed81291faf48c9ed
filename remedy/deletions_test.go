package remedy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// deleted returns the groups that entries delete, in their order.
func deleted(entries []*remedy.Entry) (groups []string) {
	for _, e := range entries {
		if e.Step.Verb == change.Delete {
			groups = append(groups, e.Step.Group)
		}
	}
	return groups
}

// A plan with deletes has those of groups for which a run at depth services was complete
// and which no group references; the others stay aside with the reason and the run that
// completes the search. The grades and searches are all that there are.
func TestDeletionsByGrade(t *testing.T) {
	grades := []findings.Grade{findings.Unattached, findings.Unreferenced, findings.NotHeld, findings.NotInConfig, findings.NoTraffic}
	var estate strings.Builder
	for i := range 2 * len(grades) {
		fmt.Fprintf(&estate, "sg-%d group\n in tcp/80 10.0.0.0/8 id sgr-%d\n", i, i)
	}
	inv := notation.MustParse(estate.String()).Inventory
	report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"unused-group"}}, inventory.DefaultRulesPerGroup)
	if len(report.Findings) != 2*len(grades) {
		t.Fatalf("%d findings", len(report.Findings))
	}
	for i := range report.Findings {
		report.Findings[i].Unused = &findings.Unused{Grade: grades[i/2], FullSearch: i%2 == 1}
	}
	plan, err := remedy.NewPlan(report, all(report), true)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := deleted(plan.Entries), []string{"sg-9", "sg-7", "sg-5"}; !slices.Equal(got, want) {
		t.Errorf("the plan deletes %v, want %v", got, want)
	}
	if got, want := deleted(plan.Aside), []string{"sg-8", "sg-6", "sg-4", "sg-2", "sg-3", "sg-0", "sg-1"}; !slices.Equal(got, want) {
		t.Errorf("aside are %v, want %v", got, want)
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		if kept := findings.KeepsGroup(f) != ""; kept != (i%2 == 0 || f.Unused.Grade < findings.NotHeld) {
			t.Errorf("%s: %s, complete: %v: %q", f.GroupID, f.Unused.Grade, f.Unused.FullSearch, findings.KeepsGroup(f))
		}
	}
	text := script(t, plan)
	for _, want := range []string{
		"#     grade 4 of 5 (how certain it is that nothing uses the group)\n", "# #     grade 1 of 5 (how certain it is that nothing uses the group)\n", "a search for its users was not complete: allow the actions under \"not searched\", then run sgaudit fix --depth services --with-deletes\n",
		"other unused groups reference it: run the revoke commands of this finding, then run sgaudit fix --depth services --with-deletes\n", "idle services that may use it were not searched, which needs --depth services as well: run sgaudit fix --depth services --with-deletes\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the script lacks %q:\n%s", want, text)
		}
	}
	held := report.Findings[9]
	held.Unused = &findings.Unused{Grade: findings.NotInConfig, FullSearch: true, ManagedBy: "CloudFormation stack web"}
	if got, want := findings.KeepsGroup(&held), "it seems to be managed by CloudFormation stack web: delete it there"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	none, err := remedy.NewPlan(report, all(report), false)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := deleted(none.Aside), []string{"sg-8", "sg-9", "sg-6", "sg-7", "sg-4", "sg-5", "sg-2", "sg-3", "sg-0", "sg-1"}; len(none.Entries) > 0 || !slices.Equal(got, want) {
		t.Errorf("without deletes: the plan has %d entries, aside are %v, want %v", len(none.Entries), got, want)
	}
	report.Findings[7].Unused = nil // as in reports of earlier versions
	old, err := remedy.NewPlan(report, all(report), true)
	if err != nil {
		t.Fatal(err)
	}
	if slices.Contains(deleted(old.Entries), "sg-7") {
		t.Error("a group without a grade is deleted")
	}
}

// Once the plan deletes what references a group, no group references it any more: it
// is deleted too, once. Groups that reference each other stay.
func TestDeletionsFollow(t *testing.T) {
	inv := notation.MustParse("depth services\nsg-1 first\n in tcp/80 sg-2 id sgr-1\nsg-2 second\n in tcp/80 sg-3 id sgr-2\nsg-3 third\n" +
		"sg-4 ring\n in tcp/80 sg-5 id sgr-4\nsg-5 ring\n in tcp/80 sg-4 id sgr-5\n").Inventory
	_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
	if got, want := deleted(plan.Entries), []string{"sg-1", "sg-2", "sg-3"}; !slices.Equal(got, want) {
		t.Errorf("the plan deletes %v, want %v", got, want)
	}
	if got, want := deleted(plan.Aside), []string{"sg-4", "sg-5"}; !slices.Equal(got, want) {
		t.Errorf("aside are %v, want %v", got, want)
	}
}

// TestDeletionsOfManagedGroups: the tags of a group say which stack manages it.
func TestDeletionsOfManagedGroups(t *testing.T) {
	inv := notation.MustParse("sg-1 web tag aws:cloudformation:stack-name=web\n in tcp/80 10.0.0.0/8\n").Inventory
	report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"unused-group"}}, inventory.DefaultRulesPerGroup)
	if len(report.Findings) != 1 || report.Findings[0].Unused.ManagedBy != "CloudFormation stack web" {
		t.Errorf("%+v", report.Findings)
	}
}

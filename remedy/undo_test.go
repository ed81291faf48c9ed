package remedy_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// byNames lists every group and rule of an inventory with all that AWS keeps of
// them, and names in place of the ids of groups, which an undo changes.
func byNames(inv *inventory.Inventory) []string {
	var list []string
	for _, r := range inv.Regions {
		name := map[string]string{}
		for i := range r.Groups {
			name[r.Groups[i].ID] = r.Groups[i].VPC + " " + r.Groups[i].Name
		}
		for i := range r.Groups {
			g := &r.Groups[i]
			at := r.Name + " " + name[g.ID]
			list = append(list, fmt.Sprintf("%s %q %v", at, g.Description, g.Tags))
			for k := range g.Rules {
				rule := g.Rules[k]
				peer := rule.Peer.String()
				if ref := rule.Peer.Group; ref != nil && name[ref.ID] != "" {
					peer = name[ref.ID]
				}
				list = append(list, fmt.Sprintf("%s %s %s %s %q %v", at, rule.Direction, rule.Traffic, peer, rule.Description, rule.Tags))
			}
		}
		for i := range r.Interfaces {
			list = append(list, fmt.Sprintf("%s %s %v", r.Name, r.Interfaces[i].ID, r.Interfaces[i].Groups))
		}
	}
	slices.Sort(list)
	return list
}

// andBack returns the changes of a plan, where asked with the deletions that are
// comments, and then their undo in the order of the script. It counts the groups that come back, and
// the rules that reference them.
func andBack(plan *remedy.Plan, comments bool) (lines []change.Line, groups, references int) {
	lines = plan.Lines()
	add := func(s change.Step) { lines = append(lines, change.Line{Number: len(lines) + 1, Step: s}) }
	for _, e := range plan.Aside {
		if comments {
			add(e.Step)
		}
	}
	again := map[string]bool{}
	for _, d := range plan.Documents() {
		undone := change.Backwards(d.Items)
		if comments {
			undone = append(change.Backwards(d.Aside), undone...)
		}
		for _, i := range undone {
			for _, s := range i.Undo {
				add(s)
				if s.Verb == change.Create {
					groups++
					again[s.Group] = true
				}
				for k := range s.Rules {
					if ref := s.Rules[k].Peer.Group; ref != nil && again[ref.ID] && ref.ID != s.Group {
						references++
					}
				}
			}
		}
	}
	return lines, groups, references
}

// TestUndoOfAWholePlan carries the whole plan of random estates out on a copy,
// and undoes it there: every group and every rule is back, with descriptions
// and tags, those between two groups that the plan deleted too.
func TestUndoOfAWholePlan(t *testing.T) {
	groups, references := 0, 0
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 7))
		inv := crowded(rng)
		if seed%4 == 3 {
			inv = withIDs(estates.Random(rng, estates.Size{Regions: 1, Groups: 6, Interfaces: 10}))
		}
		for _, r := range inv.Regions {
			for i := range r.Groups {
				if !r.Groups[i].Default() { // AWS gives no two groups of a VPC the same name
					r.Groups[i].Name = fmt.Sprintf("%d %s", i, r.Groups[i].Name)
				}
				r.Groups[i].Description = fmt.Sprintf("group %d", i)
				known := func(id string) bool {
					return slices.ContainsFunc(r.Groups, func(g inventory.Group) bool { return g.ID == id })
				}
				r.Groups[i].Rules = slices.DeleteFunc(r.Groups[i].Rules, func(rule inventory.Rule) bool { // AWS has no such rule
					ref := rule.Peer.Group
					return ref != nil && (ref.Account == "" || ref.Account == r.AccountID) && !known(ref.ID)
				})
				for k := range r.Groups[i].Rules {
					rule := &r.Groups[i].Rules[k]
					if rng.IntN(3) == 0 {
						rule.Description = fmt.Sprintf("rule %d", k)
					}
					if rng.IntN(6) == 0 {
						rule.Tags = []inventory.Tag{{Key: "Name", Value: fmt.Sprint(k)}}
					}
				}
			}
		}
		_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
		lines, g, refs := andBack(plan, false)
		groups, references = groups+g, references+refs
		after, err := remedy.Apply(inv, lines)
		if err != nil {
			t.Fatalf("seed %d: %v in\n%s", seed, err, script(t, plan))
		}
		if diff := cmp.Diff(byNames(inv), byNames(after)); diff != "" {
			t.Fatalf("seed %d: the undo does not bring back what was there:\n%s\n%s", seed, diff, script(t, plan))
		}
	}
	if groups < 100 || references < 30 {
		t.Errorf("%d groups and %d rules that reference them show little", groups, references)
	}
	t.Logf("%d groups came back, and %d rules that reference them", groups, references)
}

// TestUndoOfAStaleRule leaves a rule out that AWS does not allow again: as a rule
// of a group that stays, and as one of a group that is deleted.
func TestUndoOfAStaleRule(t *testing.T) {
	inv := notation.MustParse(`account 123456789012
vpc-1 10.0.0.0/16
sg-1 web vpc vpc-1
  in tcp/22 sg-9 account 444455556666 vpc vpc-2 peering pcx-1 status deleted id sgr-1
  in tcp/443 0.0.0.0/0 id sgr-2
sg-2 unused description unused vpc vpc-1
  in tcp/23 sg-9 account 444455556666 vpc vpc-2 peering pcx-1 status deleted id sgr-3
  in tcp/80 10.0.0.0/8 id sgr-4
eni-1 sg-1 10.0.0.4 vpc vpc-1
`).Inventory
	_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
	lines, groups, _ := andBack(plan, false)
	after, err := remedy.Apply(inv, lines)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.DeleteFunc(byNames(inv), func(line string) bool { return strings.Contains(line, "sg-9") })
	if diff := cmp.Diff(want, byNames(after)); diff != "" || groups != 1 {
		t.Errorf("%d groups come back; %s", groups, diff)
	}
	if text := script(t, plan); !strings.Contains(text, "cannot be undone") {
		t.Errorf("the script does not say that a change cannot be undone:\n%s", text)
	}
}

// TestUndoOfAReport undoes a plan that is made of a report alone, with the
// deletions that are comments: two of these groups reference each other.
func TestUndoOfAReport(t *testing.T) {
	inv, report := demo(t)
	plan, err := remedy.NewPlan(report, all(report), true)
	if err != nil {
		t.Fatal(err)
	}
	lines, groups, references := andBack(plan, true)
	after, err := remedy.Apply(inv, lines)
	if err != nil {
		t.Fatalf("%v in\n%s", err, script(t, plan))
	}
	if diff := cmp.Diff(byNames(inv), byNames(after)); diff != "" {
		t.Error(diff)
	}
	if groups != 3 || references != 2 || strings.Contains(script(t, plan), "cannot be undone") {
		t.Errorf("%d groups, %d references", groups, references)
	}
}

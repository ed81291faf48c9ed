package remedy_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// TestTooManyPairs plans for more pairs of interfaces than are compared: the
// plan is not called proven, and its head says how many were compared.
func TestTooManyPairs(t *testing.T) {
	for members, proven := range map[int]bool{3: true, 330: false} {
		var text strings.Builder
		text.WriteString("vpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/20 vpc vpc-1\nrtb-1 main vpc vpc-1\n  route 10.0.0.0/16 local\n")
		text.WriteString("sg-1 web vpc vpc-1\n  in tcp/443 10.0.0.0/16 id sgr-1\n  in tcp/443 10.0.0.0/20 id sgr-2\n  out all 0.0.0.0/0 id sgr-3\n")
		for i := range members {
			fmt.Fprintf(&text, "eni-%d sg-1 10.0.%d.%d vpc vpc-1 subnet subnet-1\n", i, i/200, 10+i%200)
		}
		inv := notation.MustParse(text.String()).Inventory
		_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
		if plan.Changes() == 0 {
			t.Fatalf("%d interfaces: the plan has no change", members)
		}
		if plan.Proven != proven {
			t.Errorf("%d interfaces: the plan is proven: %t, want %t", members, plan.Proven, proven)
		}
		if said := strings.Contains(script(t, plan), "# Not proven: only 100000 pairs of interfaces were compared."); said == proven {
			t.Errorf("%d interfaces: the head says that the plan is not proven: %t", members, said)
		}
	}
}

// TestNewGroupLetsNothingOut plans a new group in VPCs with and without IPv6
// addresses: AWS lets all IPv6 traffic out of it in the first (VPC user guide,
// "Security group rules"), and the plan takes that away before an interface
// gets the group.
func TestNewGroupLetsNothingOut(t *testing.T) {
	for block, given := range map[string]int{"": 1, " 2600:1f18:1:1::/64": 2} {
		inv := notation.MustParse("vpc-1 10.0.0.0/16" + block + `
subnet-1 10.0.0.0/24 vpc vpc-1
rtb-1 main vpc vpc-1
  route 10.0.0.0/16 local
sg-db db vpc vpc-1
  in tcp/5432 10.0.0.8/31 id sgr-1
sg-0 default vpc vpc-1
sg-own own vpc vpc-1
eni-1 sg-db 10.0.0.4 vpc vpc-1 subnet subnet-1 instance i-1
eni-8 sg-0 10.0.0.8 vpc vpc-1 subnet subnet-1 instance i-2
eni-5 sg-own 10.0.0.9 vpc vpc-1 subnet subnet-1 instance i-3
`).Inventory
		_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
		made := slices.IndexFunc(plan.Entries, func(e *remedy.Entry) bool { return e.Step.Verb == change.Create })
		if made < 0 {
			t.Fatalf("VPC%s: the plan creates no group:\n%s", block, script(t, plan))
		}
		revoked, carried := 0, false
		for _, e := range plan.Entries {
			if e.Step.Verb == change.SetGroups {
				carried = true
			}
			if e.Step.Verb == change.Revoke && change.IsNew(e.Step.Group) && !carried {
				revoked += len(e.Step.Rules)
			}
		}
		if revoked != given {
			t.Errorf("VPC%s: %d rules of the new group are revoked before an interface carries it, want %d", block, revoked, given)
		}
		after, err := remedy.Apply(inv, plan.Lines())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range after.Regions[0].Groups {
			if change.IsNew(g.ID) && len(g.Rules) > 0 {
				t.Errorf("VPC%s: %s keeps %s", block, g.Name, &g.Rules[0])
			}
		}
		// Without the revocation the copy has what AWS gives.
		after, err = remedy.Apply(inv, plan.Lines()[:1])
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(after.Regions[0].Groups, func(g inventory.Group) bool { return change.IsNew(g.ID) })
		if got := len(after.Regions[0].Groups[i].Rules); got != given {
			t.Errorf("VPC%s: AWS gives %d rules to the new group on the copy, want %d", block, got, given)
		}
	}
}

// TestSharedGroup plans for two accounts that both see one group, as accounts
// do that share it: each step is for the group as its own account has it.
func TestSharedGroup(t *testing.T) {
	both := &inventory.Inventory{}
	for i, account := range []string{"111122223333", "222233334444"} {
		one := notation.MustParse(fmt.Sprintf("account %s\nvpc-1 10.0.0.0/16\nsg-1 shared vpc vpc-1\n  in tcp/22 0.0.0.0/0 id sgr-%d\n  in tcp/443 0.0.0.0/0 id sgr-4%d\neni-%d sg-1 10.0.0.9 vpc vpc-1", account, i, i, i)).Inventory
		both.Regions = append(both.Regions, one.Regions...)
	}
	both.Normalize()
	_, plan := planOf(t, both, judgeBy(audit.Defaults()))
	docs := plan.Documents()
	if len(docs) != 2 {
		t.Fatalf("%d documents, want one for each account", len(docs))
	}
	for i, d := range docs {
		text, err := d.Shell()
		if err != nil {
			t.Fatal(err)
		}
		lines, err := change.ParseScript(text)
		if err != nil || len(lines) != 1 || lines[0].Step.Account != d.Account {
			t.Fatalf("account %s: %v, %v, want one line for the account:\n%s", d.Account, lines, err, text)
		}
		after, err := remedy.Apply(both, lines)
		if err != nil {
			t.Fatal(err)
		}
		for k, r := range after.Regions {
			want := 2
			if k == i {
				want = 1
			}
			if got := len(r.Groups[0].Rules); got != want {
				t.Errorf("the plan of account %s leaves %d rules of %s, want %d", d.Account, got, r.AccountID, want)
			}
		}
	}
}

// TestWhatIsNotKnown plans where interfaces were not read, and where routes
// lead over a transit gateway: the head of the plan says what could not be
// determined, and does not say that nothing is lost.
func TestWhatIsNotKnown(t *testing.T) {
	const estate = `
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24 vpc vpc-1
subnet-2 10.0.1.0/24 vpc vpc-1
rtb-1 main vpc vpc-1
  route 10.0.0.0/16 local
  route 10.0.0.0/24 tgw-1
  route 10.0.1.0/24 tgw-1
sg-1 web vpc vpc-1
  in tcp/443 10.0.1.0/24 id sgr-1
  in tcp/443 10.0.0.0/16 id sgr-3
  out all 0.0.0.0/0 id sgr-2
eni-1 sg-1 10.0.0.4 vpc vpc-1 subnet subnet-1 instance i-1
eni-2 sg-1 10.0.1.5 vpc vpc-1 subnet subnet-2 instance i-2
`
	inv := notation.MustParse(estate).Inventory
	_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
	if text := script(t, plan); plan.Changes() == 0 || plan.Access.Unknown == 0 || !strings.Contains(text, "can connect could not be determined") {
		t.Errorf("over a transit gateway, with %d changes, the plan says:\n%s", plan.Changes(), text)
	}
	inv.Regions[0].Interfaces, inv.Regions[0].Read = nil, inv.Regions[0].Read&^inventory.PartInterfaces
	_, plan = planOf(t, inv, judgeBy(audit.Defaults()))
	text := script(t, plan)
	if plan.Changes() == 0 || plan.Proven || !strings.Contains(text, "# Not proven: the network interfaces of us-east-1 were not read") || strings.Contains(text, "0 pairs") {
		t.Errorf("without interfaces, with %d changes, the plan (proven: %t) says:\n%s", plan.Changes(), plan.Proven, text)
	}
}

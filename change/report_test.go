package change_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestStepsNameWhatTheyChange: a plan names the group of each step and the groups that
// its rules reference, in all its forms, also where the step undoes another.
func TestStepsNameWhatTheyChange(t *testing.T) {
	rule := func(p inventory.Peer, ids ...string) inventory.Rule {
		return inventory.Rule{Traffic: inventory.Ports(inventory.TCP, 22, 22), Peer: p, IDs: ids}
	}
	steps := []change.Step{
		{Verb: change.Create, Group: "$group_1", Details: &inventory.Group{Name: "made", Description: "made", VPC: "vpc-1"}},
		{Verb: change.Authorize, Group: "sg-1", Rules: []inventory.Rule{rule(inventory.Peer{Group: &inventory.GroupRef{ID: "sg-2"}}), rule(inventory.Peer{Group: &inventory.GroupRef{ID: "$group_1"}})}},
		{Verb: change.Revoke, Group: "sg-1", IDs: []string{"sgr-1"}, Rules: []inventory.Rule{rule(inventory.Peer{List: "pl-1"}, "sgr-1")}},
		{Verb: change.Revoke, Group: "sg-3", IDs: []string{"sgr-2"}, Rules: []inventory.Rule{rule(inventory.PrefixPeer(netip.MustParsePrefix("0.0.0.0/0")), "sgr-2")}},
	}
	d := &change.Document{Account: account, Names: map[string]string{"sg-2": "jump-host", "pl-1": "offices"}}
	for i := range steps {
		steps[i].Account, steps[i].Region = account, region
	}
	for i, undo := range change.Undo(steps) {
		d.Items = append(d.Items, change.Item{Step: steps[i], Undo: undo, Name: map[string]string{"sg-1": "web", "$group_1": "made"}[steps[i].Group]})
	}
	for name, form := range map[string]struct {
		write func() (string, error)
		want  []string
	}{
		"script": {d.Shell, []string{
			"step 'made (new group)' create-group\n", "step 'web (sg-1)' authorize tcp/22 from 'jump-host (sg-2)' and 1 more\n", "step 'web (sg-1)' revoke tcp/22 from 'offices (pl-1)'\n",
			"step sg-3 revoke tcp/22 from 0.0.0.0/0\n", "step 'web (sg-1)' authorize tcp/22 from 'offices (pl-1)'\n",
		}},
		"terraform": {d.Terraform, []string{"# step: web (sg-1) authorize tcp/22 from jump-host (sg-2), tcp/22 from made (new group)\n", "# step: web (sg-1) revoke tcp/22 from offices (pl-1)\n"}},
		"markdown":  {d.Markdown, []string{"Step: web (sg-1) authorize tcp/22 from jump-host (sg-2), tcp/22 from made (new group", "Step: web (sg-1) revoke tcp/22 from offices (pl-1)\n"}},
	} {
		text, err := form.write()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range form.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is missing in:\n%s", name, want, text)
			}
		}
	}
}

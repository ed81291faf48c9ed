package findings_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
)

// TestListsLosses: the id of a report that others wrote is one word of the commands.
func TestListsLosses(t *testing.T) {
	revokes := findings.Fix{Steps: []change.Step{{Verb: change.Revoke}}}
	for id, want := range map[string]string{
		"d0615ad7074ab8944353": "sgaudit fix --demo --finding d0615ad7 -o sh=d0615ad7.sh, then sgaudit simulate --demo d0615ad7.sh",
		"d0;touch x":           "sgaudit fix --demo --finding 'd0;touch' -o 'sh=d0;touch.sh', then sgaudit simulate --demo 'd0;touch.sh'",
	} {
		if got := (&findings.Finding{ID: id, Attached: 1, Fix: revokes}).ListsLosses("--demo"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for name, f := range map[string]findings.Finding{
		"proven":     {ID: "a", Attached: 1, Fix: findings.Fix{Steps: revokes.Steps, Proof: []string{"checked"}}},
		"unattached": {ID: "a", Fix: revokes},
		"no revoke":  {ID: "a", Attached: 1},
	} {
		if got := f.ListsLosses(""); got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

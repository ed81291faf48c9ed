package tables_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/tables"
)

// TestRulesThatAWholeGroupsFixRevokes: a finding about a whole group counts for the rules of
// the group that its fix revokes, and for no other rule.
func TestRulesThatAWholeGroupsFixRevokes(t *testing.T) {
	inv := notation.MustParse("sg-1 default\n  in all sg-1 id sgr-1\n  out all 0.0.0.0/0 id sgr-2\nsg-2 web\n  in all sg-1 id sgr-3\n").Inventory
	r := inv.Regions[0]
	var step change.Step
	for i := range r.Groups {
		if g := &r.Groups[i]; g.ID == "sg-1" {
			step = change.Step{Verb: change.Revoke, Account: r.AccountID, Region: r.Name, Group: g.ID, Direction: inventory.Ingress, IDs: []string{"sgr-1"}}
			for k := range g.Rules {
				if g.Rules[k].Direction == inventory.Ingress {
					step.Rules = append(step.Rules, g.Rules[k])
				}
			}
		}
	}
	report := &findings.Report{Findings: []findings.Finding{{
		ID: "abcdef0123456789", Severity: findings.Medium, Status: findings.Open, AccountID: r.AccountID, Region: r.Name, GroupID: "sg-1", ResourceID: "sg-1",
		Fix: findings.Fix{Steps: []change.Step{step}},
	}}}
	counts := map[string]string{}
	for _, row := range rows(t, tables.New(inv, report, tables.Options{}).Rules()) {
		counts[row["group_id"]+" "+row["direction"]] = row["findings"]
	}
	for rule, want := range map[string]string{"sg-1 ingress": "1", "sg-1 egress": "0", "sg-2 ingress": "0"} {
		if counts[rule] != want {
			t.Errorf("%s: %q findings, want %s: %v", rule, counts[rule], want, counts)
		}
	}
}

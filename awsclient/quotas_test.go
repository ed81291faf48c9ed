package awsclient

import (
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestQuotas reads the quota of rules per security group: AWS's default where
// the account has no value of its own, and nothing where the answer makes no
// sense or the call is denied.
func TestQuotas(t *testing.T) {
	const services = "recorder all\n"
	for name, c := range map[string]struct {
		estate string
		want   int
		status string
	}{
		"applied":           {services + "quota L-0EA8095F 250\n", 250, "complete"},
		"no applied value":  {services, inventory.DefaultRulesPerGroup, "complete"},
		"beyond all bounds": {services + "quota L-0EA8095F 100000\n", 0, "partial"},
		"denied":            {services + "unread quotas denied\n", 0, "partial"},
	} {
		t.Run(name, func(t *testing.T) {
			estate := notation.MustParse(small + c.estate).Inventory
			r := collect(t, serve(t, estate, endpoint.Options{}), Options{Depth: inventory.DepthServices}).Regions[0]
			if got := r.RulesPerGroup(); got != c.want || r.Status() != c.status {
				t.Errorf("%d rules per group, %s, %+v", got, r.Status(), r.Gaps)
			}
		})
	}
}

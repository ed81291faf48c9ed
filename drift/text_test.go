package drift_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestTextNames: each finding of a comparison has the beginning of its id, which explain
// and fix take, and subnets and network ACLs have their names beside their ids.
func TestTextNames(t *testing.T) {
	const before = "vpc-1 10.0.0.0/16\nsubnet-1 10.0.1.0/24 vpc vpc-1 tag Name=front\nacl-1 vpc vpc-1 subnet subnet-1 tag Name=edge\n  in 100 allow all 0.0.0.0/0\n"
	old := notation.MustParse(before + "sg-1 web vpc vpc-1\neni-1 sg-1 10.0.1.10 public 198.51.100.7 subnet subnet-1\n").Inventory
	now := notation.MustParse(strings.Replace(before, "10.0.1.0/24", "10.0.1.0/25", 1) + "  out 100 allow all 0.0.0.0/0\nsg-1 web vpc vpc-1\n  in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.1.10 public 198.51.100.7 subnet subnet-1\n").Inventory
	d := drift.Compare(&inventory.Snapshot{Inventory: old}, &inventory.Snapshot{Inventory: now}, audit.Options{Settings: audit.Defaults()})
	text := d.Text()
	if len(d.New) == 0 {
		t.Fatalf("no new finding:\n%s", text)
	}
	for _, want := range []string{"    + " + d.New[0].ID[:6] + " " + d.New[0].Severity.String() + " web (sg-1): ", "    ~ front (subnet-1)\n", "    ~ edge (acl-1)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("the text lacks %q:\n%s", want, text)
		}
	}
}

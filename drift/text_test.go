package drift_test

import (
	"strings"
	"testing"
	"time"

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

// TestOlderSnapshotIsNamed: two snapshots in the wrong order turn every change around.
func TestOlderSnapshotIsNamed(t *testing.T) {
	day := time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)
	d := &drift.Drift{OldTakenAt: day, NewTakenAt: day.AddDate(0, 0, -1)}
	if text := d.Text(); !strings.HasPrefix(text, "From the snapshot of 2030-01-02 00:00 UTC to that of 2030-01-01 00:00 UTC, which is the older one:\n") {
		t.Error(text)
	}
	if d.NewTakenAt = day.AddDate(0, 0, 1); strings.Contains(d.Text(), "older") {
		t.Error(d.Text())
	}
}

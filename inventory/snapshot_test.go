package inventory_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/fixtures"
	"github.com/sgaudit/sgaudit/inventory"
)

func save(t testing.TB, inv *inventory.Inventory) []byte {
	t.Helper()
	var out bytes.Buffer
	s := inventory.Snapshot{Tool: "sgaudit 1", TakenAt: time.Unix(1700000000, 0).UTC(), Inventory: inv}
	if err := s.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What was saved is what is loaded, of the demo account and of random ones.
func TestSnapshotRoundTrip(t *testing.T) {
	estates := []*inventory.Inventory{fixtures.MustParse(fixtures.Demo()).Inventory}
	for seed := range uint64(30) {
		estates = append(estates, fixtures.Random(rand.New(rand.NewPCG(seed, 1)), fixtures.Size{Regions: 2, Groups: 6, Interfaces: 8}))
	}
	for i, inv := range estates {
		got, err := inventory.Load(bytes.NewReader(save(t, inv)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(inv, got.Inventory, cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("estate %d (-saved +loaded):\n%s", i, diff)
		}
		if got.Tool != "sgaudit 1" || got.TakenAt.Unix() != 1700000000 {
			t.Errorf("taken by %s at %s", got.Tool, got.TakenAt)
		}
	}
}

// A snapshot that was cut off anywhere is refused, and says so.
func TestSnapshotCutOff(t *testing.T) {
	whole := save(t, fixtures.MustParse("sg-1 a\n in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n").Inventory)
	for n := range len(whole) - 2 { // the last byte is a line feed
		_, err := inventory.Load(bytes.NewReader(whole[:n]))
		if err == nil || !strings.Contains(err.Error(), "cut off") {
			t.Fatalf("%d of %d bytes: %v", n, len(whole), err)
		}
	}
}

// FuzzLoad wants an error or an inventory that can be saved again.
func FuzzLoad(f *testing.F) {
	f.Add(save(f, fixtures.MustParse(fixtures.Demo()).Inventory))
	f.Add([]byte(`{"sgaudit_snapshot":"1","inventory":{"Regions":[null]}}`))
	f.Add([]byte(`{"sgaudit_snapshot":"1","inventory":{"Regions":[{"Name":"x","Read":["moons"]}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if s, err := inventory.Load(bytes.NewReader(text)); err == nil {
			save(t, s.Inventory)
		}
	})
}

// Two random inventories differ in something, the same one does not, and the
// way back has as many additions as the way there has removals.
func TestDiffIsSymmetric(t *testing.T) {
	for seed := range uint64(30) {
		size := fixtures.Size{Regions: 2, Groups: 6, Interfaces: 8}
		a := fixtures.Random(rand.New(rand.NewPCG(seed, 1)), size)
		b := fixtures.Random(rand.New(rand.NewPCG(seed, 2)), size)
		if changes, unread := inventory.Diff(a, a); len(changes)+len(unread) > 0 {
			t.Fatalf("seed %d: an inventory differs from itself: %v %v", seed, changes, unread)
		}
		there, _ := inventory.Diff(a, b)
		back, _ := inventory.Diff(b, a)
		count := map[string]int{}
		for _, c := range there {
			count[c.Change]++
		}
		for _, c := range back {
			switch c.Change {
			case inventory.Added:
				count[inventory.Removed]--
			case inventory.Removed:
				count[inventory.Added]--
			default:
				count[c.Change]--
			}
		}
		if len(there) == 0 || count[inventory.Added] != 0 || count[inventory.Removed] != 0 || count[inventory.Changed] != 0 {
			t.Fatalf("seed %d: there and back differ by %v", seed, count)
		}
	}
}

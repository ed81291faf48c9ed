package excerpt_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/excerpt"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

func options() audit.Options {
	s := audit.Defaults()
	s.Now = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	return audit.Options{Settings: s}
}

// about are the findings about a group, with identity, severity and verdict.
func about(inv *inventory.Inventory, group string) (list []string) {
	for _, f := range audit.Run(inv, options()).Findings {
		if f.GroupID == group || f.GroupName == group {
			list = append(list, strings.Join([]string{f.ID, f.Check, f.Region, f.Severity.String(), string(f.Exposure.Verdict)}, " "))
		}
	}
	slices.Sort(list)
	return list
}

func excerptOf(t *testing.T, inv *inventory.Inventory, group string) *inventory.Inventory {
	t.Helper()
	before := notation.Format(inv)
	s, n, err := excerpt.About(&inventory.Snapshot{Inventory: inv}, group, options())
	if err != nil || n == 0 {
		t.Fatalf("%s: %v, %d groups", group, err, n)
	}
	if notation.Format(inv) != before {
		t.Fatal("the input was changed")
	}
	// What is written can be read, and says the same.
	text, err := notation.Write(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := notation.Read("excerpt.sg", text)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := about(inv, group), about(again.Inventory, group); !slices.Equal(a, b) {
		t.Fatalf("%s: the findings were\n%s\nand are\n%s\nin\n%s", group, strings.Join(a, "\n"), strings.Join(b, "\n"), text)
	}
	return s.Inventory
}

func TestExcerptHasTheSameFindings(t *testing.T) {
	for seed := range uint64(25) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 31)), estates.Size{Regions: 2, Groups: 6, Interfaces: 6})
		small := excerptOf(t, inv, "sg-3")
		if a, b := strings.Count(notation.Format(inv), "\n"), strings.Count(notation.Format(small), "\n"); b >= a {
			t.Errorf("seed %d: %d lines became %d", seed, a, b)
		}
	}
}

// Of the demo account's 400 lines a few are left, and none of another group that
// has nothing to do with it.
func TestExcerptOfTheDemo(t *testing.T) {
	inv := notation.MustParse(estates.Demo()).Inventory
	lines := 0
	for _, r := range inv.Regions {
		for _, g := range r.Groups[:3] {
			small := excerptOf(t, inv, g.ID)
			text := notation.Format(small)
			if lines = strings.Count(text, "\n"); lines > 40 {
				t.Errorf("%s needs %d lines:\n%s", g.ID, lines, text)
			}
			if len(small.Regions) != 1 || small.Regions[0].Name != r.Name {
				t.Errorf("%s needs %d regions", g.ID, len(small.Regions))
			}
		}
	}
}

func TestExcerptOfNothing(t *testing.T) {
	inv := notation.MustParse("sg-1 a\n").Inventory
	if s, n, err := excerpt.About(&inventory.Snapshot{Inventory: inv}, "sg-2", options()); s != nil || n != 0 || err != nil {
		t.Error(s, n, err)
	}
}

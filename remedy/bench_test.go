package remedy_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
)

// BenchmarkSolve finds the groups for address rules: single addresses, ranges
// of 16 and of 256, a third each.
func BenchmarkSolve(b *testing.B) {
	for _, size := range []struct{ rules, interfaces int }{{1000, 20000}, {10000, 20000}, {1000, 200000}, {10000, 200000}} {
		b.Run(fmt.Sprintf("%d-rules-%d-interfaces", size.rules, size.interfaces), func(b *testing.B) {
			inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: size.interfaces / 20, Interfaces: size.interfaces, Rules: 3})
			r := inv.Regions[0]
			var vpcs []string
			var sources []netip.Prefix
			for i := range size.rules {
				e := &r.Interfaces[i*7919%len(r.Interfaces)]
				p, err := e.Addresses[0].Private.Prefix([]int{32, 28, 24}[i%3])
				if err != nil {
					b.Fatal(err)
				}
				vpcs, sources = append(vpcs, e.VPC), append(sources, p)
			}
			none := 0
			for b.Loop() {
				s := remedy.NewSolver(r, reach.New(r))
				none = 0
				for i, p := range sources {
					if len(s.Replace(vpcs[i], p).Reasons) > 0 {
						none++
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.rules), "ns/rule")
			b.ReportMetric(float64(none), "without")
			if none > size.rules/2 {
				b.Fatalf("%d of %d rules have no replacement", none, size.rules)
			}
		})
	}
}

// addressed returns an estate with as many rules that name addresses, the
// report on them, and a function that takes the fixes away again.
func addressed(tb testing.TB, rules, interfaces int) (inv *inventory.Inventory, report *audit.Result, reset func()) {
	tb.Helper()
	inv = estates.Ordinary(estates.Scale{Regions: 1, Groups: interfaces / 10, Interfaces: interfaces, Rules: 3})
	r := inv.Regions[0]
	groups := map[string]*inventory.Group{}
	for i := range r.Groups {
		groups[r.Groups[i].ID] = &r.Groups[i]
	}
	for i := range rules {
		e := &r.Interfaces[i*7919%len(r.Interfaces)]
		g := groups[e.Groups[0]]
		p, err := e.Addresses[0].Private.Prefix(28)
		if err != nil {
			tb.Fatal(err)
		}
		g.Rules = append(g.Rules, inventory.Rule{Traffic: inventory.Ports(inventory.TCP, 6000, 6000), Peer: inventory.PrefixPeer(p), IDs: []string{endpoint.RuleID(r.Name, g.ID, p.String())}})
	}
	inv.Normalize()
	report = audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group"}})
	return inv, report, func() {
		for i := range report.Findings {
			f := &report.Findings[i]
			f.Fix.Commands, f.Fix.Undo, f.Fix.Proof, f.Fix.Notes = nil, nil, nil, nil
		}
	}
}

func fixed(report *findings.Report) (n int) {
	for i := range report.Findings {
		if len(report.Findings[i].Fix.Commands) > 0 {
			n++
		}
	}
	return n
}

// BenchmarkAttach writes the fixes of as many findings about address rules,
// proofs included: what a fix costs should stay the same.
func BenchmarkAttach(b *testing.B) {
	for _, count := range []int{100, 1000, 10000} {
		inv, report, reset := addressed(b, count, 60000)
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				reset()
				remedy.Attach(inv, report.Report, report.Proposals, inventory.DefaultRulesPerGroup)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(fixed(report.Report)), "ns/finding")
		})
	}
}

// TestAllocations holds a fix with its proof to a number of allocations, and
// to no more where there are four times as many in an estate as much larger.
func TestAllocations(t *testing.T) {
	const most = 3900
	each := func(rules int) float64 {
		inv, report, reset := addressed(t, rules, 20*rules)
		allocations := testing.AllocsPerRun(1, func() { reset(); remedy.Attach(inv, report.Report, report.Proposals, inventory.DefaultRulesPerGroup) })
		return allocations / float64(fixed(report.Report))
	}
	few, many := each(50), each(200)
	t.Logf("%.0f allocations for a fix of 50, %.0f of 200", few, many)
	if many > most || many > 1.2*few {
		t.Errorf("%.0f allocations for a fix, and %.0f where there are four times as many; want at most %d", few, many, most)
	}
}

// changes returns an estate in which some groups are attached to nothing, and
// as many lines that use, strip and delete those: of four lines for each, one
// allows it on another group, one allows an address, one takes the first away
// and one deletes it.
func changes(tb testing.TB, lines, groups int) (*inventory.Inventory, []change.Line) {
	tb.Helper()
	spares := lines / 4
	inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: groups - spares, Interfaces: 5 * groups, Rules: 3})
	r := inv.Regions[0]
	others := len(r.Groups)
	var plan [4][]change.Line
	for i := range spares {
		spare, other := fmt.Sprintf("sg-f%016x", i), &r.Groups[i*7919%others]
		r.Groups = append(r.Groups, inventory.Group{ID: spare, Name: spare, VPC: other.VPC, Owner: r.AccountID})
		named := inventory.Rule{Traffic: inventory.Ports(inventory.TCP, 6000, 6000), Peer: inventory.Peer{Group: &inventory.GroupRef{ID: spare}}}
		address := named
		address.Peer = inventory.PrefixPeer(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32))
		for k, s := range []change.Step{
			{Verb: change.Authorize, Group: other.ID, Rules: []inventory.Rule{named}},
			{Verb: change.Authorize, Group: other.ID, Rules: []inventory.Rule{address}},
			{Verb: change.Revoke, Group: other.ID, Rules: []inventory.Rule{named}},
			{Verb: change.Delete, Group: spare},
		} {
			s.Region = r.Name
			plan[k] = append(plan[k], change.Line{Number: k*spares + i + 1, Step: s})
		}
	}
	inv.Normalize()
	return inv, slices.Concat(plan[:]...)
}

func apply(tb testing.TB, inv *inventory.Inventory, lines []change.Line) {
	tb.Helper()
	after, err := remedy.Apply(inv, lines)
	if err != nil {
		tb.Fatal(err)
	}
	if gone := len(inv.Regions[0].Groups) - len(after.Regions[0].Groups); gone != len(lines)/4 {
		tb.Fatalf("%d groups were deleted, want %d", gone, len(lines)/4)
	}
}

// BenchmarkApply carries plans of several lengths out on one size of estate:
// to look at that once costs the same each time, and the lines little.
func BenchmarkApply(b *testing.B) {
	for _, count := range []int{100, 1000, 10000} {
		inv, lines := changes(b, count, 12000)
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				apply(b, inv, lines)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(count), "ns/line")
		})
	}
}

// TestApplyAllocations holds a line to a number of allocations, and to no more
// where there are four times as many in an estate as much larger.
func TestApplyAllocations(t *testing.T) {
	const most = 20
	each := func(count int) float64 {
		inv, lines := changes(t, count, 3*count)
		return testing.AllocsPerRun(2, func() { apply(t, inv, lines) }) / float64(count)
	}
	few, many := each(200), each(800)
	t.Logf("%.2f allocations for a line of 200, %.2f of 800", few, many)
	if many > most || many > 1.2*few {
		t.Errorf("%.2f allocations for a line, and %.2f where there are four times as many; want at most %d", few, many, most)
	}
}

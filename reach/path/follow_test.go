package path

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// The universe of the oracle: 16 addresses and 8 points, few enough to look at
// every packet. Stages narrow to parts of it.
const (
	addresses = 16
	points    = 8
)

func address(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}) }

// table is a stage as the oracle knows it: what it does with each packet.
type table [points][addresses]Decision

// tableStage is the same stage for Follow. Each point is an interval of its own.
type tableStage struct{ table *table }

func (s tableStage) Narrow(flows []Flow) []Flow {
	var left []Flow
	for _, f := range flows {
		for point := range int32(points) {
			part, ok := f.Intersect(Interval{point, point})
			if !ok {
				continue
			}
			var allowed Addresses
			for i, d := range s.table[point] {
				if d != Blocked {
					allowed.Possible = allowed.Possible.Union(Single(address(i)))
				}
				if d == Allowed {
					allowed.Certain = allowed.Certain.Union(Single(address(i)))
				}
			}
			if from := f.From.Intersect(allowed); !from.None() {
				left = append(left, f.Part(part, from))
			}
		}
	}
	return left
}

// gateStage does the same with all packets.
type gateStage struct{ Decision }

func (s gateStage) Narrow(flows []Flow) []Flow { return s.Gate(flows) }

// mostly returns a decision that is Blocked in so many of ten cases.
func mostly(rng *rand.Rand, blocked int) Decision {
	if rng.IntN(10) < blocked {
		return Blocked
	}
	return []Decision{Allowed, Allowed, Undecided}[rng.IntN(3)]
}

// TestFollowAgreesWithSinglePackets sends random flows through random stages, and
// every packet of them through the tables of the same stages.
func TestFollowAgreesWithSinglePackets(t *testing.T) {
	seen := map[Verdict]int{}
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var start table
		from := Addresses{}
		span := Interval{int32(rng.IntN(4)), int32(4 + rng.IntN(4))}
		for i := range addresses {
			d := mostly(rng, 3)
			if d != Blocked {
				from.Possible = from.Possible.Union(Single(address(i)))
			}
			if d == Allowed {
				from.Certain = from.Certain.Union(Single(address(i)))
			}
			for point := span.First; point <= span.Last; point++ {
				start[point][i] = d
			}
		}
		if from.None() {
			continue
		}
		var stages []Stage
		tables := []*table{}
		for range 1 + rng.IntN(3) {
			s := new(table)
			if gate := mostly(rng, 1); rng.IntN(3) == 0 {
				for point := range s {
					for i := range s[point] {
						s[point][i] = gate
					}
				}
				stages = append(stages, gateStage{gate})
			} else {
				for point := range s {
					for i := range s[point] {
						s[point][i] = mostly(rng, 8)
					}
				}
				stages = append(stages, tableStage{s})
			}
			tables = append(tables, s)
		}
		o := Follow(stages, []Flow{{cidr.IPv4, inventory.TCP, span, from}})
		check(t, seed, &o, &start, tables)
		seen[o.Verdict]++
	}
	for _, v := range []Verdict{Reachable, NotReachable, Unknown} {
		if seen[v] < 200 {
			t.Errorf("only %d of the verdicts are %s: %v", seen[v], v, seen)
		}
	}
}

// check compares an outcome with what becomes of each packet.
func check(t *testing.T, seed uint64, o *Outcome, start *table, stages []*table) {
	t.Helper()
	want, reached := NotReachable, 0 // stages that some packet gets to
	result := *start
	for point := range result {
		for i := range result[point] {
			passed := 0
			for _, s := range stages {
				if result[point][i] == Blocked {
					break
				}
				passed++
				if d := s[point][i]; d != Allowed {
					result[point][i] = d
					if start[point][i] == Undecided && d == Allowed {
						result[point][i] = Undecided
					}
				}
			}
			reached = max(reached, passed)
			switch result[point][i] {
			case Allowed:
				want = Reachable
			case Undecided:
				if want != Reachable {
					want = Unknown
				}
			}
		}
	}
	if o.Verdict != want || len(o.Stages) != reached {
		t.Fatalf("seed %d: %s after %d stages, want %s after %d", seed, o.Verdict, len(o.Stages), want, reached)
	}
	for point := range result {
		for i, d := range result[point] {
			left := Blocked
			for _, f := range o.Left {
				switch {
				case !f.Contains(int32(point)):
				case f.From.Certain.Contains(address(i)):
					left = Allowed
				case f.From.Possible.Contains(address(i)) && left != Allowed:
					left = Undecided
				}
			}
			if o.Verdict != NotReachable && left != d {
				t.Fatalf("seed %d: what is left says %s of point %d from %s, want %s", seed, left, point, address(i), d)
			}
		}
	}
	for i := range addresses {
		from := slices.ContainsFunc(result[:], func(row [addresses]Decision) bool {
			return row[i] == Allowed || o.Verdict == Unknown && row[i] == Undecided
		})
		if o.From.Contains(address(i)) != from {
			t.Fatalf("seed %d: %s passes from %s: %t, want %t", seed, o.Verdict, address(i), !from, from)
		}
	}
	example(t, seed, o, stages)
}

// example holds the decisions about the example to the tables: they are those of
// one packet that gets as far as any, and only the last of a way that is not
// reachable is blocked.
func example(t *testing.T, seed uint64, o *Outcome, stages []*table) {
	t.Helper()
	at := int(o.Example.From.As4()[3])
	for k, d := range o.Decisions() {
		if want := stages[k][o.Example.Point][at]; d != want {
			t.Fatalf("seed %d: stage %d does %s with the example, want %s", seed, k, d, want)
		}
		if blocked := o.Verdict == NotReachable && k == len(o.Stages)-1; (d == Blocked) != blocked {
			t.Fatalf("seed %d: %s, and stage %d of %d is %s for the example", seed, o.Verdict, k, len(o.Stages), d)
		}
		if o.Verdict == Reachable && d != Allowed {
			t.Fatalf("seed %d: reachable, and stage %d is %s for the example", seed, k, d)
		}
	}
}

// TestFlowsOfTraffic: what a flow stands for is the traffic that it was made of, and
// all traffic is judged by tcp and udp.
func TestFlowsOfTraffic(t *testing.T) {
	from := Exactly(Single(address(1)))
	for _, text := range []string{"tcp/22", "udp/1000-2000", "tcp/0-65535", "icmp/8/0", "icmp/8", "icmp/all", "47"} {
		traffic, err := inventory.ParseTraffic(text)
		if err != nil {
			t.Fatal(err)
		}
		flows := Flows(traffic, cidr.IPv4, from)
		if len(flows) != 1 || flows[0].Traffic() != traffic {
			t.Errorf("%s: %+v", text, flows)
		}
	}
	flows := Flows(inventory.All, cidr.IPv4, from)
	if len(flows) != 2 || flows[0].Protocol != inventory.TCP || flows[1].Protocol != inventory.UDP || flows[0].Interval != Everything {
		t.Errorf("all traffic: %+v", flows)
	}
	if got := Flows(inventory.All, cidr.IPv4, Addresses{}); got != nil {
		t.Errorf("from no address: %+v", got)
	}
}

// TestIntervals compares Union and Without with single points.
func TestIntervals(t *testing.T) {
	for seed := range uint64(500) {
		rng := rand.New(rand.NewPCG(seed, 2))
		random := func() (list []Interval) {
			for range rng.IntN(5) {
				first := int32(rng.IntN(20))
				list = append(list, Interval{first, first + int32(rng.IntN(6))})
			}
			return list
		}
		in := func(list []Interval, point int32) bool {
			return slices.ContainsFunc(list, func(i Interval) bool { return i.Contains(point) })
		}
		parts, holes := random(), Union(random())
		left, joined := Without(slices.Clone(parts), holes), Union(slices.Clone(parts))
		for point := range int32(30) {
			if in(joined, point) != in(parts, point) {
				t.Fatalf("seed %d: union of %v is %v", seed, parts, joined)
			}
			if in(left, point) != (in(parts, point) && !in(holes, point)) {
				t.Fatalf("seed %d: %v without %v is %v", seed, parts, holes, left)
			}
		}
		for i := 1; i < len(joined); i++ {
			if joined[i-1].Last+1 >= joined[i].First {
				t.Fatalf("seed %d: %v touch each other", seed, joined)
			}
		}
	}
}

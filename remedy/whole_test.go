package remedy_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

// crowded makes an estate of one VPC in which many findings are about the same
// rules: ranges inside each other, rules with dates that have passed, rules
// that repeat others, groups that nothing uses. Every rule has an id.
func crowded(rng *rand.Rand) *inventory.Inventory {
	var text strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&text, format+"\n", args...) }
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	line("vpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/24\nsubnet-2 10.0.1.0/24\nigw-1 vpc vpc-1\nrtb-1 main vpc vpc-1\n  route 10.0.0.0/16 local\n  route 0.0.0.0/0 igw-1")
	line("acl-1 subnet subnet-1 subnet subnet-2\n  in 100 allow all 0.0.0.0/0\n  out 100 allow all 0.0.0.0/0")
	groups := 3 + rng.IntN(4)
	for g := range groups {
		name := fmt.Sprintf("group-%d", g)
		if g == 0 {
			name = "default"
		}
		line("sg-%d %s", g, name)
		if rng.IntN(4) > 0 {
			line("  out all 0.0.0.0/0 id sgr-%d-out", g)
		}
		for k := range rng.IntN(7) {
			peer := pick("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.0.1.0/24", "10.0.0.0/28", "203.0.113.0/24", "203.0.113.5/32", "203.0.112.0/23",
				fmt.Sprintf("10.0.%d.%d/32", rng.IntN(2), 4+rng.IntN(10)), fmt.Sprintf("10.0.%d.%d/32", rng.IntN(2), 4+rng.IntN(10)),
				fmt.Sprintf("sg-%d", rng.IntN(groups)), fmt.Sprintf("sg-%d", rng.IntN(groups)))
			traffic := pick("tcp/22", "tcp/22", "tcp/443", "tcp/443", "tcp/443-444", "tcp/20-25", "tcp/5432", "tcp/5000-6000", "all", "udp/53")
			line("  in %s %s %s id sgr-%d-%d", traffic, peer, pick(`""`, `""`, `"until 2020-01-01"`, `"office"`), g, k)
		}
	}
	for i := range rng.IntN(9) {
		carried := fmt.Sprintf("sg-%d", rng.IntN(groups))
		if other := fmt.Sprintf("sg-%d", rng.IntN(groups)); other != carried && rng.IntN(3) == 0 {
			carried += "," + other
		}
		subnet := rng.IntN(2)
		line("eni-%d %s 10.0.%d.%d%s subnet subnet-%d%s", i, carried, subnet, 4+i, pick("", fmt.Sprintf(" public 198.51.100.%d", i+1)), subnet+1, pick("", "", " type lambda managed", ` requester amazon-elb managed description "ELB app/x/1"`, " instance i-1"))
	}
	return notation.MustParse(text.String()).Inventory
}

// withIDs gives every rule of an inventory an id.
func withIDs(inv *inventory.Inventory) *inventory.Inventory {
	for _, r := range inv.Regions {
		for i := range r.Groups {
			for k := range r.Groups[i].Rules {
				r.Groups[i].Rules[k].IDs = []string{fmt.Sprintf("sgr-%s-%d", r.Groups[i].ID[3:], k)}
			}
		}
	}
	return inv
}

// named gives ids to the groups that a plan created and to the rules that it
// allowed, as AWS does.
func named(inv *inventory.Inventory) *inventory.Inventory {
	id := func(group string) string {
		if change.IsNew(group) {
			return "sg-new" + strings.ReplaceAll(strings.TrimPrefix(group, "$group"), "_", "-")
		}
		return group
	}
	after := *inv
	after.Regions = nil
	for _, r := range inv.Regions {
		clone := *r
		clone.Groups, clone.Interfaces = slices.Clone(r.Groups), slices.Clone(r.Interfaces)
		for i := range clone.Groups {
			g := &clone.Groups[i]
			g.ID, g.Rules = id(g.ID), slices.Clone(g.Rules)
			for k := range g.Rules {
				if len(g.Rules[k].IDs) == 0 {
					g.Rules[k].IDs = []string{fmt.Sprintf("sgr-new-%d-%d", i, k)}
				}
				if ref := g.Rules[k].Peer.Group; ref != nil {
					to := *ref
					to.ID = id(to.ID)
					g.Rules[k].Peer.Group = &to
				}
			}
		}
		for i := range clone.Interfaces {
			e := &clone.Interfaces[i]
			e.Groups = slices.Clone(e.Groups)
			for k := range e.Groups {
				e.Groups[k] = id(e.Groups[k])
			}
		}
		clone.Normalize()
		after.Regions = append(after.Regions, &clone)
	}
	return &after
}

// judgeBy returns what audits an inventory and attaches the fixes.
func judgeBy(settings audit.Settings) remedy.Audit {
	return func(inv *inventory.Inventory) *findings.Report {
		return audited(inv, audit.Options{Settings: settings}, inventory.DefaultRulesPerGroup)
	}
}

func everyFinding(report *findings.Report) []*findings.Finding {
	var list []*findings.Finding
	for i := range report.Findings {
		list = append(list, &report.Findings[i])
	}
	return list
}

// planOf makes the plan of everything that an audit finds, with deletions: whatever
// beyond depth network may use a group was searched.
func planOf(t *testing.T, inv *inventory.Inventory, judge remedy.Audit) (*findings.Report, *remedy.Plan) {
	t.Helper()
	inv.Depth = inventory.DepthServices
	for _, r := range inv.Regions {
		beyond := inventory.DepthServices.Parts() &^ inventory.DepthNetwork.Parts() &^ r.Asked
		r.Asked, r.Read = r.Asked|beyond, r.Read|beyond
	}
	report := judge(inv)
	plan, err := remedy.Resolve(inv, report, everyFinding, judge, true)
	if err != nil {
		t.Fatal(err)
	}
	return report, plan
}

// complains are the proposals of checks that complain of the access that a rule
// gives, and not of the way in which it is given.
var complains = []findings.ProposalKind{findings.RevokeRule, findings.ReplaceSource, findings.RevokeAll, findings.DeleteGroup}

// complained returns the inventory without the rules that a finding complains
// of and proposes to revoke: what all the rest gives must stay.
func complained(inv *inventory.Inventory, settings audit.Settings) *inventory.Inventory {
	run := audit.Run(inv, audit.Options{Settings: settings})
	type key struct{ region, group, rule string }
	gone := map[key]bool{}
	for _, f := range run.Findings {
		if f.GroupID != "" && f.ResourceID == f.GroupID && slices.Contains(complains, run.Proposals[f.ID].Kind) {
			if f.Rule != nil {
				gone[key{f.Region, f.GroupID, f.Rule.String()}] = true
			} else {
				gone[key{f.Region, f.GroupID, ""}] = true
			}
		}
	}
	after := *inv
	after.Regions = nil
	for _, r := range inv.Regions {
		clone := *r
		clone.Groups = slices.Clone(r.Groups)
		held := reach.New(r)
		for i := range clone.Groups {
			g := &clone.Groups[i]
			whole := gone[key{r.Name, g.ID, ""}] && len(held.Interfaces(g.ID)) == 0
			g.Rules = slices.DeleteFunc(slices.Clone(g.Rules), func(rule inventory.Rule) bool { return whole || gone[key{r.Name, g.ID, rule.String()}] })
		}
		after.Regions = append(after.Regions, &clone)
	}
	return &after
}

// everyTraffic returns the traffic that rules of the region name.
func everyTraffic(r *inventory.Region) []inventory.Traffic {
	var all []inventory.Traffic
	for i := range r.Groups {
		for k := range r.Groups[i].Rules {
			if t := r.Groups[i].Rules[k].Traffic; !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// admits reports whether a group allows a port from an address of the internet.
func admits(r *inventory.Region, group string, t inventory.Traffic, a netip.Addr) bool {
	for i := range r.Groups {
		if r.Groups[i].ID != group {
			continue
		}
		for _, rule := range r.Groups[i].Rules {
			list := append(slices.Clone(inventory.NewIndex(r).Entries(rule.Peer.List)), rule.Peer.Prefix)
			if rule.Direction == inventory.Ingress && rule.Traffic.Covers(t) && slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(a) }) {
				return true
			}
		}
	}
	return false
}

// publicAddresses returns the ends of every range of the internet in a rule.
func publicAddresses(r *inventory.Region) []netip.Addr {
	found := []netip.Addr{netip.MustParseAddr("8.8.8.8"), netip.MustParseAddr("198.51.100.77")}
	for i := range r.Groups {
		for _, rule := range r.Groups[i].Rules {
			for _, p := range append(slices.Clone(inventory.NewIndex(r).Entries(rule.Peer.List)), rule.Peer.Prefix) {
				if p.IsValid() && cidr.HoldsInternet(p) && !slices.Contains(found, p.Addr()) {
					found = append(found, p.Addr())
				}
			}
		}
	}
	return found
}

// tookThePlace reports whether a finding is about a rule that was not there
// before, and that took the place of one of which the older report complains
// no less gravely.
func tookThePlace(before *inventory.Inventory, old *findings.Report, f *findings.Finding) bool {
	if f.Rule == nil || slices.ContainsFunc(before.Regions[0].Groups, func(g inventory.Group) bool {
		return g.ID == f.GroupID && slices.ContainsFunc(g.Rules, func(r inventory.Rule) bool { return r.String() == f.Rule.String() })
	}) {
		return false
	}
	return slices.ContainsFunc(old.Findings, func(o findings.Finding) bool {
		return o.Rule != nil && o.Severity >= f.Severity && o.GroupID == f.GroupID && o.Rule.Traffic == f.Rule.Traffic && o.Rule.Direction == f.Rule.Direction
	})
}

var (
	firstSeed = flag.Uint64("first-seed", 0, "the first random estate of TestPlanAsAWhole")
	seeds     = flag.Uint64("seeds", 500, "how many random estates TestPlanAsAWhole plans for")
)

// TestPlanAsAWhole carries the whole plan of random estates out on a copy. No
// pair of interfaces and no address of the internet loses access that no
// finding complained of, a second audit has no new finding, and a second plan
// is empty.
//
// To plan for more estates: go test ./remedy -run TestPlanAsAWhole -seeds 5000
// (15 seconds on two cores).
func TestPlanAsAWhole(t *testing.T) {
	changes, redundant, talking, brought := 0, 0, 0, 0
	for seed := *firstSeed; seed < *firstSeed+*seeds; seed++ {
		rng := rand.New(rand.NewPCG(seed, 7))
		inv := crowded(rng)
		if seed%4 == 3 {
			inv = withIDs(estates.Random(rng, estates.Size{Regions: 1, Groups: 6, Interfaces: 10}))
		}
		settings := audit.Defaults()
		if seed%3 == 0 {
			settings.TrustedCIDRs = []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
		}
		judge := judgeBy(settings)
		report, plan := planOf(t, inv, judge)
		after, err := remedy.Apply(inv, plan.Lines())
		if err != nil {
			t.Fatalf("seed %d: the plan fails: %v", seed, err)
		}
		changes += plan.Changes()
		if plan.Again || !plan.Proven {
			t.Errorf("seed %d: the plan is not proven, or a second plan may have changes: %t, %t", seed, plan.Proven, plan.Again)
		}
		before := complained(inv, settings)
		for i, r := range before.Regions {
			was, is := reach.New(r), reach.New(after.Regions[i])
			traffics := everyTraffic(inv.Regions[i])
			for a := range r.Interfaces {
				for b := range r.Interfaces {
					from, to := &r.Interfaces[a], &r.Interfaces[b]
					if a == b {
						continue
					}
					for _, traffic := range traffics {
						if was.Verdict(from, to, traffic) != reach.Reachable {
							continue
						}
						talking++
						if got := is.Verdict(&after.Regions[i].Interfaces[a], &after.Regions[i].Interfaces[b], traffic); got != reach.Reachable {
							t.Errorf("seed %d: %s to %s by %s is %s after the plan, and no finding complained of it", seed, from.ID, to.ID, traffic, got)
						}
					}
				}
			}
			for _, address := range publicAddresses(inv.Regions[i]) {
				for g := range r.Groups {
					for _, traffic := range traffics {
						if deleted := !slices.ContainsFunc(after.Regions[i].Groups, func(o inventory.Group) bool { return o.ID == r.Groups[g].ID }); deleted {
							continue
						}
						if admits(r, r.Groups[g].ID, traffic, address) && !admits(after.Regions[i], r.Groups[g].ID, traffic, address) {
							t.Errorf("seed %d: %s is not let into %s by %s after the plan, and no finding complained of it", seed, address, r.Groups[g].ID, traffic)
						}
					}
				}
			}
		}
		known := map[string]bool{}
		for _, f := range report.Findings {
			known[f.ID] = true
			if f.Check == "redundant-rule" && len(f.Fix.Commands) > 0 {
				redundant++
			}
		}
		second, again := planOf(t, named(after), judge)
		for _, f := range second.Findings {
			switch {
			case known[f.ID]:
			case !tookThePlace(inv, report, &f):
				t.Errorf("seed %d: new after the plan: %s %s: %s", seed, f.Check, f.ResourceID, f.Message)
			case !slices.ContainsFunc(plan.Stay, func(s *findings.Finding) bool {
				return s.Check == f.Check && s.GroupID == f.GroupID && s.Rule.Traffic == f.Rule.Traffic
			}):
				t.Errorf("seed %d: new after the plan, and the plan does not list it: %s %s: %s", seed, f.Check, f.ResourceID, f.Message)
			default:
				brought++
				if head := "The plan brings " + words.Count(len(plan.Stay), "new finding"); !strings.Contains(script(t, plan), head) {
					t.Errorf("seed %d: the head of the plan does not say %q", seed, head)
				}
			}
		}
		if n := again.Changes(); n > 0 {
			t.Errorf("seed %d: a second plan has %d changes:\n%s", seed, n, script(t, again))
		}
		if t.Failed() {
			t.Fatalf("seed %d: the plan:\n%s", seed, script(t, plan))
		}
	}
	t.Logf("%d changes, %d rules that others repeat, %d pairs that talk, %d findings that plans bring", changes, redundant, talking, brought)
	if *seeds >= 500 && (changes < 1000 || redundant < 100 || talking < 1000 || brought == 0) {
		t.Errorf("%d changes, %d rules that others repeat, %d pairs that talk and %d findings that plans bring show little", changes, redundant, talking, brought)
	}
}

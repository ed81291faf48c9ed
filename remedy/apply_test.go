package remedy_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// oddEstate is small enough that steps meet each other: groups have the same
// ids in both regions, and few are attached. The same seed yields the same one.
func oddEstate(seed uint64) *inventory.Inventory {
	inv := estates.Random(rand.New(rand.NewPCG(seed, 7)), estates.Size{Regions: 2, Groups: 9, Interfaces: 3})
	for _, r := range inv.Regions {
		for i := range r.Groups {
			for k := range r.Groups[i].Rules {
				rule := &r.Groups[i].Rules[k]
				rule.IDs = []string{endpoint.RuleID(r.Name, r.Groups[i].ID, rule.String())}
			}
		}
	}
	if seed%3 == 0 { // the last of several active peerings is the one that counts
		for _, r := range inv.Regions {
			for i := range r.Peerings {
				again := r.Peerings[i]
				again.ID, again.Requester, again.Accepter = "pcx-2", again.Accepter, again.Requester
				gone := again
				gone.ID, gone.Status = "pcx-3", "deleted"
				r.Peerings = append(r.Peerings, again, gone)
			}
		}
		inv.Normalize()
	}
	return inv
}

// planner makes up lines for the groups of an inventory.
type planner struct {
	*rand.Rand
	inv    *inventory.Inventory
	number int
}

func (p *planner) line() change.Line {
	p.number++
	r := p.inv.Regions[p.IntN(len(p.inv.Regions))]
	s := change.Step{Group: fmt.Sprintf("sg-%d", 1+p.IntN(10)), Direction: inventory.Direction(p.IntN(2))}
	switch p.IntN(10) {
	case 0:
		s.Region = "eu-nowhere-1"
	case 1, 2, 3, 4, 5:
		s.Region = r.Name
	}
	var has []inventory.Rule
	if i := slices.IndexFunc(r.Groups, func(g inventory.Group) bool { return g.ID == s.Group }); i >= 0 {
		has = r.Groups[i].Rules
	}
	if len(has) > 0 { // the direction of one that is there
		s.Direction = has[p.IntN(len(has))].Direction
	}
	switch p.IntN(8) {
	case 0, 1:
		s.Verb = change.Delete
	case 2, 3, 4:
		s.Verb = change.Authorize
		for range 1 + p.IntN(2) {
			s.Rules = append(s.Rules, p.rule(has, s.Direction))
		}
	case 5, 6:
		s.Verb = change.Revoke
		for range 1 + p.IntN(2) {
			rule := p.rule(has, s.Direction)
			if len(has) > 0 && p.IntN(8) > 0 {
				rule = has[p.IntN(len(has))]
			}
			s.Rules = append(s.Rules, rule)
			s.IDs = append(s.IDs, rule.IDs...)
		}
		if p.IntN(3) == 0 {
			s.IDs = nil
		}
	default:
		s.Verb = change.LookUp
	}
	return change.Line{Number: p.number, Step: s}
}

// rule makes one up that mostly names another group, or takes one that is there.
func (p *planner) rule(has []inventory.Rule, d inventory.Direction) inventory.Rule {
	if len(has) > 0 && p.IntN(12) == 0 {
		return has[p.IntN(len(has))]
	}
	rule := inventory.Rule{Direction: d, Traffic: inventory.Ports(inventory.TCP, int32(p.IntN(3)), 9), IDs: []string{"sgr-old"}}
	if p.IntN(4) == 0 {
		rule.Tags = []inventory.Tag{{Key: "b"}, {Key: "a"}, {Key: "b"}}
	}
	switch p.IntN(4) {
	case 0:
		rule.Peer = inventory.PrefixPeer(netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(p.IntN(4))}), 16))
	case 1:
		rule.Peer.Group = &inventory.GroupRef{ID: fmt.Sprintf("sg-%d", 1+p.IntN(10)), Account: "999900009999"}
	default:
		rule.Peer.Group = &inventory.GroupRef{ID: fmt.Sprintf("sg-%d", 1+p.IntN(10))}
	}
	return rule
}

// possible makes up lines that can be carried out, one after the other.
func (p *planner) possible(count int) (lines []change.Line) {
	for range count {
		next := append(slices.Clip(lines), p.line())
		if after, err := plainApply(p.inv, next[len(lines):]); err == nil {
			lines, p.inv = next, after
		}
	}
	return lines
}

func commands(lines []change.Line) (text []string) {
	for i := range lines {
		if lines[i].Step.Verb != change.LookUp {
			text = append(text, lines[i].Step.Command())
		}
	}
	return text
}

// TestApplyIsThatOfThePlainOne carries random plans out as the plain one does:
// the same inventory, the same regions shared with the one before, the same
// errors in the same order; and neither the inventory nor the lines change.
func TestApplyIsThatOfThePlainOne(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(400) {
		inv, twin, untouched := oddEstate(seed), oddEstate(seed), oddEstate(seed)
		p := &planner{Rand: rand.New(rand.NewPCG(seed, 8)), inv: oddEstate(seed)}
		lines := p.possible(60)
		if seed%2 == 0 {
			for range 1 + seed%20 {
				lines = slices.Insert(lines, p.IntN(len(lines)+1), p.line())
			}
		}
		text := commands(lines)
		got, err := remedy.Apply(inv, lines)
		if !slices.Equal(commands(lines), text) {
			t.Fatalf("seed %d: the lines were changed", seed)
		}
		want, wantErr := plainApply(twin, lines)
		if fmt.Sprint(err) != fmt.Sprint(wantErr) {
			t.Fatalf("seed %d:\n got %v\nwant %v", seed, err, wantErr)
		}
		if !reflect.DeepEqual(inv, untouched) {
			t.Fatalf("seed %d: the inventory was changed", seed)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("seed %d: got %+v\nwant %+v", seed, got, want)
		}
		if err == nil {
			for i := range inv.Regions {
				if shared, plain := got.Regions[i] == inv.Regions[i], want.Regions[i] == twin.Regions[i]; shared != plain {
					t.Errorf("seed %d: %s is shared: %v, want %v", seed, inv.Regions[i].Name, shared, plain)
				}
			}
			seen["carried out"]++
			seen["deleted"] += len(inv.Regions[0].Groups) - len(got.Regions[0].Groups)
			for _, g := range slices.Concat(got.Regions[0].Groups, got.Regions[1].Groups) {
				for _, rule := range g.Rules {
					if ref := rule.Peer.Group; ref != nil && ref.Peering == "pcx-2" {
						seen["peered"]++
					}
				}
			}
		}
		for _, what := range []string{"is not among", "a default group", "it is attached to", "references it in", "already", "has no rule", "gress rule with"} {
			seen[what] += strings.Count(fmt.Sprint(err), what)
		}
	}
	t.Log(seen)
	for what, times := range seen {
		if times < 30 {
			t.Errorf("%s: only %d times", what, times)
		}
	}
}

// TestApplyReadsAlone lets the race detector see that an inventory is only read.
func TestApplyReadsAlone(t *testing.T) {
	inv := oddEstate(1)
	p := &planner{Rand: rand.New(rand.NewPCG(1, 8)), inv: oddEstate(1)}
	lines := p.possible(60)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if _, err := remedy.Apply(inv, lines); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// A step that the copy of the inventory cannot carry out is refused: taken for
// done, it would make the proof of a plan worthless.
func TestApplyRefusesWhatItDoesNotKnow(t *testing.T) {
	inv := notation.MustParse("sg-1 a\neni-1 sg-1 10.0.0.1\n").Inventory
	step := change.Step{Verb: "rename-group", Group: "sg-1"}
	if _, err := remedy.Apply(inv, []change.Line{{Number: 3, Step: step}}); err == nil || !strings.Contains(err.Error(), `line 3: sgaudit cannot try the step "rename-group"`) {
		t.Errorf("the step is taken for done: %v", err)
	}
}

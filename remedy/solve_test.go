package remedy_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
)

// small makes one VPC with a few groups and interfaces.
func small(rng *rand.Rand) *inventory.Region {
	parts := inventory.DepthServices.Parts()
	r := &inventory.Region{AccountID: "123456789012", Name: "us-east-1", Read: parts, Asked: parts}
	r.VPCs = []inventory.VPC{{ID: "vpc-1", Owner: r.AccountID, Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/16")}}}
	groups := 2 + rng.IntN(6)
	for g := range groups {
		name := fmt.Sprintf("group-%d", g)
		if g == 0 && rng.IntN(2) == 0 {
			name = "default"
		}
		r.Groups = append(r.Groups, inventory.Group{ID: fmt.Sprintf("sg-%d", g), Name: name, VPC: "vpc-1", Owner: r.AccountID})
	}
	for i := range 1 + rng.IntN(10) {
		e := inventory.Interface{ID: fmt.Sprintf("eni-%02d", i), VPC: "vpc-1", Account: r.AccountID}
		for range 1 + rng.IntN(3) {
			e.Groups = append(e.Groups, fmt.Sprintf("sg-%d", rng.IntN(groups)))
		}
		slices.Sort(e.Groups)
		e.Groups = slices.Compact(e.Groups)
		e.Addresses = []inventory.Address{{Private: netip.AddrFrom4([4]byte{10, 0, byte(rng.IntN(2)), byte(i)})}}
		r.Interfaces = append(r.Interfaces, e)
	}
	return r
}

// tooBroad says which groups are too broad for a range, worked out the plain
// way.
func tooBroad(r *inventory.Region, p netip.Prefix) map[string]bool {
	within := map[string]bool{}
	for i := range r.Interfaces {
		if inside(&r.Interfaces[i], p) {
			for _, g := range r.Interfaces[i].Groups {
				within[g] = true
			}
		}
	}
	broad := map[string]bool{}
	for _, g := range r.Groups {
		in, out, foreign := 0, 0, false
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			switch {
			case !e.HasGroup(g.ID):
			case inside(e, p):
				in++
			default:
				out++
				foreign = foreign || slices.ContainsFunc(e.Groups, func(g string) bool { return !within[g] })
			}
		}
		broad[g.ID] = g.Default() || out > in && foreign
	}
	return broad
}

func inside(e *inventory.Interface, p netip.Prefix) bool {
	return slices.ContainsFunc(e.Addresses, func(a inventory.Address) bool { return p.Contains(a.Private) })
}

// cost says whether a set of groups covers every interface of the range that
// does not get a new group, and how many others it allows.
func cost(r *inventory.Region, p netip.Prefix, chosen []string, created map[string]bool) (covers bool, outsiders int) {
	covers = true
	for i := range r.Interfaces {
		e := &r.Interfaces[i]
		takes := slices.ContainsFunc(chosen, e.HasGroup)
		switch {
		case inside(e, p):
			covers = covers && (takes || created[e.ID])
		case takes:
			outsiders++
		}
	}
	return covers, outsiders
}

// TestSmallest holds the solver to a search of every set of groups. Default
// groups and others that are too broad are in none: an interface that has
// no other gets a new group.
func TestSmallest(t *testing.T) {
	several, anew := 0, 0
	for seed := range uint64(2000) {
		r := small(rand.New(rand.NewPCG(seed, 1)))
		p := netip.MustParsePrefix("10.0.0.0/24")
		got := remedy.NewSolver(r, reach.New(r)).Replace("vpc-1", p)
		if !slices.ContainsFunc(r.Interfaces, func(e inventory.Interface) bool { return p.Contains(e.Addresses[0].Private) }) {
			if len(got.Reasons) == 0 {
				t.Fatalf("seed %d: nothing is inside, and yet %v is proposed", seed, got.Groups)
			}
			continue
		}
		broad := tooBroad(r, p)
		var made []string
		created := map[string]bool{}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if inside(e, p) && !slices.ContainsFunc(e.Groups, func(g string) bool { return !broad[g] }) {
				made, created[e.ID] = append(made, e.ID), true
			}
		}
		var attached []string
		for _, n := range got.New {
			for _, e := range n.Interfaces {
				attached = append(attached, e.ID)
			}
		}
		if !slices.Equal(attached, made) {
			t.Fatalf("seed %d: a new group is for %v, want %v", seed, attached, made)
		}
		anew += len(made)
		var best []string
		found, bestOut := false, 0
		for set := range 1 << len(r.Groups) {
			var chosen []string
			for g := range r.Groups {
				if set&(1<<g) != 0 {
					chosen = append(chosen, r.Groups[g].ID)
				}
			}
			covers, out := cost(r, p, chosen, created)
			if !covers || slices.ContainsFunc(chosen, func(g string) bool { return broad[g] }) {
				continue
			}
			if !found || cmp.Or(cmp.Compare(len(chosen), len(best)), cmp.Compare(out, bestOut), slices.Compare(chosen, best)) < 0 {
				found, best, bestOut = true, chosen, out
			}
		}
		if !slices.Equal(got.Groups, best) || got.Admitted != bestOut || len(got.Broad) > 0 || !got.Smallest {
			t.Fatalf("seed %d: got %v (%d too broad, %d admitted), the best is %v (%d)", seed, got.Groups, len(got.Broad), got.Admitted, best, bestOut)
		}
		if len(best) > 1 {
			several++
		}
	}
	if several < 200 || anew < 200 {
		t.Errorf("only %d estates need more than one group, and %d interfaces a new one: the test shows little", several, anew)
	}
}

// TestNothingIsCutOff carries every proposal out on random estates, alone, and
// asks all pairs of interfaces before and after.
func TestNothingIsCutOff(t *testing.T) {
	proposed, talking := 0, 0
	for seed := range uint64(400) {
		inv := estates.Random(rand.New(rand.NewPCG(seed, 2)), estates.Size{Regions: 1, Groups: 6, Interfaces: 12})
		if seed%4 != 0 {
			talkative(inv.Regions[0])
		}
		report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group", "peer-range-should-be-group"}}, inventory.DefaultRulesPerGroup)
		for _, f := range report.Findings {
			if len(f.Fix.Commands) == 0 {
				continue
			}
			steps, err := change.ParseScript(strings.Join(f.Fix.Commands, "\n"))
			if err != nil {
				t.Fatal(err)
			}
			for i := range steps { // random estates have no ids: the look-up stands for the revocation
				if s := steps[i].Step; s.Verb == change.Revoke && !change.IsNew(s.Group) {
					t.Fatalf("seed %d: %s", seed, steps[i].Step.Command())
				}
			}
			traffic, err := f.Rule.Traffic, f.Rule.Err()
			if err != nil {
				t.Fatal(err)
			}
			source := f.Rule.Peer.Prefix
			gone := change.Line{Step: change.Step{Verb: change.Revoke, Region: f.Region, Group: f.GroupID, Rules: []inventory.Rule{{Traffic: traffic, Peer: inventory.PrefixPeer(source)}}}}
			after, err := remedy.Apply(inv, append(steps, gone))
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			proposed++
			r := inv.Regions[0]
			was, is := reach.New(r), reach.New(after.Regions[0])
			for _, to := range was.Interfaces(f.GroupID) {
				for i := range r.Interfaces {
					from := &r.Interfaces[i]
					if from == to {
						continue
					}
					a, _ := was.Between(from, to, traffic)
					b, _ := is.Between(&after.Regions[0].Interfaces[i], interfaceOf(after.Regions[0], to.ID), traffic)
					if b.Compare(a) < 0 {
						t.Errorf("seed %d: %s of %s gives way to %v, and %s to %s was %s and is %s", seed, f.Rule.String(), f.GroupID, f.Fix.Commands, from.ID, to.ID, a, b)
					}
					if a == reach.Reachable {
						talking++
					}
				}
			}
		}
	}
	t.Logf("%d proposals, %d pairs that talk", proposed, talking)
	if proposed < 50 || talking < 100 {
		t.Errorf("%d proposals and %d pairs that talk show little", proposed, talking)
	}
}

// interfaceOf returns the interface of a region with the id.
func interfaceOf(r *inventory.Region, id string) *inventory.Interface {
	return &r.Interfaces[slices.IndexFunc(r.Interfaces, func(e inventory.Interface) bool { return e.ID == id })]
}

// talkative lets everything out of every group and through every network ACL,
// so that ingress rules decide.
func talkative(r *inventory.Region) {
	everyone := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}
	for i := range r.Groups {
		for _, p := range everyone {
			r.Groups[i].Rules = append(r.Groups[i].Rules, inventory.Rule{Direction: inventory.Egress, Traffic: inventory.All, Peer: inventory.PrefixPeer(p)})
		}
	}
	for i := range r.NetworkACLs {
		r.NetworkACLs[i].Entries = nil
		for k, p := range everyone {
			for _, d := range []inventory.Direction{inventory.Ingress, inventory.Egress} {
				r.NetworkACLs[i].Entries = append(r.NetworkACLs[i].Entries, inventory.ACLEntry{Direction: d, Number: 100 + k, Allow: true, Traffic: inventory.All, Prefix: p})
			}
		}
	}
	(&inventory.Inventory{Regions: []*inventory.Region{r}}).Normalize()
}

const network = `account 123456789012
region us-east-1
vpc-1 10.0.0.0/16 owner 123456789012
vpc-2 10.1.0.0/16 owner 123456789012
subnet-1 10.0.0.0/24 vpc vpc-1
subnet-2 10.1.0.0/24 vpc vpc-2
rtb-1 main vpc vpc-1
  route 10.0.0.0/16 local
rtb-2 main vpc vpc-2
  route 10.1.0.0/16 local
acl-1 subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
acl-2 subnet subnet-2
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-db database vpc vpc-1
  in tcp/5432 SOURCE id sgr-1
sg-app application vpc vpc-1
  out all 0.0.0.0/0
sg-all everything vpc vpc-1
sg-far far vpc vpc-2
  out all 0.0.0.0/0
eni-1 sg-db 10.0.0.1 vpc vpc-1 subnet subnet-1
eni-2 sg-app 10.0.0.2 vpc vpc-1 subnet subnet-1
eni-3 sg-app,sg-all 10.0.0.3 vpc vpc-1 subnet subnet-1
eni-9 sg-far 10.1.0.9 vpc vpc-2 subnet subnet-2
`

// TestReferences is one case for each thing that decides on a replacement.
func TestReferences(t *testing.T) {
	for name, tc := range map[string]struct {
		source, more string
		groups, says string // says: in the summary, the proof or the notes
	}{
		"one address":                      {"10.0.0.2/32", "", "sg-app", "gain access, because they have these groups too: eni-3"},
		"a group that is allowed already":  {"10.0.0.2/32", "sg-db database vpc vpc-1\n  in tcp/5432 10.0.0.2/32 id sgr-1\n  in tcp/5000-6000 sg-all id sgr-2", "sg-app", "1 other interface with these groups already had access through another rule"},
		"a range":                          {"10.0.0.2/31", "", "sg-app", "nothing else gains access"},
		"the group's own members":          {"10.0.0.0/24", "", "sg-app sg-db", "253 addresses"},
		"a NAT gateway opens nothing":      {"10.0.0.4/30 10.0.0.2/31", "eni-4 - 10.0.0.4 vpc vpc-1 subnet subnet-1 type nat_gateway", "", ""},
		"what carries no group stays":      {"10.0.0.0/29", "eni-4 - 10.0.0.4 vpc vpc-1 subnet subnet-1 type network_load_balancer", "10.0.0.4/32 sg-app sg-db", "10.0.0.4/32 stay as addresses"},
		"hosts behind a transit gateway":   {"10.0.0.0/8", "rtb-3 subnet subnet-1 vpc vpc-1\n  route 10.0.0.0/16 local\n  route 10.0.0.0/8 tgw-1", "", "hosts behind it may use the rule, and a reference to their groups matches only if security group referencing support is on"},
		"an appliance in between":          {"10.0.0.2/31", "rtb-3 subnet subnet-1 vpc vpc-1\n  route 10.0.0.0/16 local\n  route 10.0.0.0/24 eni-7", "", "through an appliance"},
		"a routable block of the VPC":      {"151.101.0.0/24", "vpc-1 10.0.0.0/16 151.101.0.0/24 owner 123456789012\nsg-own own vpc vpc-1\neni-8 sg-own 151.101.0.8 vpc vpc-1 subnet subnet-1", "sg-own", "covered: eni-8"},
		"a transit gateway in between":     {"10.0.0.2/31", "rtb-3 subnet subnet-1 vpc vpc-1\n  route 10.0.0.0/16 local\n  route 10.0.0.0/24 tgw-1", "", "SecurityGroupReferencingSupport is enabled on the transit gateway"},
		"a peering in the region":          {"10.1.0.0/24", "pcx-1 active requester 123456789012 us-east-1 vpc-1 10.0.0.0/16 accepter 123456789012 us-east-1 vpc-2 10.1.0.0/16", "sg-far", "covered: eni-9"},
		"a peering of two regions":         {"10.1.0.0/24", "pcx-1 active requester 123456789012 us-east-1 vpc-1 10.0.0.0/16 accepter 123456789012 eu-west-1 vpc-2 10.1.0.0/16", "", ""},
		"a peering with another account":   {"10.0.0.0/8", "pcx-1 active requester 123456789012 us-east-1 vpc-1 10.0.0.0/16 accepter 210987654321 us-east-1 vpc-8 10.8.0.0/16", "", "and its interfaces are not visible to this account"},
		"a group of CloudFormation's":      {"10.0.0.2/32", "sg-db database vpc vpc-1 tag aws:cloudformation:stack-name=shop\n  in tcp/5432 10.0.0.2/32 id sgr-1", "sg-app", "CloudFormation stack shop"},
		"the reference is there already":   {"10.0.0.2/32", "sg-db database vpc vpc-1\n  in tcp/5432 10.0.0.2/32 id sgr-1\n  in tcp/5000-6000 sg-app id sgr-2", "", "Revoke tcp/5432 from 10.0.0.2/32. Other rules of database (sg-db) already allow tcp/5432 from application (sg-app)."},
		"a group that other tiers share":   {"10.0.0.3/32", "sg-web web vpc vpc-1\neni-5 sg-all,sg-web 10.0.0.5 vpc vpc-1 subnet subnet-1\neni-6 sg-all,sg-web 10.0.0.6 vpc vpc-1 subnet subnet-1", "sg-app", "everything (sg-all) is not referenced: most of its 3 interfaces are outside the range, in other tiers"},
		"nothing but a shared group":       {"10.0.0.8/32", "sg-web web vpc vpc-1\neni-8 sg-all 10.0.0.8 vpc vpc-1 subnet subnet-1\neni-5 sg-all,sg-web 10.0.0.5 vpc vpc-1 subnet subnet-1\neni-6 sg-all,sg-web 10.0.0.6 vpc vpc-1 subnet subnet-1", "$group_10_0_0_8_32_1", "allow tcp/5432 from a new group \"clients-10.0.0.8/32\" of eni-8, then revoke 10.0.0.8/32"},
		"an interface that a service runs": {"10.0.0.8/32", "sg-web web vpc vpc-1\neni-8 sg-all 10.0.0.8 vpc vpc-1 subnet subnet-1 managed requester amazon-elb description \"ELB app/x/1\"\neni-5 sg-all,sg-web 10.0.0.5 vpc vpc-1 subnet subnet-1\neni-6 sg-all,sg-web 10.0.0.6 vpc vpc-1 subnet subnet-1", "sg-all", "is referenced although most"},
		"a default group, never":           {"10.0.0.8/31", "sg-0 default vpc vpc-1\nsg-own own vpc vpc-1\neni-8 sg-0 10.0.0.8 vpc vpc-1 subnet subnet-1\neni-5 sg-own 10.0.0.9 vpc vpc-1 subnet subnet-1", "sg-own $group_10_0_0_8_31_1", "default (sg-0) is not referenced: it is a default group"},
		"a default group of a service":     {"10.0.0.8/31", "sg-0 default vpc vpc-1\nsg-own own vpc vpc-1\neni-8 sg-0 10.0.0.8 vpc vpc-1 subnet subnet-1 managed requester amazon-elb description \"ELB app/x/1\"\neni-5 sg-own 10.0.0.9 vpc vpc-1 subnet subnet-1", "10.0.0.8/32 sg-own", "stay as addresses"},
		"a pod's address":                  {"10.0.0.18/32", "sg-node nodes vpc vpc-1\neni-8 sg-node 10.0.0.8 10.0.0.16/28 vpc vpc-1 subnet subnet-1", "sg-node", "covered: eni-8"},
		"a delegated prefix":               {"10.0.0.16/28", "sg-node nodes vpc vpc-1\neni-8 sg-node 10.0.0.8 10.0.0.16/28 vpc vpc-1 subnet subnet-1", "sg-node", "no free address of the range loses access"},
		"more than a delegated prefix":     {"10.0.0.32/27", "sg-node nodes vpc vpc-1\neni-8 sg-node 10.0.0.8 10.0.0.32/28 vpc vpc-1 subnet subnet-1", "sg-node", "interfaces have the other 16 of its 32 addresses"},
		"a prefix without a group":         {"10.0.0.0/27", "eni-4 - 10.0.0.4 10.0.0.16/28 vpc vpc-1 subnet subnet-1 type network_load_balancer", "10.0.0.4/32 10.0.0.16/28 sg-app sg-db", "10.0.0.4/32 and 10.0.0.16/28 stay as addresses"},
		"a default group of a function":    {"10.0.0.0/24", "sg-0 default vpc vpc-1\nfunction sync sg-0 vpc vpc-1 subnet subnet-1", "", "Lambda function sync, with subnets in 10.0.0.0/24, has a default group only"},
		"an interface with five groups":    {"10.0.0.8/32", "sg-0 default vpc vpc-1\neni-8 sg-0,sg-1,sg-2,sg-3,sg-4 10.0.0.8 vpc vpc-1 subnet subnet-1", "", "has a group that a rule can reference"},
		"a shared VPC":                     {"10.0.0.2/32", "vpc-1 10.0.0.0/16 owner 210987654321", "", "is shared by account 210987654321"},
		"an idle function of the subnet":   {"10.0.0.0/24", "sg-fn functions vpc vpc-1\nfunction sync sg-fn vpc vpc-1 subnet subnet-1", "sg-app sg-db sg-fn", "covered when it runs: Lambda function sync"},
		"what forwards packets for others": {"10.0.0.8/32", "sg-vpn vpn vpc vpc-1\neni-8 sg-vpn 10.0.0.8 vpc vpc-1 subnet subnet-1 no-source-dest-check", "sg-vpn", "forwards packets of other hosts"},
	} {
		t.Run(name, func(t *testing.T) {
			sources := strings.Fields(tc.source)
			for _, source := range sources {
				estate := strings.ReplaceAll(network, "SOURCE", source)
				for _, line := range strings.Split(tc.more, "\n") { // a resource that is there twice counts as written last
					if id, _, _ := strings.Cut(line, " "); id == "sg-db" || id == "vpc-1" {
						estate = without(estate, id)
					}
				}
				inv := notation.MustParse(estate + tc.more + "\n").Inventory
				inv.Regions[0].Read = inventory.DepthServices.Parts()
				report := audited(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group", "peer-range-should-be-group"}}, inventory.DefaultRulesPerGroup)
				if len(report.Findings) == 0 {
					if tc.groups+tc.says != "" {
						t.Fatal("no finding")
					}
					continue
				}
				f := report.Findings[0]
				var got []string
				lines, err := change.ParseScript(strings.Join(f.Fix.Commands, "\n"))
				if err != nil {
					t.Fatal(err)
				}
				for _, l := range lines {
					for _, r := range l.Step.Rules {
						if l.Step.Verb != change.Authorize {
							continue
						}
						got = append(got, r.Peer.String())
					}
				}
				if strings.Join(got, " ") != tc.groups && len(sources) == 1 {
					t.Errorf("named: %v, want %s\n%s", got, tc.groups, f.Fix.Summary)
				}
				text := strings.Join(slices.Concat([]string{f.Fix.Summary}, f.Fix.Proof, f.Fix.Notes), "\n")
				if !strings.Contains(text, tc.says) {
					t.Errorf("does not say %q:\n%s", tc.says, text)
				}
			}
		})
	}
}

// without drops a statement and its lines.
func without(estate, id string) string {
	var kept []string
	dropping := false
	for _, line := range strings.Split(estate, "\n") {
		if !strings.HasPrefix(line, " ") {
			dropping = strings.HasPrefix(line, id+" ")
		}
		if !dropping {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

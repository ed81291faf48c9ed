package awsclient

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	configtypes "github.com/aws/aws-sdk-go-v2/service/configservice/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"go.uber.org/goleak"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/faults"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

func TestMain(m *testing.M) {
	idlePages = 50 // each list without an end costs so many calls, and that of interfaces in 16 partitions
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), // idle connections of closed pools
		goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

// serve starts an endpoint; what clients do wrong there fails the test.
func serve(t *testing.T, inv *inventory.Inventory, opts endpoint.Options) *endpoint.Server {
	t.Helper()
	s, err := endpoint.Serve(inv, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Close()
		if v := s.Violations(); len(v) > 0 {
			t.Errorf("the client broke rules of the endpoint: %q", v)
		}
	})
	return s
}

// collect reads what a server serves.
func collect(t *testing.T, s *endpoint.Server, opts Options) *inventory.Inventory {
	t.Helper()
	opts.EndpointURL, opts.StaticCredentials = s.URL, true
	if opts.MaxRPS == 0 {
		opts.MaxRPS = 10000
	}
	if opts.RetryDelay == 0 {
		opts.RetryDelay = 10 * time.Millisecond
	}
	c, err := Connect(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	inv, err := c.Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// onTheWire drops what is not transferred: the names of accounts and,
// where the estate gives none, the ids that the endpoint makes up for rules;
// and prefix lists that nothing names and egress-only gateways, which are not
// read.
func onTheWire(inv *inventory.Inventory) *inventory.Inventory {
	for _, r := range inv.Regions {
		r.AccountName = ""
		r.EgressGateways = nil
		for i := range r.Groups {
			for k := range r.Groups[i].Rules {
				rule := &r.Groups[i].Rules[k]
				if len(rule.IDs) == 0 && r.Read.Has(inventory.PartRules) {
					rule.IDs = []string{endpoint.RuleID(r.Name, r.Groups[i].ID, rule.String())}
				}
			}
		}
		named := map[string]bool{}
		for _, id := range (&reader{region: r}).namedLists() {
			named[id] = true
		}
		r.PrefixLists = slices.DeleteFunc(r.PrefixLists, func(l inventory.PrefixList) bool { return !named[l.ID] })
	}
	return inv
}

func difference(a, b *inventory.Inventory) string {
	return cmp.Diff(a, b, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{}))
}

// Whatever the endpoint serves, in pages of whatever size, is what is read.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(36) {
		want := estates.Random(rand.New(rand.NewPCG(seed, 11)), estates.Size{Regions: 2, Groups: 9, Interfaces: 9})
		for _, r := range want.Regions {
			r.Read, r.Asked = inventory.DepthNetwork.Parts(), inventory.DepthNetwork.Parts()
			if r.PublicAccess.Mode == "" {
				r.PublicAccess.Mode = "off"
			}
		}
		want.Depth = inventory.DepthNetwork
		size := []int{1, 2, 1000}[seed%3]
		t.Run(fmt.Sprintf("seed %d, pages of %d", seed, size), func(t *testing.T) {
			got := collect(t, serve(t, want, endpoint.Options{PageSize: size}), Options{})
			if diff := difference(onTheWire(notation.MustParse(notation.Format(want)).Inventory), onTheWire(got)); diff != "" {
				t.Errorf("read differs from served (-served +read):\n%s", diff)
			}
		})
	}
}

const small = `account 111122223333
region us-east-1
sg-1 web
  in tcp/22 0.0.0.0/0
sg-2 db
  in tcp/5432 sg-1
eni-1 sg-1 10.0.0.1 public 198.51.100.1
eni-2 sg-2 10.0.0.2
vpc-1 10.0.0.0/16
`

// TestFaults goes through the table of faults. Each happens to every call of a list,
// and then from its second page on: it leaves the gap that the table names, or is
// overcome. What was read before is there. Where it passes, once leaves nothing.
func TestFaults(t *testing.T) {
	// Facts of facts_test.go rest on these.
	for _, name := range []string{"empty pages first", "same page token", "throttled by the old code", "not opted in", "expired", "unknown action"} {
		if !slices.ContainsFunc(faults.Kinds, func(k faults.Kind) bool { return k.Name == name }) {
			t.Errorf("the faults have no kind %q", name)
		}
	}
	const groups, interfaces = "DescribeSecurityGroups", "DescribeNetworkInterfaces"
	want := notation.MustParse(small).Inventory
	read := func(t *testing.T, kind *faults.Kind, fault endpoint.Fault) *inventory.Region {
		opts := Options{Depth: inventory.DepthGroups, RegionDeadline: time.Minute}
		if kind.Waits {
			opts.RegionDeadline = 300 * time.Millisecond
		}
		s := serve(t, want, endpoint.Options{PageSize: 1, Faults: []endpoint.Fault{fault}})
		got := collect(t, s, opts)
		r := got.Regions[0]
		if (r.Status() == "complete") != got.Complete() {
			t.Errorf("the region is %s, the run complete: %v", r.Status(), got.Complete())
		}
		return r
	}
	whole := func(t *testing.T, r *inventory.Region) {
		t.Helper()
		if r.Status() != "complete" || len(r.Groups) != 2 || len(r.Interfaces) != 2 {
			t.Errorf("%s with %d groups, %d interfaces, gaps %+v", r.Status(), len(r.Groups), len(r.Interfaces), r.Gaps)
		}
	}
	for i := range faults.Kinds {
		kind := &faults.Kinds[i]
		if kind.Passes {
			t.Run(kind.Name+"/once", func(t *testing.T) {
				t.Parallel()
				whole(t, read(t, kind, kind.On("", interfaces, 0, 1)))
			})
		}
		for action, skip := range map[string]int{groups: 0, interfaces: 1} {
			t.Run(kind.Name+"/"+action, func(t *testing.T) {
				t.Parallel()
				if kind.Fault.EmptyPages > 0 {
					skip = 0 // they come before the first real page
				}
				r := read(t, kind, kind.On("", action, skip, 0))
				if kind.Overcome() {
					whole(t, r)
					return
				}
				if len(r.Gaps) != 1 || r.Gaps[0].Kind != kind.Gap || !strings.HasPrefix(r.Gaps[0].Message, kind.Message) || r.Gaps[0].Operation != "ec2:"+action {
					t.Errorf("got %+v, want kind %s of ec2:%s: %s", r.Gaps, kind.Gap, action, kind.Message)
				}
				status, hasGroups, hasInterfaces := "partial", 2, skip
				switch {
				case action == groups && kind.Fault.EndlessPages:
					hasGroups, hasInterfaces = 1, 2 // the first page came, again and again
				case kind.Fault.EndlessPages:
					hasInterfaces = 2 // of the partitions that were tried
				case action == groups:
					status, hasGroups, hasInterfaces = "failed", 0, 2
				}
				if r.Status() != status || len(r.Groups) != hasGroups || len(r.Interfaces) != hasInterfaces {
					t.Errorf("%s with %d groups and %d interfaces, want %s with %d and %d", r.Status(), len(r.Groups), len(r.Interfaces), status, hasGroups, hasInterfaces)
				}
			})
		}
	}
}

// TestEndlessItems ends a list that brings new items for ever.
func TestEndlessItems(t *testing.T) {
	p := &pager{limit: rate.NewLimiter(rate.Inf, 1)}
	token, calls := "", 0
	err := p.everyPage(t.Context(), func(context.Context, *string) (*string, int, error) {
		calls++
		token += "x"
		next := token
		return &next, pageSize, nil
	})
	if calls != mostListed/pageSize+1 || gap(inventory.PartGroups, "ec2:X", err).Message != "the endpoint goes on sending pages: more than 2000000 items in one list" {
		t.Errorf("%d calls, %v", calls, err)
	}
}

// TestIdlePages ends a list that goes on with empty pages.
func TestIdlePages(t *testing.T) {
	p := &pager{limit: rate.NewLimiter(rate.Inf, 1)}
	token, calls := "", 0
	err := p.everyPage(t.Context(), func(context.Context, *string) (*string, int, error) {
		calls++
		token += "x"
		next := token
		return &next, 0, nil
	})
	if want := fmt.Sprintf("the endpoint goes on sending pages: %d in a row brought nothing new", idlePages+1); calls != idlePages+1 || gap(inventory.PartGroups, "ec2:X", err).Message != want {
		t.Errorf("%d calls, %v", calls, err)
	}
	if idlePages > mostIdlePages {
		t.Errorf("%d pages, and the program gives up after %d", idlePages, mostIdlePages)
	}
}

// Load balancers of both APIs and every version of a function are read, over
// pages, and nothing else of them.
func TestServices(t *testing.T) {
	want := notation.MustParse(small + `
load-balancer application shop internet-facing sg-1 arn arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1 listen tcp/80 listen tcp/443
load-balancer network queue internal sg-2 arn arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/queue/1 listen tcp/53 listen udp/53 listen udp/514
load-balancer network idle internal sg-2 arn arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/idle/1
load-balancer classic old internal sg-2 listen tcp/22
function plain arn arn:aws:lambda:eu-west-1:123456789012:function:plain
function sync sg-1 sg-2 arn arn:aws:lambda:eu-west-1:123456789012:function:sync subnet subnet-1
function tidy sg-2 arn arn:aws:lambda:eu-west-1:123456789012:function:tidy
web-acl blocks arn arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/blocks/1 protects arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/1
web-acl counts arn arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/counts/2
recorder all
recorder buckets stopped failing without-groups
quota L-0EA8095F 120
`).Inventory
	for _, size := range []int{1, 2, 0} {
		s := serve(t, want, endpoint.Options{PageSize: size})
		got := collect(t, s, Options{Depth: inventory.DepthServices}).Regions[0]
		if diff := cmp.Diff(want.Regions[0].LoadBalancers, got.LoadBalancers); diff != "" {
			t.Errorf("pages of %d: load balancers (-want +got):\n%s", size, diff)
		}
		if diff := cmp.Diff(want.Regions[0].Listeners, got.Listeners); diff != "" {
			t.Errorf("pages of %d: listeners (-want +got):\n%s", size, diff)
		}
		if diff := cmp.Diff(want.Regions[0].Functions, got.Functions, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("pages of %d: functions (-want +got):\n%s", size, diff)
		}
		if diff := cmp.Diff(want.Regions[0].WebACLs, got.WebACLs, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("pages of %d: web ACLs (-want +got):\n%s", size, diff)
		}
		if diff := cmp.Diff(want.Regions[0].Recorders, got.Recorders); diff != "" {
			t.Errorf("pages of %d: recorders (-want +got):\n%s", size, diff)
		}
		if quota := got.RulesPerGroup(); quota != 120 {
			t.Errorf("pages of %d: %d rules per group", size, quota)
		}
		if got.Status() != "complete" {
			t.Errorf("pages of %d: %s, %+v", size, got.Status(), got.Gaps)
		}
	}
}

// A recorder records what its strategy says.
func TestRecordsGroups(t *testing.T) {
	by := func(s configtypes.RecordingStrategyType) *configtypes.RecordingStrategy {
		return &configtypes.RecordingStrategy{UseOnly: s}
	}
	groups, buckets := []configtypes.ResourceType{"AWS::EC2::SecurityGroup"}, []configtypes.ResourceType{"AWS::S3::Bucket"}
	for name, tc := range map[string]struct {
		group *configtypes.RecordingGroup
		want  bool
	}{
		"by default":      {nil, true},
		"all":             {&configtypes.RecordingGroup{AllSupported: true}, true},
		"named":           {&configtypes.RecordingGroup{ResourceTypes: groups}, true},
		"others named":    {&configtypes.RecordingGroup{ResourceTypes: buckets}, false},
		"strategy all":    {&configtypes.RecordingGroup{RecordingStrategy: by("ALL_SUPPORTED_RESOURCE_TYPES")}, true},
		"strategy named":  {&configtypes.RecordingGroup{RecordingStrategy: by("INCLUSION_BY_RESOURCE_TYPES"), ResourceTypes: buckets}, false},
		"all but groups":  {&configtypes.RecordingGroup{RecordingStrategy: by("EXCLUSION_BY_RESOURCE_TYPES"), ExclusionByResourceTypes: &configtypes.ExclusionByResourceTypes{ResourceTypes: groups}}, false},
		"all but buckets": {&configtypes.RecordingGroup{RecordingStrategy: by("EXCLUSION_BY_RESOURCE_TYPES"), ExclusionByResourceTypes: &configtypes.ExclusionByResourceTypes{ResourceTypes: buckets}}, true},
		"all but nothing": {&configtypes.RecordingGroup{RecordingStrategy: by("EXCLUSION_BY_RESOURCE_TYPES")}, true},
	} {
		if got := recordsGroups(tc.group); got != tc.want {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
	}
}

// Flow logs that AWS cannot deliver are not active.
func TestFlowLogs(t *testing.T) {
	want := notation.MustParse(small + "fl-1 vpc-1 ALL format \"${version} ${srcaddr}\" to arn:aws:s3:::flows/prod/ since 2026-09-01T00:00:00Z\nfl-2 subnet-1 REJECT failed\n").Inventory
	s := serve(t, want, endpoint.Options{PageSize: 1})
	got := collect(t, s, Options{}).Regions[0].FlowLogs
	if diff := cmp.Diff(want.Regions[0].FlowLogs, got); diff != "" || got[1].Active {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Every permission of the network can be missing alone: the gap names it, the
// groups and interfaces are there all the same.
func TestEachPermissionMissing(t *testing.T) {
	want := withEachReferrer(notation.MustParse(small+"pl-1 a 203.0.113.0/24\nweb-acl w arn arn:w\nload-balancer network queue internal arn arn:queue\nsg-3 c\n in tcp/22 pl-1\n in tcp/22 sg-9 vpc vpc-9\n").Inventory, "one")
	for _, action := range Actions(inventory.DepthServices) {
		service, name, _ := strings.Cut(action, ":")
		if name == "DescribeRegions" {
			continue // without it the regions must be named
		}
		t.Run(action, func(t *testing.T) {
			s := serve(t, want, endpoint.Options{Faults: []endpoint.Fault{{Service: service, Action: name, Denied: true}}})
			r := collect(t, s, Options{Depth: inventory.DepthServices}).Regions[0]
			if len(r.Gaps) != 1 || r.Gaps[0].Operation != action || r.Gaps[0].Kind != inventory.Denied {
				t.Fatalf("gaps: %+v", r.Gaps)
			}
			if entries := name == "GetManagedPrefixListEntries"; entries == (r.Asked&^r.Read == r.Gaps[0].Part) {
				t.Errorf("missing parts: %s", r.Asked&^r.Read)
			} else if entries && r.PrefixLists[0].Resolved {
				t.Error("the list counts as resolved")
			}
			if r.Status() == "complete" {
				t.Error("the region counts as complete")
			}
		})
	}
}

// The actions that the IAM policy is made of are the calls that are made.
func TestActionsAreTheCalls(t *testing.T) {
	inv := withEachReferrer(notation.MustParse(small+"pl-1 a 203.0.113.0/24\nweb-acl w arn arn:w\nload-balancer network queue internal arn arn:queue\nsg-3 c\n in tcp/22 pl-1\n in tcp/22 sg-9 vpc vpc-9\n").Inventory, "one")
	for _, depth := range []inventory.Depth{inventory.DepthGroups, inventory.DepthNetwork, inventory.DepthServices} {
		s := serve(t, inv, endpoint.Options{})
		collect(t, s, Options{Depth: depth})
		made := map[string]bool{}
		for _, c := range s.Calls() {
			if c.Action != "GetCallerIdentity" { // which needs no permission
				made[c.Service+":"+c.Action] = true
			}
		}
		if diff := cmp.Diff(Actions(depth), slices.Sorted(maps.Keys(made))); diff != "" {
			t.Errorf("depth %s (-policy +calls):\n%s", depth, diff)
		}
	}
}

// No call goes to a VPC, a subnet or a group where a sweep exists, and every
// call pages.
func TestCallsAreSweeps(t *testing.T) {
	s := serve(t, estates.Ordinary(estates.Scale{Regions: 1, Groups: 900, Interfaces: 2500, Rules: 4}), endpoint.Options{})
	collect(t, s, Options{})
	count := map[string]int{}
	for _, c := range s.Calls() {
		count[c.Action]++
	}
	for action, n := range count {
		most := 1
		switch action {
		case "DescribeNetworkInterfaces": // three pages, and the first of a partition beside the third
			most = 3 + 1
		case "DescribeSecurityGroupRules": // one page, then partitions of up to 200 groups
			most = 1 + 5
		}
		if n > most {
			t.Errorf("%s: %d calls, want at most %d", action, n, most)
		}
	}
}

// Fifty regions of which one hangs, one is denied by policy and one drops
// connections in the middle of a page: the others are audited, the three are
// named, and the run takes no longer than the hanging one may.
func TestFiftyRegions(t *testing.T) {
	inv := estates.Ordinary(estates.Scale{Regions: 50, Groups: 3, Interfaces: 3, Rules: 2})
	names := []string{inv.Regions[7].Name, inv.Regions[20].Name, inv.Regions[33].Name}
	s := serve(t, inv, endpoint.Options{Faults: []endpoint.Fault{
		{Region: names[0], Hang: true}, {Region: names[1], DeniedByPolicy: true}, {Region: names[2], Action: "DescribeNetworkInterfaces", Drop: true},
	}})
	const deadline = 3 * time.Second
	begin := time.Now()
	got := collect(t, s, Options{Depth: inventory.DepthGroups, RegionDeadline: deadline})
	if took := time.Since(begin); took > 2*deadline {
		t.Errorf("the run took %v", took)
	}
	status := map[string]string{}
	for _, r := range got.Regions {
		if s := r.Status(); s != "complete" {
			status[r.Name] = s + " " + string(r.Gaps[0].Kind)
		}
	}
	want := map[string]string{names[0]: "failed unreachable", names[1]: "failed denied-by-policy", names[2]: "partial unreachable"}
	if diff := cmp.Diff(want, status); diff != "" {
		t.Error(diff)
	}
	if got.Complete() {
		t.Error("the run counts as complete")
	}
}

// What no list reads never counts as read.
func TestPartsWithoutAList(t *testing.T) {
	r := collect(t, serve(t, notation.MustParse(small).Inventory, endpoint.Options{}), Options{Depth: inventory.DepthServices}).Regions[0]
	for _, part := range r.Asked.Each() {
		listed := slices.ContainsFunc(lists, func(l sweep) bool { return l.part == part })
		gap := slices.ContainsFunc(r.Gaps, func(g inventory.Gap) bool { return g.Part == part })
		if listed != r.Read.Has(part) || listed == gap {
			t.Errorf("%s: a list: %v, read: %v, a gap: %v", part, listed, r.Read.Has(part), gap)
		}
	}
}

func TestRegionsAskedFor(t *testing.T) {
	inv := estates.Ordinary(estates.Scale{Regions: 4, Groups: 3, Interfaces: 3, Rules: 2})
	s := serve(t, inv, endpoint.Options{})
	got := collect(t, s, Options{Regions: []string{"us-east-2", "us-east-1", "mars-1"}, ExcludeRegions: []string{"us-east-2"}, Depth: inventory.DepthGroups})
	var status []string
	for _, r := range got.Regions {
		status = append(status, r.Name+" "+r.Status())
	}
	if diff := cmp.Diff([]string{"mars-1 failed", "us-east-1 complete", "us-east-2 skipped"}, status); diff != "" {
		t.Error(diff)
	}
}

// Interrupted, a run gives what it has, and says what it has not.
func TestInterrupt(t *testing.T) {
	inv := estates.Ordinary(estates.Scale{Regions: 3, Groups: 3, Interfaces: 3, Rules: 2})
	s := serve(t, inv, endpoint.Options{Faults: []endpoint.Fault{{Region: inv.Regions[1].Name, Hang: true}}})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan string, 100)
	c, err := Connect(ctx, Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthGroups, Progress: func(p Progress) {
		if p.State == "done" {
			done <- p.Region
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		<-done
		<-done
		cancel()
	}()
	got, err := c.Collect(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"complete", "failed", "complete"} {
		if s := got.Regions[i].Status(); s != want {
			t.Errorf("%s is %s, want %s", got.Regions[i].Name, s, want)
		}
	}
	if g := got.Regions[1].Gaps[0]; !strings.Contains(g.Message, "interrupted") {
		t.Errorf("the gap says %q", g.Message)
	}
}

// TestTries repeats what AWS calls its own failure as often as throttling, and
// gives up soon where an endpoint only breaks, as emulators do over calls that
// they do not know.
func TestTries(t *testing.T) {
	const action = "DescribeVpcs"
	for name, tc := range map[string]struct {
		fault endpoint.Fault
		tries int
	}{
		"a bare 500":      {endpoint.Fault{Action: action, ServerError: true}, triesWithoutCode},
		"a 500 of AWS":    {endpoint.Fault{Action: action, Code: "InternalError", Status: 500}, maxAttempts},
		"throttling":      {endpoint.Fault{Action: action, Throttle: true}, maxAttempts},
		"a proxy's 502":   {endpoint.Fault{Action: action, Code: "", Status: 502}, maxAttempts},
		"denied by IAM":   {endpoint.Fault{Action: action, Denied: true}, 1},
		"not known there": {endpoint.Fault{Action: action, UnknownAction: true}, 1},
	} {
		for _, counting := range []string{"false", "true"} { // two ways of the SDK
			t.Run(name+", "+counting, func(t *testing.T) {
				t.Setenv("AWS_NEW_RETRIES_2026", counting)
				s := serve(t, notation.MustParse(small).Inventory, endpoint.Options{Faults: []endpoint.Fault{tc.fault}})
				collect(t, s, Options{Depth: inventory.DepthNetwork})
				tries := 0
				for _, c := range s.Calls() {
					if c.Action == action {
						tries++
					}
				}
				if tries != tc.tries {
					t.Errorf("%d tries, want %d", tries, tc.tries)
				}
			})
		}
	}
}

// TestNoRegionLeft says so where everything is excluded, whether the enabled
// regions are known or not.
func TestNoRegionLeft(t *testing.T) {
	for _, denied := range []bool{false, true} {
		var faults []endpoint.Fault
		if denied {
			faults = append(faults, endpoint.Fault{Action: "DescribeRegions", Denied: true})
		}
		s := serve(t, notation.MustParse(small).Inventory, endpoint.Options{Faults: faults})
		c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, ExcludeRegions: alwaysEnabled["aws"]})
		if err != nil {
			t.Fatal(err)
		}
		inv, err := c.Collect(context.Background())
		var setup *SetupError
		if !errors.As(err, &setup) || setup.Message != "--exclude-region leaves no region to read" {
			t.Errorf("denied %v: %v, %v", denied, inv, err)
		}
	}
}

// A load balancer that is deleted between the two calls is dropped: it has no
// listeners that could be read, and none must be concluded.
func TestListenersOfADeletedLoadBalancer(t *testing.T) {
	want := notation.MustParse(small + `
load-balancer application gone internet-facing sg-1 arn arn:gone listen tcp/80
load-balancer classic old internal sg-2 listen tcp/22
`).Inventory
	s := serve(t, want, endpoint.Options{Faults: []endpoint.Fault{{Action: "DescribeListeners", Code: "LoadBalancerNotFound"}}})
	got := collect(t, s, Options{Depth: inventory.DepthServices}).Regions[0]
	if got.Status() != "complete" || len(got.LoadBalancers) != 1 || got.LoadBalancers[0].Name != "old" || len(got.Listeners) != 1 {
		t.Errorf("%s: %+v, %+v, gaps %+v", got.Status(), got.LoadBalancers, got.Listeners, got.Gaps)
	}
}

func TestListenerProtocols(t *testing.T) {
	both := []inventory.Protocol{inventory.TCP, inventory.UDP}
	for word, want := range map[string][]inventory.Protocol{
		"HTTP": both[:1], "HTTPS": both[:1], "TCP": both[:1], "TLS": both[:1], "SSL": both[:1], "ssl": both[:1],
		"UDP": both[1:], "QUIC": both[1:], "TCP_UDP": both, "TCP_QUIC": both, "SCTP": both,
	} {
		if got := listenerProtocols(word); !slices.Equal(got, want) {
			t.Errorf("a listener for %s takes %v", word, got)
		}
	}
}

// TestOddRegions makes a gap of a region without a name of a region, and reads
// the regions that every account has where none is named at all.
func TestOddRegions(t *testing.T) {
	estate := estates.Ordinary(estates.Scale{Regions: 3, Groups: 1, Interfaces: 1, Rules: 1})
	estate.Regions[1].Name = "us-east-1.example.com/"
	inv := collect(t, serve(t, estate, endpoint.Options{}), Options{Depth: inventory.DepthGroups})
	if len(inv.Regions) != 2 || inv.Complete() || len(inv.Regions[0].Gaps) != 1 || inv.Regions[0].Gaps[0].Message != `"us-east-1.example.com/" is not the name of a region: it was not read` {
		t.Errorf("%d regions, gaps %+v", len(inv.Regions), inv.Regions[0].Gaps)
	}
	none := *estate
	none.Regions = nil
	inv = collect(t, serve(t, &none, endpoint.Options{}), Options{Depth: inventory.DepthGroups})
	if len(inv.Regions) != len(alwaysEnabled["aws"]) || inv.Complete() {
		t.Errorf("%d regions, complete: %v", len(inv.Regions), inv.Complete())
	}
}

package usage_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/usage"
)

// simulation is a made-up account in which somebody knows which rule allowed each
// connection.
type simulation struct {
	random *rand.Rand
	region *inventory.Region
	inv    *inventory.Inventory
	hosts  map[string]*inventory.Interface // by address
	log    bytes.Buffer
	flags  bool
	truth  map[ruleKey]*known
	events []event
}

type ruleKey struct{ group, rule string }

// known is what really became of a rule.
type known struct{ exclusive, shared, answered bool }

// event is a packet that opens a connection, on one interface.
type event struct {
	e         *inventory.Interface
	direction inventory.Direction
	traffic   inventory.Traffic
	remote    netip.Addr
	allowedBy []ruleKey
}

func simulate(seed uint64, flags bool) *simulation {
	s := &simulation{random: rand.New(rand.NewPCG(seed, 5)), flags: flags, hosts: map[string]*inventory.Interface{}, truth: map[ruleKey]*known{}}
	r := s.random
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	groups := 3 + r.IntN(5)
	group := func() string { return fmt.Sprintf("sg-%d", r.IntN(groups)) }
	b.WriteString("pl-1 some 10.0.0.0/28 9.9.9.0/24\nrtb-1 vpc vpc-1 main\n route 10.0.0.0/16 local\n")
	for g := range groups {
		fmt.Fprintf(&b, "sg-%d group%d vpc vpc-1\n", g, g)
		for range r.IntN(6) {
			traffic := pick("tcp/22", "tcp/443", "tcp/5432", "tcp/8000-9000", "tcp/50000-51000", "tcp/all", "udp/123", "udp/500-600", "all")
			peer := pick("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/28", "10.0.0.16/28", "9.9.9.0/24", "9.9.9.9/32", "10.0.0.5/32", "pl-1", "::/0", "2001:db8::/64", group(), group(), group())
			fmt.Fprintf(&b, " %s %s %s\n", pick("in", "in", "in", "out", "out"), traffic, peer)
		}
	}
	for e := range 3 + r.IntN(6) {
		list := map[string]bool{}
		for range 1 + r.IntN(3) {
			list[group()] = true
		}
		var of []string
		for g := range list {
			of = append(of, g)
		}
		second := ""
		if r.IntN(3) == 0 {
			second = fmt.Sprintf(" 10.0.1.%d", 10+e)
		}
		if seed%3 > 0 { // no other group than one of IPv4 alone stands for an IPv4 address
			second += fmt.Sprintf(" 2001:db8::%x", e+1)
		}
		fmt.Fprintf(&b, "eni-%02x %s 10.0.0.%d%s vpc vpc-1 subnet subnet-1\n", e, strings.Join(of, ","), 4+e*3, second)
	}
	b.WriteString("fl-1 vpc-1 ALL\n")
	s.inv = account(b.String())
	s.inv.Normalize()
	s.region = s.inv.Regions[0]
	for i := range s.region.Interfaces {
		e := &s.region.Interfaces[i]
		for _, a := range e.Addresses {
			s.hosts[a.Private.String()] = e
		}
	}
	s.log.WriteString("account-id interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end log-status pkt-srcaddr pkt-dstaddr\n")
	for h := range 48 {
		for i := range s.region.Interfaces {
			fmt.Fprintf(&s.log, "123456789012 %s - - - - - - - - - - %d %d NODATA - -\n", s.region.Interfaces[i].ID, begin+h*3600, begin+h*3600+3600)
		}
	}
	for range 10 + r.IntN(60) {
		s.connect()
	}
	return s
}

// connect lets one host try to connect to another.
func (s *simulation) connect() {
	r := s.random
	var addresses []string
	for i := range s.region.Interfaces {
		for _, a := range s.region.Interfaces[i].Addresses {
			addresses = append(addresses, a.Private.String())
		}
	}
	outside := []string{"9.9.9.9", "9.9.9.77", "8.8.8.8", "10.0.0.200", "10.7.7.7", "2001:db8::99", "2001:db9::1"}
	from, to := addresses[r.IntN(len(addresses))], addresses[r.IntN(len(addresses))]
	switch r.IntN(3) {
	case 0:
		from = outside[r.IntN(len(outside))]
	case 1:
		to = outside[r.IntN(len(outside))]
	}
	a, b := netip.MustParseAddr(from), netip.MustParseAddr(to)
	if a.Is4() != b.Is4() || s.hosts[from] == s.hosts[to] {
		return
	}
	protocol, port := inventory.TCP, []int32{22, 443, 5432, 8080, 8500, 50051, 3000}[r.IntN(7)]
	if r.IntN(4) == 0 {
		protocol, port = inventory.UDP, []int32{123, 514, 500}[r.IntN(3)]
	}
	traffic := inventory.Ports(protocol, port, port)
	client := 32768 + r.Int32N(28000)
	if r.IntN(4) == 0 {
		client = 1024 + r.Int32N(30000) // a NAT gateway's choice
	}
	at := begin + r.IntN(47*3600)
	src, dst := s.hosts[from], s.hosts[to]
	answered := r.IntN(5) > 0
	out, in := true, true
	var outRules, inRules []ruleKey
	if src != nil {
		outRules = s.allow(src, inventory.Egress, traffic, b)
		out = len(outRules) > 0
	}
	if dst != nil {
		inRules = s.allow(dst, inventory.Ingress, traffic, a)
		in = len(inRules) > 0
	}
	works := out && in && answered
	if src != nil {
		s.record(src, inventory.Egress, a, b, client, port, protocol, out, works, at)
		s.know(src, inventory.Egress, traffic, b, outRules, works)
	}
	if dst != nil && out {
		s.record(dst, inventory.Ingress, a, b, client, port, protocol, in, works, at)
		s.know(dst, inventory.Ingress, traffic, a, inRules, works)
	}
}

// record writes what an interface records of a connection: srcaddr and dstaddr show
// its primary address.
func (s *simulation) record(e *inventory.Interface, d inventory.Direction, a, b netip.Addr, client, port int32, p inventory.Protocol, accepted, answered bool, at int) {
	opening, answer, action, packets := "2", "18", "ACCEPT", 6 // a SYN that is sent again
	if answered {
		opening, answer, packets = "3", "19", 12
	}
	if !s.flags || p != inventory.TCP {
		opening, answer = "-", "-"
	}
	if !accepted {
		action = "REJECT"
	}
	primary := func(x netip.Addr) netip.Addr {
		if s.hosts[x.String()] == e && x.Is4() {
			return e.Addresses[0].Private
		}
		return x
	}
	other := inventory.Egress
	if d == inventory.Egress {
		other = inventory.Ingress
	}
	fmt.Fprintf(&s.log, "123456789012 %s %s %s %s %d %d %d %s %s %d 900 %d %d OK %s %s\n", e.ID, d, primary(a), primary(b), client, port, p, opening, action, packets, at, at+50, a, b)
	refused := accepted && !answered && s.flags && p == inventory.TCP && at%2 == 0 // a closed port
	if refused {
		answer, packets = []string{"20", "4"}[at/2%2], 1
	}
	if accepted && answered || refused {
		fmt.Fprintf(&s.log, "123456789012 %s %s %s %s %d %d %d %s ACCEPT %d 900 %d %d OK %s %s\n", e.ID, other, primary(b), primary(a), port, client, p, answer, packets, at, at+50, b, a)
	}
}

// allow returns the rules of an interface that allow a packet, looking at each alone.
func (s *simulation) allow(e *inventory.Interface, d inventory.Direction, t inventory.Traffic, remote netip.Addr) []ruleKey {
	var found []ruleKey
	for i := range s.region.Groups {
		g := &s.region.Groups[i]
		if !e.HasGroup(g.ID) {
			continue
		}
		for k := range g.Rules {
			if r := &g.Rules[k]; s.allows(r, d, t, remote) {
				found = append(found, ruleKey{g.ID, r.String()})
			}
		}
	}
	return found
}

func (s *simulation) allows(r *inventory.Rule, d inventory.Direction, t inventory.Traffic, remote netip.Addr) bool {
	if r.Direction != d {
		return false
	}
	if r.Traffic.Protocol != inventory.AllProtocols && (r.Traffic.Protocol != t.Protocol || t.First < r.Traffic.First || t.First > r.Traffic.Last) {
		return false
	}
	switch {
	case r.Peer.Group != nil:
		host := s.hosts[remote.String()]
		return host != nil && host.HasGroup(r.Peer.Group.ID)
	case r.Peer.List != "":
		return netip.MustParsePrefix("10.0.0.0/28").Contains(remote) || netip.MustParsePrefix("9.9.9.0/24").Contains(remote)
	}
	return r.Peer.Prefix.Contains(remote)
}

func (s *simulation) know(e *inventory.Interface, d inventory.Direction, t inventory.Traffic, remote netip.Addr, rules []ruleKey, answered bool) {
	for _, key := range rules {
		k := s.truth[key]
		if k == nil {
			k = &known{}
			s.truth[key] = k
		}
		k.exclusive = k.exclusive || len(rules) == 1
		k.shared = k.shared || len(rules) > 1
		k.answered = k.answered || answered
	}
	s.events = append(s.events, event{e, d, t, remote, rules})
}

// want is the verdict that a rule must get.
func (s *simulation) want(g *inventory.Group, r *inventory.Rule) usage.Verdict {
	k := s.truth[ruleKey{g.ID, r.String()}]
	switch {
	case k != nil && !k.answered:
		return usage.Unanswered
	case k != nil && k.exclusive:
		return usage.Used
	case k != nil:
		return usage.SharedOnly
	}
	attached := false
	for i := range s.region.Interfaces {
		attached = attached || s.region.Interfaces[i].HasGroup(g.ID)
	}
	dns := r.Direction == inventory.Egress && r.Peer.Prefix.IsValid() && r.Peer.Prefix.Contains(netip.MustParseAddr("10.0.0.2")) &&
		(r.Traffic.Protocol == inventory.AllProtocols || r.Traffic.First <= 53 && r.Traffic.Last >= 53)
	if !attached || dns {
		return usage.NotKnown
	}
	return usage.Unused
}

// summary reads the records.
func (s *simulation) summary(t *testing.T) *flows.Summary {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.log")
	if err := os.WriteFile(path, s.log.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sum, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Unix(begin, 0).AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	if len(sum.Notes) > 0 {
		t.Fatal(sum.Notes)
	}
	return sum
}

func (s *simulation) judge(t *testing.T) *usage.Report {
	t.Helper()
	sum := s.summary(t)
	solver := remedy.NewSolver(s.region, reach.New(s.region))
	return usage.Judge(s.inv, sum, usage.Options{MaxSources: 1 + s.random.IntN(10), References: func(_ *inventory.Region, vpc string, a netip.Addr) []string {
		return solver.Replace(vpc, netip.PrefixFrom(a, a.BitLen())).Groups
	}})
}

// cuts returns a connection that a rule allowed and its narrower rules would not.
func (s *simulation) cuts(u *usage.Rule) string {
	key := ruleKey{u.Group.ID, u.Rule.String()}
	for _, e := range s.events {
		was, is := false, false
		for _, k := range e.allowedBy {
			was = was || k == key
		}
		for i := range u.Narrow.Rules {
			is = is || s.allows(&u.Narrow.Rules[i], e.direction, e.traffic, e.remote)
		}
		if was && !is {
			return fmt.Sprintf("%s %s with %s", e.direction, e.traffic, e.remote)
		}
	}
	return ""
}

// Every verdict is what really was, and no proposal cuts a connection: records with
// TCP flags leave no doubt.
func TestVerdictsAreExact(t *testing.T) {
	seen, proposals := map[usage.Verdict]int{}, 0
	for seed := range uint64(400) {
		s := simulate(seed, true)
		r := s.judge(t)
		for i := range r.Rules {
			u := &r.Rules[i]
			want := s.want(u.Group, u.Rule)
			seen[want]++
			if u.Verdict != want || u.Unsure {
				t.Fatalf("seed %d: %s is %s (unsure: %v, %v), and really %s", seed, u, u.Verdict, u.Unsure, u.Reasons, want)
			}
			if u.Narrow != nil {
				proposals++
				if cut := s.cuts(u); cut != "" {
					t.Fatalf("seed %d: narrower rules %v for %s cut %s", seed, u.Narrow.Rules, u, cut)
				}
			}
		}
	}
	for _, v := range []usage.Verdict{usage.Used, usage.SharedOnly, usage.Unanswered, usage.Unused, usage.NotKnown} {
		if seen[v] < 50 {
			t.Errorf("%d rules are %s: the test shows too little", seen[v], v)
		}
	}
	if proposals < 100 {
		t.Errorf("%d proposals: the test shows too little", proposals)
	}
}

// Without TCP flags no rule that is used is said to be unused, and the other
// differences are few. docs/usage.md gives their share.
func TestVerdictsWithoutFlags(t *testing.T) {
	var all, wrong, narrow, cut int
	kinds := map[string]int{}
	for seed := range uint64(400) {
		s := simulate(seed, false)
		r := s.judge(t)
		for i := range r.Rules {
			u := &r.Rules[i]
			want := s.want(u.Group, u.Rule)
			all++
			if u.Verdict != want {
				wrong++
				kinds[fmt.Sprintf("%s instead of %s, unsure %v", u.Verdict, want, u.Unsure)]++
			}
			if u.Verdict == usage.Unused && want != usage.Unused {
				t.Errorf("seed %d: %s is unused, and really %s", seed, u, want)
			}
			if u.Narrow != nil {
				narrow++
				if s.cuts(u) != "" {
					cut++
				}
			}
		}
	}
	t.Logf("%d of %d verdicts differ: %v; %d of %d proposals cut a connection", wrong, all, kinds, cut, narrow)
	if wrong*100 > 2*all || cut > 0 {
		t.Errorf("%d of %d verdicts differ: %v", wrong, all, kinds)
	}
}

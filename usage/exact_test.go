package usage_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
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
	seed   uint64
	region *inventory.Region
	inv    *inventory.Inventory
	hosts  map[string]*inventory.Interface // by address
	gone   map[string][]string             // groups of interfaces that are not in the inventory, by address
	log    bytes.Buffer
	flags  bool
	truth  map[ruleKey]*known
	doubts map[ruleKey]bool // references that allow traffic of an address of the VPC that no interface has today
	byGone map[ruleKey]bool // what really allowed traffic of a member that is gone
	cloudy map[ruleKey]bool // rules of which flow logs do not show for certain whether they allowed something
	events []event
	left   int // attempts that proposals left out
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
	byGone    []ruleKey // references that allowed it to a member that is gone
	answered  bool
}

// lowClients is the first seed of accounts with clients that have ports below 1024.
const lowClients = 1000

func simulate(seed uint64, flags bool) *simulation {
	s := &simulation{seed: seed, random: rand.New(rand.NewPCG(seed, 5)), flags: flags, hosts: map[string]*inventory.Interface{}, truth: map[ruleKey]*known{}, gone: map[string][]string{}, doubts: map[ruleKey]bool{}, byGone: map[ruleKey]bool{}, cloudy: map[ruleKey]bool{}}
	r := s.random
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	var b strings.Builder
	groups := 3 + r.IntN(5)
	group := func() string { return fmt.Sprintf("sg-%d", r.IntN(groups)) }
	b.WriteString("pl-1 some 10.0.0.0/28 9.9.9.0/24\npl-2 partners unresolved owner 999999999999\nrtb-1 vpc vpc-1 main\n route 10.0.0.0/16 local\n")
	for g := range groups {
		fmt.Fprintf(&b, "sg-%d group%d vpc vpc-1\n", g, g)
		for range r.IntN(6) {
			traffic := pick("tcp/22", "tcp/443", "tcp/5432", "tcp/8000-9000", "tcp/50000-51000", "tcp/all", "udp/123", "udp/500-600", "all")
			peer := pick("0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/28", "10.0.0.16/28", "9.9.9.0/24", "9.9.9.9/32", "10.0.0.5/32", "pl-1", "::/0", "2001:db8::/64", group(), group(), group())
			if seed%4 == 3 { // ICMP, and sources that were not read
				traffic = pick(traffic, traffic, "icmp/8/0", "icmp/3/4", "icmp/all")
				peer = pick(peer, peer, peer, "pl-2")
			}
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
	if seed%2 == 0 {
		s.gone["10.0.0.200"], s.gone["10.0.0.201"] = []string{group()}, []string{group(), group()}
	}
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
			for _, after := range []int{0, 3000} {
				fmt.Fprintf(&s.log, "123456789012 %s - - - - - - - - - - %d %d NODATA - -\n", s.region.Interfaces[i].ID, begin+h*3600+after, begin+h*3600+after+600)
			}
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
	outside := []string{"9.9.9.9", "9.9.9.9", "9.9.9.77", "9.9.9.77", "8.8.8.8", "8.8.8.8", "10.0.0.200", "10.0.0.201", "10.7.7.7", "2001:db8::99", "2001:db9::1"}
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
	if a.Is4() && s.seed%4 == 3 && r.IntN(4) == 0 {
		protocol, traffic = inventory.ICMP, inventory.Traffic{Protocol: inventory.ICMP, First: []int32{8, 3}[r.IntN(2)]}
		if traffic.First == 3 {
			traffic.Last = 4
		}
	}
	client := 32768 + r.Int32N(28000)
	if r.IntN(4) == 0 {
		client = 1024 + r.Int32N(30000) // a NAT gateway's choice
	}
	if s.seed >= lowClients && r.IntN(2) == 0 {
		client = 512 + r.Int32N(512) // of a client with a privilege
	}
	at := begin + r.IntN(47*3600)
	src, dst := s.hosts[from], s.hosts[to]
	answered := r.IntN(5) > 0
	out, in := true, true
	var outRules, inRules, outGone, inGone []ruleKey
	if src != nil {
		outRules, outGone = s.allow(src, inventory.Egress, traffic, b)
		out = len(outRules)+len(outGone) > 0
	}
	if dst != nil {
		inRules, inGone = s.allow(dst, inventory.Ingress, traffic, a)
		in = len(inRules)+len(inGone) > 0
	}
	works := out && in && answered
	if src != nil {
		s.record(src, inventory.Egress, a, b, client, port, protocol, out, works, at)
		s.know(src, inventory.Egress, traffic, b, outRules, outGone, works)
	}
	if dst != nil && out {
		s.record(dst, inventory.Ingress, a, b, client, port, protocol, in, works, at)
		s.know(dst, inventory.Ingress, traffic, a, inRules, inGone, works)
	}
}

// record writes what an interface records of a connection: srcaddr and dstaddr show
// its primary address.
func (s *simulation) record(e *inventory.Interface, d inventory.Direction, a, b netip.Addr, client, port int32, p inventory.Protocol, accepted, answered bool, at int) {
	opening, answer, action, packets := "2", "18", "ACCEPT", 6 // a SYN that is sent again
	if answered {
		opening, answer, packets = "3", "19", 12
	}
	if p == inventory.ICMP {
		client, port = 0, 0
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

// allow returns the rules of an interface that allow a packet, looking at each alone, and
// those that allow it because the remote address is that of a member that is gone.
func (s *simulation) allow(e *inventory.Interface, d inventory.Direction, t inventory.Traffic, remote netip.Addr) (found, byGone []ruleKey) {
	for i := range s.region.Groups {
		g := &s.region.Groups[i]
		if !e.HasGroup(g.ID) {
			continue
		}
		for k := range g.Rules {
			r := &g.Rules[k]
			switch {
			case s.allows(r, d, t, remote):
				found = append(found, ruleKey{g.ID, r.String()})
			case r.Peer.Group != nil && slices.Contains(s.gone[remote.String()], r.Peer.Group.ID) && holdsTraffic(r, d, t):
				byGone = append(byGone, ruleKey{g.ID, r.String()})
			}
		}
	}
	return found, byGone
}

// holdsTraffic reports whether a rule is for the traffic of a packet, whatever its peer.
func holdsTraffic(r *inventory.Rule, d inventory.Direction, t inventory.Traffic) bool {
	if t.Protocol == inventory.ICMP && r.Traffic.Protocol == inventory.ICMP {
		return r.Direction == d && (r.Traffic.First == inventory.Any || r.Traffic.First == t.First)
	}
	return r.Direction == d && (r.Traffic.Protocol == inventory.AllProtocols || r.Traffic.Protocol == t.Protocol && t.First >= r.Traffic.First && t.First <= r.Traffic.Last)
}

func (s *simulation) allows(r *inventory.Rule, d inventory.Direction, t inventory.Traffic, remote netip.Addr) bool {
	if !holdsTraffic(r, d, t) {
		return false
	}
	switch {
	case r.Peer.Group != nil:
		host := s.hosts[remote.String()]
		return host != nil && host.HasGroup(r.Peer.Group.ID)
	case r.Peer.List == "pl-2":
		return remote.String() == "9.9.9.9" || remote.String() == "10.0.0.10"
	case r.Peer.List != "":
		return netip.MustParsePrefix("10.0.0.0/28").Contains(remote) || netip.MustParsePrefix("9.9.9.0/24").Contains(remote)
	}
	return r.Peer.Prefix.Contains(remote)
}

func (s *simulation) know(e *inventory.Interface, d inventory.Direction, t inventory.Traffic, remote netip.Addr, rules, byGone []ruleKey, answered bool) {
	for i := range s.region.Groups {
		g := &s.region.Groups[i]
		for k := range g.Rules {
			r := &g.Rules[k]
			if accepted := len(rules)+len(byGone) > 0; accepted && e.HasGroup(g.ID) {
				s.cloud(e, g, r, d, t)
			}
			if free := strings.HasPrefix(remote.String(), "10.0.0.20"); free && len(rules)+len(byGone) > 0 && e.HasGroup(g.ID) && r.Peer.Group != nil && holdsTraffic(r, d, t) {
				s.doubts[ruleKey{g.ID, r.String()}] = true
			}
		}
	}
	for _, key := range byGone {
		s.byGone[key] = true
	}
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
	s.events = append(s.events, event{e, d, t, remote, rules, byGone, answered})
}

// cloud marks a rule that may have allowed a packet that was accepted, where flow logs do not
// show for certain whether it did, and those beside it.
func (s *simulation) cloud(e *inventory.Interface, g *inventory.Group, r *inventory.Rule, d inventory.Direction, t inventory.Traffic) {
	key := ruleKey{g.ID, r.String()}
	switch {
	case t.Protocol == inventory.ICMP && (r.Traffic.Protocol == inventory.ICMP || r.Traffic.Protocol == inventory.AllProtocols):
		s.cloudy[key] = true
	case holdsTraffic(r, d, t) && s.unread(e, d, t):
		s.cloudy[key] = true
	}
}

// unread reports whether a rule of an interface for a prefix list that was not read may allow
// a packet, beside those that do for certain.
func (s *simulation) unread(e *inventory.Interface, d inventory.Direction, t inventory.Traffic) bool {
	return slices.ContainsFunc(s.region.Groups, func(g inventory.Group) bool {
		return e.HasGroup(g.ID) && slices.ContainsFunc(g.Rules, func(r inventory.Rule) bool { return r.Peer.List == "pl-2" && holdsTraffic(&r, d, t) })
	})
}

// obscure reports what is wrong with the verdict of a rule that flow logs do not show for
// certain: it is not unused if it was used, and used for certain only if it was.
func (s *simulation) obscure(u *usage.Rule, want usage.Verdict) string {
	used := want != usage.Unused && want != usage.NotKnown
	switch {
	case u.Verdict == usage.Unused && (used || want == usage.NotKnown):
		return "unused"
	case u.Verdict == usage.NotKnown && used:
		return "not known, although records show that it may have been used"
	case !used && !u.Unsure && u.Verdict != usage.Unused && u.Verdict != usage.NotKnown:
		return "used for certain"
	}
	return ""
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
	if !attached || s.unrecorded(r) || s.doubts[ruleKey{g.ID, r.String()}] {
		return usage.NotKnown
	}
	return usage.Unused
}

// unrecorded reports whether an outbound rule allows traffic to services of AWS to which flow
// logs record nothing; the prefix list that was not read may hold all of their addresses.
func (s *simulation) unrecorded(r *inventory.Rule) bool {
	for _, service := range []struct {
		address string
		traffic inventory.Traffic
	}{
		{"10.0.0.2", inventory.Ports(inventory.UDP, 53, 53)},
		{"10.0.0.2", inventory.Ports(inventory.TCP, 53, 53)},
		{"fd00:ec2::253", inventory.Ports(inventory.UDP, 53, 53)},
		{"fd00:ec2::253", inventory.Ports(inventory.TCP, 53, 53)},
		{"169.254.169.254", inventory.Ports(inventory.TCP, 80, 80)},
		{"fd00:ec2::254", inventory.Ports(inventory.TCP, 80, 80)},
		{"169.254.169.123", inventory.Ports(inventory.UDP, 123, 123)},
		{"fd00:ec2::123", inventory.Ports(inventory.UDP, 123, 123)},
		{"169.254.169.250", inventory.Ports(inventory.TCP, 1688, 1688)},
		{"fd00:ec2::250", inventory.Ports(inventory.TCP, 1688, 1688)},
	} {
		a := netip.MustParseAddr(service.address)
		to := r.Peer.List == "pl-2" || r.Peer.List == "pl-1" && netip.MustParsePrefix("10.0.0.0/28").Contains(a) || r.Peer.Prefix.IsValid() && r.Peer.Prefix.Contains(a)
		if r.Direction == inventory.Egress && to && holdsTraffic(r, inventory.Egress, service.traffic) {
			return true
		}
	}
	return false
}

// summary reads the records.
func (s *simulation) summary(t *testing.T) *flows.Summary {
	t.Helper()
	path := filepath.Join(t.TempDir(), flowLog)
	if err := os.WriteFile(path, s.log.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	sum, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Unix(begin, 0).AddDate(1, 0, 0), RejectOnly: map[string]bool{"fl-1": false}})
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

// unanswered reports whether nothing from an address on the internet to a TCP port of an
// interface was ever answered, and the records show it.
func (s *simulation) unanswered(e *event) bool {
	if !s.flags || e.direction != inventory.Ingress || e.traffic.Protocol != inventory.TCP || s.hosts[e.remote.String()] != nil || e.remote.IsPrivate() {
		return false
	}
	return !slices.ContainsFunc(s.events, func(o event) bool {
		return o.answered && o.e == e.e && o.direction == e.direction && o.traffic == e.traffic && o.remote == e.remote
	})
}

// cuts returns a connection that a rule allowed and its narrower rules would not. Attempts
// from the internet that got no answer may be cut, if they are listed as left out.
func (s *simulation) cuts(u *usage.Rule) string {
	key := ruleKey{u.Group.ID, u.Rule.String()}
	leftOut := map[string]bool{}
	for _, n := range u.Narrow.LeftOut {
		for _, p := range n.Remotes {
			leftOut[fmt.Sprint(n.Traffic, p.Addr())] = true
		}
	}
	for i := range s.events {
		e := &s.events[i]
		was, is := false, false
		for _, k := range slices.Concat(e.allowedBy, e.byGone) {
			was = was || k == key
		}
		for i := range u.Narrow.Rules {
			is = is || s.allows(&u.Narrow.Rules[i], e.direction, e.traffic, e.remote)
		}
		listed := leftOut[fmt.Sprint(e.traffic, e.remote)]
		switch {
		case was && !is && !(listed && s.unanswered(e)):
			return fmt.Sprintf("%s %s with %s", e.direction, e.traffic, e.remote)
		case was && is && listed && s.unanswered(e):
			return fmt.Sprintf("nothing of %s %s with %s, which is said to be left out", e.direction, e.traffic, e.remote)
		case was && !is:
			s.left++
		}
	}
	return ""
}

// Every verdict is what really was, and no proposal cuts a connection: records with
// TCP flags leave no doubt.
func TestVerdictsAreExact(t *testing.T) {
	seen, proposals, left, gone, clouded := map[usage.Verdict]int{}, 0, 0, 0, 0
	for seed := range uint64(400) {
		s := simulate(seed, true)
		r := s.judge(t)
		for i := range r.Rules {
			u := &r.Rules[i]
			want := s.want(u.Group, u.Rule)
			seen[want]++
			key := ruleKey{u.Group.ID, u.Rule.String()}
			doubted := s.doubts[key]
			if s.byGone[key] && want == usage.NotKnown {
				gone++
			}
			if s.cloudy[key] {
				clouded++
				if wrong := s.obscure(u, want); wrong != "" {
					t.Fatalf("seed %d: %s is %s (%s, unsure: %v, %v), and really %s", seed, u, wrong, u.Verdict, u.Unsure, u.Reasons, want)
				}
			} else if unsure := doubted && (want == usage.SharedOnly || want == usage.Unanswered); u.Verdict != want || u.Unsure != unsure {
				t.Fatalf("seed %d: %s is %s (unsure: %v, %v), and really %s", seed, u, u.Verdict, u.Unsure, u.Reasons, want)
			}
			if u.Narrow != nil {
				proposals++
				if doubted {
					t.Fatalf("seed %d: narrower rules %v for %s, which a member of the group that is gone may have used", seed, u.Narrow.Rules, u)
				}
				if cut := s.cuts(u); cut != "" {
					t.Fatalf("seed %d: narrower rules %v for %s cut %s", seed, u.Narrow.Rules, u, cut)
				}
			}
		}
		left += s.left
	}
	for _, v := range []usage.Verdict{usage.Used, usage.SharedOnly, usage.Unanswered, usage.Unused, usage.NotKnown} {
		if seen[v] < 50 {
			t.Errorf("%d rules are %s: the test shows too little", seen[v], v)
		}
	}
	if proposals < 100 || left < 10 || gone < 20 || clouded < 100 {
		t.Errorf("%d proposals that leave out %d attempts, %d rules that only members that are gone used, %d that flow logs do not show for certain: the test shows too little", proposals, left, gone, clouded)
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
			cloudy := s.cloudy[ruleKey{u.Group.ID, u.Rule.String()}]
			if !cloudy {
				all++
			}
			if u.Verdict != want && !cloudy {
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

// No rule that is used is said to be unused where clients have ports below 1024 and no
// flags say who opened a connection, and no proposal cuts what such a client needs.
func TestVerdictsOfLowClientPorts(t *testing.T) {
	seen := map[usage.Verdict]int{}
	for seed := uint64(lowClients); seed < lowClients+200; seed++ {
		s := simulate(seed, false)
		r := s.judge(t)
		for i := range r.Rules {
			u := &r.Rules[i]
			seen[u.Verdict]++
			if want := s.want(u.Group, u.Rule); u.Verdict == usage.Unused && want != usage.Unused {
				t.Errorf("seed %d: %s is unused, and really %s", seed, u, want)
			}
			if u.Narrow == nil {
				continue
			}
			if cut := s.cuts(u); cut != "" {
				t.Errorf("seed %d: narrower rules %v for %s cut %s", seed, u.Narrow.Rules, u, cut)
			}
		}
	}
	if seen[usage.Used] < 50 || seen[usage.Unused] < 50 {
		t.Errorf("%v: the test shows too little", seen)
	}
	t.Log(seen)
}

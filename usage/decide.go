package usage

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// decide gives each rule its verdict.
func (j *judge) decide() {
	for _, s := range j.sites {
		for i := range s.region.Groups {
			for _, r := range s.rules[s.region.Groups[i].ID] {
				j.decideRule(s, r)
			}
		}
	}
}

func (j *judge) decideRule(s *site, r *Rule) {
	members := s.index.Members(r.Group.ID)
	for _, e := range members {
		r.Covered += j.covers[e].Covered
	}
	r.Hours = len(members) * j.report.Hours()
	r.Needed = needed(r.hits)
	remotes := map[netip.Prefix]bool{}
	for i := range r.hits {
		remotes[r.hits[i].remote] = true
	}
	r.Remotes = len(remotes)
	doubts := r.Reasons
	r.Reasons = nil
	switch {
	case r.Exclusive+r.Shared == 0:
		r.Verdict, r.Reasons = Unused, j.whyNotKnown(s, r, members, doubts)
		if len(r.Reasons) > 0 {
			r.Verdict = NotKnown
		}
	case !r.answered:
		r.Verdict = Unanswered
		if slices.ContainsFunc(r.hits, func(h hit) bool { return h.traffic.Protocol == inventory.UDP }) {
			r.Reasons = []string{noReply}
		}
	case r.Exclusive == 0:
		r.Verdict = SharedOnly
	default:
		r.Verdict = Used
	}
	if r.Verdict == Used || r.Verdict == SharedOnly || r.Verdict == Unanswered {
		r.Unsure = !r.sure
	}
	if r.Verdict == Used {
		j.propose(s, r, members)
	}
	r.hits, r.maybe = nil, nil
}

// noReply is why UDP traffic without a reply does not show whether a rule is needed.
const noReply = "no reply to its UDP packets was seen: scanners send such packets, and so do services that never reply, such as syslog and StatsD"

// propose gives a rule that is used the narrower rules that can take its place. It gives
// none where the records have holes: what was not recorded may need the rest of the rule.
// Neither does it where UDP packets from the internet got no reply: a rule for their
// sender alone would be for a scanner, and one without it might stop a service.
func (j *judge) propose(s *site, r *Rule, members []*inventory.Interface) {
	n := j.narrow(s, r)
	if n == nil {
		return
	}
	missing := j.missing(s, r, members)
	for i := range r.hits {
		if h := &r.hits[i]; h.traffic.Protocol == inventory.UDP && !h.answer && cidr.HoldsInternet(h.remote) {
			missing = append(missing, fmt.Sprintf("no reply to %s from %s on the internet was seen, which may be a scanner or a service that never replies", h.traffic, AddressText(h.remote)))
			break
		}
	}
	if len(missing) == 0 {
		r.Narrow = n
		return
	}
	missing[0] = "no narrower rules are proposed: " + missing[0]
	r.Reasons = missing
}

// whyNotKnown says why a rule that allowed nothing that was recorded may be used all
// the same. Nothing: it is not used.
func (j *judge) whyNotKnown(s *site, r *Rule, members []*inventory.Interface, doubts []string) []string {
	switch {
	case !s.region.Read.Has(inventory.PartInterfaces):
		return []string{"the network interfaces were not read"}
	case len(members) == 0:
		return []string{"the group is attached to no interface"}
	}
	reasons := append(doubts, j.missing(s, r, members)...)
	if reason := unrecorded(s, r); reason != "" {
		reasons = append(reasons, reason)
	}
	return reasons
}

// missing says which records of the members of a rule's group are missing, and names an
// interface that is gone on which the rule may have been used.
func (j *judge) missing(s *site, r *Rule, members []*inventory.Interface) []string {
	var reasons []string
	for _, e := range members {
		if of := j.covers[e].Reasons; len(of) > 0 {
			reasons = append(reasons, of[0])
		}
	}
	if n := len(reasons); n > maxReasons {
		reasons = append(reasons[:maxReasons:maxReasons], words.Count(n-maxReasons, "more interface")+" without all records")
	}
	if e := j.usedOnGone(s, r); e != "" {
		reasons = append(reasons, "interface "+e+" is not in the inventory (deleted, or newer than it), and had traffic that the rule allows")
	}
	if reason := throughEndpoint(s, r); reason != "" {
		reasons = append(reasons, reason)
	}
	return reasons
}

// maxReasons bounds the reasons that are given for one rule.
const maxReasons = 3

// What flow logs do not record (Amazon VPC user guide, flow log limitations).
var (
	linkLocal = netip.MustParsePrefix("169.254.0.0/16")
	localIPv6 = netip.MustParsePrefix("fd00:ec2::/32")
)

// unobservable says which traffic that a rule allows is never recorded, or nothing.
func unobservable(s *site, r *Rule) string {
	p := r.Rule.Peer.Prefix
	if r.Rule.Direction != inventory.Egress || !p.IsValid() {
		return ""
	}
	if linkLocal.Overlaps(p) && linkLocal.Bits() <= p.Bits() || localIPv6.Overlaps(p) && localIPv6.Bits() <= p.Bits() {
		return "flow logs do not record traffic to the instance metadata service, the Amazon Time Sync Service and the Amazon DNS server"
	}
	if !r.Rule.Traffic.Overlaps(inventory.Ports(inventory.UDP, 53, 53)) && !r.Rule.Traffic.Overlaps(inventory.Ports(inventory.TCP, 53, 53)) {
		return ""
	}
	vpc := s.index.VPC(r.Group.VPC)
	if vpc == nil {
		if cidrPrivate(p) {
			return noDNS
		}
		return ""
	}
	for _, block := range vpc.Prefixes {
		if block.Addr().Is4() && p.Contains(second(block.Addr())) {
			return noDNS
		}
	}
	return ""
}

const noDNS = "flow logs do not record queries to the Amazon DNS server of the VPC, which this rule may be for"

// second returns the address of the Amazon DNS server in a block of a VPC: its first
// one plus two (Amazon VPC user guide, Amazon DNS server).
func second(first netip.Addr) netip.Addr {
	b := first.As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+2)
	return netip.AddrFrom4(b)
}

// cidrPrivate reports whether a prefix may hold an address of a VPC.
func cidrPrivate(p netip.Prefix) bool { return p.Bits() == 0 || p.Addr().IsPrivate() }

// needed lists what a rule allowed, by traffic.
func needed(hits []hit) []Needed {
	seen := map[inventory.Traffic]map[netip.Prefix]Seen{}
	for i := range hits {
		h := &hits[i]
		if seen[h.traffic] == nil {
			seen[h.traffic] = map[netip.Prefix]Seen{}
		}
		s := seen[h.traffic][h.remote]
		seen[h.traffic][h.remote] = Seen{max(s.Last, h.last), s.Answered || h.answer, s.Flagged || h.answer && h.flagged}
	}
	var list []Needed
	for t, remotes := range seen {
		n := Needed{Traffic: t, Remotes: slices.SortedFunc(maps.Keys(remotes), comparePrefixes)}
		for _, p := range n.Remotes {
			s := remotes[p]
			n.Seen = append(n.Seen, s)
			n.Last = max(n.Last, s.Last)
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b Needed) int { return compareTraffic(a.Traffic, b.Traffic) })
	return list
}

func compareTraffic(a, b inventory.Traffic) int {
	return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.First, b.First), cmp.Compare(a.Last, b.Last))
}

func comparePrefixes(a, b netip.Prefix) int {
	return cmp.Or(cmp.Compare(a.Addr().BitLen(), b.Addr().BitLen()), a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

// String names the rule with its group.
func (r *Rule) String() string { return fmt.Sprintf("%s %s", r.Group.ID, r.Rule) }

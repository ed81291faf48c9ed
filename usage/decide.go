package usage

import (
	"cmp"
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
			if id := s.region.Groups[i].ID; j.homes[id] == s {
				for _, r := range s.rules[id] {
					j.decideRule(s, r)
				}
			}
		}
	}
	j.decideShared()
}

func (j *judge) decideRule(s *site, r *Rule) {
	members := s.interfaces(r.Group.ID)
	r.Attached = len(members)
	for _, e := range members {
		r.Covered += j.covers[e].Covered
	}
	r.Hours = len(members) * j.report.Hours()
	r.joined = s.joinedBlocks(r.Group.VPC)
	r.Needed = needed(r.hits)
	remotes := map[netip.Prefix]bool{}
	for i := range r.hits {
		remotes[r.hits[i].remote] = true
	}
	r.Remotes, r.Blocks = addressesOf(slices.Collect(maps.Keys(remotes)))
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
		r.Verdict, r.Reasons = SharedOnly, []string{r.sharedWith(s.index)}
	default:
		r.Verdict = Used
	}
	r.Unsure = r.unsure()
	switch r.Verdict {
	case Used:
		j.propose(s, r, members)
	case SharedOnly, Unanswered:
		if r.goneMember != "" {
			r.Unsure, r.Reasons = true, append(r.Reasons, r.goneMember)
		}
	}
	if r.Blocks > 0 {
		r.Reasons = append(r.Reasons, fmt.Sprintf("remote addresses that are blocks of several, which were too many to count one by one: %d of %d", r.Blocks, r.Remotes))
	}
	r.hits, r.maybe, r.sharing = nil, nil, nil
}

// addressesOf counts remote addresses, and those of them that are blocks of several: of a
// block one address at least was seen. What lies within another block is not counted again.
func addressesOf(list []netip.Prefix) (all, blocks int) {
	slices.SortFunc(list, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	var last netip.Prefix
	for _, p := range list {
		if cidr.Contains(last, p) {
			continue
		}
		last = p
		all++
		if !p.IsSingleIP() {
			blocks++
		}
	}
	return all, blocks
}

// unsure reports whether a verdict rests only on rows of which it is not certain who opened
// the connections, or which rule allowed them.
func (r *Rule) unsure() bool {
	switch r.Verdict {
	case Used:
		return !r.sureExclusive || !r.sureAnswered
	case SharedOnly:
		return !r.sureAnswered
	case Unanswered:
		return !r.sure
	}
	return false
}

// noReply is why UDP traffic without a reply does not show whether a rule is needed.
const noReply = "no reply to its UDP packets was seen: scanners send such packets, and so do services that never reply, such as syslog and StatsD"

// propose gives a rule that is used the narrower rules that can take its place. It gives
// none where the records have holes: what was not recorded may need the rest of the rule.
// Neither does it where UDP packets from the internet got no reply: a rule for their
// sender alone would be for a scanner, and one without it might stop a service.
func (j *judge) propose(s *site, r *Rule, members []*inventory.Interface) {
	n := j.narrow(s, r)
	unclear := unclearText(r.hits)
	only := !slices.ContainsFunc(r.hits, func(h hit) bool { return !h.either })
	if n == nil {
		if only {
			r.Reasons = []string{unclear}
		}
		return
	}
	missing := j.missing(s, r, members)
	if only {
		missing = slices.Insert(missing, 0, unclear)
	}
	for i := range r.hits {
		if h := &r.hits[i]; h.traffic.Protocol == inventory.UDP && !h.answer && s.internet(h.at.e.VPC, h.remote) {
			missing = append(missing, fmt.Sprintf("no reply to %s from %s on the internet was seen, which may be a scanner or a service that never replies", h.traffic, AddressText(h.remote)))
			break
		}
	}
	if len(missing) == 0 {
		r.Narrow = n
		if text := n.LeftOutText(); text != "" {
			r.Reasons = []string{text}
		}
		if unclear != "" {
			r.Reasons = append(r.Reasons, unclear+", and its narrower rule may not be needed")
		}
		r.Reasons = append(r.Reasons, j.repeated(s, r, members)...)
		return
	}
	missing[0] = "no narrower rules are proposed: " + missing[0]
	r.Reasons = missing
}

// unclearText says of which protocols without ports, such as ICMP, the rule allowed something
// in one direction or only the answers to the other one; empty: of none.
func unclearText(hits []hit) string {
	var of []string
	for i := range hits {
		if p := hits[i].traffic.Protocol.String(); hits[i].either && !slices.Contains(of, p) {
			of = append(of, p)
		}
	}
	if len(of) == 0 {
		return ""
	}
	slices.Sort(of)
	return "flow logs do not record which side began the " + words.Series(of) + " traffic, which may be answers, and answers need no rule"
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
	if reason := j.usedOnGone(s, r, "the rule"); reason != "" {
		reasons = append(reasons, reason)
	}
	if r.goneMember != "" {
		reasons = append(reasons, r.goneMember)
	}
	if reason := throughEndpoint(s, r); reason != "" {
		reasons = append(reasons, reason)
	}
	return reasons
}

// maxReasons bounds the reasons that are given for one rule.
const maxReasons = 3

// needed lists what a rule allowed, by traffic.
func needed(hits []hit) []Needed {
	seen := map[inventory.Traffic]map[netip.Prefix]Seen{}
	for i := range hits {
		h := &hits[i]
		if seen[h.traffic] == nil {
			seen[h.traffic] = map[netip.Prefix]Seen{}
		}
		s := seen[h.traffic][h.remote]
		seen[h.traffic][h.remote] = Seen{max(s.Last, h.last), s.Answered || h.answer, s.Flagged || h.answer && h.flagged, s.Opened || h.answer && !h.unclear}
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

package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// question is what decides over a rule's traffic from the internet: all rules and
// interfaces with the same question have the same answer.
type question struct {
	place    *network.Place
	balancer *network.LoadBalancer
	family   cidr.Family
	traffic  inventory.Traffic
	peer     inventory.Peer
}

// follow sends traffic from internet addresses, which are those of the question's
// peer, through the stages to a place.
func (n *Analyzer) follow(q question, from path.Addresses) *explain.Followed {
	f := n.followed[q]
	if f == nil {
		f = &explain.Followed{Outcome: path.Follow(q.place.FromInternet(q.balancer), path.Flows(q.traffic, q.family, from))}
		f.Share = f.From.Share(q.family)
		n.followed[q] = f
	}
	return f
}

// judge follows the rule's traffic to each candidate among the group's interfaces,
// and picks the one that the evidence is about: of the most open verdict, the one
// that is open to the largest share of the internet. What evidence alone needs is not
// in it yet.
func (n *Analyzer) judge(g *inventory.Group, r *inventory.Rule, sources network.Sources) *explain.Judgement {
	j := &explain.Judgement{
		Group: g, Rule: r, Sources: sources, Network: n.net(), Members: n.membersOf(g.ID),
		Total: len(n.Interfaces(g.ID)),
	}
	for _, c := range j.Members.Candidates {
		if sources[c.Family].None() {
			continue
		}
		q := question{c.Place, c.LoadBalancer, c.Family, r.Traffic, inventory.Peer{Prefix: r.Peer.Prefix, List: r.Peer.List}}
		a := explain.Judged{Candidate: c, Followed: n.follow(q, sources[c.Family])}
		a.Verdict = a.Outcome.Verdict
		if a.Verdict == path.Reachable && c.Scope == network.MaybeAdvertised {
			a.Verdict = path.Unknown
		}
		j.Judged = append(j.Judged, a)
	}
	for i := range j.Judged {
		a := &j.Judged[i]
		if a.Verdict == path.NotReachable {
			continue
		}
		if j.Best == nil || a.Verdict.Compare(j.Best.Verdict) > 0 || a.Verdict == j.Best.Verdict && a.Share > j.Best.Share {
			j.Best = a
		}
	}
	return j
}

// membersOf returns the members of the group, sorted into candidates.
func (n *Analyzer) membersOf(group string) *network.Members {
	m := n.members[group]
	if m == nil {
		m = n.net().Members(n.Interfaces(group))
		n.members[group] = m
	}
	return m
}

// distinct counts the interfaces with some candidate of the verdict. An interface
// that is a candidate in both families counts once. Only where both families have
// candidates the interfaces have to be looked at one by one.
func (n *Analyzer) distinct(j *explain.Judgement, verdict path.Verdict) int {
	var with [cidr.Families]int
	for i := range j.Judged {
		if a := &j.Judged[i]; a.Verdict == verdict {
			with[a.Family] += a.Count
		}
	}
	if with[cidr.IPv4] == 0 || with[cidr.IPv6] == 0 {
		return with[cidr.IPv4] + with[cidr.IPv6]
	}
	hit := map[network.CandidateKey]bool{}
	for i := range j.Judged {
		if a := &j.Judged[i]; a.Verdict == verdict {
			hit[a.CandidateKey] = true
		}
	}
	count := 0
	for _, e := range n.Interfaces(j.Group.ID) {
		for f := range cidr.Families {
			if s, _ := n.net().AddressScope(e, f); s >= network.MaybeAdvertised && hit[n.net().CandidateKey(e, f, s)] {
				count++
				break
			}
		}
	}
	return count
}

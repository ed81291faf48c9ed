package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// question is what a rule asks of a place, or of a load balancer there.
type question struct {
	place    *network.Place
	balancer *network.LoadBalancer
	family   cidr.Family
	traffic  inventory.Traffic
	peer     inventory.Peer
}

// ask sends a rule's traffic from the internet to a place. The answer holds for
// every interface there, and for every rule with the same traffic and peer.
func (n *Analyzer) ask(q question, from path.Addresses) *explain.Answer {
	a := n.answers[q]
	if a == nil {
		a = &explain.Answer{Outcome: path.Follow(q.place.FromInternet(q.balancer), path.Flows(q.traffic, q.family, from))}
		a.Share = a.From.Share(q.family)
		n.answers[q] = a
	}
	return a
}

// judge asks for each candidate among the group's interfaces, and picks the one
// to tell of: of the most open verdict, that which lets in the largest share of
// the internet.
func (n *Analyzer) judge(g *inventory.Group, r *inventory.Rule, sources network.Sources) *explain.Judgement {
	j := &explain.Judgement{
		Group: g, Rule: r, Sources: sources, Network: n.net(), Members: n.membersOf(g.ID),
		Total: len(n.Interfaces(g.ID)), Others: n.secondEntries(g),
	}
	for _, c := range j.Members.Candidates {
		if sources[c.Family].None() {
			continue
		}
		q := question{c.Place, c.LoadBalancer, c.Family, r.Traffic, inventory.Peer{Prefix: r.Peer.Prefix, List: r.Peer.List}}
		a := explain.Asked{Candidate: c, Answer: n.ask(q, sources[c.Family])}
		a.Verdict = a.Answer.Verdict
		if a.Verdict == path.Reachable && c.Scope == network.MaybeAdvertised {
			a.Verdict = path.Unknown
		}
		j.Asked = append(j.Asked, a)
	}
	for i := range j.Asked {
		a := &j.Asked[i]
		if a.Verdict == path.NotReachable {
			continue
		}
		if j.Best == nil || a.Verdict.Compare(j.Best.Verdict) > 0 || a.Verdict == j.Best.Verdict && a.Share > j.Best.Share {
			j.Best = a
		}
	}
	if j.Best != nil && j.Total > 1 {
		j.Count = n.distinct(j, j.Best.Verdict)
	}
	return j
}

// membersOf returns what the members of the group are to the internet.
func (n *Analyzer) membersOf(group string) *network.Members {
	m := n.members[group]
	if m == nil {
		m = n.net().Members(n.Interfaces(group))
		n.members[group] = m
	}
	return m
}

// distinct counts the interfaces with some candidate of the verdict. Those that
// are candidates in both families are counted once, for which they have to be
// looked at one by one; where one family has all of them, that is spared.
func (n *Analyzer) distinct(j *explain.Judgement, verdict path.Verdict) int {
	var with [path.Families]int
	for i := range j.Asked {
		if a := &j.Asked[i]; a.Verdict == verdict {
			with[a.Family] += a.Count
		}
	}
	if with[cidr.IPv4] == 0 || with[cidr.IPv6] == 0 {
		return with[cidr.IPv4] + with[cidr.IPv6]
	}
	hit := map[network.CandidateKey]bool{}
	for i := range j.Asked {
		if a := &j.Asked[i]; a.Verdict == verdict {
			hit[a.CandidateKey] = true
		}
	}
	count := 0
	for _, e := range n.Interfaces(j.Group.ID) {
		for f := range path.Families {
			if s, _ := n.net().AddressScope(e, f); s >= network.MaybeAdvertised && hit[n.net().CandidateKey(e, f, s)] {
				count++
				break
			}
		}
	}
	return count
}

package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// question is what a rule asks of a place, or of a load balancer there.
type question struct {
	place    *place
	balancer *balancer
	family   cidr.Family
	traffic  inventory.Traffic
	peer     inventory.Peer
}

// ask sends a rule's traffic from the internet to a place. The answer holds for
// every interface there, and for every rule with the same traffic and peer.
func (n *Region) ask(q question, from known) *answer {
	a := n.answers[q]
	if a == nil {
		a = &answer{outcome: follow(q.place.fromInternet(q.balancer), flowsOf(q.traffic, q.family, from))}
		a.share = a.from.Share(q.family)
		n.answers[q] = a
	}
	return a
}

// judge asks for each candidate among the group's interfaces, and picks the one
// to tell of: of the most open verdict, that which lets in the largest share of
// the internet.
func (n *Region) judge(g *inventory.Group, r *inventory.Rule, sources peerSources) *judgement {
	j := &judgement{
		group: g, rule: r, sources: sources, network: n.net(), members: n.membersOf(g.ID),
		total: len(n.Interfaces(g.ID)), others: n.secondEntries(g),
	}
	for _, c := range j.members.candidates {
		if sources[c.family].impossible() {
			continue
		}
		q := question{c.place, c.balancer, c.family, r.Traffic, inventory.Peer{Prefix: r.Peer.Prefix, List: r.Peer.List}}
		a := asked{c, n.ask(q, sources[c.family]), ""}
		a.verdict = a.answer.verdict
		if a.verdict == Reachable && c.standing == unsure {
			a.verdict = Unknown
		}
		j.asked = append(j.asked, a)
	}
	for i := range j.asked {
		a := &j.asked[i]
		if a.verdict == NotReachable {
			continue
		}
		if j.best == nil || a.verdict.Compare(j.best.verdict) > 0 || a.verdict == j.best.verdict && a.share > j.best.share {
			j.best = a
		}
	}
	if j.best != nil && j.total > 1 {
		j.count = n.distinct(j, j.best.verdict)
	}
	return j
}

// membersOf returns what the members of the group are to the internet.
func (n *Region) membersOf(group string) *members {
	m := n.members[group]
	if m == nil {
		m = n.net().membersOf(n.Interfaces(group))
		n.members[group] = m
	}
	return m
}

// distinct counts the interfaces with some candidate of the verdict. Those that
// are candidates in both families are counted once, for which they have to be
// looked at one by one; where one family has all of them, that is spared.
func (n *Region) distinct(j *judgement, verdict Verdict) int {
	var with [families]int
	for i := range j.asked {
		if a := &j.asked[i]; a.verdict == verdict {
			with[a.family] += a.count
		}
	}
	if with[cidr.IPv4] == 0 || with[cidr.IPv6] == 0 {
		return with[cidr.IPv4] + with[cidr.IPv6]
	}
	hit := map[candidateKey]bool{}
	for i := range j.asked {
		if a := &j.asked[i]; a.verdict == verdict {
			hit[a.candidateKey] = true
		}
	}
	count := 0
	for _, e := range n.Interfaces(j.group.ID) {
		for f := range families {
			if s, _ := n.net().standing(e, f); s >= unsure && hit[n.net().candidateKey(e, f, s)] {
				count++
				break
			}
		}
	}
	return count
}

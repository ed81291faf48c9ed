package reach

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// tally is a number of interfaces with the first few of them.
type tally struct {
	count int
	some  [3]*inventory.Interface
}

func (t *tally) add(e *inventory.Interface) {
	if t.count < len(t.some) {
		t.some[t.count] = e
	}
	t.count++
}

func (t *tally) merge(u *tally) {
	for i := range min(u.count, len(u.some)) {
		if t.count+i < len(t.some) {
			t.some[t.count+i] = u.some[i]
		}
	}
	t.count += u.count
}

// candidate is the interfaces of one group that live in one place, belong to
// one load balancer or to none, and may be reached by their addresses of one
// family: one answer holds for them all.
type candidate struct {
	tally
	place    *place
	family   cidr.Family
	standing standing
	balancer *balancer  // nil where its listeners do not decide
	address  netip.Addr // of the first of them
}

// profile is what a group's members are to the internet. It is made once for
// each group, so that a rule is judged per place and not per interface.
type profile struct {
	candidates []*candidate // in the order of their first interface, IPv4 first
	held       [families][standings]tally
}

func (n *Region) profile(group string) *profile {
	if p := n.profiles[group]; p != nil {
		return p
	}
	type key struct {
		place    placeKey
		family   cidr.Family
		standing standing
		balancer *balancer
	}
	p := &profile{}
	found := map[key]*candidate{}
	for f := range families {
		for _, e := range n.Interfaces(group) {
			s, a := n.standing(e, f)
			if s < unsure {
				p.held[f][s].add(e)
				continue
			}
			k := key{placeKey{e.VPC, e.Subnet}, f, s, n.balancerOf(e)}
			c := found[k]
			if c == nil {
				c = &candidate{place: n.place(k.place), family: f, standing: s, balancer: k.balancer, address: a}
				found[k] = c
				p.candidates = append(p.candidates, c)
			}
			c.add(e)
		}
	}
	n.profiles[group] = p
	return p
}

// question is what a rule asks of a place, or of a load balancer there.
type question struct {
	balancer *balancer
	family   cidr.Family
	traffic  inventory.Traffic
	peer     inventory.Peer
}

// answer is what became of the question, for any interface with an address.
type answer struct {
	outcome
	share float64 // of the internet, of what gets through
}

func (p *place) ask(q question, from known) *answer {
	a := p.answers[q]
	if a == nil {
		a = &answer{outcome: follow(p.fromInternet(q.balancer), flowsOf(q.traffic, q.family, from))}
		a.share = a.from.Share(q.family)
		p.answers[q] = a
	}
	return a
}

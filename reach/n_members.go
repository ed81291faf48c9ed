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

// candidateKey tells candidates apart.
type candidateKey struct {
	place    *place
	family   cidr.Family
	standing standing
	balancer *balancer // nil where its listeners do not decide
}

// candidate is the interfaces of one group that live in one place, belong to
// one load balancer or to none, and may be reached by their addresses of one
// family: one answer holds for them all.
type candidate struct {
	candidateKey
	tally
	address netip.Addr // of the first of them
}

// members is what the interfaces of one group are to the internet: with it a
// rule is judged per place and not per interface.
type members struct {
	candidates []*candidate // in the order of their first interface, IPv4 first
	held       [families][standings]tally
}

// candidateKey returns the candidate that an interface of the scope belongs to.
func (n *network) candidateKey(e *inventory.Interface, f cidr.Family, s standing) candidateKey {
	return candidateKey{n.place(e.VPC, e.Subnet), f, s, n.balancerOf(e)}
}

// membersOf groups interfaces.
func (n *network) membersOf(interfaces []*inventory.Interface) *members {
	m := &members{}
	found := map[candidateKey]*candidate{}
	for f := range families {
		for _, e := range interfaces {
			s, a := n.standing(e, f)
			if s < unsure {
				m.held[f][s].add(e)
				continue
			}
			k := n.candidateKey(e, f, s)
			c := found[k]
			if c == nil {
				c = &candidate{candidateKey: k, address: a}
				found[k] = c
				m.candidates = append(m.candidates, c)
			}
			c.add(e)
		}
	}
	return m
}

package network

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// Tally counts interfaces and keeps the first three of them.
type Tally struct {
	Count int
	Some  [3]*inventory.Interface
}

func (t *Tally) add(e *inventory.Interface) {
	if t.Count < len(t.Some) {
		t.Some[t.Count] = e
	}
	t.Count++
}

// Merge adds the interfaces of another tally.
func (t *Tally) Merge(u *Tally) {
	for i := range min(u.Count, len(u.Some)) {
		if t.Count+i < len(t.Some) {
			t.Some[t.Count+i] = u.Some[i]
		}
	}
	t.Count += u.Count
}

// CandidateKey is what the interfaces of a candidate have in common.
type CandidateKey struct {
	Place        *Place
	Family       cidr.Family
	Scope        AddressScope
	LoadBalancer *LoadBalancer // nil where its listeners do not decide
}

// Candidate is interfaces of one group that have the same place, scope and load
// balancer: one answer about packets from the internet holds for them all.
type Candidate struct {
	CandidateKey
	Tally
	Address netip.Addr // of the first interface
}

// Members is the interfaces of one group, sorted by what packets from the internet
// meet: a rule is judged for each candidate and not for each interface.
type Members struct {
	Candidates  []*Candidate                          // IPv4 first, then in the order of their first interface
	Unaddressed [cidr.Families][MaybeAdvertised]Tally // by family and scope: those that the internet cannot send to
}

// CandidateKey returns the candidate that an interface of the scope belongs to.
func (n *Network) CandidateKey(e *inventory.Interface, f cidr.Family, s AddressScope) CandidateKey {
	return CandidateKey{n.Place(e.VPC, e.Subnet), f, s, n.LoadBalancerOf(e)}
}

// Members sorts interfaces, in their order, into candidates.
func (n *Network) Members(interfaces []*inventory.Interface) *Members {
	m := &Members{}
	found := map[CandidateKey]*Candidate{}
	for f := range cidr.Families {
		for _, e := range interfaces {
			s, a := n.AddressScope(e, f)
			if s < MaybeAdvertised {
				m.Unaddressed[f][s].add(e)
				continue
			}
			k := n.CandidateKey(e, f, s)
			c := found[k]
			if c == nil {
				c = &Candidate{CandidateKey: k, Address: a}
				found[k] = c
				m.Candidates = append(m.Candidates, c)
			}
			c.add(e)
		}
	}
	return m
}

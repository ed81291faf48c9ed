package network

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Tally is a number of interfaces with the first few of them.
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

func (t *Tally) Merge(u *Tally) {
	for i := range min(u.Count, len(u.Some)) {
		if t.Count+i < len(t.Some) {
			t.Some[t.Count+i] = u.Some[i]
		}
	}
	t.Count += u.Count
}

// CandidateKey tells candidates apart.
type CandidateKey struct {
	Place        *Place
	Family       cidr.Family
	Scope        AddressScope
	LoadBalancer *LoadBalancer // nil where its listeners do not decide
}

// Candidate is the interfaces of one group that live in one place, belong to
// one load balancer or to none, and may be reached by their addresses of one
// family: one answer holds for them all.
type Candidate struct {
	CandidateKey
	Tally
	Address netip.Addr // of the first of them
}

// Members is what the interfaces of one group are to the internet: with it a
// rule is judged per place and not per interface.
type Members struct {
	Candidates []*Candidate // in the order of their first interface, IPv4 first
	Held       [path.Families][AddressScopes]Tally
}

// CandidateKey returns the candidate that an interface of the scope belongs to.
func (n *Network) CandidateKey(e *inventory.Interface, f cidr.Family, s AddressScope) CandidateKey {
	return CandidateKey{n.Place(e.VPC, e.Subnet), f, s, n.LoadBalancerOf(e)}
}

// Members groups interfaces.
func (n *Network) Members(interfaces []*inventory.Interface) *Members {
	m := &Members{}
	found := map[CandidateKey]*Candidate{}
	for f := range path.Families {
		for _, e := range interfaces {
			s, a := n.AddressScope(e, f)
			if s < MaybeAdvertised {
				m.Held[f][s].add(e)
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

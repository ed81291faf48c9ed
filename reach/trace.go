package reach

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Query asks how traffic gets to an interface. Addresses are asked about by
// every way that they may come: an address that is the internet's and also in
// a block of a peered VPC comes by both. Internet asks about what comes by an
// internet gateway alone. Everyone asks about all that the rules of the
// interface name, and about the internet. Without any of them nobody is asked
// about.
type Query struct {
	Traffic    inventory.Traffic
	Internet   bool
	Addresses  cidr.Set
	Interfaces []*inventory.Interface
	Everyone   bool
}

// Way is one way to an interface, told by one packet: every step if it gets
// in, else the steps up to the one that stops it.
type Way struct {
	From    string         `json:"from"`              // the sources it holds for, in words
	Verdict path.Verdict   `json:"verdict"`           // Reachable, NotReachable or Unknown
	Traffic string         `json:"traffic"`           // what gets in; what was asked for where nothing does
	Group   string         `json:"group,omitempty"`   // whose rule opens it; empty where no rule does
	Rule    string         `json:"rule,omitempty"`    // that rule's text
	Sources int            `json:"sources,omitempty"` // how many interfaces it holds for, where they are what was asked about
	Steps   []explain.Step `json:"steps"`
}

// Answer is all ways to one interface: those that are open first, then those
// that are unknown, then those that are closed.
type Answer struct {
	Interface *inventory.Interface
	Verdict   path.Verdict // of the most open way
	Ways      []Way
}

// Trace answers for one interface of the region. Packets that the interface's
// own subnet sends pass neither routes nor network ACLs.
func (n *Analyzer) Trace(e *inventory.Interface, q Query) Answer {
	t := &tracer{n: n, to: e, query: q, place: n.net().Place(e.VPC, e.Subnet)}
	t.groups, t.unseen = n.groupsOf(e)
	addresses := q.Addresses
	if q.Everyone {
		addresses = cidr.All4().Union(cidr.All6())
	}
	internet := cidr.Internet(cidr.IPv4).Union(cidr.Internet(cidr.IPv6))
	for f := range path.Families {
		asked := addresses
		if q.Internet {
			asked = internet
		}
		t.fromInternet(f, asked.Intersect(cidr.Internet(f)).Subtract(t.place.Own))
	}
	t.fromAddresses(addresses.Subtract(internet).Union(addresses.Intersect(n.joinedBlocks(t.place.VPC))))
	if q.Everyone {
		t.fromReferences()
	} else {
		t.fromInterfaces(q.Interfaces, nil)
	}
	slices.SortStableFunc(t.ways, func(a, b Way) int { return b.Verdict.Compare(a.Verdict) })
	answer := Answer{Interface: e, Verdict: path.NotReachable, Ways: t.ways}
	if len(t.ways) > 0 {
		answer.Verdict = t.ways[0].Verdict
	}
	return answer
}

// Interface judges an interface by the gravest of the ways from the internet.
func (n *Analyzer) Interface(e *inventory.Interface) Exposure {
	a := n.Trace(e, Query{Traffic: inventory.All, Internet: true})
	x := Exposure{Verdict: a.Verdict}
	if len(a.Ways) > 0 {
		for _, step := range a.Ways[0].Steps {
			x.Evidence = append(x.Evidence, step.Detail)
		}
	}
	return x
}

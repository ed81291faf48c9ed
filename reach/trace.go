package reach

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Query says which sources of a traffic Trace is about. Addresses are followed on
// every way that they may come: an address that is on the internet and also in a
// block of a peered VPC comes on both. Internet stands for all addresses of the
// internet, by an internet gateway alone. Everyone stands for the internet and all
// that the rules of the interface name. Without any of them there are no ways.
type Query struct {
	Traffic    inventory.Traffic
	Internet   bool
	Addresses  cidr.Set
	Interfaces []*inventory.Interface
	Everyone   bool
}

// Way is one way to an interface with the steps of one packet: all of them if it
// gets in, else those up to the one that stops it.
type Way struct {
	From    string         `json:"from"`              // the sources that it holds for, in words
	Verdict path.Verdict   `json:"verdict"`           // Reachable, NotReachable or Unknown
	Traffic string         `json:"traffic"`           // what gets in; what was asked for where nothing does
	Group   string         `json:"group,omitempty"`   // the group with the rule that allows it; empty where no rule does
	Rule    string         `json:"rule,omitempty"`    // that rule's text
	Sources int            `json:"sources,omitempty"` // how many interfaces it holds for, where they are what was asked about
	Steps   []explain.Step `json:"steps"`

	// Senders are the interfaces that it holds for, in words, where From is their group.
	Senders string `json:"-"`

	passed []path.Flow // what gets in, by address and port
	all    bool        // all traffic, which passed holds as tcp and udp
}

// Answer is all ways to one interface, the most open first.
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
		addresses = cidr.All(cidr.IPv4).Union(cidr.All(cidr.IPv6))
	}
	internet := cidr.Internet(cidr.IPv4).Union(cidr.Internet(cidr.IPv6))
	for f := range cidr.Families {
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

// Interface judges an interface by the most open of the ways from the internet.
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

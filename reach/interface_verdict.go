package reach

import (
	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// arriving is the internet addresses of one family from which packets come into a
// place: those of its own VPC come on another way.
type arriving struct {
	place  *network.Place
	family cidr.Family
}

// InterfaceVerdict returns the verdict of Interface without its evidence. What a rule
// allows to a place is followed once for all interfaces there.
func (n *Analyzer) InterfaceVerdict(e *inventory.Interface) path.Verdict {
	t := &tracer{n: n, to: e, query: Query{Traffic: inventory.All, Internet: true}, place: n.net().Place(e.VPC, e.Subnet)}
	t.groups, t.unseen = n.groupsOf(e)
	most := path.NotReachable
	for f := range cidr.Families {
		s, _ := n.net().AddressScope(e, f)
		if s < network.MaybeAdvertised {
			continue
		}
		v := t.verdictFromInternet(f)
		if v == path.Reachable && s == network.MaybeAdvertised {
			v = path.Unknown
		}
		if v.Compare(most) > 0 {
			most = v
		}
	}
	return most
}

// verdictFromInternet is that of the most open way that fromInternet would find to an
// interface that the internet can send to.
func (t *tracer) verdictFromInternet(f cidr.Family) path.Verdict {
	at := arriving{t.place, f}
	from, known := t.n.arriving[at]
	if !known {
		from = cidr.Internet(f).Subtract(t.place.Own)
		t.n.arriving[at] = from
	}
	switch {
	case from.Empty():
		return path.NotReachable
	case len(t.to.Groups) == 0:
		return t.way(network.NoGroup{Interface: t.to}, t.query.Traffic, path.Exactly(from), f, nil, t.place.FromInternet(nil)).Verdict
	}
	most, named := path.NotReachable, false
	balancer := t.n.net().LoadBalancerOf(t.to)
	t.each(func(g *inventory.Group, r *inventory.Rule, traffic inventory.Traffic) {
		if r.Peer.Group != nil {
			return
		}
		q := question{t.place, balancer, f, traffic, inventory.Peer{Prefix: r.Peer.Prefix, List: r.Peer.List}}
		v, known := t.n.verdicts[q]
		if !known {
			v = "" // where the rule names none of the addresses
			if source := t.n.net().Addresses(r.Peer)[f].Intersect(path.Exactly(from)); !source.None() {
				v = t.way(network.OneRule{Network: t.n.net(), Group: g, Rule: r}, traffic, source, f, nil, t.place.FromInternet(nil)).Verdict
			}
			t.n.verdicts[q] = v
		}
		if v != "" {
			named = true
			if v.Compare(most) > 0 {
				most = v
			}
		}
	})
	if !named {
		return t.noRuleVerdict()
	}
	return most
}

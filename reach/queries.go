package reach

import (
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// Admits returns the addresses of one family that a network ACL lets pass, in
// its direction, on every packet of the traffic. All traffic is judged by its
// tcp and udp packets.
func Admits(acl *inventory.NetworkACL, d inventory.Direction, family cidr.Family, t inventory.Traffic) cidr.Set {
	f := &filter{acl: acl}
	admitted := cidr.All4()
	if family == cidr.IPv6 {
		admitted = cidr.All6()
	}
	for _, p := range protocolsOf(t) {
		for _, c := range f.pass(d, family, p) {
			if _, ok := c.intersect(intervalOf(t)); ok {
				admitted = admitted.Intersect(c.allowed)
			}
		}
	}
	return admitted
}

// RoutedToInternet returns the internet gateway that a subnet's route table
// leads to and that is attached to its VPC, with the table; both are empty
// where there is none, or where it is not known.
func (n *Region) RoutedToInternet(vpc, subnet string) (gateway, table string) {
	p := n.net().place(vpc, subnet)
	if p.table == nil {
		return "", ""
	}
	for i := range p.table.rt.Routes {
		r := &p.table.rt.Routes[i]
		if strings.HasPrefix(r.Target, "igw-") && p.table.decide(r) == Allowed {
			return r.Target, p.table.rt.ID
		}
	}
	return "", ""
}

// Listens reports whether a load balancer that carries the group accepts some of
// the traffic by a listener, and whether the listeners of all load balancers that
// carry it are known. Members that are no load balancers do not count.
func (n *Region) Listens(group string, t inventory.Traffic) (some, known bool) {
	known = true
	for _, e := range n.Interfaces(group) {
		if !e.LoadBalancer() {
			continue
		}
		b := n.net().balancerOf(e)
		if b == nil {
			known = false
			continue
		}
		var flows []flow
		for _, p := range protocolsOf(t) {
			flows = append(flows, flow{protocol: p, interval: intervalOf(t)})
		}
		some = some || len(listenerStage{b}.Narrow(flows)) > 0
	}
	return some, known
}

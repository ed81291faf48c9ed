package reach

import (
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Admits returns the addresses of one family that a network ACL lets pass, in
// its direction, on every packet of the traffic. All traffic is judged by its
// tcp and udp packets.
func Admits(acl *inventory.NetworkACL, d inventory.Direction, family cidr.Family, t inventory.Traffic) cidr.Set {
	return network.NewACL(acl).Admits(d, family, t)
}

// RoutedToInternet returns the internet gateway that a subnet's route table
// leads to and that is attached to its VPC, with the table; both are empty
// where there is none, or where it is not known.
func (n *Analyzer) RoutedToInternet(vpc, subnet string) (gateway, table string) {
	p := n.net().Place(vpc, subnet)
	if p.Table == nil {
		return "", ""
	}
	for i := range p.Table.Record.Routes {
		r := &p.Table.Record.Routes[i]
		if strings.HasPrefix(r.Target, "igw-") && p.Table.Decide(r) == path.Allowed {
			return r.Target, p.Table.Record.ID
		}
	}
	return "", ""
}

// Listens reports whether a load balancer with the group accepts some of
// the traffic by a listener, and whether the listeners of all load balancers with
// the group are known. Other members do not count.
func (n *Analyzer) Listens(group string, t inventory.Traffic) (some, known bool) {
	known = true
	for _, e := range n.Interfaces(group) {
		if !e.LoadBalancer() {
			continue
		}
		b := n.net().LoadBalancerOf(e)
		if b == nil {
			known = false
			continue
		}
		var flows []path.Flow
		for _, p := range path.Protocols(t) {
			flows = append(flows, path.Flow{Protocol: p, Interval: path.IntervalOf(t)})
		}
		some = some || len(network.Listeners{LoadBalancer: b}.Narrow(flows)) > 0
	}
	return some, known
}

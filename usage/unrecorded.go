package usage

import (
	"github.com/sgaudit/sgaudit/inventory"
)

// The services of which flow logs record no packet, by the ports of a rule that is for
// one of them alone (Amazon VPC user guide, flow log limitations).
var unrecordedPorts = []struct {
	ports      inventory.Traffic
	directions [2]bool // by inventory.Direction
	service    string
}{
	{inventory.Ports(inventory.UDP, 67, 68), [2]bool{true, true}, "DHCP traffic"},
	{inventory.Ports(inventory.UDP, 546, 547), [2]bool{true, true}, "DHCP traffic"},
	{inventory.Ports(inventory.UDP, 4789, 4789), [2]bool{inventory.Ingress: true}, "mirrored traffic"},
}

// unrecorded says which traffic that a rule allows is never recorded, or nothing.
func unrecorded(s *site, r *Rule) string {
	for i := range unrecordedPorts {
		if u := &unrecordedPorts[i]; u.directions[r.Rule.Direction] && u.ports.Covers(r.Rule.Traffic) {
			return "flow logs do not record " + u.service + ", which this rule may be for"
		}
	}
	return unobservable(s, r)
}

// throughEndpoint says that clients may use a rule through a VPC endpoint, or nothing: what
// they send to a network load balancer is not recorded, so that the recorded clients are
// not all that there are.
func throughEndpoint(s *site, r *Rule) string {
	if r.Rule.Direction == inventory.Ingress && s.hasNetworkLoadBalancer(r.Group.ID) {
		return "flow logs do not record traffic from a VPC endpoint (AWS PrivateLink) to a network load balancer, which this rule may be for"
	}
	return ""
}

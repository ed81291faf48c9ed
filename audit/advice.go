package audit

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// advice says what to do about an opening. It depends on what the group
// is attached to: a load balancer accepts connections on its listeners only, and
// Session Manager opens sessions on instances only.
func (r *Pass) advice(o *exposure) string {
	source := r.PeerNamed(o.rule.Peer)
	members := r.Reach.Interfaces(o.group.ID)
	if only(members, (*inventory.Interface).AcceptsNone) {
		return "Revoke the rule: Lambda functions and NAT gateways accept no connections."
	}
	if only(members, (*inventory.Interface).LoadBalancer) {
		switch served, known := r.Reach.Listens(o.group.ID, o.rule.Traffic); {
		case !served && known:
			return "Revoke the rule: the load balancer has no listener for " + o.ports() + "."
		case o.class == AllTraffic:
			return "Allow only the ports of the load balancer's listeners, each from the sources that need it, then revoke this rule."
		case !served:
			return "Revoke the rule, unless the load balancer has a listener for " + o.ports() +
				": it accepts connections on its listeners only. If it has one, replace " + source + " with the sources that need it."
		}
	}
	switch o.class {
	case Admin:
		text := "Replace " + source + " with the addresses of your administrators or with the bastion's security group, or "
		if len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return e.Instance != "" }) {
			return text + "revoke the rule if nothing uses the port."
		}
		return text + "close the port and use Session Manager."
	case Database:
		return "Replace " + source + " with the security group of the application that needs the data."
	case AllTraffic:
		return "Allow only the ports that are in use, each from the sources that need it, then revoke this rule."
	}
	return "Replace " + source + " with the sources that need the port, or revoke the rule. " +
		"If the port is meant to be public, add it to public_ports in the configuration."
}

// only reports whether there are interfaces, and all of them are of a kind.
func only(members []*inventory.Interface, kind func(*inventory.Interface) bool) bool {
	return len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !kind(e) })
}

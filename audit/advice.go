package audit

import (
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// advice says what to do about an opening. It depends on what the group
// is attached to: a load balancer accepts connections on its listeners alone, and only
// an instance can be logged in to by Session Manager.
func (r *Region) advice(o *opened) string {
	source := o.rule.Peer.String()
	members := r.Reach.Interfaces(o.group.ID)
	if only(members, (*inventory.Interface).AcceptsNone) {
		return "Revoke the rule: functions and NAT gateways accept no connections."
	}
	if only(members, (*inventory.Interface).LoadBalancer) {
		switch served, known := r.Reach.Listens(o.group.ID, o.rule.Traffic); {
		case !served && known:
			return "Revoke the rule: no listener of the load balancer serves " + o.ports() + "."
		case o.class == AllTraffic:
			return "Open only the ports of the load balancer's listeners, each to the sources that need it, then revoke this rule."
		case !served:
			return "Revoke the rule, unless a listener of the load balancer serves " + o.ports() +
				": it accepts connections on its listeners alone. Where one does, replace " + source + " by the sources that need it."
		}
	}
	switch o.class {
	case Admin:
		text := "Replace " + source + " by the addresses of your administrators or the bastion's group, or "
		if len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return e.Instance != "" }) {
			return text + "revoke the rule if nothing uses the port."
		}
		return text + "close the port and use Session Manager."
	case Database:
		return "Replace " + source + " by the security group of the application that needs the data."
	case AllTraffic:
		return "Open only the ports that are served, each from the sources that need it, then revoke this rule."
	}
	return "Replace " + source + " by the sources that need the port, or revoke the rule; " +
		"a port that is meant to be public belongs in public_ports of the configuration."
}

// only reports whether there are interfaces, and all of them are of a kind.
func only(members []*inventory.Interface, kind func(*inventory.Interface) bool) bool {
	return len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !kind(e) })
}

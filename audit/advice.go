package audit

import (
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// advice says what to do about an opening. It depends on what the group
// is attached to: a load balancer accepts connections on its listeners only, and
// Session Manager opens sessions on instances only. Where clients may need the
// ports, it is the wording of a revocation, which package remedy completes.
func (r *Pass) advice(o *exposure) (string, *findings.Wording) {
	members := r.Reach.Interfaces(o.group.ID)
	if only(members, (*inventory.Interface).AcceptsNone) {
		return "Revoke the rule: Lambda functions and NAT gateways accept no connections.", nil
	}
	w := findings.Wording{Revokes: "Revoke " + o.rule.Allows(r.PeerNamed(o.rule.Peer)) + "."}
	if only(members, (*inventory.Interface).LoadBalancer) {
		switch served, known := r.Reach.Listens(o.group.ID, o.rule.Traffic); {
		case !served && known:
			return "Revoke the rule: the load balancer has no listener for " + o.ports() + ".", nil
		case o.class == AllTraffic:
			w.First = "First allow only the ports of the load balancer's listeners, each from the sources that need it."
			return w.Text(""), &w
		case !served:
			return "Revoke the rule, unless the load balancer has a listener for " + o.ports() +
				": it accepts connections on its listeners only. If it has one, first allow " + o.ports() + " from the sources that need it.", nil
		}
	}
	from, blocked := "the sources that need it", ""
	switch o.class {
	case Admin:
		from = "the addresses of your administrators or from the bastion's security group"
		if id, why := r.bastionFor(o.group, o.rule.Traffic); id != "" {
			from += ", " + r.GroupNamed(id)
			blocked = why
		} else if r.isBastion(o.group) {
			from = "the addresses of your administrators"
		}
	case Database:
		from = "the security group of the application that needs the data"
	case AllTraffic:
	default:
		w.Else = "If the port is meant to be public, keep the rule and add the port to public_ports in the configuration."
	}
	w.First = "If the port is still needed, first allow it from " + from
	if t := o.rule.Traffic; !t.HasPorts() || t.First != t.Last {
		w.First = "If some of the ports are still needed, first allow those, and no others, from " + from
	}
	if o.class == Admin && (len(members) == 0 || slices.ContainsFunc(members, func(e *inventory.Interface) bool { return e.Instance != "" })) {
		w.First += ", or use Session Manager, which needs no inbound rule"
	}
	w.First += "."
	if blocked != "" {
		w.First += " The bastion cannot connect to it yet: " + blocked + "."
	}
	return w.Text(""), &w
}

// only reports whether there are interfaces, and all of them are of a kind.
func only(members []*inventory.Interface, kind func(*inventory.Interface) bool) bool {
	return len(members) > 0 && !slices.ContainsFunc(members, func(e *inventory.Interface) bool { return !kind(e) })
}

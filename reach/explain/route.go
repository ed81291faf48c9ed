package explain

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

func (step *Step) internetRoute(s network.InternetRoute, p path.Packet) {
	step.Kind = StepRoute
	switch {
	case s.Own.Contains(p.From):
		step.Object = s.VPC
		step.Detail = fmt.Sprintf("%s is inside the addresses of %s itself, which are not the internet", sourcesOf(p), s.Network.Named(s.VPC))
	case !s.Network.Region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
	case s.Table == nil:
		step.Detail = "the route table of " + subnet(s.Place) + " is not among those that were read"
	default:
		step.Object = s.Table.Record.ID
		step.Detail = internetRoute(s.Table, s.Subnet, p, step.Decision)
	}
}

// internetRoute says where the table sends the reply to a packet.
func internetRoute(t *network.Table, subnet string, p path.Packet, decided path.Decision) string {
	name := table(t, subnet)
	h := t.Lookup(p.From)
	if h == nil {
		if decided == path.Undecided {
			return name + " " + unresolvedList(t, path.Blocked)
		}
		return fmt.Sprintf("%s has no route to %s", name, sourcesOf(p))
	}
	to := h.Prefix.String()
	if h.Route.List != "" {
		to += " (in " + h.Route.List + ")"
	}
	text := fmt.Sprintf("%s routes %s to %s", name, to, h.Route.Target)
	if decided == path.Undecided {
		return text + ", " + whyUndecided(t, h)
	}
	switch {
	case h.Route.Blackhole:
		return text + ", in state blackhole"
	case decided == path.Allowed:
		return text
	case strings.HasPrefix(h.Route.Target, "igw-"):
		return text + ", which is not attached to " + t.NamedVPC()
	}
	return text + ", not to an internet gateway"
}

// whyUndecided says why it is not known what becomes of packets on a hop.
func whyUndecided(t *network.Table, h *network.Hop) string {
	switch rival := t.Rival(h); {
	case rival != nil:
		return fmt.Sprintf("and the same to %s: which of the two routes applies is unknown", rival.Target)
	case t.Decide(h.Route) != path.Undecided:
		return "but " + unresolvedList(t, t.Decide(h.Route))
	case strings.HasPrefix(h.Route.Target, "igw-") && t.Region.Read.Has(inventory.PartInternetGateways):
		return "and whether that is attached to " + t.NamedVPC() + " is unknown"
	case strings.HasPrefix(h.Route.Target, "igw-"):
		return "and whether that is attached was not read"
	}
	return "which inspects inbound traffic: what it allows is unknown"
}

// unresolvedList names a route to an unresolved list that would change
// what is known.
func unresolvedList(t *network.Table, known path.Decision) string {
	i := max(0, slices.IndexFunc(t.Unresolved, func(r *inventory.Route) bool { return t.Decide(r) != known }))
	return fmt.Sprintf("routes %s to %s, and the entries of that list are unknown", t.Unresolved[i].List, t.Unresolved[i].Target)
}

func (step *Step) routeBetween(s network.RouteBetween) {
	step.Kind = StepRoute
	t := s.At.Table
	if t == nil {
		step.Detail = "the route table of " + subnet(s.At.Place) + " is not among those that were read"
		if !s.At.Network.Region.Read.Has(inventory.PartRouteTables) {
			step.unread = inventory.PartRouteTables
			step.Detail = "route tables were not read"
		}
		return
	}
	step.Object = t.Record.ID
	h := t.Lookup(s.Other.Address)
	if h == nil {
		step.Detail = fmt.Sprintf("%s has no route to %s", table(t, s.At.Subnet), s.Other.Address)
		return
	}
	step.Detail = fmt.Sprintf("%s routes %s to %s", table(t, s.At.Subnet), h.Prefix, h.Route.Target)
	switch {
	case step.Decision == path.Allowed:
	case h.Route.Blackhole:
		step.Detail += ", in state blackhole"
	case step.Decision == path.Blocked:
		step.Detail += ", which does not lead to " + s.Other.Network.Named(s.Other.VPC)
	case network.JoinsMany(h.Route.Target):
		step.Detail += fmt.Sprintf(", and whether that leads to %s is unknown: its own route tables are not read", s.Other.Network.Named(s.Other.VPC))
	default:
		step.Detail += ", and whether that leads to " + s.Other.Network.Named(s.Other.VPC) + " is unknown"
	}
}

func (step *Step) privateRoute(s network.PrivateRoute, p path.Packet) {
	step.Kind = StepRoute
	switch {
	case s.Table == nil && !s.Network.Region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
		return
	case s.Table == nil:
		step.Detail = "the route table of " + subnet(s.Place) + " is not among those that were read"
		return
	}
	step.Object = s.Table.Record.ID
	h := s.Table.Lookup(p.From)
	if h == nil {
		step.Detail = fmt.Sprintf("%s has no route back to %s", table(s.Table, s.Subnet), sourcesOf(p))
		return
	}
	step.Detail = fmt.Sprintf("%s routes %s to %s", table(s.Table, s.Subnet), h.Prefix, h.Route.Target)
	switch step.Decision {
	case path.Blocked:
		step.Detail += ", through which private addresses cannot be reached"
	case path.Undecided:
		step.Detail += ", and where that leads is unknown"
	}
}

func (step *Step) natGateway(s network.NATGateway) {
	target, _ := s.Target()
	step.Kind, step.Object = StepRoute, s.At.Table.Record.ID
	step.Detail = fmt.Sprintf("%s routes %s to %s, and sgaudit does not follow the route of its subnet", table(s.At.Table, s.At.Subnet), s.Other.Address, target)
}

// table returns the table's id and how the subnet came to it.
func table(t *network.Table, subnet string) string {
	if slices.Contains(t.Record.Subnets, subnet) {
		return t.Record.ID
	}
	return t.Record.ID + " (main route table of " + t.NamedVPC() + ")"
}

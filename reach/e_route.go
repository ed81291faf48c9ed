package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

func (step *Step) internetRoute(s routeStage, p packet) {
	step.Kind = StepRoute
	switch {
	case s.own.Contains(p.from):
		step.Object = s.vpc
		step.Detail = fmt.Sprintf("%s lies within %s's own addresses, which are not the internet", sourcesInWords(p), s.vpc)
	case !s.n.region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
	case s.table == nil:
		step.Detail = "the route table of " + s.name() + " is not among those that were read"
	default:
		step.Object = s.table.rt.ID
		step.Detail = internetRouteInWords(s.table, s.subnet, p, step.Decision)
	}
}

// internetRouteInWords says where the table sends the reply to a packet.
func internetRouteInWords(t *table, subnet string, p packet, decided Decision) string {
	name := tableInWords(t, subnet)
	h := t.lookup(p.from)
	if h == nil {
		if decided == Undecided {
			return name + " " + unresolvedListInWords(t, Blocked)
		}
		return fmt.Sprintf("%s has no route to %s", name, sourcesInWords(p))
	}
	to := h.prefix.String()
	if h.route.List != "" {
		to += " (in " + h.route.List + ")"
	}
	text := fmt.Sprintf("%s routes %s to %s", name, to, h.route.Target)
	if decided == Undecided {
		return text + ", " + whyUndecided(t, h)
	}
	switch {
	case h.route.Blackhole:
		return text + ", in state blackhole"
	case decided == Allowed:
		return text
	case strings.HasPrefix(h.route.Target, "igw-"):
		return text + ", which is not attached to " + t.rt.VPC
	}
	return text + ", not to an internet gateway"
}

// whyUndecided says why it is not known what becomes of packets on a hop.
func whyUndecided(t *table, h *hop) string {
	switch rival := t.rival(h); {
	case rival != nil:
		return fmt.Sprintf("and the same to %s: which of the two routes applies is unknown", rival.Target)
	case t.decide(h.route) != Undecided:
		return "but " + unresolvedListInWords(t, t.decide(h.route))
	case strings.HasPrefix(h.route.Target, "igw-") && t.region.Read.Has(inventory.PartInternetGateways):
		return "and whether that is attached to " + t.rt.VPC + " is unknown"
	case strings.HasPrefix(h.route.Target, "igw-"):
		return "and whether that is attached was not read"
	}
	return "which inspects what comes in: what it lets through is unknown"
}

// unresolvedListInWords names a route to an unresolved list that would change
// what is known.
func unresolvedListInWords(t *table, known Decision) string {
	i := max(0, slices.IndexFunc(t.unread, func(r *inventory.Route) bool { return t.decide(r) != known }))
	return fmt.Sprintf("routes %s to %s, and the entries of that list are unknown", t.unread[i].List, t.unread[i].Target)
}

func (step *Step) routeBetween(s pairRoute) {
	step.Kind = StepRoute
	t := s.at.table
	if t == nil {
		step.Detail = "the route table of " + s.at.name() + " is not among those that were read"
		if !s.at.n.region.Read.Has(inventory.PartRouteTables) {
			step.unread = inventory.PartRouteTables
			step.Detail = "route tables were not read"
		}
		return
	}
	step.Object = t.rt.ID
	h := t.lookup(s.other.address)
	if h == nil {
		step.Detail = fmt.Sprintf("%s has no route to %s", tableInWords(t, s.at.subnet), s.other.address)
		return
	}
	step.Detail = fmt.Sprintf("%s routes %s to %s", tableInWords(t, s.at.subnet), h.prefix, h.route.Target)
	switch {
	case step.Decision == Allowed:
	case h.route.Blackhole:
		step.Detail += ", in state blackhole"
	case step.Decision == Blocked:
		step.Detail += ", which does not lead to " + s.other.vpc
	case transit(h.route.Target):
		step.Detail += fmt.Sprintf(", and whether that leads to %s is unknown: its own route tables are not read", s.other.vpc)
	default:
		step.Detail += ", and whether that leads to " + s.other.vpc + " is unknown"
	}
}

func (step *Step) privateRoute(s backStage, p packet) {
	step.Kind = StepRoute
	switch {
	case s.table == nil && !s.n.region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
		return
	case s.table == nil:
		step.Detail = "the route table of " + s.name() + " is not among those that were read"
		return
	}
	step.Object = s.table.rt.ID
	h := s.table.lookup(p.from)
	if h == nil {
		step.Detail = fmt.Sprintf("%s has no route back to %s", tableInWords(s.table, s.subnet), sourcesInWords(p))
		return
	}
	step.Detail = fmt.Sprintf("%s routes %s to %s", tableInWords(s.table, s.subnet), h.prefix, h.route.Target)
	switch step.Decision {
	case Blocked:
		step.Detail += ", by which no private address is reached"
	case Undecided:
		step.Detail += ", and where that leads is unknown"
	}
}

func (step *Step) natGateway(s natStage) {
	target, _ := s.target()
	step.Kind, step.Object = StepRoute, s.at.table.rt.ID
	step.Detail = fmt.Sprintf("%s routes %s to %s, and whether the subnet of that sends it on is not followed", tableInWords(s.at.table, s.at.subnet), s.other.address, target)
}

// tableInWords returns the table's id and how the subnet came to it.
func tableInWords(t *table, subnet string) string {
	if slices.Contains(t.rt.Subnets, subnet) {
		return t.rt.ID
	}
	return t.rt.ID + " (main table of " + t.rt.VPC + ")"
}

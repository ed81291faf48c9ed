package reach

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// fromInternet returns the stages between the internet and an interface with
// a public address of the family, in their order. It may be a load balancer's.
func (p *place) fromInternet(b *balancer) []stage {
	stages := []stage{accessStage{p}, gatewayStage{p}, routeStage{p}, aclIn{p}}
	if b != nil {
		stages = append(stages, listenerStage{b})
	}
	return append(stages, aclOut{p})
}

func (f fate) gate(flows []flow) []flow {
	switch f {
	case open:
		return flows
	case doubtful:
		return doubtAll(flows)
	}
	return nil
}

// gatewayStage asks for an internet gateway at all.
type gatewayStage struct{ *place }

func (s gatewayStage) narrow(flows []flow) []flow {
	switch {
	case !s.n.region.Read.Has(inventory.PartInternetGateways):
		return doubtAll(flows)
	case len(s.n.net().gateways[s.vpc]) > 0:
		return flows
	case s.n.net().foreign(s.vpc, s.n.region.AccountID):
		return doubtAll(flows)
	}
	return nil
}

func (s gatewayStage) describe(_ packet, verdict Verdict) Step {
	step := Step{Kind: StepGateway, Verdict: verdict}
	switch verdict {
	case Allowed:
		step.Object = s.n.net().gateways[s.vpc][0]
		step.Detail = step.Object + " is attached to " + s.vpc
	case Unknown:
		if s.n.region.Read.Has(inventory.PartInternetGateways) {
			step.Detail = fmt.Sprintf("%s belongs to account %s, whose internet gateways are not visible to this account", s.vpc, s.owner())
			if _, known := s.n.net().owners[s.vpc]; !known {
				step.unread = inventory.PartVPCs
				step.Detail = "VPCs were not read, so the owner of " + s.vpc + " and its internet gateways are unknown"
			}
			break
		}
		step.unread = inventory.PartInternetGateways
		step.Detail = "internet gateways were not read"
	default:
		step.Detail = "no internet gateway is attached to " + s.vpc
	}
	return step
}

// routeStage asks whether replies go back to an internet gateway.
type routeStage struct{ *place }

// open returns the internet addresses that the place's replies reach by an
// internet gateway. The VPC's own addresses are not the internet.
func (s routeStage) open(f cidr.Family) known {
	if s.routed[f] == nil {
		var k known
		if s.table == nil {
			k.possible = cidr.Internet(f)
		} else {
			k = s.table.open(f).intersect(exactly(cidr.Internet(f)))
		}
		k = k.subtract(s.own)
		s.routed[f] = &k
	}
	return *s.routed[f]
}

func (s routeStage) narrow(flows []flow) []flow {
	return restrict(flows, func(f flow) known { return s.open(f.family) })
}

func (s routeStage) describe(p packet, verdict Verdict) Step {
	step := Step{Kind: StepRoute, Verdict: verdict}
	switch {
	case s.own.Contains(p.from):
		step.Object = s.vpc
		step.Detail = fmt.Sprintf("%s lies within %s's own addresses, which are not the internet", p.source(), s.vpc)
	case !s.n.region.Read.Has(inventory.PartRouteTables):
		step.unread = inventory.PartRouteTables
		step.Detail = "route tables were not read"
	case s.table == nil:
		step.Detail = "the route table of " + s.name() + " is not among those that were read"
	default:
		step.Object = s.table.rt.ID
		step.Detail = s.table.tell(s.subnet, p, verdict)
	}
	return step
}

// tell says in words where the table sends the reply to a packet.
func (t *table) tell(subnet string, p packet, verdict Verdict) string {
	name := t.name(subnet)
	h := t.lookup(p.from)
	if h == nil {
		if verdict == Unknown {
			return name + " " + t.unknownList(closed)
		}
		return fmt.Sprintf("%s has no route to %s", name, p.source())
	}
	to := h.prefix.String()
	if h.route.List != "" {
		to += " (in " + h.route.List + ")"
	}
	text := fmt.Sprintf("%s routes %s to %s", name, to, h.route.Target)
	if verdict == Unknown {
		return text + ", " + t.whyDoubtful(h)
	}
	switch {
	case h.route.Blackhole:
		return text + ", in state blackhole"
	case verdict == Allowed:
		return text
	case strings.HasPrefix(h.route.Target, "igw-"):
		return text + ", which is not attached to " + t.rt.VPC
	}
	return text + ", not to an internet gateway"
}

// whyDoubtful says why it is not known what becomes of packets on a hop.
func (t *table) whyDoubtful(h *hop) string {
	switch rival := t.rival(h); {
	case rival != nil:
		return fmt.Sprintf("and the same to %s: which of the two routes applies is unknown", rival.Target)
	case t.fate(h.route) != doubtful:
		return "but " + t.unknownList(t.fate(h.route))
	case strings.HasPrefix(h.route.Target, "igw-") && t.region.Read.Has(inventory.PartInternetGateways):
		return "and whether that is attached to " + t.rt.VPC + " is unknown"
	case strings.HasPrefix(h.route.Target, "igw-"):
		return "and whether that is attached was not read"
	}
	return "which inspects what comes in: what it lets through is unknown"
}

// unknownList names a route to an unresolved list that would change a fate.
func (t *table) unknownList(known fate) string {
	i := max(0, slices.IndexFunc(t.unread, func(r *inventory.Route) bool { return t.fate(r) != known }))
	return fmt.Sprintf("routes %s to %s, and the entries of that list are unknown", t.unread[i].List, t.unread[i].Target)
}

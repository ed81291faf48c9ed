package inventory

import (
	"slices"
	"strings"
)

// Owner is the service that an interface belongs to. Kind is a short word
// that stays the same between releases: instance, application-load-balancer,
// database, function, ... Name says which one, where AWS says so.
//
// Kinds beyond those of the table in services.go are "unattached" (available,
// and nothing says more), "<requester> (managed)" for a service that is not
// known here, and "unknown".
type Owner struct{ Kind, Name string }

// String returns "instance i-...", or the kind alone where no name is known.
func (o Owner) String() string {
	if o.Name == "" {
		return o.Kind
	}
	return o.Kind + " " + o.Name
}

// Owner derives the service from what AWS says about the interface. Stronger
// evidence wins: the operator that manages it, the instance it is attached
// to, its type, its requester, its description, its tags.
func (i *Interface) Owner() Owner {
	if i.Operator != "" {
		return i.operated()
	}
	if i.Instance != "" {
		return Owner{"instance", i.Instance}
	}
	if s := services.service(i); s != nil {
		return Owner{s.kind, s.nameOf(i)}
	}
	for _, t := range taggedServices {
		if value, ok := TagValue(i.Tags, t.key); ok {
			return Owner{t.kind, value}
		}
	}
	return Owner{Kind: i.unknown()}
}

// Database reports whether the interface belongs to a managed data store or
// broker: what listens there speaks one of the protocols of databases.
func (i *Interface) Database() bool { return DatabaseKind(i.Owner().Kind) }

// DatabaseKind is Database for the kind of an owner.
func DatabaseKind(kind string) bool {
	switch kind {
	case "database", "rds-proxy", "elasticache", "redshift", "dax", "opensearch", "msk", "mq":
		return true
	}
	return false
}

// LoadBalancer reports whether the interface belongs to a load balancer of any
// kind.
func (i *Interface) LoadBalancer() bool { return LoadBalancerKind(i.Owner().Kind) }

// LoadBalancerKind is LoadBalancer for the kind of an owner.
func LoadBalancerKind(kind string) bool { return strings.HasSuffix(kind, "load-balancer") }

// NATGateway reports whether the interface belongs to a NAT gateway, by the type
// that AWS gives it and not by its description, which anybody can write.
func (i *Interface) NATGateway() bool { return slices.Contains(natGatewayTypes, i.Type) }

// AcceptsNone reports whether the service that owns the interface never accepts
// a connection, from the internet or from inside, whatever its groups allow: NAT
// gateways and Lambda functions open their connections themselves (Amazon VPC
// user guide, NAT gateways; Lambda developer guide, VPC networking), and transit
// gateways and the endpoints of Gateway Load Balancers are not destinations, but
// hand on what is routed to them.
func (i *Interface) AcceptsNone() bool {
	switch i.Type {
	case "lambda", "transit_gateway", "gateway_load_balancer_endpoint":
		return true
	}
	return i.NATGateway()
}

// operators are the services that run instances for the account, by the first
// label of their principal, which is the same in every partition.
var operators = map[string]string{
	"ecs": "ecs", "eks": "eks", "lambda": "function", "workspaces": "workspaces",
}

func (i *Interface) operated() Owner {
	label, _, _ := strings.Cut(i.Operator, ".")
	kind, ok := operators[label]
	if !ok {
		kind = i.Operator + " (managed)"
	}
	name := i.Instance
	if s := services.service(i); name == "" && s != nil {
		name = s.nameOf(i)
	}
	return Owner{kind, name}
}

// plainTypes are the interface types that anybody may hold.
var plainTypes = []string{"", "interface", "efa", "efa-only", "trunk", "branch"}

// unknown names what no row of the table matches, without a guess.
func (i *Interface) unknown() string {
	switch {
	case !slices.Contains(plainTypes, i.Type):
		return strings.ReplaceAll(i.Type, "_", "-")
	case i.Managed && i.Requester != "":
		return i.Requester + " (managed)"
	case strings.HasPrefix(i.AttachedBy, "amazon-"):
		return i.AttachedBy + " (managed)"
	case i.Managed:
		return "unknown (managed)"
	case i.Status == "available":
		return "unattached"
	}
	return "unknown"
}

// foreign reports whether AWS itself says that a service holds the interface.
func (i *Interface) foreign() bool {
	return i.Managed || i.AttachedBy != "" && i.AttachedBy != i.Account
}

func (s *service) nameOf(i *Interface) string {
	for _, key := range s.nameTags {
		if value, ok := TagValue(i.Tags, key); ok {
			return value
		}
	}
	if s.name == nil {
		return ""
	}
	return s.name(i.Description)
}

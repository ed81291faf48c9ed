package reach

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// network indexes what surrounds the interfaces. Parts that were not read are
// left empty, whatever arrived of them.
type network struct {
	region *inventory.Region

	index      *inventory.Index
	owners     map[string]string                           // of VPCs, as they or their subnets tell
	tables     map[string]*table                           // by the subnet that names it explicitly
	mains      map[string]*table                           // by VPC
	edges      map[string][]*inventory.RouteTable          // by VPC: tables of gateways
	filters    map[string]*filter                          // by subnet
	gateways   map[string][]string                         // internet gateways attached to a VPC now
	exclusions map[string]*inventory.PublicAccessExclusion // by VPC or subnet: the one that lets most in, if any may
	peerings   map[string]*inventory.Peering
	joined     map[[2]string]string              // by both VPCs in order: the status of their peering
	accelerate map[string][]*inventory.Interface // Global Accelerator's, by VPC
	translate  map[string][]netip.Addr           // the public addresses of NAT gateways, by id

	places  map[placeKey]*place                // as far as asked
	sources map[inventory.Peer]peerSources     // internet addresses, as far as asked
	fronts  map[*inventory.Interface]*balancer // that interfaces belong to, as far as asked

	balancers    map[string]*balancer                // by kind and name; empty where their listeners are not known
	associations map[string][]*inventory.Association // by group
}

func newNetwork(r *inventory.Region, index *inventory.Index) *network {
	n := &network{
		region: r, index: index, owners: map[string]string{},
		tables: map[string]*table{}, mains: map[string]*table{}, edges: map[string][]*inventory.RouteTable{},
		filters: map[string]*filter{}, gateways: map[string][]string{},
		exclusions: map[string]*inventory.PublicAccessExclusion{}, peerings: map[string]*inventory.Peering{}, joined: map[[2]string]string{},
		accelerate: map[string][]*inventory.Interface{}, associations: map[string][]*inventory.Association{},
		balancers: map[string]*balancer{}, translate: map[string][]netip.Addr{},
		places: map[placeKey]*place{}, sources: map[inventory.Peer]peerSources{}, fronts: map[*inventory.Interface]*balancer{},
	}
	n.indexOwners(r)
	n.indexGateways(r)
	n.indexBalancers(r)
	n.indexTables(r)
	n.indexACLs(r)
	n.indexExclusions(r)
	for i := range r.Associations {
		a := &r.Associations[i]
		n.associations[a.Group] = append(n.associations[a.Group], a)
	}
	if r.Read.Has(inventory.PartInterfaces) {
		for i := range r.Interfaces {
			switch e := &r.Interfaces[i]; {
			case e.Type == "global_accelerator_managed":
				n.accelerate[e.VPC] = append(n.accelerate[e.VPC], e)
			case e.NATGateway():
				id := e.Owner().Name
				n.translate[id] = append(n.translate[id], e.PublicIPv4()...)
			}
		}
	}
	return n
}

// list returns a prefix list, or nil where prefix lists were not read.
func (n *network) list(id string) *inventory.PrefixList {
	if !n.region.Read.Has(inventory.PartPrefixLists) {
		return nil
	}
	return n.index.PrefixList(id)
}

// subnet returns a subnet, or nil where subnets were not read.
func (n *network) subnet(id string) *inventory.Subnet {
	if !n.region.Read.Has(inventory.PartSubnets) {
		return nil
	}
	return n.index.Subnet(id)
}

// vpc returns a VPC, or nil where VPCs were not read.
func (n *network) vpc(id string) *inventory.VPC {
	if !n.region.Read.Has(inventory.PartVPCs) {
		return nil
	}
	return n.index.VPC(id)
}

// indexOwners records which account owns each VPC: as its own entry says, else
// the owner of a subnet in it.
func (n *network) indexOwners(r *inventory.Region) {
	if r.Read.Has(inventory.PartSubnets) {
		for i := range r.Subnets {
			if owner := r.Subnets[i].Owner; owner != "" {
				n.owners[r.Subnets[i].VPC] = owner
			}
		}
	}
	if r.Read.Has(inventory.PartVPCs) {
		for i := range r.VPCs {
			if v := &r.VPCs[i]; v.Owner != "" {
				n.owners[v.ID] = v.Owner
			}
		}
	}
}

// indexGateways indexes internet gateways, and peerings by both of their VPCs:
// of several, an active one counts.
func (n *network) indexGateways(r *inventory.Region) {
	if r.Read.Has(inventory.PartInternetGateways) {
		for i := range r.InternetGateways {
			for _, vpc := range r.InternetGateways[i].VPCs {
				n.gateways[vpc] = append(n.gateways[vpc], r.InternetGateways[i].ID)
			}
		}
	}
	if r.Read.Has(inventory.PartPeerings) {
		for i := range r.Peerings {
			p := &r.Peerings[i]
			n.peerings[p.ID] = p
			both := [2]string{min(p.Requester.VPC, p.Accepter.VPC), max(p.Requester.VPC, p.Accepter.VPC)}
			if n.joined[both] == "" || p.Status == "active" {
				n.joined[both] = p.Status
			}
		}
	}
}

func (n *network) indexACLs(r *inventory.Region) {
	if !r.Read.Has(inventory.PartNetworkACLs) {
		return
	}
	for i := range r.NetworkACLs {
		f := &filter{acl: &r.NetworkACLs[i]}
		for _, subnet := range r.NetworkACLs[i].Subnets {
			if n.filters[subnet] == nil {
				n.filters[subnet] = f
			}
		}
	}
}

// indexExclusions indexes the exclusions from VPC block public access that let
// something in, by VPC or subnet: of several, one that does so for certain.
func (n *network) indexExclusions(r *inventory.Region) {
	for i := range r.PublicAccess.Exclusions {
		e := &r.PublicAccess.Exclusions[i]
		if now := allowsIn(e); now != Blocked && (n.exclusions[e.Resource] == nil || now == Allowed && allowsIn(n.exclusions[e.Resource]) != Allowed) {
			n.exclusions[e.Resource] = e
		}
	}
}

func (n *network) indexTables(r *inventory.Region) {
	if !r.Read.Has(inventory.PartRouteTables) {
		return
	}
	for i := range r.RouteTables {
		rt := &r.RouteTables[i]
		t := &table{region: r, net: n, rt: rt}
		for _, subnet := range rt.Subnets {
			if n.tables[subnet] == nil {
				n.tables[subnet] = t
			}
		}
		if rt.Main && n.mains[rt.VPC] == nil {
			n.mains[rt.VPC] = t
		}
		if len(rt.Gateways) > 0 {
			n.edges[rt.VPC] = append(n.edges[rt.VPC], rt)
		}
	}
}

// placeKey tells the places of interfaces apart. The subnet decides; the VPC
// stands beside it for interfaces whose subnet was not told.
type placeKey struct{ vpc, subnet string }

// place is where interfaces live: a subnet with all that governs its traffic.
// What holds for one interface there holds for every other one.
type place struct {
	placeKey
	n      *network
	known  *inventory.Subnet // nil where subnets were not read or it is not among them
	table  *table            // nil where it is not known
	filter *filter           // nil where it is not known
	own    cidr.Set          // the VPC's own addresses
	routed [families]*known
}

func (n *network) place(vpc, subnet string) *place {
	k := placeKey{vpc, subnet}
	if p := n.places[k]; p != nil {
		return p
	}
	p := &place{placeKey: k, n: n, known: n.subnet(k.subnet), filter: n.filters[k.subnet]}
	if p.known != nil {
		p.vpc = p.known.VPC
	}
	if v := n.vpc(p.vpc); v != nil {
		p.own = cidr.Of(v.Prefixes...)
	}
	if k.subnet != "" {
		if p.table = n.tables[k.subnet]; p.table == nil {
			p.table = n.mains[p.vpc]
		}
	}
	n.places[k] = p
	return p
}

// name returns the subnet in words.
func (p *place) name() string {
	if p.subnet == "" {
		return "an unknown subnet of " + p.vpc
	}
	return p.subnet
}

// owner returns the account whose block on public access governs the place:
// the subnet's owner, who is also the VPC's.
func (p *place) owner() string {
	owner := ""
	if p.known != nil {
		owner = p.known.Owner
	}
	return cmp.Or(owner, p.n.owners[p.vpc], p.n.region.AccountID)
}

// attached reports whether the internet gateway is attached to the VPC now.
func (n *network) attached(gateway, vpc string) bool {
	return slices.Contains(n.gateways[vpc], gateway)
}

// foreign reports whether another account owns the VPC, or may do so. Its
// internet gateways need not show here, so that one which is not seen may be
// there all the same.
func (n *network) foreign(vpc, account string) bool {
	if owner, known := n.owners[vpc]; known {
		return owner != account
	}
	return !n.region.Read.Has(inventory.PartVPCs)
}

// inspection returns a table that sends what an internet gateway of the place's
// VPC lets in on to an appliance first, and the route that does so, or nil.
func (p *place) inspection() (*inventory.RouteTable, *inventory.Route) {
	for _, edge := range p.n.edges[p.vpc] {
		for i := range edge.Routes {
			if r := &edge.Routes[i]; r.Target != "local" && !r.Blackhole {
				return edge, r
			}
		}
	}
	return nil, nil
}

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
	read       inventory.Parts
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

	balancers    map[string]*balancer                // by kind and name; empty where their listeners are not known
	associations map[string][]*inventory.Association // by group
}

func (n *Region) net() *network {
	if n.network == nil {
		n.network = newNetwork(n.region, n.index)
	}
	return n.network
}

func newNetwork(r *inventory.Region, index *inventory.Index) *network {
	w := &network{
		read: r.Read, index: index, owners: map[string]string{},
		tables: map[string]*table{}, mains: map[string]*table{}, edges: map[string][]*inventory.RouteTable{},
		filters: map[string]*filter{}, gateways: map[string][]string{},
		exclusions: map[string]*inventory.PublicAccessExclusion{}, peerings: map[string]*inventory.Peering{}, joined: map[[2]string]string{},
		accelerate: map[string][]*inventory.Interface{}, associations: map[string][]*inventory.Association{},
		balancers: map[string]*balancer{}, translate: map[string][]netip.Addr{},
	}
	w.indexOwners(r)
	w.indexGateways(r)
	w.indexBalancers(r)
	w.indexTables(r)
	w.indexACLs(r)
	w.indexExclusions(r)
	for i := range r.Associations {
		a := &r.Associations[i]
		w.associations[a.Group] = append(w.associations[a.Group], a)
	}
	if r.Read.Has(inventory.PartInterfaces) {
		for i := range r.Interfaces {
			switch e := &r.Interfaces[i]; {
			case e.Type == "global_accelerator_managed":
				w.accelerate[e.VPC] = append(w.accelerate[e.VPC], e)
			case e.NATGateway():
				id := e.Owner().Name
				w.translate[id] = append(w.translate[id], e.PublicIPv4()...)
			}
		}
	}
	return w
}

// list returns a prefix list, or nil where prefix lists were not read.
func (w *network) list(id string) *inventory.PrefixList {
	if !w.read.Has(inventory.PartPrefixLists) {
		return nil
	}
	return w.index.PrefixList(id)
}

// subnet returns a subnet, or nil where subnets were not read.
func (w *network) subnet(id string) *inventory.Subnet {
	if !w.read.Has(inventory.PartSubnets) {
		return nil
	}
	return w.index.Subnet(id)
}

// vpc returns a VPC, or nil where VPCs were not read.
func (w *network) vpc(id string) *inventory.VPC {
	if !w.read.Has(inventory.PartVPCs) {
		return nil
	}
	return w.index.VPC(id)
}

// indexOwners tells whose each VPC is: as its own entry says, else the owner
// of a subnet in it.
func (w *network) indexOwners(r *inventory.Region) {
	if w.read.Has(inventory.PartSubnets) {
		for i := range r.Subnets {
			if owner := r.Subnets[i].Owner; owner != "" {
				w.owners[r.Subnets[i].VPC] = owner
			}
		}
	}
	if w.read.Has(inventory.PartVPCs) {
		for i := range r.VPCs {
			if v := &r.VPCs[i]; v.Owner != "" {
				w.owners[v.ID] = v.Owner
			}
		}
	}
}

// indexGateways indexes internet gateways, and peerings by both of their VPCs:
// of several, an active one counts.
func (w *network) indexGateways(r *inventory.Region) {
	if r.Read.Has(inventory.PartInternetGateways) {
		for i := range r.InternetGateways {
			for _, vpc := range r.InternetGateways[i].VPCs {
				w.gateways[vpc] = append(w.gateways[vpc], r.InternetGateways[i].ID)
			}
		}
	}
	if r.Read.Has(inventory.PartPeerings) {
		for i := range r.Peerings {
			p := &r.Peerings[i]
			w.peerings[p.ID] = p
			both := [2]string{min(p.Requester.VPC, p.Accepter.VPC), max(p.Requester.VPC, p.Accepter.VPC)}
			if w.joined[both] == "" || p.Status == "active" {
				w.joined[both] = p.Status
			}
		}
	}
}

func (w *network) indexACLs(r *inventory.Region) {
	if !r.Read.Has(inventory.PartNetworkACLs) {
		return
	}
	for i := range r.NetworkACLs {
		f := &filter{acl: &r.NetworkACLs[i]}
		for _, subnet := range r.NetworkACLs[i].Subnets {
			if w.filters[subnet] == nil {
				w.filters[subnet] = f
			}
		}
	}
}

// indexExclusions indexes the exclusions from VPC block public access that let
// something in, by VPC or subnet: of several, one that does so for certain.
func (w *network) indexExclusions(r *inventory.Region) {
	for i := range r.PublicAccess.Exclusions {
		e := &r.PublicAccess.Exclusions[i]
		if now := allowsIn(e); now != closed && (w.exclusions[e.Resource] == nil || now == open && allowsIn(w.exclusions[e.Resource]) != open) {
			w.exclusions[e.Resource] = e
		}
	}
}

func (w *network) indexTables(r *inventory.Region) {
	if !r.Read.Has(inventory.PartRouteTables) {
		return
	}
	for i := range r.RouteTables {
		rt := &r.RouteTables[i]
		t := &table{region: r, net: w, rt: rt}
		for _, subnet := range rt.Subnets {
			if w.tables[subnet] == nil {
				w.tables[subnet] = t
			}
		}
		if rt.Main && w.mains[rt.VPC] == nil {
			w.mains[rt.VPC] = t
		}
		if len(rt.Gateways) > 0 {
			w.edges[rt.VPC] = append(w.edges[rt.VPC], rt)
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
	n       *Region
	known   *inventory.Subnet // nil where subnets were not read or it is not among them
	table   *table            // nil where it is not known
	filter  *filter           // nil where it is not known
	own     cidr.Set          // the VPC's own addresses
	routed  [families]*known
	answers map[question]*answer
}

func (n *Region) place(k placeKey) *place {
	if p := n.places[k]; p != nil {
		return p
	}
	w := n.net()
	p := &place{placeKey: k, n: n, known: w.subnet(k.subnet), filter: w.filters[k.subnet], answers: map[question]*answer{}}
	if p.known != nil {
		p.vpc = p.known.VPC
	}
	if v := w.vpc(p.vpc); v != nil {
		p.own = cidr.Of(v.Prefixes...)
	}
	if k.subnet != "" {
		if p.table = w.tables[k.subnet]; p.table == nil {
			p.table = w.mains[p.vpc]
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
	return cmp.Or(owner, p.n.net().owners[p.vpc], p.n.region.AccountID)
}

// attached reports whether the internet gateway is attached to the VPC now.
func (w *network) attached(gateway, vpc string) bool {
	return slices.Contains(w.gateways[vpc], gateway)
}

// foreign reports whether another account owns the VPC, or may do so. Its
// internet gateways need not show here, so that one which is not seen may be
// there all the same.
func (w *network) foreign(vpc, account string) bool {
	if owner, known := w.owners[vpc]; known {
		return owner != account
	}
	return !w.read.Has(inventory.PartVPCs)
}

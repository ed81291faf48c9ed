// Package network says what stands on a packet's way and what it lets through:
// addresses, VPC block public access, internet gateways, routes, network ACLs,
// security groups and listeners.
//
// A Network indexes what was read of one region. A Place is a subnet with all that
// governs its traffic. Each thing that may stop a packet is a path.Stage of its
// own: Place.FromInternet lists those between the internet and an interface, and
// Pair.Stages those between two interfaces, each in the order of the packet and of
// its reply. Stages decide and name what decided; package explain has the words.
//
// What was not read is undecided, and so is what belongs to another account, what
// an appliance inspects, and what lies behind a transit gateway. The host behind an
// interface, the route tables of transit gateways and networks outside of AWS are
// not modelled. Each rule of AWS that the code relies on is named where it is used
// and listed in reach/facts_test.go.
package network

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Network indexes what surrounds the interfaces. Parts that were not read are
// left empty, whatever arrived of them.
type Network struct {
	Region *inventory.Region

	index           *inventory.Index
	Owners          map[string]string                           // of VPCs, as they or their subnets tell
	tables          map[string]*Table                           // by the subnet that names it explicitly
	mains           map[string]*Table                           // by VPC
	edges           map[string][]*inventory.RouteTable          // by VPC: tables of gateways
	acls            map[string]*ACL                             // by subnet
	Gateways        map[string][]string                         // internet gateways attached to a VPC now
	exclusions      map[string]*inventory.PublicAccessExclusion // by VPC or subnet: the one that lets most in, if any may
	peerings        map[string]*inventory.Peering
	peeringStatuses map[[2]string]string              // by both VPCs in order: the status of their peering
	Accelerators    map[string][]*inventory.Interface // Global Accelerator's, by VPC
	natAddresses    map[string][]netip.Addr           // the public addresses of NAT gateways, by id

	placesByKey     map[placeKey]*Place                    // as far as asked
	internetSources map[inventory.Peer]Sources             // internet addresses, as far as asked
	loadBalancerOf  map[*inventory.Interface]*LoadBalancer // that interfaces belong to, as far as asked

	loadBalancers map[string]*LoadBalancer            // by kind and name; empty where their listeners are not known
	Associations  map[string][]*inventory.Association // by group
}

func New(r *inventory.Region, index *inventory.Index) *Network {
	n := &Network{
		Region: r, index: index, Owners: map[string]string{},
		tables: map[string]*Table{}, mains: map[string]*Table{}, edges: map[string][]*inventory.RouteTable{},
		acls: map[string]*ACL{}, Gateways: map[string][]string{},
		exclusions: map[string]*inventory.PublicAccessExclusion{}, peerings: map[string]*inventory.Peering{}, peeringStatuses: map[[2]string]string{},
		Accelerators: map[string][]*inventory.Interface{}, Associations: map[string][]*inventory.Association{},
		loadBalancers: map[string]*LoadBalancer{}, natAddresses: map[string][]netip.Addr{},
		placesByKey: map[placeKey]*Place{}, internetSources: map[inventory.Peer]Sources{}, loadBalancerOf: map[*inventory.Interface]*LoadBalancer{},
	}
	n.indexOwners(r)
	n.indexGateways(r)
	n.indexBalancers(r)
	n.indexTables(r)
	n.indexACLs(r)
	n.indexExclusions(r)
	for i := range r.Associations {
		a := &r.Associations[i]
		n.Associations[a.Group] = append(n.Associations[a.Group], a)
	}
	if r.Read.Has(inventory.PartInterfaces) {
		for i := range r.Interfaces {
			switch e := &r.Interfaces[i]; {
			case e.Type == "global_accelerator_managed":
				n.Accelerators[e.VPC] = append(n.Accelerators[e.VPC], e)
			case e.NATGateway():
				id := e.Owner().Name
				n.natAddresses[id] = append(n.natAddresses[id], e.PublicIPv4()...)
			}
		}
	}
	return n
}

// list returns a prefix list, or nil where prefix lists were not read.
func (n *Network) list(id string) *inventory.PrefixList {
	if !n.Region.Read.Has(inventory.PartPrefixLists) {
		return nil
	}
	return n.index.PrefixList(id)
}

// subnet returns a subnet, or nil where subnets were not read.
func (n *Network) subnet(id string) *inventory.Subnet {
	if !n.Region.Read.Has(inventory.PartSubnets) {
		return nil
	}
	return n.index.Subnet(id)
}

// vpc returns a VPC, or nil where VPCs were not read.
func (n *Network) vpc(id string) *inventory.VPC {
	if !n.Region.Read.Has(inventory.PartVPCs) {
		return nil
	}
	return n.index.VPC(id)
}

// indexOwners records which account owns each VPC: as its own entry says, else
// the owner of a subnet in it.
func (n *Network) indexOwners(r *inventory.Region) {
	if r.Read.Has(inventory.PartSubnets) {
		for i := range r.Subnets {
			if owner := r.Subnets[i].Owner; owner != "" {
				n.Owners[r.Subnets[i].VPC] = owner
			}
		}
	}
	if r.Read.Has(inventory.PartVPCs) {
		for i := range r.VPCs {
			if v := &r.VPCs[i]; v.Owner != "" {
				n.Owners[v.ID] = v.Owner
			}
		}
	}
}

// indexGateways indexes internet gateways, and peerings by both of their VPCs:
// of several, an active one counts.
func (n *Network) indexGateways(r *inventory.Region) {
	if r.Read.Has(inventory.PartInternetGateways) {
		for i := range r.InternetGateways {
			for _, vpc := range r.InternetGateways[i].VPCs {
				n.Gateways[vpc] = append(n.Gateways[vpc], r.InternetGateways[i].ID)
			}
		}
	}
	if r.Read.Has(inventory.PartPeerings) {
		for i := range r.Peerings {
			p := &r.Peerings[i]
			n.peerings[p.ID] = p
			both := [2]string{min(p.Requester.VPC, p.Accepter.VPC), max(p.Requester.VPC, p.Accepter.VPC)}
			if n.peeringStatuses[both] == "" || p.Status == "active" {
				n.peeringStatuses[both] = p.Status
			}
		}
	}
}

func (n *Network) indexACLs(r *inventory.Region) {
	if !r.Read.Has(inventory.PartNetworkACLs) {
		return
	}
	for i := range r.NetworkACLs {
		f := &ACL{Record: &r.NetworkACLs[i]}
		for _, subnet := range r.NetworkACLs[i].Subnets {
			if n.acls[subnet] == nil {
				n.acls[subnet] = f
			}
		}
	}
}

// indexExclusions indexes the exclusions from VPC block public access that let
// something in, by VPC or subnet: of several, one that does so for certain.
func (n *Network) indexExclusions(r *inventory.Region) {
	for i := range r.PublicAccess.Exclusions {
		e := &r.PublicAccess.Exclusions[i]
		if now := allowsIn(e); now != path.Blocked && (n.exclusions[e.Resource] == nil || now == path.Allowed && allowsIn(n.exclusions[e.Resource]) != path.Allowed) {
			n.exclusions[e.Resource] = e
		}
	}
}

func (n *Network) indexTables(r *inventory.Region) {
	if !r.Read.Has(inventory.PartRouteTables) {
		return
	}
	for i := range r.RouteTables {
		rt := &r.RouteTables[i]
		t := &Table{Region: r, network: n, Record: rt}
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
type placeKey struct{ VPC, Subnet string }

// Place is where interfaces live: a subnet with all that governs its traffic.
// What holds for one interface there holds for every other one.
type Place struct {
	placeKey
	Network *Network
	Record  *inventory.Subnet // nil where subnets were not read or it is not among them
	Table   *Table            // nil where it is not known
	ACL     *ACL              // nil where it is not known
	Own     cidr.Set          // the VPC's own addresses
	routed  [path.Families]*path.Addresses
}

func (n *Network) Place(vpc, subnet string) *Place {
	k := placeKey{vpc, subnet}
	if p := n.placesByKey[k]; p != nil {
		return p
	}
	p := &Place{placeKey: k, Network: n, Record: n.subnet(k.Subnet), ACL: n.acls[k.Subnet]}
	if p.Record != nil {
		p.VPC = p.Record.VPC
	}
	if v := n.vpc(p.VPC); v != nil {
		p.Own = cidr.Of(v.Prefixes...)
	}
	if k.Subnet != "" {
		if p.Table = n.tables[k.Subnet]; p.Table == nil {
			p.Table = n.mains[p.VPC]
		}
	}
	n.placesByKey[k] = p
	return p
}

// Name returns the subnet in words.
func (p *Place) Name() string {
	if p.Subnet == "" {
		return "an unknown subnet of " + p.VPC
	}
	return p.Subnet
}

// Owner returns the account whose block on public access governs the place:
// the subnet's owner, who is also the VPC's.
func (p *Place) Owner() string {
	owner := ""
	if p.Record != nil {
		owner = p.Record.Owner
	}
	return cmp.Or(owner, p.Network.Owners[p.VPC], p.Network.Region.AccountID)
}

// attached reports whether the internet gateway is attached to the VPC now.
func (n *Network) attached(gateway, vpc string) bool {
	return slices.Contains(n.Gateways[vpc], gateway)
}

// foreign reports whether another account owns the VPC, or may do so. Its
// internet gateways need not show here, so that one which is not seen may be
// there all the same.
func (n *Network) foreign(vpc, account string) bool {
	if owner, known := n.Owners[vpc]; known {
		return owner != account
	}
	return !n.Region.Read.Has(inventory.PartVPCs)
}

// Inspection returns a table that sends what an internet gateway of the place's
// VPC lets in on to an appliance first, and the route that does so, or nil.
func (p *Place) Inspection() (*inventory.RouteTable, *inventory.Route) {
	for _, edge := range p.Network.edges[p.VPC] {
		for i := range edge.Routes {
			if r := &edge.Routes[i]; r.Target != "local" && !r.Blackhole {
				return edge, r
			}
		}
	}
	return nil, nil
}

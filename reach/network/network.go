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
// an appliance inspects, and what is behind a transit gateway. The host behind an
// interface, the route tables of transit gateways and networks outside of AWS are
// not modelled. Each rule of AWS that the code relies on is named where it is used
// and listed in reach/facts_test.go.
package network

import (
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Network is the index of what governs the traffic of a region. Parts that were not
// read are left empty, whatever arrived of them.
type Network struct {
	Region *inventory.Region

	index           *inventory.Index
	owners          map[string]string                           // of VPCs, as they or their subnets say
	tables          map[string]*Table                           // by subnet with an explicit association
	mainTables      map[string]*Table                           // by VPC
	gatewayTables   map[string][]*inventory.RouteTable          // by VPC: tables associated with gateways
	acls            map[string]*ACL                             // by subnet
	gateways        map[string][]string                         // by VPC: the internet gateways attached to it
	exclusions      map[string]*inventory.PublicAccessExclusion // by VPC or subnet: the one that lets most in, if any may
	peerings        map[string]*inventory.Peering
	peeringStatuses map[[2]string]string              // by both VPCs in order: the status of their peering
	accelerators    map[string][]*inventory.Interface // Global Accelerator's, by VPC
	natAddresses    map[string][]netip.Addr           // the public addresses of NAT gateways, by id

	placesByKey     map[placeKey]*Place                    // as far as asked
	internetSources map[inventory.Peer]Sources             // internet addresses, as far as asked
	loadBalancerOf  map[*inventory.Interface]*LoadBalancer // that interfaces belong to, as far as asked

	loadBalancers map[string]*LoadBalancer            // by kind and name; empty where their listeners are not known
	associations  map[string][]*inventory.Association // by group
}

// New indexes a region that has been normalised. The index of the inventory is of
// the same region. Neither may change while the Network is in use, which belongs to
// one goroutine: it fills its caches as it is asked.
func New(r *inventory.Region, index *inventory.Index) *Network {
	n := &Network{
		Region: r, index: index, owners: map[string]string{},
		tables: map[string]*Table{}, mainTables: map[string]*Table{}, gatewayTables: map[string][]*inventory.RouteTable{},
		acls: map[string]*ACL{}, gateways: map[string][]string{},
		exclusions: map[string]*inventory.PublicAccessExclusion{}, peerings: map[string]*inventory.Peering{}, peeringStatuses: map[[2]string]string{},
		accelerators: map[string][]*inventory.Interface{}, associations: map[string][]*inventory.Association{},
		loadBalancers: map[string]*LoadBalancer{}, natAddresses: map[string][]netip.Addr{},
		placesByKey: map[placeKey]*Place{}, internetSources: map[inventory.Peer]Sources{}, loadBalancerOf: map[*inventory.Interface]*LoadBalancer{},
	}
	n.indexOwners(r)
	n.indexGateways(r)
	n.indexLoadBalancers(r)
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
				n.accelerators[e.VPC] = append(n.accelerators[e.VPC], e)
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
func (n *Network) indexGateways(r *inventory.Region) {
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
		acl := NewACL(&r.NetworkACLs[i])
		for _, subnet := range r.NetworkACLs[i].Subnets {
			if n.acls[subnet] == nil {
				n.acls[subnet] = acl
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
		if rt.Main && n.mainTables[rt.VPC] == nil {
			n.mainTables[rt.VPC] = t
		}
		if len(rt.Gateways) > 0 {
			n.gatewayTables[rt.VPC] = append(n.gatewayTables[rt.VPC], rt)
		}
	}
}

// attached reports whether the internet gateway is attached to the VPC now.
func (n *Network) attached(gateway, vpc string) bool {
	return slices.Contains(n.gateways[vpc], gateway)
}

// foreign reports whether another account owns the VPC, or may do so. This account
// cannot see its internet gateways then, so that one may be attached although none
// was read.
func (n *Network) foreign(vpc, account string) bool {
	if owner, known := n.owners[vpc]; known {
		return owner != account
	}
	return !n.Region.Read.Has(inventory.PartVPCs)
}

// Associations returns the associations of a group with further VPCs, or nothing
// where they were not read.
func (n *Network) Associations(group string) []*inventory.Association {
	if !n.Region.Read.Has(inventory.PartAssociations) {
		return nil
	}
	return n.associations[group]
}

// Accelerator returns the first interface of Global Accelerator in the VPC that VPC
// block public access does not shut off, or nil. Global Accelerator needs an
// internet gateway in the VPC: without one, for certain, it is nil too.
func (n *Network) Accelerator(vpc string) *inventory.Interface {
	list := n.accelerators[vpc]
	if len(list) == 0 || len(n.gateways[vpc]) == 0 && n.Region.Read.Has(inventory.PartInternetGateways) {
		return nil
	}
	if i := slices.IndexFunc(list, n.Accessible); i >= 0 {
		return list[i]
	}
	return nil
}

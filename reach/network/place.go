package network

import (
	"cmp"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// placeKey distinguishes places. The subnet decides; the VPC is there for interfaces
// with a subnet that is not known.
type placeKey struct{ VPC, Subnet string }

// Place is a subnet with all that governs its traffic. What holds for one interface
// there holds for every other one.
type Place struct {
	placeKey
	Network *Network
	Record  *inventory.Subnet // nil where it was not read
	Table   *Table            // nil where it was not read
	ACL     *ACL              // nil where it was not read
	Own     cidr.Set          // the addresses of the VPC, empty where it was not read

	routed [cidr.Families]*path.Addresses
}

// Place returns the place of an interface, by the VPC and the subnet that it names.
// The subnet may be empty.
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
			p.Table = n.mainTables[p.VPC]
		}
	}
	n.placesByKey[k] = p
	return p
}

// Owner returns the account that owns the subnet, which is also the owner of the
// VPC: the VPC block public access of that account governs the place.
func (p *Place) Owner() string {
	owner := ""
	if p.Record != nil {
		owner = p.Record.Owner
	}
	return cmp.Or(owner, p.Network.owners[p.VPC], p.Network.Region.AccountID)
}

// Inspection returns a table that sends traffic from an internet gateway of the place's
// VPC to an appliance first, and the route that does so, or nil.
func (p *Place) Inspection() (*inventory.RouteTable, *inventory.Route) {
	for _, edge := range p.Network.gatewayTables[p.VPC] {
		for i := range edge.Routes {
			if r := &edge.Routes[i]; r.Target != "local" && !r.Blackhole {
				return edge, r
			}
		}
	}
	return nil, nil
}

// OwnerKnown reports whether it was read which account owns the VPC.
func (p *Place) OwnerKnown() bool { _, known := p.Network.owners[p.VPC]; return known }

// InternetGateway returns the first internet gateway that is attached to the VPC,
// or nothing where none is, or they were not read.
func (p *Place) InternetGateway() string {
	if gateways := p.Network.gateways[p.VPC]; len(gateways) > 0 {
		return gateways[0]
	}
	return ""
}

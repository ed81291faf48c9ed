package network

import (
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// Named returns the id of a VPC or subnet of the region with its name,
// "shop-production (vpc-0a100001)", and any other id alone.
func (n *Network) Named(id string) string {
	if strings.HasPrefix(id, "vpc-") {
		return n.index.VPCNamed(id)
	}
	return n.index.SubnetNamed(id)
}

// GroupNamed returns a group's name with its id.
func (n *Network) GroupNamed(id string) string { return n.index.GroupNamed(id) }

// GroupsNamed returns several groups like that, in their order: "web (sg-1), admin (sg-2)".
func (n *Network) GroupsNamed(ids []string) string {
	return strings.Join(n.index.GroupsNamed(ids), ", ")
}

// PeerNamed returns the peer of a rule: an address range, or the name and id of a group
// or of a prefix list.
func (n *Network) PeerNamed(p inventory.Peer) string { return n.index.PeerNamed(p) }

// NamedVPC returns the id of the table's VPC with its name.
func (t *Table) NamedVPC() string { return t.network.Named(t.Record.VPC) }

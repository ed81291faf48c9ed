package planned

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// peering is aws_vpc_peering_connection. It is active in the copy, in both regions where
// both were read: what the routes and rules of the plan open through it counts from the
// moment at which it is accepted.
func (a *action) peering(pass int) {
	if pass == passMake && a.removes() {
		a.unpeer(a.oldID())
	}
	if pass == passMake && a.updates() {
		if accepts, _ := a.after.flag("auto_accept"); accepts {
			a.acceptPeering(a.id)
		}
	}
	if pass != passMake || !a.makes() {
		return
	}
	p := inventory.Peering{ID: a.id, Status: "active"}
	p.Requester = inventory.PeeringEnd{Account: a.in.AccountID, Region: a.region(), VPC: a.after.id("vpc_id", "vpc-")}
	p.Accepter = inventory.PeeringEnd{
		Account: cmp.Or(a.after.known("peer_owner_id"), a.in.AccountID),
		Region:  cmp.Or(a.after.known("peer_region"), a.region()), VPC: a.after.id("peer_vpc_id", "vpc-"),
	}
	if p.Requester.VPC == "" || p.Accepter.VPC == "" {
		return // which is noted
	}
	for _, end := range []*inventory.PeeringEnd{&p.Requester, &p.Accepter} {
		in := a.in.of.regionWith(end)
		if in == nil {
			a.unknown("", "%s of account %s in %s is not among the VPCs that were read: what can be reached through the peering connection is not known", end.VPC, end.Account, end.Region)
			continue
		}
		end.Prefixes = slices.Clone(in.vpc(end.VPC).Prefixes)
	}
	a.in.Peerings = append(a.in.Peerings, p)
	if in := a.in.of.regionWith(&p.Accepter); in != nil && in != a.in {
		in.own()
		in.Peerings = append(in.Peerings, p)
	}
	if accepts, known := a.after.flag("auto_accept"); known && accepts || p.Accepter.Account == a.in.AccountID && p.Accepter.Region == a.region() && a.ofChangeSet() || a.in.of.accepts() {
		return
	}
	a.in.of.outcome.Remarks = append(a.in.of.outcome.Remarks, fmt.Sprintf("The plan does not accept the peering connection %s: sgaudit simulated it as accepted.", a.Address))
}

// ofChangeSet reports whether the plan is a change set: CloudFormation accepts peering
// connections itself (CloudFormation template reference, AWS::EC2::VPCPeeringConnection).
func (a *action) ofChangeSet() bool { return a.in.of.plan.Format == "Change set" }

// accepts reports whether the plan accepts a peering connection.
func (c *copyOf) accepts() bool {
	return slices.ContainsFunc(c.plan.Resources, func(r Resource) bool {
		return r.Type == "aws_vpc_peering_connection_accepter" && r.After != nil
	})
}

// peeringAccepter is aws_vpc_peering_connection_accepter. Terraform does not delete the
// peering connection with it.
func (a *action) peeringAccepter(pass int) {
	if pass != passMake || !a.staying() {
		return
	}
	if accepts, known := a.after.flag("auto_accept"); !known || !accepts {
		return
	}
	id := a.after.id("vpc_peering_connection_id", "pcx-")
	if id != "" && !a.acceptPeering(id) {
		a.missing(id, "VPC peering connections")
	}
}

// acceptPeering makes a peering connection active. It reports whether it was read.
func (a *action) acceptPeering(id string) (found bool) {
	for _, in := range a.in.of.regions {
		if find(in.Peerings, id, func(p *inventory.Peering) string { return p.ID }) == nil {
			continue
		}
		in.own()
		p := find(in.Peerings, id, func(p *inventory.Peering) string { return p.ID })
		for _, end := range []*inventory.PeeringEnd{&p.Requester, &p.Accepter} { // AWS reports the addresses only while it is active
			if at := a.in.of.regionWith(end); at != nil && len(end.Prefixes) == 0 {
				end.Prefixes = slices.Clone(at.vpc(end.VPC).Prefixes)
			}
		}
		p.Status, found = "active", true
	}
	return found
}

// unpeer deletes a peering connection. AWS marks the routes to it as blackholes.
func (a *action) unpeer(id string) {
	for _, in := range a.in.of.regions {
		if find(in.Peerings, id, func(p *inventory.Peering) string { return p.ID }) == nil {
			continue
		}
		in.own()
		in.Peerings = without(in.Peerings, func(p *inventory.Peering) bool { return p.ID == id })
		for i := range in.RouteTables {
			t := &in.RouteTables[i]
			t.Routes = slices.Clone(t.Routes)
			for k := range t.Routes {
				t.Routes[k].Blackhole = t.Routes[k].Blackhole || t.Routes[k].Target == id
			}
		}
	}
}

// regionWith returns the region of an end of a peering connection, or nil where its VPC is
// not among those that were read.
func (c *copyOf) regionWith(end *inventory.PeeringEnd) *copied {
	for _, in := range c.regions {
		if in.Name == end.Region && (in.AccountID == end.Account || in.AccountID == "") && in.vpc(end.VPC) != nil {
			return in
		}
	}
	return nil
}

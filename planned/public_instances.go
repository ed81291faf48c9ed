package planned

import (
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/sgaudit/sgaudit/inventory"
)

// mapsPublic is the attribute of a subnet that says whether an instance which is started in
// it gets a public IPv4 address. A new subnet gives none unless the attribute is true (API
// reference of Amazon EC2, CreateSubnet and ModifySubnetAttribute).
const mapsPublic = "map_public_ip_on_launch"

// subnets notes of each subnet in a plan whether it gives public IPv4 addresses, of those
// that stay as they are too.
func (t *terraform) subnets(p *Plan) {
	for _, c := range t.raw.ResourceChanges {
		if c == nil || c.Change == nil || c.Mode != tfjson.ManagedResourceMode || c.Type != "aws_subnet" && c.Type != "aws_default_subnet" || !ofAWS(c) {
			continue
		}
		before, _ := c.Change.Before.(map[string]any)
		after, _ := c.Change.After.(map[string]any)
		id, _ := before["id"].(string)
		if public, known := after[mapsPublic].(bool); known && id != "" {
			p.subnets[id] = public
		}
	}
}

// publicIn says whether an instance that is started in a subnet gets a public IPv4 address
// where it does not say so itself. Of a subnet that exists, it is not read.
func (c *copyOf) publicIn(subnet string) inventory.Planned {
	if public, known := c.plan.subnets[subnet]; known {
		return publicIf(public)
	}
	if r := c.plan.created(subnet); r != nil && r.Type == "aws_subnet" {
		if _, pending := r.After[mapsPublic].(later); !pending {
			return publicIf(values{all: r.After}.text(mapsPublic) == "true")
		}
	}
	return inventory.PlannedUnsure
}

// unsurePublic notes the interfaces of a new instance that the internet may reach if they get
// a public IPv4 address, which is not known.
func (a *action) unsurePublic() {
	const key = "associate_public_ip_address"
	for i := range a.in.Interfaces {
		e := &a.in.Interfaces[i]
		if e.Instance != a.Address || e.Planned != inventory.PlannedUnsure || !a.in.leadsOut(e) || !slices.ContainsFunc(e.Groups, a.in.letsIn) {
			continue
		}
		where := "its subnet"
		if e.Subnet != "" {
			where = e.Subnet
		}
		a.unknown(key, "the plan does not say whether the instance gets a public IPv4 address, and sgaudit does not read whether %s gives one (%s): set %s", where, mapsPublic, key)
		return
	}
}

// leadsOut reports whether the subnet of an interface may have a route to an internet gateway.
func (c *copied) leadsOut(e *inventory.Interface) bool {
	var main, own *inventory.RouteTable
	for i := range c.RouteTables {
		t := &c.RouteTables[i]
		if slices.Contains(t.Subnets, e.Subnet) {
			own = t
		} else if t.Main && t.VPC == e.VPC {
			main = t
		}
	}
	if own == nil {
		own = main
	}
	return own == nil || slices.ContainsFunc(own.Routes, func(r inventory.Route) bool { return strings.HasPrefix(r.Target, "igw-") })
}

// letsIn reports whether a group has a rule that allows IPv4 traffic from addresses that are
// not private ones.
func (c *copied) letsIn(group string) bool {
	g := c.group(group)
	return g != nil && slices.ContainsFunc(g.Rules, func(r inventory.Rule) bool {
		p := r.Peer.Prefix
		return r.Direction == inventory.Ingress && (r.Peer.List != "" || p.IsValid() && p.Addr().Is4() && (p.Bits() < 8 || !p.Addr().IsPrivate()))
	})
}

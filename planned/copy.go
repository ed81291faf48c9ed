package planned

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// copyOf is an inventory that a plan changes. Its regions are those of the
// inventory until a resource concerns them.
type copyOf struct {
	inv     *inventory.Inventory
	plan    *Plan
	rows    map[string]bool // addresses of the resources of the plan that have a row in kinds
	regions []*copied
	homes   map[string]*copied           // by id of what was read, and by address of what the plan creates
	placed  map[string]*copied           // the region of each resource of the plan, by address
	assigns map[string]inventory.Planned // whether subnets give IPv6 addresses, by id
	outcome Outcome
	errs    []error
}

// copied is one region as it is now.
type copied struct {
	*inventory.Region
	of      *copyOf
	was     *inventory.Region // as it was read
	touched bool
	moved   bool // the list of interfaces is a copy

	destroyed map[string][]inventory.Rule // of resources that the plan deletes or replaces, by the id of their group
	made      map[string][]madeRule       // of resources that the plan creates, changes or replaces, the same
}

func newCopy(inv *inventory.Inventory, p *Plan) *copyOf {
	c := &copyOf{inv: inv, plan: p, rows: map[string]bool{}, homes: map[string]*copied{}, placed: map[string]*copied{}, assigns: map[string]inventory.Planned{}}
	c.outcome = Outcome{Format: p.Format, NotLookedAt: []TypeCount{}, Unknown: append([]Note{}, p.Unknown...), Conflicts: []Note{}, Remarks: slices.Clone(p.Remarks)}
	for _, r := range inv.Regions {
		in := &copied{Region: r, of: c, was: r, destroyed: map[string][]inventory.Rule{}, made: map[string][]madeRule{}}
		c.regions = append(c.regions, in)
		home := func(id, owner string) {
			if c.homes[id] == nil || owner == r.AccountID {
				c.homes[id] = in
			}
		}
		for i := range r.Groups {
			home(r.Groups[i].ID, r.Groups[i].Owner)
		}
		for i := range r.VPCs {
			home(r.VPCs[i].ID, r.VPCs[i].Owner)
		}
		for i := range r.Subnets {
			home(r.Subnets[i].ID, r.Subnets[i].Owner)
		}
		for i := range r.Interfaces {
			home(r.Interfaces[i].ID, r.Interfaces[i].Account)
		}
		for i := range r.RouteTables {
			home(r.RouteTables[i].ID, "")
		}
		for i := range r.NetworkACLs {
			home(r.NetworkACLs[i].ID, r.NetworkACLs[i].Owner)
		}
		for i := range r.PrefixLists {
			home(r.PrefixLists[i].ID, r.PrefixLists[i].Owner)
		}
	}
	c.settle(p)
	return c
}

// settle finds the region of each resource: the one of its provider, or that of
// an id which it names, or that of a resource of the plan which it refers to.
func (c *copyOf) settle(p *Plan) {
	for range len(p.Resources) {
		found := false
		for i := range p.Resources {
			r := &p.Resources[i]
			if c.placed[r.Address] != nil {
				continue
			}
			if in := c.regionOf(r); in != nil {
				c.placed[r.Address] = in
				c.homes[idOfCreated(r.Type, r.Address)] = in
				found = true
			}
		}
		if !found {
			return
		}
	}
}

func (c *copyOf) regionOf(r *Resource) *copied {
	account := accountOf(r)
	var named []*copied
	for _, in := range c.regions {
		if !in.Skipped && (r.Region == "" || in.Name == r.Region) && (account == "" || in.AccountID == "" || in.AccountID == account) {
			named = append(named, in)
		}
	}
	if len(named) == 0 {
		return nil
	}
	for _, side := range []map[string]any{r.Before, r.After} {
		if in := c.home(side); in != nil && slices.Contains(named, in) {
			return in
		}
	}
	if len(named) == 1 {
		return named[0]
	}
	if r.Region != "" { // of several accounts: a plan is one account's, most often that of the credentials
		for _, in := range named {
			if in.AccountID == c.inv.Caller.AccountID {
				if text := fmt.Sprintf("The plan does not say its account, and several were read: sgaudit took account %s, that of the credentials.", in.AccountID); !slices.Contains(c.outcome.Remarks, text) {
					c.outcome.Remarks = append(c.outcome.Remarks, text)
				}
				return in
			}
		}
	}
	return nil
}

// home returns the region of an id, or of a resource of the plan, among values.
func (c *copyOf) home(side map[string]any) *copied {
	keys := make([]string, 0, len(side))
	for key := range side {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		if in := c.homeOf(side[key]); in != nil {
			return in
		}
	}
	return nil
}

func (c *copyOf) homeOf(value any) *copied {
	switch x := value.(type) {
	case string:
		return c.homes[x]
	case []any:
		for _, item := range x {
			if in := c.homeOf(item); in != nil {
				return in
			}
		}
	case later:
		for _, id := range x.of {
			if in := c.homes[id]; in != nil {
				return in
			}
		}
	}
	return nil
}

// accountOf returns the account of a resource: the one that the plan says, or that of
// the ARN of what exists.
func accountOf(r *Resource) string {
	if r.Account != "" {
		return r.Account
	}
	arn, _ := r.Before["arn"].(string)
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 && inventory.IsAccountID(parts[4]) {
		return parts[4]
	}
	return ""
}

// place returns the action of a resource in its region, or nil where it has none,
// which is noted.
func (c *copyOf) place(r *Resource) *action {
	in := c.placed[r.Address]
	if in == nil {
		text := "the plan does not say its region, and several were read: read one region alone"
		if r.Region != "" {
			text = fmt.Sprintf("%s is not among the regions that were read", r.Region)
			if account := accountOf(r); account != "" {
				text = fmt.Sprintf("%s of account %s is not among the regions that were read", r.Region, account)
			}
		}
		c.outcome.Unknown = append(c.outcome.Unknown, Note{Address: r.Address, Text: text})
		return nil
	}
	in.own()
	a := &action{Resource: r, in: in}
	a.before, a.after = values{of: a, all: r.Before}, values{of: a, all: r.After}
	if a.id = idOfCreated(r.Type, r.Address); r.Before != nil && !r.Replaced {
		a.id = a.oldID()
	}
	return a
}

// createdPrefix is how ids begin of what routes lead to: reach recognises by them what
// a route's target is.
var createdPrefix = map[string]string{
	"aws_internet_gateway":             "igw-",
	"aws_nat_gateway":                  "nat-",
	"aws_egress_only_internet_gateway": "eigw-",
	"aws_ec2_transit_gateway":          "tgw-",
	"aws_vpc_peering_connection":       "pcx-",
	"aws_vpc_endpoint":                 "vpce-",
}

// idOfCreated is what a resource without an id goes by in the copy.
func idOfCreated(kind, address string) string { return createdPrefix[kind] + address }

// own makes the region and its lists a copy, so that it may be written to. What
// the items hold stays that of the inventory: it is replaced, and never written to.
func (c *copied) own() {
	if c.touched {
		return
	}
	r := *c.Region
	r.Groups = slices.Clone(r.Groups)
	r.VPCs = slices.Clone(r.VPCs)
	r.Subnets = slices.Clone(r.Subnets)
	r.RouteTables = slices.Clone(r.RouteTables)
	r.NetworkACLs = slices.Clone(r.NetworkACLs)
	r.InternetGateways = slices.Clone(r.InternetGateways)
	r.NATGateways = slices.Clone(r.NATGateways)
	r.Endpoints = slices.Clone(r.Endpoints)
	r.Peerings = slices.Clone(r.Peerings)
	r.PrefixLists = slices.Clone(r.PrefixLists)
	r.LoadBalancers = slices.Clone(r.LoadBalancers)
	r.Listeners = slices.Clone(r.Listeners)
	r.WebACLs = slices.Clone(r.WebACLs)
	r.Functions = slices.Clone(r.Functions)
	r.Referrers = slices.Clone(r.Referrers)
	r.Associations = slices.Clone(r.Associations)
	r.FlowLogs = slices.Clone(r.FlowLogs)
	r.Recorders = slices.Clone(r.Recorders)
	c.Region, c.touched = &r, true
}

// ownInterfaces makes the list of interfaces a copy.
func (c *copied) ownInterfaces() {
	if !c.moved {
		c.Interfaces, c.moved = slices.Clone(c.Interfaces), true
	}
}

// find returns the item of a list with the id, or nil.
func find[T any](list []T, id string, idOf func(*T) string) *T {
	for i := range list {
		if idOf(&list[i]) == id && id != "" {
			return &list[i]
		}
	}
	return nil
}

func (c *copied) group(id string) *inventory.Group {
	return find(c.Groups, id, func(g *inventory.Group) string { return g.ID })
}

func (c *copied) vpc(id string) *inventory.VPC {
	return find(c.VPCs, id, func(v *inventory.VPC) string { return v.ID })
}

func (c *copied) subnet(id string) *inventory.Subnet {
	return find(c.Subnets, id, func(s *inventory.Subnet) string { return s.ID })
}

func (c *copied) table(id string) *inventory.RouteTable {
	return find(c.RouteTables, id, func(t *inventory.RouteTable) string { return t.ID })
}

func (c *copied) acl(id string) *inventory.NetworkACL {
	return find(c.NetworkACLs, id, func(a *inventory.NetworkACL) string { return a.ID })
}

func (c *copied) list(id string) *inventory.PrefixList {
	return find(c.PrefixLists, id, func(l *inventory.PrefixList) string { return l.ID })
}

// finish returns the inventory as it is now. Regions that were changed are
// normalised; lists of interfaces that no resource changed stay the same list.
func (c *copyOf) finish() *inventory.Inventory {
	after := *c.inv
	after.Regions = slices.Clone(c.inv.Regions)
	for i, in := range c.regions {
		if !in.touched {
			continue
		}
		kept := in.Interfaces
		if !in.moved {
			in.Interfaces = nil
		}
		in.Normalize()
		if !in.moved {
			in.Interfaces = kept
		}
		after.Regions[i] = in.Region
	}
	return &after
}

// without returns a copy of a list without the items that are dropped.
func without[T any](list []T, drop func(*T) bool) []T {
	kept := make([]T, 0, len(list))
	for i := range list {
		if !drop(&list[i]) {
			kept = append(kept, list[i])
		}
	}
	return kept
}

// owned returns the owner that the region's things have.
func (c *copied) owned(owner string) string { return cmp.Or(owner, c.AccountID) }

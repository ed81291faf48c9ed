package audit

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// InterfacesInside returns the positions in Interfaces of those in the VPC
// that hold an address inside the prefix: see reach.Analyzer.InterfacesInside.
func (r *Pass) InterfacesInside(vpc string, prefix netip.Prefix) []int32 {
	return r.Reach.InterfacesInside(vpc, prefix)
}

// Holders names what uses a group without an interface: launch templates,
// endpoints, functions, load balancers, referrers of other services, other VPCs and
// other accounts, those that may use it and were not read among them.
func (r *Pass) Holders(g *inventory.Group) []string {
	if r.cache.holders == nil {
		r.cache.holders = map[string][]string{}
		r.collectHolders()
		for id, list := range r.cache.holders {
			slices.SortFunc(list, cmp.Compare)
			r.cache.holders[id] = slices.Compact(list)
		}
	}
	held := r.cache.holders[g.ID]
	if g.Owner != "" && g.Owner != r.AccountID {
		held = append(slices.Clone(held), fmt.Sprintf("account %s owns it and may use it", g.Owner))
	}
	if unseen := r.Accounts.liveness(r.Name).unseen[g.ID]; unseen != "" {
		held = append(slices.Clone(held), unseen)
	}
	return held
}

func (r *Pass) collectHolders() {
	hold := func(group, by string) { r.cache.holders[group] = append(r.cache.holders[group], by) }
	known := map[string]bool{} // users of a group, by their kind and name or id; AWS Config reports the same users again
	r.collectTemplates(hold, known)
	for _, e := range r.Endpoints {
		for _, id := range e.Groups {
			hold(id, "VPC endpoint "+e.ID+" has it")
			known[id+" "+inventory.ConfigEndpoint+" "+e.ID] = true
		}
	}
	for _, a := range r.Associations {
		if a.State == "associated" {
			hold(a.Group, "it is associated with VPC "+a.VPC+", and not all network interfaces of that VPC are visible to this account")
		}
	}
	for _, f := range r.Functions {
		for _, id := range f.Groups {
			hold(id, "Lambda function "+f.Name+" is configured with it")
			known[id+" "+inventory.ConfigFunction+" "+f.Name] = true
		}
	}
	for _, b := range r.LoadBalancers {
		for _, id := range b.Groups {
			hold(id, "it is attached to load balancer "+b.Name)
			known[id+" "+inventory.ConfigLoadBalancer+" "+b.Name], known[id+" "+inventory.ConfigClassicLoadBalancer+" "+b.Name] = true, true
		}
	}
	r.collectReferrers(hold, known)
}

// collectTemplates names the launch templates, which have groups by id or by name.
func (r *Pass) collectTemplates(hold func(group, by string), known map[string]bool) {
	named := map[string][]string{} // groups, by their names
	for i := range r.Groups {
		named[r.Groups[i].Name] = append(named[r.Groups[i].Name], r.Groups[i].ID)
	}
	for _, t := range r.LaunchTemplates {
		for _, id := range t.Groups {
			hold(id, fmt.Sprintf("launch template %s references it", inventory.Named(t.Name, t.ID)))
			known[id+" "+inventory.ConfigLaunchTemplate+" "+t.ID] = true
		}
		for _, name := range t.GroupNames {
			for _, id := range named[name] {
				hold(id, fmt.Sprintf("launch template %s references it by its name %q", inventory.Named(t.Name, t.ID), name))
			}
		}
	}
}

// collectReferrers names the referrers, and what AWS Config alone reported.
func (r *Pass) collectReferrers(hold func(group, by string), known map[string]bool) {
	for i := range r.Referrers {
		x := &r.Referrers[i]
		for _, id := range x.Groups {
			hold(id, uses(x))
			known[id+" "+x.Service+" "+x.Kind+" "+x.Name] = true
		}
	}
	for i := range r.ConfigResources {
		x := &r.ConfigResources[i]
		kind := strings.TrimSpace(x.Service + " " + x.Kind)
		for _, id := range x.Groups {
			if !known[id+" "+kind+" "+x.Name] && !known[id+" "+kind+" "+x.ID] {
				hold(id, uses(x))
			}
		}
	}
}

// uses says that a referrer uses a group, and who reported it where that was not the
// service itself.
func uses(x *inventory.Referrer) string {
	if x.Source == "" {
		return x.Words() + " uses it"
	}
	return x.Words() + " uses it (" + x.Source + ")"
}

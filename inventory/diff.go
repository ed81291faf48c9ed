package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
)

// The kinds of a Change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Change is one difference between two inventories.
type Change struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Part      string `json:"part"` // "security groups", "route tables", ...
	ID        string `json:"id"`   // of the resource
	Change    string `json:"change"`
	Rule      string `json:"rule,omitempty"` // the rule that came or went
}

// Unread is a part of a region that only one of two inventories has, so that
// what became of it is unknown.
type Unread struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Part      string `json:"part"`
}

// Diff compares two normalised inventories, region by region and part by part.
// A part that one of them did not read is unread and has no changes. The
// changes are in the order of account, region, part and id.
func Diff(old, now *Inventory) (changes []Change, unread []Unread) {
	type key struct{ account, region string }
	pairs := map[key][2]*Region{}
	for side, inv := range []*Inventory{old, now} {
		for _, r := range inv.Regions {
			k := key{r.AccountID, r.Name}
			p := pairs[k]
			p[side] = r
			pairs[k] = p
		}
	}
	for k, p := range pairs {
		for side := range p {
			if p[side] == nil {
				p[side] = &Region{}
			}
		}
		for _, part := range (p[0].Read | p[1].Read).Each() {
			if !p[0].Read.Has(part) || !p[1].Read.Has(part) {
				unread = append(unread, Unread{k.account, k.region, part.String()})
				continue
			}
			for _, c := range diffPart(part, p[0], p[1]) {
				c.AccountID, c.Region, c.Part = k.account, k.region, part.String()
				changes = append(changes, c)
			}
		}
	}
	slices.SortStableFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Part, b.Part),
			cmp.Compare(a.ID, b.ID), cmp.Compare(a.Change, b.Change), cmp.Compare(a.Rule, b.Rule))
	})
	slices.SortFunc(unread, func(a, b Unread) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Part, b.Part))
	})
	return changes, unread
}

func diffPart(part Part, a, b *Region) []Change {
	switch part {
	case PartGroups:
		return diffGroups(a, b)
	case PartInterfaces:
		return diffList(a.Interfaces, b.Interfaces, func(x *Interface) string { return x.ID })
	case PartPrefixLists:
		return diffList(a.PrefixLists, b.PrefixLists, func(x *PrefixList) string { return x.ID })
	case PartVPCs:
		return diffList(a.VPCs, b.VPCs, func(x *VPC) string { return x.ID })
	case PartSubnets:
		return diffList(a.Subnets, b.Subnets, func(x *Subnet) string { return x.ID })
	case PartRouteTables:
		return diffList(a.RouteTables, b.RouteTables, func(x *RouteTable) string { return x.ID })
	case PartNetworkACLs:
		return diffList(a.NetworkACLs, b.NetworkACLs, func(x *NetworkACL) string { return x.ID })
	case PartInternetGateways:
		return diffList(a.InternetGateways, b.InternetGateways, func(x *Gateway) string { return x.ID })
	case PartEgressGateways:
		return diffList(a.EgressGateways, b.EgressGateways, func(x *Gateway) string { return x.ID })
	case PartNATGateways:
		return diffList(a.NATGateways, b.NATGateways, func(x *NATGateway) string { return x.ID })
	case PartPeerings:
		return diffList(a.Peerings, b.Peerings, func(x *Peering) string { return x.ID })
	case PartPublicAccess:
		return diffList([]PublicAccessBlock{a.PublicAccess}, []PublicAccessBlock{b.PublicAccess}, func(*PublicAccessBlock) string { return "vpc-block-public-access" })
	case PartAssociations:
		return diffList(a.Associations, b.Associations, func(x *Association) string { return x.Group + " " + x.VPC })
	case PartLaunchTemplates:
		return diffList(a.LaunchTemplates, b.LaunchTemplates, func(x *LaunchTemplate) string { return x.ID })
	case PartEndpoints:
		return diffList(a.Endpoints, b.Endpoints, func(x *Endpoint) string { return x.ID })
	case PartLoadBalancers:
		return diffList(a.LoadBalancers, b.LoadBalancers, func(x *LoadBalancer) string { return x.Kind + " " + x.Name })
	case PartListeners:
		return diffList(a.Listeners, b.Listeners, func(x *Listener) string { return x.Kind + " " + x.Name + " " + x.Traffic.String() })
	case PartFunctions:
		return diffList(a.Functions, b.Functions, func(x *Function) string { return x.Name })
	case PartWebACLs:
		return diffList(a.WebACLs, b.WebACLs, func(x *WebACL) string { return x.Name })
	case PartRecorders:
		return diffList(a.Recorders, b.Recorders, func(x *Recorder) string { return x.Name })
	case PartQuotas:
		return diffList(a.Quotas, b.Quotas, func(x *Quota) string { return x.Code })
	case PartFlowLogs:
		return diffList(a.FlowLogs, b.FlowLogs, func(x *FlowLog) string { return x.ID })
	}
	return nil // ids of rules and stale references follow from the groups
}

// diffGroups tells which groups and which rules came and went, by their text.
func diffGroups(a, b *Region) []Change {
	var changes []Change
	before := map[string]*Group{}
	for i := range a.Groups {
		before[a.Groups[i].ID] = &a.Groups[i]
	}
	for i := range b.Groups {
		g := &b.Groups[i]
		was := before[g.ID]
		delete(before, g.ID)
		if was == nil {
			changes = append(changes, Change{ID: g.ID, Change: Added})
			was = &Group{}
		} else if was.Name != g.Name || was.Description != g.Description || !slices.Equal(was.Tags, g.Tags) {
			changes = append(changes, Change{ID: g.ID, Change: Changed})
		}
		old := map[string]bool{}
		for k := range was.Rules {
			old[was.Rules[k].String()] = true
		}
		for k := range g.Rules {
			text := g.Rules[k].String()
			if !old[text] {
				changes = append(changes, Change{ID: g.ID, Change: Added, Rule: text})
			}
			delete(old, text)
		}
		for text := range old {
			changes = append(changes, Change{ID: g.ID, Change: Removed, Rule: text})
		}
	}
	for id := range before {
		changes = append(changes, Change{ID: id, Change: Removed})
	}
	return changes
}

// diffList compares what is told apart by its id, and is the same if it would
// be saved the same.
func diffList[T any](a, b []T, id func(*T) string) []Change {
	text := func(x *T) []byte {
		t, err := json.Marshal(x)
		if err != nil {
			panic(fmt.Sprintf("encoding %T: %v", x, err)) // plain values always encode
		}
		return t
	}
	var changes []Change
	before := map[string]*T{}
	for i := range a {
		before[id(&a[i])] = &a[i]
	}
	for i := range b {
		name := id(&b[i])
		switch was := before[name]; {
		case was == nil:
			changes = append(changes, Change{ID: name, Change: Added})
		case !bytes.Equal(text(was), text(&b[i])):
			changes = append(changes, Change{ID: name, Change: Changed})
		}
		delete(before, name)
	}
	for name := range before {
		changes = append(changes, Change{ID: name, Change: Removed})
	}
	return changes
}

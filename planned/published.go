package planned

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// publicWords are the values by which resources say whether they have public addresses
// (ECS: AssignPublicIp; MSK: PublicAccess).
var publicWords = map[string]bool{
	"true": true, "ENABLED": true, "SERVICE_PROVIDED_EIPS": true, "false": false, "DISABLED": false,
}

// publicKeys finds the attributes that say whether the interfaces of a resource have
// public IPv4 addresses, with their values, under their whole names.
func publicKeys(all map[string]any, at string, found map[string]any) {
	for key, value := range all {
		name := strings.TrimPrefix(at+"."+key, ".")
		plain := strings.ToLower(strings.ReplaceAll(key, "_", "")) // of Terraform or of CloudFormation
		switch x := value.(type) {
		case map[string]any:
			publicKeys(x, name, found)
		case []any:
			for i, item := range x {
				if m, is := item.(map[string]any); is {
					publicKeys(m, fmt.Sprintf("%s[%d]", name, i), found)
				}
			}
		default:
			isType := plain == "type" && strings.Contains(strings.ToLower(strings.ReplaceAll(at, "_", "")), "publicaccess")
			if value != nil && (isType || plain == "publiclyaccessible" || plain == "assignpublicip" || plain == "associatepublicipaddress") {
				found[name] = value
			}
		}
	}
}

// publicChange returns the attribute by which a plan changes whether an existing resource
// has public addresses, and whether it has some afterwards. It is empty where nothing
// changes. What was left out before may have been either.
func (r *Resource) publicChange() (attribute string, public, known bool) {
	was, is := map[string]any{}, map[string]any{}
	publicKeys(r.Before, "", was)
	publicKeys(r.After, "", is)
	names := make([]string, 0, len(is))
	for name := range is {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		x, pending := is[name].(later)
		switch {
		case pending && x.computed:
		case pending:
			return name, false, false
		default:
			public, known = publicWords[fmt.Sprint(is[name])]
			if before, said := was[name]; public != publicWords[fmt.Sprint(before)] || !known || !said && r.Before != nil {
				return name, public, known
			}
		}
	}
	for name := range was { // left out: AWS gives none without
		if _, there := is[name]; !there && publicWords[fmt.Sprint(was[name])] {
			return name, false, true
		}
	}
	return "", false, true
}

func (r *Resource) changesPublic() bool {
	attribute, _, _ := r.publicChange()
	return attribute != ""
}

// publish gives public addresses to the interfaces of an existing resource, or takes
// them, where the plan changes that. Of what starts its interfaces later, those with the
// groups are ones of which nothing else is known.
func (a *action) publish(h *holder, was, is []string) {
	attribute, public, known := a.publicChange()
	if attribute == "" {
		return
	}
	if slices.Contains(laterTypes, a.Type) {
		if public || !known {
			a.comes(is)
		}
		return
	}
	ids, why := a.interfacesOf(h, was)
	switch {
	case !known:
		a.unknown(attribute, "it is known after apply whether the resource has a public address")
	case why != "" && !public && a.Before[attribute] == nil: // it has none afterwards
	case why != "":
		a.unknown(attribute, "whether the resource has a public address changes, but %s", why)
	default:
		a.in.publish(ids, public)
	}
}

// publish gives public addresses to interfaces, or takes them.
func (c *copied) publish(ids []string, public bool) {
	c.ownInterfaces()
	for _, id := range ids {
		e := c.networkInterface(id)
		e.Planned = publicIf(public)
		e.Addresses = slices.Clone(e.Addresses)
		for i := range e.Addresses {
			e.Addresses[i].Public = netip.Addr{}
		}
	}
}

// moves notes that an existing resource gets other subnets, by the attribute that has
// them: in which ones its interfaces are then is not known.
func (a *action) moves() {
	text := "the subnets change, and it is not known in which ones the interfaces are then: those that exist stay in their subnets"
	if slices.Contains(laterTypes, a.Type) || len(launches(a.After, "")) > 0 {
		text = "the subnets change: what the internet can reach of what is started there later is not known"
	}
	for _, name := range otherValues(attributesOf(a.Before, namesPlaces), attributesOf(a.After, namesPlaces)) {
		a.unknown(name, "%s", text)
	}
}

// namesPlaces reports whether an attribute says in which subnets a resource is.
func namesPlaces(key string) bool {
	key = plain(key)
	return key == "subnets" || key == "subnetids" || key == "subnetid" || key == "clientsubnets" || key == "vpczoneidentifier" || strings.HasSuffix(key, "subnetgroupname")
}

// unchanged stands for a value that AWS gives: one that exists keeps it.
const unchanged = "\x00"

// attributesOf finds the attributes with a name of a kind among values, at any depth, and
// returns their values as texts, by the whole name. A value that is null, false or an
// empty list has none.
func attributesOf(all map[string]any, isOne func(key string) bool) map[string]string {
	found := map[string]string{}
	var look func(all map[string]any, at string)
	look = func(all map[string]any, at string) {
		for key, value := range all {
			name := strings.TrimPrefix(at+"."+key, ".")
			x, pending := value.(later)
			switch list, isList := value.([]any); {
			case isOne(key) && pending && x.computed:
				found[name] = unchanged
			case isOne(key) && value != nil && value != false:
				found[name] = asSet(value)
			case isList:
				for i, item := range list {
					if m, is := item.(map[string]any); is {
						look(m, fmt.Sprintf("%s[%d]", name, i))
					}
				}
			default:
				if m, is := value.(map[string]any); is {
					look(m, name)
				}
			}
		}
	}
	look(all, "")
	return found
}

// otherValues returns the names of the attributes that have another value afterwards, or
// none any more, sorted.
func otherValues(was, is map[string]string) (names []string) {
	for name := range was {
		if is[name] != was[name] && is[name] != unchanged {
			names = append(names, name)
		}
	}
	for name := range is {
		if _, had := was[name]; !had && is[name] != "" && is[name] != unchanged {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// asSet writes a value as text. Of a list, which is a set, the order says nothing.
func asSet(value any) string {
	list, is := value.([]any)
	if !is {
		return fmt.Sprint(value)
	}
	items := make([]string, 0, len(list))
	for _, item := range list {
		items = append(items, fmt.Sprint(item))
	}
	slices.Sort(items)
	return strings.Join(items, " ")
}

// clusterInstance is aws_rds_cluster_instance, and aws_neptune_cluster_instance: an
// instance has the groups of its cluster, and may have a public address.
func (a *action) clusterInstance(pass int) {
	if pass != passAttach || !a.staying() {
		return
	}
	attribute, public, known := a.publicChange()
	unsaid := attribute == "" && a.makes() && a.After["publicly_accessible"] == nil // AWS decides
	if attribute == "" && !unsaid || known && !public && !unsaid && a.makes() {
		return
	}
	const cluster = "cluster_identifier"
	made, groups := a.clusterOf(cluster)
	var theirs []string // the interfaces of databases that have the groups of the cluster
	for i := range a.in.Interfaces {
		if e := &a.in.Interfaces[i]; len(groups) > 0 && e.Owner().Kind == "database" && slices.Equal(e.Groups, groups) {
			theirs = append(theirs, e.ID)
		}
	}
	switch {
	case unsaid && made == nil && len(groups) > 0:
		a.clusterMember(groups, inventory.PlannedUnsure)
	case unsaid:
	case !known:
		a.unknown(attribute, "it is known after apply whether the instance has a public address")
	case made != nil:
		made.Planned = publicIf(public)
	case a.makes() && len(groups) > 0:
		a.clusterMember(groups, inventory.PlannedPublic)
	case a.updates() && len(theirs) == 1:
		a.in.publish(theirs, public)
	case len(groups) == 0:
		a.unknown(attribute, "whether the instance has a public address changes, but the security groups of its cluster were not read: read the account with --depth services")
	default:
		a.unknown(attribute, "whether the instance has a public address changes, but which of the %d interfaces with the groups of its cluster belongs to it is not known", len(theirs))
	}
}

// clusterOf returns the interface of the cluster of an instance, where the plan creates the
// cluster, and the groups of one that was read.
func (a *action) clusterOf(cluster string) (made *inventory.Interface, groups []string) {
	name := a.after.known(cluster)
	a.in.ownInterfaces()
	for i := range a.in.Interfaces {
		e := &a.in.Interfaces[i]
		r := a.in.of.plan.created(e.ID)
		if r == nil || !strings.HasSuffix(r.Type, "_cluster") {
			continue
		}
		x, _ := a.after.pending(cluster)
		if text, _ := r.After[cluster].(string); text == name && name != "" || slices.Contains(x.of, e.ID) {
			made = e
		}
	}
	for i := range a.in.Referrers {
		if x := &a.in.Referrers[i]; x.Service == "rds" && name != "" && (x.Name == name || x.ID == name) {
			groups = x.Groups
		}
	}
	return made, groups
}

// clusterMember adds the interface of an instance of a cluster.
func (a *action) clusterMember(groups []string, public inventory.Planned) {
	a.add(inventory.Interface{
		ID: a.Address, Account: a.in.AccountID, Status: "in-use", Groups: groups, Planned: public,
		Description: "RDSNetworkInterface", Requester: "amazon-rds", Managed: true,
	})
}

// created returns the resource that a plan creates under an address, or nil.
func (p *Plan) created(address string) *Resource {
	for i := range p.Resources {
		if r := &p.Resources[i]; r.Address == address && r.After != nil && (r.Before == nil || r.Replaced) {
			return r
		}
	}
	return nil
}

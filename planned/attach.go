package planned

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// networkInterface is aws_network_interface.
func (a *action) networkInterface(pass int) {
	switch {
	case pass != passAttach:
	case a.makes():
		e := a.newInterface(a.after, "security_groups")
		e.Subnet = a.after.id("subnet_id", "subnet-")
		e.Description = a.after.known("description")
		a.add(e)
	case a.updates():
		if a.changed("security_groups") {
			a.give([]string{a.id}, a.after.ids("security_groups", "sg-"), nil)
		}
	}
	if pass == passAttach && a.removes() {
		a.drop(func(e *inventory.Interface) bool { return e.ID == a.oldID() })
	}
}

// groupAttachment is aws_network_interface_sg_attachment: one group more.
func (a *action) groupAttachment(pass int) {
	if pass != passAttach {
		return
	}
	if a.removes() {
		a.give([]string{a.before.id("network_interface_id", "eni-")}, nil, []string{a.before.id("security_group_id", "sg-")})
	}
	if a.makes() {
		id := a.after.id("network_interface_id", "eni-")
		group := a.after.id("security_group_id", "sg-")
		if e := a.in.networkInterface(id); e != nil && group != "" {
			a.give([]string{id}, append(slices.Clone(e.Groups), group), nil)
		} else if group != "" {
			a.unknown("network_interface_id", "the interface is not among those that were read")
		}
	}
}

// instance is aws_instance: its groups are those of its first interface.
func (a *action) instance(pass int) {
	if pass != passAttach {
		return
	}
	const groups = "vpc_security_group_ids"
	if a.removes() {
		id := a.oldID()
		a.drop(func(e *inventory.Interface) bool { return e.Instance == id })
	}
	switch {
	case a.makes():
		if blocks, _ := a.after.blocks("network_interface"); len(blocks) > 0 {
			return // its interfaces are resources of their own
		}
		e := a.newInterface(a.after, groups)
		e.Subnet, e.Instance = a.after.id("subnet_id", "subnet-"), a.Address
		if public, known := a.after.flag("associate_public_ip_address"); known {
			e.Planned = publicIf(public)
		}
		a.add(e)
	case a.updates() && a.changed(groups):
		first := a.before.known("primary_network_interface_id")
		var ids []string
		for i := range a.in.Interfaces {
			if e := &a.in.Interfaces[i]; e.Instance == a.id && (first == "" || e.ID == first) {
				ids = append(ids, e.ID)
			}
		}
		if len(ids) != 1 {
			a.unknown(groups, "which interface of %s gets the groups is not known", a.id)
			return
		}
		a.give(ids, a.after.ids(groups, "sg-"), nil)
	}
}

func publicIf(public bool) inventory.Planned {
	if public {
		return inventory.PlannedPublic
	}
	return inventory.PlannedPrivate
}

// loadBalancer is aws_lb: its interfaces are told by what AWS writes on them.
func (a *action) loadBalancer(pass int) {
	short := map[string]string{"": "app", "application": "app", "network": "net", "gateway": "gwy"}[a.after.known("load_balancer_type")]
	a.balancer(pass, "ELB "+a.before.known("arn_suffix"), "ELB "+short+"/"+a.after.known("name")+"/")
}

// classicLoadBalancer is aws_elb.
func (a *action) classicLoadBalancer(pass int) {
	a.balancer(pass, "ELB "+a.before.known("name"), "ELB "+a.after.known("name"))
}

func (a *action) balancer(pass int, was, is string) {
	if pass != passAttach {
		return
	}
	const groups = "security_groups"
	theirs := func(e *inventory.Interface) bool { return e.LoadBalancer() && e.Description == was }
	if a.removes() {
		a.drop(theirs)
	}
	switch {
	case a.makes():
		e := a.newInterface(a.after, groups)
		e.Description, e.Requester, e.Managed = is, "amazon-elb", true
		if internal, known := a.after.flag("internal"); known {
			e.Planned = publicIf(!internal)
		}
		subnets, _ := a.after.idsOf("subnets", "subnet-")
		for _, s := range subnets {
			one := e
			one.Subnet = s
			if len(subnets) > 1 {
				one.ID += " in " + s
			}
			a.add(one)
		}
		if len(subnets) == 0 {
			a.add(e)
		}
	case a.updates() && a.changed(groups):
		a.serviceGroups(theirs, groups, a.after.ids(groups, "sg-"), "")
		arn := a.before.known("arn")
		for i := range a.in.LoadBalancers {
			if b := &a.in.LoadBalancers[i]; b.ARN == arn && arn != "" {
				b.Groups = a.after.ids(groups, "sg-")
			}
		}
	}
}

// database is aws_db_instance and aws_rds_cluster. Nothing on the interfaces of RDS
// says which database they belong to, so they are told by the groups that they have.
func (a *action) database(pass int) {
	if pass != passAttach {
		return
	}
	const groups = "vpc_security_group_ids"
	switch {
	case a.makes():
		e := a.newInterface(a.after, groups)
		e.Description, e.Requester, e.Managed = "RDSNetworkInterface", "amazon-rds", true
		if public, known := a.after.flag("publicly_accessible"); known {
			e.Planned = publicIf(public)
		}
		a.add(e)
	case a.updates() && a.changed(groups):
		was := slices.Sorted(slices.Values(a.before.ids(groups, "sg-")))
		a.serviceGroups(func(e *inventory.Interface) bool {
			return e.Owner().Kind == "database" && slices.Equal(e.Groups, was)
		}, groups, a.after.ids(groups, "sg-"), "database")
	}
	if a.removes() {
		a.unknown("", "nothing on the interfaces of RDS says which of them belong to the database: they stay in the copy")
	}
}

// function is aws_lambda_function.
func (a *action) function(pass int) {
	if pass != passAttach {
		return
	}
	groupsOf := func(v values) (ids, subnets []string) {
		blocks, _ := v.blocks("vpc_config")
		for _, b := range blocks {
			ids, subnets = b.ids("security_group_ids", "sg-"), b.ids("subnet_ids", "subnet-")
		}
		return ids, subnets
	}
	was, _ := groupsOf(a.before)
	is, subnets := groupsOf(a.after)
	name := a.before.known("function_name")
	switch {
	case a.makes() && len(is) > 0:
		e := inventory.Interface{ID: a.Address, Type: "lambda", Account: a.in.AccountID, Status: "in-use", Managed: true, Planned: inventory.PlannedPrivate, Groups: is}
		e.Description = "AWS Lambda VPC ENI-" + a.after.known("function_name") + "-00000000-0000-0000-0000-000000000000"
		if len(subnets) > 0 {
			e.Subnet = subnets[0]
		}
		a.add(e)
	case a.updates() && a.changed("vpc_config"):
		slices.Sort(was)
		a.serviceGroups(func(e *inventory.Interface) bool {
			o := e.Owner()
			return o.Kind == "function" && o.Name == name && slices.Equal(e.Groups, was)
		}, "vpc_config", is, "")
	}
	for i := range a.in.Functions {
		if f := &a.in.Functions[i]; f.Name == name && name != "" && a.staying() {
			f.Groups = slices.Clone(is)
		}
	}
}

// serviceGroups gives the interfaces of a service other groups. Where they are told
// by a likeness alone, several are too many.
func (a *action) serviceGroups(theirs func(*inventory.Interface) bool, attribute string, groups []string, alike string) {
	var ids []string
	for i := range a.in.Interfaces {
		if theirs(&a.in.Interfaces[i]) {
			ids = append(ids, a.in.Interfaces[i].ID)
		}
	}
	switch {
	case len(ids) == 0:
		a.unknown(attribute, "its interfaces are not among those that were read")
	case alike != "" && len(ids) > 1:
		a.unknown(attribute, "%d interfaces of RDS have the same groups, and nothing on them says which of them belong to the %s", len(ids), alike)
	default:
		a.give(ids, groups, nil)
	}
}

// attaches reports whether a resource of a type that is not known here is created
// with groups.
func (c *copyOf) attaches(r *Resource) bool {
	return r.Before == nil && len(groupKeys(r.After, "")) > 0
}

// anything is any other resource that is created with groups: whether they will be
// attached to interfaces, and where, is not known, so that no verdict may rest on it.
func (a *action) anything(pass int) {
	if pass != passAttach {
		return
	}
	e := inventory.Interface{ID: a.Address, Account: a.in.AccountID, Planned: inventory.PlannedUnsure, Description: "of " + a.Address}
	for _, at := range groupKeys(a.After, "") {
		ids, known := values{of: a, at: at.at, all: at.all}.idsOf(at.key, "sg-")
		if !known {
			a.unknown(strings.TrimPrefix(at.at+"."+at.key, "."), "it is known after apply which groups they are")
		}
		for _, id := range ids {
			if a.in.group(id) != nil {
				e.Groups = append(e.Groups, id)
			}
		}
	}
	if len(e.Groups) > 0 {
		a.add(e)
	}
}

type groupKey struct {
	at, key string
	all     map[string]any
}

// groupKeys finds the lists of ids of groups among values.
func groupKeys(all map[string]any, at string) (found []groupKey) {
	keys := make([]string, 0, len(all))
	for key := range all {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		switch x := all[key].(type) {
		case later:
			if namesGroups(key) && len(x.of) > 0 {
				found = append(found, groupKey{at, key, all})
			}
		case []any:
			if namesGroups(key) && areGroups(x) {
				found = append(found, groupKey{at, key, all})
				continue
			}
			for i, item := range x {
				if m, ok := item.(map[string]any); ok {
					found = append(found, groupKeys(m, strings.TrimPrefix(fmt.Sprintf("%s.%s[%d]", at, key, i), "."))...)
				}
			}
		case map[string]any:
			found = append(found, groupKeys(x, strings.TrimPrefix(at+"."+key, "."))...)
		}
	}
	return found
}

func namesGroups(key string) bool {
	return key == "security_groups" || strings.HasSuffix(key, "security_group_ids")
}

// areGroups reports whether a list holds ids of groups, or what may be some: names of
// other things have the same attribute in some resources.
func areGroups(list []any) bool {
	return slices.ContainsFunc(list, func(item any) bool {
		switch x := item.(type) {
		case string:
			return inventory.IsGroupID(x)
		case later:
			return len(x.of) > 0
		}
		return false
	})
}

// newInterface returns the interface of what is created. Where no groups are given
// it gets the default one of its VPC.
func (a *action) newInterface(v values, groups string) inventory.Interface {
	e := inventory.Interface{ID: a.Address, Account: a.in.AccountID, Status: "in-use", Planned: inventory.PlannedUnsure, Tags: v.tags()}
	e.Groups = v.ids(groups, "sg-")
	return e
}

// add adds an interface that the plan creates. Its VPC is that of its subnet, or of
// its groups; where nothing says its private address, it gets one of its subnet that
// no other interface has.
func (a *action) add(e inventory.Interface) {
	e.Groups = slices.Compact(slices.Sorted(slices.Values(e.Groups)))
	subnet := a.in.subnet(e.Subnet)
	if subnet != nil {
		e.VPC, e.Zone = subnet.VPC, subnet.Zone
		e.Addresses = []inventory.Address{{Private: a.in.free(subnet)}}
		if text := a.after.known("private_ip"); text != "" {
			if ip, err := netip.ParseAddr(text); err == nil {
				e.Addresses[0].Private = ip
			} else {
				a.after.bad("private_ip", "an address", text)
			}
		}
		if !e.Addresses[0].Private.IsValid() {
			e.Addresses = nil
		}
	}
	for _, id := range e.Groups {
		if g := a.in.group(id); g != nil && e.VPC == "" {
			e.VPC = g.VPC
		}
	}
	if len(e.Groups) == 0 {
		for i := range a.in.Groups {
			if g := &a.in.Groups[i]; g.Default() && g.VPC == e.VPC && e.VPC != "" {
				e.Groups = []string{g.ID}
			}
		}
	}
	a.in.ownInterfaces()
	a.in.Interfaces = append(a.in.Interfaces, e)
}

// free returns an address of a subnet that no interface has. AWS keeps the first four
// and the last one for itself.
func (c *copied) free(s *inventory.Subnet) netip.Addr {
	for _, p := range s.Prefixes {
		if !p.Prefix.Addr().Is4() {
			continue
		}
		taken := map[netip.Addr]bool{}
		for i := range c.Interfaces {
			for _, x := range c.Interfaces[i].Addresses {
				taken[x.Private] = true
			}
		}
		a := p.Prefix.Addr()
		for range 4 {
			a = a.Next()
		}
		for p.Prefix.Contains(a.Next()) {
			if !taken[a] {
				return a
			}
			a = a.Next()
		}
	}
	return netip.Addr{}
}

// changed reports whether an attribute differs between both sides.
func (a *action) changed(key string) bool {
	return fmt.Sprint(a.Before[key]) != fmt.Sprint(a.After[key])
}

// give gives interfaces other groups: these, or where there are none those that they
// have without some.
func (a *action) give(ids, groups, without []string) {
	a.in.ownInterfaces()
	for _, id := range ids {
		e := a.in.networkInterface(id)
		if e == nil {
			a.unknown("", "%s is not among the interfaces of %s that were read", id, a.region())
			continue
		}
		if without != nil {
			groups = slices.DeleteFunc(slices.Clone(e.Groups), func(g string) bool { return slices.Contains(without, g) })
		}
		e.Groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	}
}

func (a *action) drop(theirs func(*inventory.Interface) bool) {
	a.in.Interfaces = without(a.in.Interfaces, theirs)
	a.in.moved = true
}

func (c *copied) networkInterface(id string) *inventory.Interface {
	return find(c.Interfaces, id, func(e *inventory.Interface) string { return e.ID })
}

package planned

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// networkInterface is aws_network_interface.
func (a *action) networkInterface(pass int) {
	switch {
	case pass != passAttach:
	case a.makes():
		if e, known := a.newInterface(a.after, "security_groups"); known {
			e.Subnet = a.after.id("subnet_id", "subnet-")
			e.Description = a.after.known("description")
			a.assignIPv6(a.after, &e)
			a.add(e)
		}
	case a.updates():
		if a.changed("security_groups") && !a.refused("security_groups") {
			a.give([]string{a.id}, a.groupsAfter("security_groups"), nil)
		}
		a.readdress([]string{a.id})
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
	if pass == passDelete && a.makes() { // when addresses are associated
		a.unsurePublic()
	}
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
		a.makeInstance()
	case a.updates() && a.changed(describedInterfaces):
		a.unknown(describedInterfaces, "whether the instance is replaced is known after apply")
	case a.updates():
		ids := a.firstInterface()
		if a.changed(groups) && !a.refused(groups) {
			if len(ids) != 1 {
				a.unknown(groups, "which interface of %s gets the groups is not known", a.id)
				return
			}
			a.give(ids, a.groupsAfter(groups), nil)
		}
		a.readdress(ids)
		if attribute, public, known := a.publicChange(); attribute != "" && known && len(ids) == 1 {
			a.in.publish(ids, public)
		} else if attribute != "" {
			a.unknown(attribute, "whether the instance has a public address changes, but to what, or for which interface, is not known")
		}
	}
}

// firstInterface returns the id of the first interface of an instance, or those of all
// where the plan does not say which is the first one.
func (a *action) firstInterface() (ids []string) {
	first := a.before.known("primary_network_interface_id")
	for i := range a.in.Interfaces {
		if e := &a.in.Interfaces[i]; e.Instance == a.id && (first == "" || e.ID == first) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// refused notes that a plan takes all groups from what exists, which stays as it is: AWS
// wants at least one group (API reference of Amazon EC2, ModifyNetworkInterfaceAttribute;
// of Elastic Load Balancing, SetSecurityGroups). A change set that leaves the groups out
// does not say which ones they are then.
func (a *action) refused(key string) bool {
	list, given := a.After[key].([]any)
	switch {
	case given && len(list) == 0:
		a.refuse("AWS refuses to take all security groups from %s: it keeps those that it has", a.oldID())
	case a.After[key] == nil:
		a.unknown(key, "the groups are left out, and the plan does not say which ones AWS gives: it keeps those that it has")
	default:
		return false
	}
	return true
}

// groupsAfter returns the groups that what exists has afterwards. Where some of them are
// known after apply only, those that it has before stay among them.
func (a *action) groupsAfter(key string) []string {
	x, pending := a.after.pending(key)
	ids, known := a.after.idsOf(key, "sg-")
	if !known {
		a.unknown(key, "it is known after apply which ones they are%s", a.after.why(key, "sg-"))
	}
	if !known || pending && x.computed {
		was, _ := a.before.idsOf(key, "sg-")
		ids = append(ids, was...)
	}
	return ids
}

func publicIf(public bool) inventory.Planned {
	if public {
		return inventory.PlannedPublic
	}
	return inventory.PlannedPrivate
}

// newInterface returns the interface of what is created. It reports false where groups
// are given and none of them is known.
func (a *action) newInterface(v values, groups string) (inventory.Interface, bool) {
	e := inventory.Interface{ID: a.Address, Account: a.in.AccountID, Status: "in-use", Planned: inventory.PlannedUnsure, Tags: v.tags()}
	ids, known := v.idsOf(groups, "sg-")
	if !known {
		a.unknown(v.name(groups), "it is known after apply which ones they are%s", v.why(groups, "sg-"))
	}
	e.Groups = ids
	e.Addresses = a.given(v)
	return e, known || len(ids) > 0
}

// add adds an interface that the plan creates. Without groups, it gets the default one of
// its VPC. If nothing says its subnet, AWS creates it in the default VPC.
func (a *action) add(e inventory.Interface) {
	if e.Subnet == "" && len(e.Groups) == 0 {
		e.VPC = a.vpcOfCreated()
	}
	a.addWithItsGroups(e)
	added := &a.in.Interfaces[len(a.in.Interfaces)-1]
	if unread := e.Subnet != "" && added.VPC == ""; len(added.Groups) == 0 && !unread {
		added.Groups = a.defaultsOf(added.VPC)
	}
}

// addWithItsGroups adds an interface that the plan creates, with no other groups. Its VPC
// is that of its subnet, or of its groups; where nothing says its private address, it
// gets one of its subnet that no other interface has.
func (a *action) addWithItsGroups(e inventory.Interface) {
	e.Groups = slices.Compact(slices.Sorted(slices.Values(e.Groups)))
	subnet := a.in.subnet(e.Subnet)
	if subnet != nil {
		e.VPC, e.Zone = subnet.VPC, subnet.Zone
		if ip := a.in.free(subnet, false); !hasFamily(e.Addresses, false) && ip.IsValid() {
			e.Addresses = append(slices.Clip(e.Addresses), inventory.Address{Private: ip})
		}
	} else {
		e.Addresses = nil
		if e.Subnet != "" {
			a.missing(e.Subnet, "subnets")
		}
	}
	for _, id := range e.Groups {
		if g := a.in.group(id); g != nil && e.VPC == "" {
			e.VPC = g.VPC
		}
	}
	a.in.ownInterfaces()
	a.in.Interfaces = append(a.in.Interfaces, e)
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

package planned

import (
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// deleteGroup deletes a group, unless AWS refuses to do so (Amazon EC2 user guide, delete
// a security group).
func (a *action) deleteGroup(id string) {
	g := a.in.group(id)
	if g == nil {
		a.conflict("the plan deletes %s, which is not among the groups that were read", id)
		return
	}
	if g.Default() {
		a.refuse("AWS refuses to delete %s, which is the default group of %s", g.Named(), g.VPC)
		return
	}
	for i := range a.in.Interfaces {
		if e := &a.in.Interfaces[i]; e.HasGroup(id) {
			if by := a.releasing(id); by != "" && e.Planned == inventory.NotPlanned {
				a.unknown("", "AWS refuses to delete %s while it is attached to %s, and it is not known whether %s detaches it", g.Named(), e.ID, by)
			} else {
				a.refuse("AWS refuses to delete %s while it is attached to %s", g.Named(), e.ID)
			}
			return
		}
	}
	if e := a.attachedFirst(id); e != nil {
		a.refuse("AWS refuses to delete %s while it is attached to %s: Terraform deletes it before it creates the group that replaces it, unless the resource has create_before_destroy", g.Named(), e.ID)
		return
	}
	for i := range a.in.Groups {
		if other := &a.in.Groups[i]; other.ID != id && references(other, id) && !a.in.goesBefore(other, id) {
			a.refuse("AWS refuses to delete %s while %s references it", g.Named(), other.Named())
			return
		}
	}
	if other := a.referencedFirst(id); other != nil {
		a.refuse("AWS refuses to delete %s while %s references it: Terraform deletes it before it creates the group that replaces it, unless the resource has create_before_destroy", g.Named(), other.Named())
		return
	}
	for _, s := range a.in.Associations {
		if s.Group == id && s.State == "associated" {
			a.refuse("AWS refuses to delete %s while it is associated with %s", g.Named(), s.VPC)
			return
		}
	}
	a.in.Groups = without(a.in.Groups, func(g *inventory.Group) bool { return g.ID == id })
}

// attachedFirst returns an interface that has a group at the time at which Terraform
// deletes the group to create another one in its place: one that exists and stays, and
// that gets the other group only later. It is nil where there is none.
func (a *action) attachedFirst(id string) *inventory.Interface {
	if !a.Replaced || a.CreatedFirst || a.releasing(id) != "" {
		return nil
	}
	for i := range a.in.was.Interfaces {
		e := &a.in.was.Interfaces[i]
		if e.HasGroup(id) && a.in.networkInterface(e.ID) != nil && !a.in.of.detaches(id, e.ID) {
			return e
		}
	}
	return nil
}

// detaches reports whether the plan deletes an attachment of a group to an interface.
func (c *copyOf) detaches(group, networkInterface string) bool {
	return slices.ContainsFunc(c.plan.Resources, func(r Resource) bool {
		return r.Type == "aws_network_interface_sg_attachment" && r.Before["security_group_id"] == group && r.Before["network_interface_id"] == networkInterface
	})
}

// goesBefore reports whether the plan deletes a group before another one that it
// references. Of groups that reference each other, directly or through others that the
// plan deletes too, none can be deleted first.
func (c *copied) goesBefore(g *inventory.Group, id string) bool {
	if g.Default() || !c.of.deletes(g.ID) {
		return false
	}
	seen := map[string]bool{}
	var leadsTo func(from string) bool
	leadsTo = func(from string) bool {
		at := c.group(from)
		if from == g.ID || at == nil || seen[from] || from != id && !c.of.deletes(from) {
			return from == g.ID
		}
		seen[from] = true
		return slices.ContainsFunc(at.Rules, func(r inventory.Rule) bool { return r.Peer.Group != nil && leadsTo(r.Peer.Group.ID) })
	}
	return !leadsTo(id)
}

// referencedFirst returns a group with a rule that references a group at the time at which
// Terraform deletes that group to create another one in its place. Rules and groups that
// Terraform deletes are deleted before what they reference; a rule that it changes is changed
// only when the other group exists. It is nil where there is none.
func (a *action) referencedFirst(id string) *inventory.Group {
	if !a.Replaced || a.CreatedFirst {
		return nil
	}
	for i := range a.in.was.Groups {
		other := &a.in.was.Groups[i]
		if other.ID == id || a.in.group(other.ID) == nil || a.in.of.deletes(other.ID) {
			continue
		}
		for j := range other.Rules {
			r := &other.Rules[j]
			first := slices.ContainsFunc(a.in.destroyed[other.ID], func(o inventory.Rule) bool { return inventory.CompareRules(&o, r) == 0 })
			if r.Peer.Group != nil && r.Peer.Group.ID == id && !first {
				return other
			}
		}
	}
	return nil
}

// references reports whether a rule of a group references another one.
func references(g *inventory.Group, id string) bool {
	return slices.ContainsFunc(g.Rules, func(r inventory.Rule) bool { return r.Peer.Group != nil && r.Peer.Group.ID == id })
}

// releasing returns the address of a resource that the plan changes or deletes, that holds
// the group before, and of which the interfaces are not known: it may detach the group. It
// is empty where there is none.
func (a *action) releasing(id string) string {
	c := a.in.of
	for i := range c.plan.Resources {
		r := &c.plan.Resources[i]
		if r.Address == a.Address || strings.Contains(r.Type, "security_group") || !holds(r.Before, id) {
			continue
		}
		followed := c.rows[r.Address]
		unsure := slices.ContainsFunc(c.outcome.Unknown, func(n Note) bool { return n.Address == r.Address })
		if unsure || !followed && (holderOf(r.Type) == nil || slices.Contains(laterTypes, r.Type)) {
			return r.Address
		}
	}
	return ""
}

// holds reports whether a text is among values, at any depth.
func holds(value any, text string) bool {
	switch x := value.(type) {
	case string:
		return x == text
	case []any:
		return slices.ContainsFunc(x, func(item any) bool { return holds(item, text) })
	case map[string]any:
		for _, item := range x {
			if holds(item, text) {
				return true
			}
		}
	}
	return false
}

// checkName notes that AWS refuses a new group with the name of another one in its VPC.
// Where the plan deletes that one, it is not known which comes first; a replaced group is
// deleted first, unless the plan creates the new one before that.
func (a *action) checkName() {
	name, vpc := a.after.known("name"), a.after.id("vpc_id", "vpc-")
	if vpc == "" {
		vpc = a.in.defaultVPC()
	}
	id := a.in.groupNamed(vpc, name)
	switch {
	case name == "" || id == "":
		return
	case name != "default" && !a.CreatedFirst && a.in.of.deletes(id), a.CreatedFirst && a.oldID() != id && a.in.of.deletes(id):
		return
	}
	a.refuse("AWS refuses to create a second security group with the name %.255q in %s, which has %s", name, vpc, id)
}

// deletes reports whether the plan deletes or replaces the resource with an id.
func (c *copyOf) deletes(id string) bool {
	return slices.ContainsFunc(c.plan.Resources, func(r Resource) bool {
		return r.Before["id"] == id && (r.After == nil || r.Replaced)
	})
}

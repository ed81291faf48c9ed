package planned

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

// describedInterfaces is the attribute of an instance of CloudFormation that describes
// its interfaces (NetworkInterfaces). Terraform has none that corresponds to it.
const describedInterfaces = "network_interfaces"

// makeInstance adds the interfaces of an instance that is created: those that it
// describes, or one.
func (a *action) makeInstance() {
	for _, key := range []string{"network_interface", "primary_network_interface"} {
		if blocks, _ := a.after.blocks(key); len(blocks) > 0 {
			return // its interfaces are resources of their own
		}
	}
	blocks, known := a.after.blocks(describedInterfaces)
	if !known {
		a.unknown(describedInterfaces, "the interfaces of the instance are known after apply")
		return
	}
	if len(blocks) == 0 {
		a.instanceInterface(a.after, a.Address)
	}
	for i, b := range blocks {
		if b.all["network_interface_id"] != nil {
			continue // it is a resource of its own
		}
		id := a.Address
		if i > 0 {
			id += fmt.Sprintf(" interface %d", i)
		}
		a.instanceInterface(b, id)
	}
}

func (a *action) instanceInterface(v values, id string) {
	const groups = "vpc_security_group_ids"
	e, known := a.newInterface(v, groups)
	e.ID, e.Instance, e.Subnet = id, a.Address, v.id("subnet_id", "subnet-")
	named, all := a.namedGroups(v, "security_groups", e.Subnet)
	if e.Groups = append(e.Groups, named...); len(e.Groups) == 0 {
		if !known || !all {
			return
		}
		if template, given := a.after.all["launch_template"]; given && !isEmpty(template) {
			a.unknown(v.name(groups), "the launch template may give the groups of the instance")
			return
		}
	}
	const associate = "associate_public_ip_address"
	if public, known := v.flag(associate); known {
		e.Planned = publicIf(public)
	} else if x, pending := v.pending(associate); (!pending || x.computed) && id == a.Address {
		e.Planned = a.in.of.publicIn(e.Subnet)
	}
	a.assignIPv6(v, &e)
	a.add(e)
}

func isEmpty(value any) bool {
	switch x := value.(type) {
	case nil:
		return true
	case []any:
		return len(x) == 0
	case map[string]any:
		return len(x) == 0
	case later:
		return x.computed
	}
	return false
}

// namedGroups returns the groups of a list of names or ids. A name is that of a group
// in the VPC of the subnet, or in the default VPC where there is no subnet (API
// reference of Amazon EC2, RunInstances, SecurityGroup). What is not known is noted.
func (a *action) namedGroups(v values, key, subnet string) (ids []string, known bool) {
	items, _ := v.all[key].([]any)
	vpc := ""
	if s := a.in.subnet(subnet); s != nil {
		vpc = s.VPC
	} else if subnet == "" {
		vpc = a.in.defaultVPC()
	}
	known = true
	rest := make([]any, 0, len(items))
	for i, item := range items {
		name, text := item.(string)
		if !text || inventory.IsGroupID(name) {
			rest = append(rest, item)
			continue
		}
		id := a.in.groupNamed(vpc, name)
		if id == "" {
			known = false
			a.unknown(fmt.Sprintf("%s[%d]", v.name(key), i), "no security group with the name %.255q is among those of the VPC of the instance that were read", name)
			continue
		}
		ids = append(ids, id)
	}
	from := v
	if items != nil {
		from = values{of: v.of, at: v.at, all: map[string]any{key: rest}}
	}
	more, all := from.idsOf(key, "sg-")
	if !all {
		a.unknown(v.name(key), "it is known after apply which ones they are%s", from.why(key, "sg-"))
	}
	return append(ids, more...), known && all
}

// sourceName is the attribute of a rule that names its source (CloudFormation:
// SourceSecurityGroupName). Terraform has none that corresponds to it.
const sourceName = "source_security_group_name"

// sourceByName returns the group that a rule has as its source by name, or nil. It is a
// group of the default VPC (API reference of Amazon EC2, AuthorizeSecurityGroupIngress).
func (a *action) sourceByName(v values) *inventory.GroupRef {
	name := v.known(sourceName)
	if _, pending := v.pending(sourceName); pending {
		a.unknown(v.name(sourceName), "it is known after apply which group it is")
	}
	if name == "" {
		return nil
	}
	id := a.in.groupNamed(a.in.defaultVPC(), name)
	if id == "" {
		a.unknown(v.name(sourceName), "no security group with the name %.255q is among those of the default VPC that were read", name)
		return nil
	}
	return &inventory.GroupRef{ID: id}
}

// groupByName is the attribute of a rule that names its own group (CloudFormation:
// GroupName). Terraform has none that corresponds to it.
const groupByName = "security_group_name"

// groupOfRule returns the group that a rule belongs to. One that is named is a group of the
// default VPC (API reference of Amazon EC2, AuthorizeSecurityGroupIngress).
func (a *action) groupOfRule(v values) string {
	name := v.known(groupByName)
	if name == "" {
		return v.id("security_group_id", "sg-")
	}
	id := a.in.groupNamed(a.in.defaultVPC(), name)
	if id == "" {
		a.unknown("security_group_id", "no security group with the name %.255q is among those of the default VPC that were read", name)
	}
	return id
}

func (c *copied) groupNamed(vpc, name string) string {
	for i := range c.Groups {
		if g := &c.Groups[i]; g.Name == name && g.VPC == vpc && vpc != "" {
			return g.ID
		}
	}
	return ""
}

// defaultVPC returns the id of the default VPC of the region, or nothing.
func (c *copied) defaultVPC() string {
	for i := range c.VPCs {
		if c.VPCs[i].Default {
			return c.VPCs[i].ID
		}
	}
	return ""
}

package planned

import (
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// group is aws_security_group. The rules in the group itself are compared with those
// before: Terraform revokes what is not among them any more, and allows what is new.
// A group that Terraform creates has no outbound rule but those: the provider revokes
// the one that AWS adds (AWS provider, aws_security_group).
func (a *action) group(pass int) {
	switch pass {
	case passMake:
		if a.makes() {
			a.checkName()
			a.in.Groups = append(a.in.Groups, inventory.Group{
				ID: a.id, Name: a.groupName(), Owner: a.in.AccountID, Description: a.after.known("description"),
				VPC: a.vpcOf(), Tags: a.after.tags(),
			})
		} else if g := a.in.group(a.id); g != nil && a.updates() && a.changed("tags_all") {
			g.Tags = a.after.tags()
		}
	case passRevoke:
		if a.updates() {
			before := a.inline(a.before)
			a.revoke(a.id, before, append(a.inline(a.after), a.mayStay(before)...))
		}
	case passAllow:
		switch {
		case a.makes():
			a.allow(a.id, nil, a.inline(a.after))
		case a.updates():
			a.allow(a.id, a.inline(a.before), a.inline(a.after))
		}
	case passDelete:
		if a.removes() {
			a.deleteGroup(a.oldID())
		}
	}
}

// groupName is the name of a group that is created: the one that is given, or how
// it begins, or that of the resource.
func (a *action) groupName() string {
	for _, name := range []string{a.after.known("name"), a.after.known("name_prefix")} {
		if name != "" {
			return name
		}
	}
	name := a.Address
	if i := strings.LastIndexByte(name, '.'); i >= 0 && !strings.Contains(name[i:], "]") {
		name = name[i+1:]
	}
	return name
}

// vpcOf returns the VPC of what is created: the region's default one where none is given.
func (a *action) vpcOf() string {
	const key = "vpc_id"
	if x, pending := a.after.pending(key); a.after.all[key] == nil || pending && x.computed {
		return a.in.defaultVPC()
	}
	id := a.after.id(key, "vpc-")
	if id != "" && a.in.vpc(id) == nil {
		a.missing(id, "VPCs")
	}
	return id
}

// defaultGroup is aws_default_security_group: it takes the default group of the VPC
// over, with the rules that are given and no others. Terraform never deletes it.
func (a *action) defaultGroup(pass int) {
	if a.deleted() {
		return
	}
	id := a.id
	if !a.updates() {
		vpc := a.vpcOf()
		for i := range a.in.Groups {
			if g := &a.in.Groups[i]; g.VPC == vpc && g.Default() {
				id = g.ID
			}
		}
	}
	g := a.in.group(id)
	if g == nil {
		if pass == passAllow {
			a.unknown("vpc_id", "its default group is not among the groups that were read")
		}
		return
	}
	a.id = id
	switch pass {
	case passRevoke:
		if !a.updates() {
			g.Rules = nil
			return
		}
		before := a.inline(a.before)
		a.revoke(id, before, append(a.inline(a.after), a.mayStay(before)...))
	case passAllow:
		var before []inventory.Rule
		if a.updates() {
			before = a.inline(a.before)
		}
		a.allow(id, before, a.inline(a.after))
	}
}

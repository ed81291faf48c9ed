package planned

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// attaches reports whether a resource of a type that has no row of its own has groups, or
// gets the default one of a VPC.
func (c *copyOf) attaches(r *Resource) bool {
	if strings.HasPrefix(r.Type, "aws_security_group") || strings.HasPrefix(r.Type, "aws_vpc_security_group") {
		return false // a group, or what belongs to one, is not attached to anything by it
	}
	if isCustom(r.Type) {
		return false
	}
	return slices.ContainsFunc(append(groupKeys(r.Type, r.Before, ""), groupKeys(r.Type, r.After, "")...), func(k groupKey) bool {
		x, pending := k.all[k.key].(later)
		return !pending || !x.computed
	}) || c.getsDefault(r) || holderOf(r.Type) != nil && r.Before != nil && r.After != nil && r.changesPublic()
}

// anything is any other resource with groups. Of what is created, nothing but the groups
// is known: whether they will be attached to interfaces, and where, is not, so that no
// verdict may rest on it. The interfaces of what exists are found by its row of holders.
func (a *action) anything(pass int) {
	if pass != passAttach {
		return
	}
	was, _, _ := a.groupsIn(a.before)
	is, attribute, known := a.groupsIn(a.after)
	h := holderOf(a.Type)
	if a.removes() {
		a.leaves(h, was)
	}
	switch {
	case a.makes():
		if len(is) == 0 && known && a.in.of.getsDefault(a.Resource) {
			is = a.defaultsOf(a.vpcOfCreated())
		}
		a.comes(is)
	case a.updates():
		a.publish(h, was, is)
		a.moves()
		gone, come := a.groupChange(was, is, known)
		if len(gone)+len(come) > 0 {
			a.regroups(h, attribute, was, gone, come)
		}
	}
}

// groupChange returns the groups that a resource loses, and those that it gets. Where
// some of those afterwards are not known, it loses none.
func (a *action) groupChange(was, is []string, known bool) (gone, come []string) {
	if known {
		gone = joined(was, is, nil)
	}
	return gone, joined(is, was, nil)
}

// comes adds an interface with groups, of which nothing else is known.
func (a *action) comes(groups []string) {
	e := inventory.Interface{ID: a.Address, Account: a.in.AccountID, Planned: inventory.PlannedUnsure, PlannedIPv6: inventory.PlannedUnsure, Description: "of " + a.Address}
	for _, id := range groups {
		if a.in.group(id) != nil {
			e.Groups = append(e.Groups, id)
		}
	}
	if len(e.Groups) > 0 {
		a.add(e)
	}
}

// regroups gives other groups to the interfaces of a resource that exists. Where they are
// not known, groups that it did not have before are those of an interface of which
// nothing else is known.
func (a *action) regroups(h *holder, attribute string, was, gone, come []string) {
	if slices.Contains(laterTypes, a.Type) {
		a.comes(come)
		return
	}
	ids, why := a.interfacesOf(h, was)
	a.reholds(h, gone, come)
	if why != "" {
		a.unknown(attribute, "the groups change, but %s: those that exist keep their groups", why)
		a.comes(come)
		return
	}
	a.regroup(ids, gone, come)
}

// leaves drops the interfaces of a resource that is deleted.
func (a *action) leaves(h *holder, was []string) {
	if len(was) == 0 || slices.Contains(laterTypes, a.Type) {
		return
	}
	ids, why := a.interfacesOf(h, was)
	a.reholds(h, was, nil)
	if why != "" {
		a.unknown("", "the resource is deleted, but %s: they stay in the copy", why)
		return
	}
	a.drop(func(e *inventory.Interface) bool { return slices.Contains(ids, e.ID) })
}

// groupsIn returns the ids of all groups among the attributes of a resource, sorted, with
// the first attribute that holds some. It reports false where some are known after apply
// only, which is noted.
func (a *action) groupsIn(v values) (ids []string, attribute string, known bool) {
	known = true
	for _, at := range groupKeys(a.Type, v.all, "") {
		name := strings.TrimPrefix(at.at+"."+at.key, ".")
		if attribute == "" {
			attribute = name
		}
		of, all := a.idsOrNames(values{of: a, at: at.at, all: at.all}, at.key)
		if x, pending := at.all[at.key].(later); !all || pending && x.computed && a.updates() {
			a.unknown(name, "it is known after apply which groups they are%s", values{all: at.all}.why(at.key, "sg-"))
			known = false
		}
		ids = append(ids, of...)
	}
	return joined(nil, nil, ids), attribute, known
}

type groupKey struct {
	at, key string
	all     map[string]any
}

// groupKeys finds the lists of ids of groups among values, or of names where a type of
// resources has them.
func groupKeys(kind string, all map[string]any, at string) (found []groupKey) {
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if holder := groupsUnder(kind, all, at, key); holder != nil {
			found = append(found, groupKey{at, key, holder})
			continue
		}
		switch x := all[key].(type) {
		case []any:
			for i, item := range x {
				if m, ok := item.(map[string]any); ok {
					found = append(found, groupKeys(kind, m, strings.TrimPrefix(fmt.Sprintf("%s.%s[%d]", at, key, i), "."))...)
				}
			}
		case map[string]any:
			found = append(found, groupKeys(kind, x, strings.TrimPrefix(at+"."+key, "."))...)
		}
	}
	return found
}

// groupsUnder returns the values with an attribute if that holds groups, as a list, and nil
// if it does not.
func groupsUnder(kind string, all map[string]any, at, key string) map[string]any {
	one, many := namesOne(key), namesGroups(key) || key == "Groups" && strings.Contains(at, "NetworkInterfaces[")
	named := slices.Contains(byName, kind)
	if named && plain(key) == "value" && setsGroups(all) { // a setting of Elastic Beanstalk
		one = true
	}
	switch x := all[key].(type) {
	case later: // of which AWS may give the value
		if many || one && plain(key) != "serviceaccesssecuritygroup" { // which AWS makes for a cluster of EMR that is given none
			return all
		}
	case string:
		if ids := idsIn(x); one && areGroups(ids, named) {
			return map[string]any{key: ids}
		}
	case []any:
		if list := groupIDs(x); (many || one) && areGroups(list, named) {
			return map[string]any{key: list}
		}
	}
	return nil
}

// groupIDs takes the ids out of a list of blocks, as a Spot fleet of CloudFormation has them,
// or out of a list of ARNs, as AWS DataSync has them. Other lists stay as they are.
func groupIDs(list []any) []any {
	ids := make([]any, len(list))
	for i, item := range list {
		ids[i] = item
		if block, is := item.(map[string]any); is && block["GroupId"] != nil {
			ids[i] = block["GroupId"]
		}
		if arn, is := item.(string); is && inventory.IsARN(arn) {
			if _, id, found := strings.Cut(arn, ":security-group/"); found {
				ids[i] = id
			}
		}
	}
	return ids
}

// idsIn splits a text that holds ids with commas between them, as those of EMR do.
func idsIn(text string) (ids []any) {
	for _, id := range strings.Split(text, ",") {
		ids = append(ids, strings.TrimSpace(id))
	}
	return ids
}

// plain is the name of an attribute of Terraform or of CloudFormation in one form.
func plain(key string) string { return strings.ToLower(strings.ReplaceAll(key, "_", "")) }

// namesOne reports whether an attribute holds the id of a group, or several as EMR has
// them: those of its master and core nodes. A group that AWS makes, of an EKS cluster or
// of a VPC, is not among them, and neither is one that is the source of a rule.
func namesOne(key string) bool {
	key = plain(key)
	for _, other := range []string{"source", "referenced", "cluster", "default"} {
		if strings.HasPrefix(key, other) {
			return false
		}
	}
	return strings.HasSuffix(key, "securitygroup") || strings.HasSuffix(key, "securitygroupid") ||
		strings.HasSuffix(key, "mastersecuritygroups") || strings.HasSuffix(key, "slavesecuritygroups")
}

func namesGroups(key string) bool {
	key = plain(key)
	return !strings.HasPrefix(key, "source") && (key == "securitygroups" || key == "securitygroupnames" || key == "groupset" || strings.HasSuffix(key, "securitygroupids") || key == "securitygrouparns" || key == "vpcsecuritygroups")
}

// areGroups reports whether a list holds ids of groups, or what may be some: names of
// other things have the same attribute in some resources. In others, names of groups are
// in the place of ids.
func areGroups(list []any, named bool) bool {
	return slices.ContainsFunc(list, func(item any) bool {
		switch x := item.(type) {
		case string:
			return inventory.IsGroupID(x) || named && x != ""
		case later:
			return len(x.of) > 0 || x.open
		}
		return false
	})
}

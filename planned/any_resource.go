package planned

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

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
			if namesGroups(key) && (len(x.of) > 0 || x.open) {
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
	key = strings.ToLower(strings.ReplaceAll(key, "_", "")) // of Terraform or of CloudFormation
	return key == "securitygroups" || key == "groupset" || strings.HasSuffix(key, "securitygroupids") || key == "vpcsecuritygroups"
}

// areGroups reports whether a list holds ids of groups, or what may be some: names of
// other things have the same attribute in some resources.
func areGroups(list []any) bool {
	return slices.ContainsFunc(list, func(item any) bool {
		switch x := item.(type) {
		case string:
			return inventory.IsGroupID(x)
		case later:
			return len(x.of) > 0 || x.open
		}
		return false
	})
}

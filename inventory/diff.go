package inventory

import (
	"cmp"
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
			if part.row().items == nil {
				continue // ids of rules, which Diff does not report
			}
			for _, c := range part.row().items.diff(p[0], p[1]) {
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

// diffGroups says which groups and which rules came and went, by their text.
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

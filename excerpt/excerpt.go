// Package excerpt cuts out of an inventory the part that the findings about one
// security group depend on: what a report of a fault needs, and no more.
//
// It removes one thing after the other, in halves first, and keeps each removal
// after which an audit finds the same about the group and reach has the same
// verdicts on its rules. What is left is the smallest in the sense that none of
// it can be removed by itself. The rules of the group stay, and so does what was
// read and what was not: a part that was read counts as read though it be empty
// now. Inventories come normalised and leave normalised.
package excerpt

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// About returns a copy of the snapshot without what the findings about the
// groups with this id or name do not depend on, and how many groups these are.
// The settings are those of the audit that found them; their Now is what dates
// are compared with.
func About(s *inventory.Snapshot, group string, opts audit.Options) (*inventory.Snapshot, int, error) {
	var text bytes.Buffer
	if err := s.Save(&text); err != nil {
		return nil, 0, err
	}
	small, err := inventory.Load(&text)
	if err != nil {
		return nil, 0, err
	}
	c := &cutter{inv: small.Inventory, group: group, opts: opts}
	n := 0
	for _, r := range c.inv.Regions {
		n += len(c.chosen(r))
	}
	if n == 0 {
		return nil, 0, nil
	}
	c.want = c.judge()
	for before := -1; before != c.removed; {
		before = c.removed
		c.reduce(reflect.ValueOf(c.inv).Elem())
	}
	return small, n, nil
}

type cutter struct {
	inv     *inventory.Inventory
	group   string
	opts    audit.Options
	want    []string
	removed int
}

func (c *cutter) chosen(r *inventory.Region) (list []*inventory.Group) {
	for i := range r.Groups {
		if g := &r.Groups[i]; c.isChosen(g) {
			list = append(list, g)
		}
	}
	return list
}

func (c *cutter) isChosen(g *inventory.Group) bool { return g.ID == c.group || g.Name == c.group }

// judge says what an audit finds about the groups, and what reach decides about
// each of their rules.
func (c *cutter) judge() (list []string) {
	about := map[[3]string]bool{}
	for _, r := range c.inv.Regions {
		groups := c.chosen(r)
		if len(groups) == 0 {
			continue
		}
		n := reach.New(r)
		for _, g := range groups {
			about[[3]string{r.AccountID, r.Name, g.ID}] = true
			list = append(list, fmt.Sprint(r.AccountID, r.Name, g.ID, " ", n.Group(g).Verdict))
			for i := range g.Rules {
				list = append(list, fmt.Sprint(g.ID, " ", g.Rules[i].String(), " ", n.Rule(g, &g.Rules[i]).Verdict))
			}
		}
	}
	report := audit.Run(c.inv, c.opts)
	for _, f := range report.Findings {
		if !about[[3]string{f.AccountID, f.Region, f.GroupID}] {
			continue
		}
		rule := ""
		if f.Rule != nil {
			rule = f.Rule.String()
		}
		list = append(list, fmt.Sprint(f.ID, f.Check, " ", f.Severity, " ", f.Exposure.Verdict, " ", rule))
	}
	slices.Sort(list)
	return list
}

// holds reports whether nothing that matters has changed.
func (c *cutter) holds() bool { return slices.Equal(c.judge(), c.want) }

// reduce removes what it can of every list, and of what is left in it.
func (c *cutter) reduce(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			c.reduce(v.Elem())
		}
	case reflect.Slice:
		c.halve(v)
		for i := range v.Len() {
			c.reduce(v.Index(i))
		}
	case reflect.Struct:
		g, isGroup := v.Addr().Interface().(*inventory.Group)
		for i := range v.NumField() {
			switch name := v.Type().Field(i).Name; {
			case isGroup && name == "Rules" && c.isChosen(g), name == "Gaps":
			case name == "Description" && v.Field(i).String() != "":
				c.without(v.Field(i))
			case v.Field(i).CanSet():
				c.reduce(v.Field(i))
			}
		}
	}
}

// without empties a text where that changes nothing.
func (c *cutter) without(v reflect.Value) {
	was := v.String()
	if v.SetString(""); c.holds() {
		c.removed++
		return
	}
	v.SetString(was)
}

// halve removes as many items of a list as it can, many at once first.
func (c *cutter) halve(v reflect.Value) {
	for size := v.Len(); size > 0; size /= 2 {
		for at := 0; at < v.Len(); {
			was := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(was, v)
			end := min(at+size, was.Len())
			left := reflect.MakeSlice(v.Type(), 0, was.Len())
			left = reflect.AppendSlice(reflect.AppendSlice(left, was.Slice(0, at)), was.Slice(end, was.Len()))
			if v.Set(left); c.holds() {
				c.removed += end - at
				continue
			}
			v.Set(was)
			at = end
		}
	}
	if v.Len() == 0 {
		v.SetZero()
	}
}

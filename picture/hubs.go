package picture

import (
	"slices"

	"github.com/sgaudit/sgaudit/findings"
)

// rings numbers the sets of unused groups that reference each other.
func (b *builder) rings(v *VPC) {
	number := 0
	for _, box := range v.Aside {
		if box.Ring > 0 {
			continue
		}
		set := []*Box{box}
		for i := 0; i < len(set); i++ {
			for _, o := range v.Aside {
				if !slices.Contains(set, o) && (references(set[i], o) || references(o, set[i])) {
					set = append(set, o)
				}
			}
		}
		if len(set) > 1 {
			number++
			for _, o := range set {
				o.Ring = number
			}
		}
	}
}

func references(b, other *Box) bool {
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			if s.Box == other {
				return true
			}
		}
	}
	return false
}

// hub is the number of boxes from which on the same traffic to all of them is
// written and not drawn: one line each would cross all others.
const hub = 7

// hubs writes what a box sends to very many others at both ends.
func (v *VPC) hubs() {
	type way struct {
		from  *Box
		label string
	}
	targets := map[way][]*Source{}
	var order []way
	for _, box := range v.Boxes {
		for _, d := range box.Doors {
			for _, s := range d.Sources {
				if s.From == FromGroup && s.Severity() < findings.Medium {
					w := way{s.Box, d.Label}
					if targets[w] == nil {
						order = append(order, w)
					}
					targets[w] = append(targets[w], s)
				}
			}
		}
	}
	for _, w := range order {
		if list := targets[w]; len(list) >= hub {
			w.from.Reaches = append(w.from.Reaches, w.label+" to "+decimal(len(list))+" groups")
			for _, s := range list {
				s.Written = true
			}
		}
	}
	for _, box := range v.Boxes {
		slices.Sort(box.Reaches)
	}
}

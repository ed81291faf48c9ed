package picture

import (
	"cmp"
	"slices"
)

// across knows the boxes of all VPCs, for the picture of one group, which shows its
// neighbours in other VPCs too.
type across struct {
	box  map[place]*Box // by group
	vpc  map[*Box]*VPC
	into map[*Box][]*Box // boxes of other VPCs that a box may connect to, in the order of the VPCs
}

func newAcross(vpcs []*VPC) *across {
	a := &across{map[place]*Box{}, map[*Box]*VPC{}, map[*Box][]*Box{}}
	for _, v := range vpcs {
		for _, b := range slices.Concat(v.Boxes, v.Aside) {
			a.vpc[b] = v
			for _, m := range b.Members {
				a.box[place{v.Account.ID, v.Region, m.ID}] = b
			}
		}
	}
	for _, v := range vpcs {
		for _, b := range slices.Concat(v.Boxes, v.Aside) {
			for _, d := range b.Doors {
				for _, s := range d.Sources {
					if from := a.of(s); from != nil && s.Box == nil && !slices.Contains(a.into[from], b) {
						a.into[from] = append(a.into[from], b)
					}
				}
			}
		}
	}
	return a
}

// of returns the box that a source is, nil where no box of a VPC that was read is.
func (a *across) of(s *Source) *Box {
	if s.From == FromOutside {
		return a.box[s.outside]
	}
	return s.Box
}

// Only returns the picture of the VPCs that match: by id or by name.
func (p *Picture) Only(vpcs []string) *Picture {
	out := &Picture{Caller: p.Caller, Incomplete: p.Incomplete, across: p.across}
	for _, v := range p.VPCs {
		if slices.Contains(vpcs, v.ID) || v.Name != "" && slices.Contains(vpcs, v.Name) {
			out.VPCs = append(out.VPCs, v)
		}
	}
	return out
}

// Focus returns the picture of one group, named by its id or its name: the group
// with all its doors, what may connect to it and what it may connect to, in other
// VPCs too. Of the boxes around it only the doors are kept that concern it, and the
// way that the internet has to those that connect to it. The picture should be an
// unfolded one. It is empty where no VPC holds the group.
func (p *Picture) Focus(group string) *Picture {
	out := &Picture{Caller: p.Caller, Incomplete: p.Incomplete, across: p.across}
	for _, v := range p.VPCs {
		for _, b := range slices.Concat(v.Boxes, v.Aside) {
			if slices.ContainsFunc(b.Members, func(m Member) bool { return m.ID == group || m.Name == group }) {
				out.VPCs = append(out.VPCs, p.across.focus(v, b))
			}
		}
	}
	return out
}

// Around returns the picture of one box of a VPC and its neighbours, as Focus
// does for a group.
func (p *Picture) Around(v *VPC, b *Box) *Picture {
	return &Picture{Caller: p.Caller, VPCs: []*VPC{p.across.focus(v, b)}, across: p.across}
}

// Boxes counts the boxes of the picture.
func (p *Picture) Boxes() int {
	n := 0
	for _, v := range p.VPCs {
		n += len(v.Boxes)
	}
	return n
}

func (a *across) focus(v *VPC, centre *Box) *VPC {
	out := *v
	out.Boxes, out.Aside, out.Closed, out.Counts = nil, nil, nil, [5]int{}
	kept := map[*Box]*Box{}
	var order []*Box // of the copies
	keep := func(b *Box, doors []*Door) {
		c := *b
		c.Doors, c.Reaches = doors, nil
		if other := a.vpc[b]; other != v {
			c.Elsewhere, c.near = other, v.ID
		}
		kept[b] = &c
		order = append(order, &c)
	}
	keep(centre, centre.Doors)
	for _, d := range centre.Doors {
		for _, s := range d.Sources {
			if from := a.of(s); from != nil && kept[from] == nil {
				keep(from, internetDoors(from))
			}
		}
	}
	for _, b := range slices.Concat(v.Boxes, v.Aside, a.into[centre]) {
		doors := doorsFor(b, func(s *Source) bool { return a.of(s) == centre })
		switch {
		case len(doors) == 0 || b == centre:
		case kept[b] != nil: // it connects to the group as well
			kept[b].Doors = append(kept[b].Doors, doors...)
		default:
			keep(b, doors)
		}
	}
	for _, c := range order { // what stood aside has its doors and lines here, not a name alone
		a.rename(c, kept)
		out.Boxes = append(out.Boxes, c)
	}
	for _, f := range kept[centre].all() {
		out.Counts[f.Severity]++
	}
	slices.SortStableFunc(out.Boxes, (*Box).compare)
	return &out
}

// internetDoors returns the doors of a box that are open to the internet, with
// that source alone.
func internetDoors(b *Box) []*Door {
	return doorsFor(b, func(s *Source) bool { return s.From == FromInternet || s.From == FromRange })
}

// doorsFor returns the doors of a box that some of the wanted sources may use,
// with those sources alone.
func doorsFor(b *Box, wanted func(*Source) bool) []*Door {
	var doors []*Door
	for _, d := range b.Doors {
		var sources []*Source
		for _, s := range d.Sources {
			if wanted(s) {
				sources = append(sources, s)
			}
		}
		if len(sources) > 0 {
			c := *d
			c.Sources = sources
			doors = append(doors, &c)
		}
	}
	return doors
}

// rename lets the sources of a copied box name the copies, and draws what was
// written because the whole picture had no room: a focus has few boxes.
func (a *across) rename(b *Box, kept map[*Box]*Box) {
	doors := make([]*Door, len(b.Doors))
	for i, d := range b.Doors {
		c := *d
		c.Sources = nil
		for _, s := range d.Sources {
			n := *s
			n.Box = kept[a.of(s)]
			if n.Box != nil {
				n.From = FromGroup
			}
			n.Written = false
			c.Sources = append(c.Sources, &n)
		}
		doors[i] = &c
	}
	b.Doors = doors
}

// all returns the findings of a box and of its doors.
func (b *Box) all() []Finding {
	list := slices.Clone(b.Findings)
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			list = append(list, s.Findings...)
		}
	}
	return list
}

// Findings returns every finding that has its place in the VPC's picture, the
// gravest first.
func (v *VPC) Findings() []Finding {
	var list []Finding
	for _, b := range slices.Concat(v.Boxes, v.Aside) {
		list = append(list, b.all()...)
	}
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Or(cmp.Compare(b.Severity, a.Severity), cmp.Compare(a.ID, b.ID)) })
	return slices.CompactFunc(list, func(a, b Finding) bool { return a.ID == b.ID })
}

package picture

import "slices"

// link is a line of the picture in the formats that are text.
type link struct {
	from   string // the id of a node
	to     *Box
	row    int
	door   *Door
	source *Source
}

// Anchor names a box in every format, by its first group. A box of another VPC may
// stand in several pictures of one document.
func (b *Box) Anchor() string {
	if b.Elsewhere != nil {
		return "g-" + b.Members[0].ID + "-near-" + b.near
	}
	return "g-" + b.Members[0].ID
}

// cluster is boxes of one VPC.
type cluster struct {
	title string
	boxes []*Box
}

// clusters returns the boxes of a VPC, then those of other VPCs that the picture of
// one group shows beside it, by VPC.
func (v *VPC) clusters() []cluster {
	list := []cluster{{title: v.Title() + " · " + v.Where()}}
	at := map[*VPC]int{nil: 0}
	for _, b := range slices.Concat(v.Boxes, v.Aside) {
		i, known := at[b.Elsewhere]
		if !known {
			i = len(list)
			at[b.Elsewhere] = i
			list = append(list, cluster{title: b.Elsewhere.Title() + " · " + b.Elsewhere.Where()})
		}
		list[i].boxes = append(list[i].boxes, b)
	}
	return list
}

// links returns the lines of a VPC in the order of their boxes and doors: the
// same that the drawing has, but for what it leaves out of doors that are too
// many.
func (v *VPC) links() []link {
	var list []link
	for _, b := range v.Boxes {
		for row, d := range b.Doors {
			for _, s := range d.Sources {
				l := link{to: b, row: row, door: d, source: s}
				switch {
				case s.From == FromInternet:
					l.from = "internet"
				case s.From == FromRange:
					l.from = "r-" + v.ID + "-" + s.Text
				case s.From == FromGroup && !s.Written:
					l.from = s.Box.Anchor()
				default:
					continue
				}
				list = append(list, l)
			}
		}
	}
	return list
}

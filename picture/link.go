package picture

// link is a line of the picture in the formats that are text.
type link struct {
	from   string // the id of a node
	to     *Box
	row    int
	door   *Door
	source *Source
}

// Anchor names a box in every format, by its first group.
func (b *Box) Anchor() string { return "g-" + b.Members[0].ID }

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

package picture

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
)

// The column view is for narrow pages: the wall on the left, the boxes under
// each other from the edge to the data, lines between them on the right.
const (
	columnWidth = 390.0
	columnWall  = 30.0
	columnBox   = 72.0 // the left side of the boxes
	gutter      = 84.0 // on the right of the boxes
)

// Columns draws the VPCs that Column draws, each in a picture of its own: they
// can stand on several pages, or beside each other.
func (p *Picture) Columns() []string {
	drawn, _ := p.choose(false)
	drawn, _ = within(drawn)
	var list []string
	for i, v := range drawn {
		one := *p
		one.VPCs, one.Incomplete, one.mark = []*VPC{v}, nil, decimal(i)
		svg, _ := one.Column(true)
		list = append(list, svg)
	}
	return list
}

// Column draws the VPCs in one column.
func (p *Picture) Column(all bool) (svg string, left []string) {
	drawn, calm := p.choose(all)
	drawn, omitted := within(drawn)
	if len(omitted) > 0 {
		left = append(left, fmt.Sprintf("%d of %d VPCs are drawn.", len(drawn), len(p.VPCs)))
	}
	for _, region := range p.Incomplete {
		left = append(left, region+" was not read in full.")
	}
	var bands, lines, boxes canvas
	l := &layers{picture: p, columns: 1, width: columnWidth}
	l.boxes.embedded, bands.embedded = p.embedded, p.embedded
	top := 40.0
	if p.embedded != "" { // a page has a title of its own
		top = 8
	}
	y := top
	for _, v := range drawn {
		y = v.column(l, &bands, &lines, y) + vpcGap
	}
	boxes.WriteString(l.boxes.String())
	for _, v := range slices.Concat(omitted, calm) {
		bands.text(columnBox, y+8, 11, 400, dim, "", fit(v.line(), columnWidth-columnBox-margin, 11, false))
		y += 18
	}
	height := y + 16*float64(len(left))
	if len(left)+len(omitted)+len(calm) == 0 {
		height = y - vpcGap + margin
	}
	title := p.Of() + ": who can reach what"
	c := canvas{embedded: p.embedded, mark: p.mark}
	c.startSVG(columnWidth, height, title, "The internet is the bar on the left. Each security group is a box with a row for each inbound traffic that it allows.")
	if p.embedded == "" {
		c.text(margin, 24, 14, 700, ink, "", fit(title, columnWidth-2*margin, 14, true))
	}
	c.WriteString(bands.String())
	c.rect(margin, top, columnWall, y-top-vpcGap, 6, 0, "", wall, wall)
	fmt.Fprintf(&c, `<text transform="translate(%s %s) rotate(-90)" text-anchor="middle" font-size="12" font-weight="700" letter-spacing="4" %s>INTERNET</text>`+"\n",
		number(margin+columnWall/2+4), number(top+min((y-top)/2, 160)), fill(inverse))
	c.WriteString(lines.String())
	c.WriteString(boxes.String())
	for i, text := range left {
		c.text(margin, y+8+16*float64(i), 11, 600, ink, "", fit(text, columnWidth-2*margin, 11, true))
	}
	c.endSVG()
	return p.finished(c.String()), left
}

// column draws one VPC from the height y on.
func (v *VPC) column(l *layers, bands, lines *canvas, y float64) float64 {
	top := y
	y += 52
	tiers := []Tier{Edge, Application, Data}
	list := slices.Clone(v.Boxes)
	slices.SortStableFunc(list, func(a, b *Box) int {
		return cmp.Or(cmp.Compare(slices.Index(tiers, a.Tier), slices.Index(tiers, b.Tier)), cmp.Compare(a.column, b.column), a.compare(b))
	})
	for _, b := range list {
		b.x, b.y = columnBox, y
		y += b.height() + 14
	}
	for _, b := range list {
		l.box(v, b)
		for row, d := range b.shownDoors() {
			for _, s := range d.Sources {
				v.columnLine(lines, b, row, d, s)
			}
		}
	}
	for _, b := range v.Aside {
		if b.chipWidth() > columnWidth-columnBox-margin {
			l.boxes.text(columnBox, y+14, 11, 400, grades[b.Severity()], "", fit(b.chipText(), columnWidth-columnBox-margin-10, 11, false))
		} else {
			l.chip(b, columnBox, y)
		}
		y += chipHeight + 6
	}
	if n := len(v.Closed); n > 0 {
		l.boxes.text(columnBox, y+12, 10.5, 400, dim, "", decimal(n)+" more not attached and without a finding")
		y += 18
	}
	bands.group(v.Anchor(), fmt.Sprintf("VPC %s (%s) in %s", v.Title(), v.ID, v.Where()))
	bands.rect(margin+columnWall+14, top, columnWidth-2*margin-columnWall-14, y-top+4, 8, 1, "", band, rule)
	bands.text(columnBox, top+20, 13, 600, ink, "", fit(v.Title(), columnWidth-columnBox-2*margin, 13, true))
	bands.text(columnBox, top+36, 10.5, 400, dim, "", fit(v.ID+" · "+v.Where()+" · "+decimal(v.Groups)+" "+plural("group", v.Groups), columnWidth-columnBox-2*margin, 10.5, false))
	bands.endGroup()
	return y + 4
}

// columnLine draws the line of one source: short from the wall, an arc on the
// right from another box, a tick with a name from a range.
func (v *VPC) columnLine(c *canvas, b *Box, row int, d *Door, s *Source) {
	width, dash := lineOf(s.Severity())
	g := grades[s.Severity()]
	y := b.y + b.rowY(row)
	switch {
	case s.From == FromInternet:
		end := columnBox - 4
		stopped := s.Verdict() == "not-reachable" && s.Severity() > findings.Info
		switch {
		case stopped:
			dash, end = "5 3", columnBox-12
		case s.Verdict() == "unknown" && s.Severity() > findings.Info:
			dash = "1.5 5"
		}
		c.group("", "the internet → "+b.Title()+": "+d.Label)
		c.path(fmt.Sprintf("M%s %s H%s", number(margin+columnWall), number(y), number(end)), width, dash, g)
		if stopped {
			c.path(fmt.Sprintf("M%s %s v12 M%s %s v12", number(end+2), number(y-6), number(end+6), number(y-6)), 2, "", g)
		} else {
			c.arrow(columnBox-1, y, 1, 3+width*0.6, g)
		}
		c.endGroup()
	case s.From == FromGroup && !s.Written:
		x := columnBox + boxWidth
		from := s.Box.y + 15
		out := x + min(gutter-margin-4, 18+absolute(y-from)*0.12)
		c.group("", s.title()+" → "+b.Title()+": "+d.Label)
		c.path(fmt.Sprintf("M%s %s C%s %s %s %s %s %s", number(x), number(from), number(out), number(from), number(out), number(y), number(x+5), number(y)), width, dash, g)
		c.arrow(x+1, y, -1, 3+width*0.6, g)
		c.endGroup()
	case s.From == FromRange:
		c.group("", s.Text+" → "+b.Title()+": "+d.Label)
		c.path(fmt.Sprintf("M%s %s H%s", number(columnBox-12), number(y), number(columnBox-4)), width, dash, g)
		c.arrow(columnBox-1, y, 1, 3+width*0.6, g)
		c.endGroup()
	}
}

func absolute(x float64) float64 { return max(x, -x) }

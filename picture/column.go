package picture

import (
	"cmp"
	"fmt"
	"slices"
)

// The column view is for narrow pages: the wall on the left, the boxes under
// each other from the edge to the data, lines between them on the right.
const (
	columnWidth = 390.0
	columnWall  = 30.0
	columnBand  = margin + columnWall + 14
	columnBox   = 72.0 // the left side of the boxes
	gutter      = 84.0 // on the right of the boxes
)

// Columns draws the VPCs that Column draws, each in a picture of its own: they
// can stand on several pages, or beside each other. The first one has the legend of
// all.
func (p *Picture) Columns() []string {
	drawn, _ := p.choose(false)
	drawn, _, _ = fitting(drawn, mostBytes)
	list := make([]string, len(drawn))
	used := map[string]bool{}
	for i, v := range slices.Backward(drawn) {
		one := *p
		one.VPCs, one.Incomplete, one.mark = []*VPC{v}, nil, decimal(i)
		list[i], _ = one.column(true, mostBytes, used, i == 0)
	}
	return list
}

// Column draws the VPCs in one column.
func (p *Picture) Column(all bool) (svg string, left []string) {
	return drawWithin(func(most int) (string, []string) { return p.column(all, most, map[string]bool{}, true) })
}

// column draws the VPCs in one column, with a legend of what they and the pictures
// before them use.
func (p *Picture) column(all bool, most int, used map[string]bool, explained bool) (svg string, left []string) {
	drawn, calm := p.choose(all)
	drawn, omitted, left := fitting(drawn, most)
	if len(omitted) > 0 {
		left = append(left, fmt.Sprintf("%d of %d VPCs are drawn.", len(drawn), len(p.VPCs)))
	}
	for _, region := range p.Incomplete {
		left = append(left, region+" was not read in full.")
	}
	top := 40.0
	written := slices.Clip(left)
	if p.embedded == "" {
		written = append(written, p.Omitted()...)
	} else { // a page has a title of its own, and lists the findings
		top = 8
	}
	draw := func(from float64) (l *layers, wallEnd, bottom float64) {
		l = &layers{picture: p, columns: 1, width: columnWidth, used: used}
		l.boxes.embedded, l.bands.embedded = p.embedded, p.embedded
		for _, v := range drawn {
			from = v.column(l, from) + vpcGap
		}
		wallEnd = from - vpcGap
		if list := slices.Concat(omitted, calm); len(list) > 0 {
			from = l.calm(list, columnBand, from) + vpcGap
		}
		return l, wallEnd, from
	}
	l, wallEnd, bottom := draw(top)
	var legend canvas
	if explained { // what it explains, and so its height, is known once all is drawn
		_, lines := l.legend(&legend, top+4, columnWidth)
		top += legendLine*float64(lines) + 2
		l, wallEnd, bottom = draw(top)
	}
	var said []string
	for _, text := range written {
		said = append(said, wrap(text, columnWidth-2*margin, 11, true)...)
	}
	height := bottom - vpcGap + margin
	if len(said) > 0 {
		height = bottom + 8 + 16*float64(len(said))
	}
	title := p.Of() + ": who can reach what"
	c := canvas{embedded: p.embedded, mark: p.mark}
	c.startSVG(columnWidth, height, title, "The internet is the bar on the left. Each security group is a box with a row for each inbound traffic that it allows.")
	if p.embedded == "" {
		c.text(margin, 24, 14, 700, ink, "", fit(title, columnWidth-2*margin, 14, true))
	}
	c.WriteString(legend.String())
	c.WriteString(l.bands.String())
	c.rect(margin, top, columnWall, wallEnd-top, 6, 0, "", wall, wall)
	fmt.Fprintf(&c, `<text transform="translate(%s %s) rotate(-90)" text-anchor="middle" font-size="12" font-weight="700" letter-spacing="4" %s>INTERNET</text>`+"\n",
		number(margin+columnWall/2+4), number(top+min((wallEnd-top)/2, 160)), fill(inverse))
	c.WriteString(l.lines.String())
	c.WriteString(l.boxes.String())
	for i, text := range said {
		c.text(margin, bottom+8+16*float64(i), 11, 600, ink, "", text)
	}
	c.endSVG()
	return p.finished(c.String()), left
}

// column draws one VPC from the height y on, and returns where it ends.
func (v *VPC) column(l *layers, y float64) float64 {
	top := y
	y += 52
	v.depths() // the same order, whatever was drawn before
	tiers := []Tier{Edge, Application, Data}
	list := slices.Clone(v.Boxes)
	slices.SortStableFunc(list, func(a, b *Box) int {
		return cmp.Or(cmp.Compare(slices.Index(tiers, a.Tier), slices.Index(tiers, b.Tier)), cmp.Compare(a.column, b.column), a.compare(b))
	})
	for _, b := range list {
		for _, d := range b.Doors {
			d.written = true
		}
		b.x, b.y = columnBox, y
		y += b.height() + 14
	}
	for _, b := range list {
		l.box(v, b)
		for row, d := range b.shownDoors() {
			l.columnLines(b, row, d)
		}
	}
	y = l.aside(v, columnBox, columnWidth-2*margin, y)
	if n := len(v.Closed); n > 0 {
		l.boxes.text(columnBox, y+12, 10.5, 400, dim, "", decimal(n)+" more not attached and without a finding")
		y += 18
	}
	l.bands.group(v.Anchor(), fmt.Sprintf("VPC %s (%s) in %s", v.Title(), v.ID, v.Where()))
	l.bands.rect(columnBand, top, columnWidth-margin-columnBand, y-top+4, 8, 1, "", band, rule)
	l.bands.text(columnBox, top+20, 13, 600, ink, "", fit(v.Title(), columnWidth-columnBox-2*margin, 13, true))
	l.bands.text(columnBox, top+36, 10.5, 400, dim, "", fit(v.ID+" · "+v.Where()+" · "+decimal(v.Groups)+" "+plural("group", v.Groups), columnWidth-columnBox-2*margin, 10.5, false))
	l.bands.endGroup()
	return y + 4
}

// columnLines draws the lines of a door: short from the wall, an arc on the right
// from another box. Ranges are written under the door.
func (l *layers) columnLines(b *Box, row int, d *Door) {
	var kinds []look
	for _, s := range d.Sources {
		if s.From == FromInternet && !slices.Contains(kinds, s.look()) {
			kinds = append(kinds, s.look())
		}
	}
	y := b.y + b.rowY(row)
	for _, s := range d.Sources {
		switch {
		case s.From == FromInternet:
			l.fromWall(b, d, s, y+shiftOf(slices.Index(kinds, s.look()), len(kinds)))
		case s.From == FromGroup && !s.Written:
			l.arc(b, d, s, y)
		}
	}
}

func (l *layers) fromWall(b *Box, d *Door, s *Source, y float64) {
	c := &l.lines
	width, dash := s.stroke()
	g := grades[s.Severity()]
	end := columnBox - 4
	if s.stopped() {
		end = columnBox - 12
	}
	l.explain(s)
	c.group("", "the internet → "+b.Title()+": "+d.Label)
	c.path(fmt.Sprintf("M%s %s H%s", number(margin+columnWall), number(y), number(end)), width, dash, g)
	if s.stopped() {
		c.path(fmt.Sprintf("M%s %s v12 M%s %s v12", number(end+2), number(y-6), number(end+6), number(y-6)), 2, "", g)
	} else {
		c.arrow(columnBox-1, y, 1, 3+width*0.6, g)
	}
	c.endGroup()
}

func (l *layers) arc(b *Box, d *Door, s *Source, y float64) {
	c := &l.lines
	width, dash := s.stroke()
	g := grades[s.Severity()]
	x := columnBox + boxWidth
	from := s.Box.y + 15
	out := x + min(gutter-margin-4, 18+absolute(y-from)*0.12)
	l.explain(s)
	c.group("", s.title()+" → "+b.Title()+": "+d.Label)
	c.path(fmt.Sprintf("M%s %s C%s %s %s %s %s %s", number(x), number(from), number(out), number(from), number(out), number(y), number(x+5), number(y)), width, dash, g)
	c.arrow(x+1, y, -1, 3+width*0.6, g)
	c.endGroup()
}

func absolute(x float64) float64 { return max(x, -x) }

package picture

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// Distances in pixels.
const (
	margin     = 12.0
	wallWidth  = 48.0
	bandLeft   = 196.0 // of the VPC: the wall and the ranges stand left of it
	bandPad    = 26.0
	columnGap  = 64.0
	vpcHead    = 72.0
	vpcGap     = 18.0
	legendRoom = 64.0
)

// mostBoxes is how many boxes one picture holds: more are not read.
const mostBoxes = 150

// Layers draws the VPCs in tiers, the internet as a wall on the left. all draws
// calm VPCs too, which are one line each otherwise. The second result says what
// was left out, line by line.
func (p *Picture) Layers(all bool) (svg string, left []string) {
	drawn, calm := p.choose(all)
	var said []string
	var omitted []*VPC
	drawn, omitted = within(drawn)
	if len(omitted) > 0 {
		said = append(said, fmt.Sprintf("The picture shows %d of %d VPCs. --vpc ID draws one of the others.", len(drawn), len(p.VPCs)))
	}
	deepest := 0
	for _, v := range drawn {
		deepest = max(deepest, v.depths())
	}
	columns := 4 + deepest // ranges, edge, application and its further columns, data
	width := bandLeft + 2*bandPad + float64(columns-1)*boxWidth + float64(columns-2)*columnGap + margin
	l := &layers{picture: p, columns: columns, width: width}
	l.boxes.embedded, l.bands.embedded = p.embedded, p.embedded
	y := legendRoom
	for _, v := range drawn {
		y = l.vpc(v, y) + vpcGap
	}
	if list := slices.Concat(omitted, calm); len(list) > 0 {
		y = l.calm(list, y) + vpcGap
	}
	for _, region := range p.Incomplete {
		said = append(said, region+" was not read in full: this is not the whole picture.")
	}
	return l.document(y, said), said
}

// choose parts the VPCs that are drawn from those that are one line each.
func (p *Picture) choose(all bool) (drawn, calm []*VPC) {
	for _, v := range p.VPCs {
		if all || !v.Calm() {
			drawn = append(drawn, v)
		} else {
			calm = append(calm, v)
		}
	}
	if len(drawn) == 0 && len(calm) > 0 { // nothing is wrong: the largest ones
		drawn, calm = within(calm)
	}
	return drawn, calm
}

// within cuts a list of VPCs where their boxes become too many for one picture.
// The first one is always drawn.
func within(list []*VPC) (drawn, omitted []*VPC) {
	n := 0
	for i, v := range list {
		n += len(v.Boxes)
		if i > 0 && n > mostBoxes {
			return list[:i], list[i:]
		}
	}
	return list, nil
}

// layers draws into two canvases: lines lie over boxes' bands, and under boxes.
type layers struct {
	picture *Picture
	columns int
	width   float64
	bands   canvas
	lines   canvas
	boxes   canvas
	used    map[string]bool // what the legend has to explain
}

func (l *layers) note(what string) {
	if l.used == nil {
		l.used = map[string]bool{}
	}
	l.used[what] = true
}

// columnX is the left side of a column.
func (l *layers) columnX(c int) float64 {
	if c == rangesColumn {
		return margin + wallWidth + 12
	}
	return bandLeft + bandPad + float64(c-1)*(boxWidth+columnGap)
}

func (l *layers) itemX(c int) (left, right float64) {
	left = l.columnX(c)
	if c == rangesColumn {
		return left, left + pillWidth
	}
	return left, left + boxWidth
}

// vpc draws one VPC from the height y on and returns where it ends.
func (l *layers) vpc(v *VPC, y float64) float64 {
	in := v.place(l.columns)
	top := y + vpcHead
	bottom := top + in.height + 16
	if len(v.Boxes) == 0 {
		bottom = top
	}
	aside := l.aside(v, bottom)
	l.bands.group("v-"+v.ID, fmt.Sprintf("VPC %s (%s) in %s: %d groups", v.Title(), v.ID, v.Region, v.Groups))
	l.bands.rect(bandLeft, y, l.width-bandLeft-margin, aside-y, 10, 1, "", band, rule)
	l.bands.text(bandLeft+14, y+22, 14, 600, ink, "", fit(v.Title(), 600, 14, true))
	l.bands.text(bandLeft+14, y+38, 11, 400, dim, "", fit(v.facts(), l.width-bandLeft-60, 11, false))
	l.bands.endGroup()
	column := map[*item]int{}
	for c, items := range in.columns {
		l.heading(c, items, y+vpcHead-8)
		for _, it := range items {
			column[it] = c
			it.y += top
			if it.box != nil {
				it.box.x, it.box.y = l.columnX(c), it.y
				l.box(v, it.box)
			}
			if it.pill != "" {
				l.pill(it)
			}
		}
	}
	edges := slices.Clone(in.edges)
	slices.SortStableFunc(edges, func(a, b *edge) int { return cmp.Compare(a.severity(), b.severity()) })
	for _, e := range edges {
		l.edge(e, column)
	}
	return aside
}

// facts is the second line of a VPC.
func (v *VPC) facts() string {
	parts := []string{v.ID, v.Region}
	for _, p := range v.Prefixes {
		parts = append(parts, p.String())
	}
	parts = append(parts, decimal(v.Groups)+" "+plural("group", v.Groups))
	if v.Closed > 0 {
		parts = append(parts, decimal(v.Closed)+" of them not attached and without a finding, not drawn")
	}
	return strings.Join(parts, " · ")
}

// heading names the tier of a column that holds boxes.
func (l *layers) heading(c int, items []*item, y float64) {
	for _, it := range items {
		if it.box != nil && c <= edgeColumn+1 || it.box != nil && it.box.Tier == Data {
			text := strings.ToUpper(string(it.box.Tier))
			fmt.Fprintf(&l.bands, `<text x="%s" y="%s" font-size="10" font-weight="600" letter-spacing="1.5" %s>%s</text>`+"\n", number(l.columnX(c)), number(y), fill(dim), text)
			return
		}
	}
}

func (l *layers) pill(it *item) {
	x := l.columnX(rangesColumn)
	l.boxes.group("", "addresses "+it.pill)
	l.boxes.rect(x, it.y, pillWidth, it.height-2, 10, 1, "", boxTone, rule)
	l.boxes.text(x+pillWidth/2, it.y+14, 10.5, 400, ink, "middle", fit(it.pill, pillWidth-12, 10.5, false))
	l.boxes.endGroup()
}

// box draws a box with its doors.
func (l *layers) box(v *VPC, b *Box) {
	x, y, h := b.x, b.y, b.height()
	s := b.Severity()
	c := &l.boxes
	c.box(b)
	border, width := rule, 1.0
	if s >= findings.High {
		border, width = grades[s], 2
	}
	if len(b.Members) > 1 {
		c.rect(x+5, y+5, boxWidth, h, 8, 1, "", boxTone, border)
	}
	c.rect(x, y, boxWidth, h, 8, width, "", boxTone, border)
	c.text(x+12, y+18, 13, 600, ink, "", shortName(b.Title(), v.sharedStart(), boxWidth-40, 13))
	c.text(x+12, y+33, 10.5, 400, dim, "", fit(b.subtitle(), boxWidth-24, 10.5, false))
	if len(b.Findings) > 0 { // about the group itself
		g := grades[worst(b.Findings)]
		label := decimal(len(b.Findings))
		fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="8" stroke-width="1.4" %s/>`+"\n", number(x+boxWidth-14), number(y+14), both(boxTone, g))
		c.text(x+boxWidth-14, y+18, 10, 600, g, "middle", label)
		l.note("group")
	}
	line := y + headHeight
	for _, r := range b.Reaches {
		c.text(x+12, line+6, 10.5, 400, dim, "", fit(r, boxWidth-24, 10.5, false))
		line += wordHeight
	}
	for i, d := range b.shownDoors() {
		l.door(b, d, y+b.rowY(i))
	}
	if n := len(b.Doors) - len(b.shownDoors()); n > 0 {
		c.text(x+12, y+h-8, 10.5, 400, dim, "", fmt.Sprintf("+ %d more", n))
	}
	c.endBox()
}

// door draws the row of a door with its middle at y, and what is written under it.
func (l *layers) door(b *Box, d *Door, y float64) {
	c := &l.boxes
	x := b.x + 8
	s := d.Severity()
	t, words := ink, grades[s]
	switch {
	case s == findings.Critical:
		t = inverse
	case s >= findings.Low:
		t = grades[s]
	}
	label, weight := d.Label, 400
	if d.only6() {
		label += " (IPv6)"
	}
	if s >= findings.High {
		weight = 600
	}
	icon := s >= findings.Low || d.Class != Web && d.Class != Other
	room := boxWidth - 30
	if icon && icons[d.Class] != "" {
		room -= 17
	}
	label = fit(label, room, 11.5, weight > 400)
	frame := boxWidth - 16 - room + textWidth(label, 11.5, weight > 400)
	if s >= findings.Low {
		c.doorFrame(x, y, frame, s)
	}
	at := x + 6
	if icon && c.icon(d.Class, at, y-6.5, t) {
		at += 17
		l.note("icon " + string(d.Class))
	}
	c.text(at, y+4, 11.5, weight, t, "", label)
	line := y + doorHeight/2 + 10
	list, more := d.shownWords()
	for _, w := range list {
		g := dim
		if w.Severity() > findings.Info {
			g = grades[w.Severity()]
			fmt.Fprintf(c, `<rect x="%s" y="%s" width="3" height="10" %s/>`+"\n", number(x+5), number(line-8.5), fill(words))
		}
		c.text(x+14, line, 10.5, 400, g, "", fit("from "+w.title(), boxWidth-40, 10.5, false))
		line += wordHeight
	}
	if more > 0 {
		c.text(x+14, line, 10.5, 400, dim, "", fmt.Sprintf("and from %d more", more))
	}
}

// doorFrame marks a door: the graver the severity, the heavier the frame.
func (c *canvas) doorFrame(x, y, width float64, s findings.Severity) {
	inside, line := boxTone, 1.2
	switch s {
	case findings.Critical:
		inside, line = grades[s], 1
	case findings.High:
		line = 2.2
	}
	c.rect(x, y-8.5, width, 17, 4, line, "", inside, grades[s])
}

// only6 reports whether the internet comes in over IPv6 alone.
func (d *Door) only6() bool {
	from := false
	for _, s := range d.Sources {
		if s.From == FromInternet {
			if !s.IPv6Only {
				return false
			}
			from = true
		}
	}
	return from
}

// Words names a source in a sentence.
func (s *Source) Words() string {
	switch {
	case s.From == FromInternet && s.IPv6Only:
		return "the internet (IPv6)"
	case s.From == FromInternet:
		return "the internet"
	}
	return s.title()
}

// title is the name of a source as the picture writes it.
func (s *Source) title() string {
	if s.Box != nil {
		return s.Box.Title()
	}
	return s.Text
}

// describe is what a box says in words, to readers that do not see it.
func (b *Box) describe() string {
	parts := []string{b.Title() + " (" + b.ids() + "), " + b.subtitle() + "."}
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			text := d.Label + " from " + s.title()
			if s.From == FromInternet {
				text = d.Label + " from the internet"
			}
			if len(s.Findings) > 0 {
				text += ", " + s.Severity().String()
			}
			parts = append(parts, text+".")
		}
	}
	for _, f := range b.Findings {
		parts = append(parts, fmt.Sprintf("%s (%s).", f.Check, f.Severity))
	}
	return strings.Join(parts, " ")
}

func (b *Box) ids() string {
	var ids []string
	for i, m := range b.Members {
		if i == 5 {
			ids = append(ids, fmt.Sprintf("and %d more", len(b.Members)-i))
			break
		}
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, ", ")
}

// edge draws a line from its source through its lanes to its door.
func (l *layers) edge(e *edge, column map[*item]int) {
	s, verdict := e.severity(), e.source.Verdict()
	width, dash := lineOf(s)
	g := grades[s]
	stopped := len(e.source.Findings) > 0 && verdict == "not-reachable" && e.source.From == FromInternet
	unsure := len(e.source.Findings) > 0 && verdict == "unknown" && s > findings.Info && e.source.From == FromInternet
	switch {
	case stopped:
		dash = "7 4"
		l.note("stopped")
	case unsure:
		dash = "1.5 5"
		l.note("unknown")
	default:
		l.note("line " + s.String())
	}
	d, endX, endY, into := l.route(e, column, stopped)
	c := &l.lines
	c.group("", e.describe())
	if s >= findings.Low {
		c.path(d, width+4, "", band) // a halo, so that crossings can be read
	}
	c.path(d, width, dash, g)
	if stopped {
		at := endX
		c.path(fmt.Sprintf("M%s %s v12 M%s %s v12", number(at-1), number(endY-6), number(at+3), number(endY-6)), 2, "", g)
	} else {
		c.arrow(endX, endY, into, 3.4+width*0.6, g)
	}
	if e.source.EachOwn {
		c.text(endX-into*12, endY-4, 9.5, 400, dim, map[float64]string{1: "end", -1: "start"}[into], "each its own")
	}
	c.endGroup()
}

// arrow draws the head of a line that comes from the left (into 1) or from the
// right (into -1).
func (c *canvas) arrow(x, y, into, size float64, t tone) {
	fmt.Fprintf(c, `<path d="M%s %s l%s %s v%s z" %s/>`+"\n", number(x), number(y), number(-into*size*1.7), number(-size), number(2*size), fill(t))
}

func (e *edge) describe() string {
	from := e.source.title()
	if e.source.From == FromInternet {
		from = "the internet"
	}
	text := from + " → " + e.to.box.Title() + ": " + e.door.Label
	if len(e.source.Findings) > 0 {
		text += ", " + e.severity().String() + ", " + e.source.Verdict()
	}
	return text
}

// route returns the path of a line, where it ends and from which side it comes.
func (l *layers) route(e *edge, column map[*item]int, stopped bool) (d string, x, y, into float64) {
	target := e.to
	targetLeft, targetRight := l.itemX(column[target])
	y = target.y + target.box.rowY(e.row)
	room := 5.0
	if stopped {
		room = 14
	}
	var path strings.Builder
	sourceX, sourceY := margin+wallWidth, y
	if len(e.lanes) > 0 && e.from == nil {
		sourceY = e.lanes[0].y + laneHeight/2
	}
	if e.from != nil {
		left, right := l.itemX(column[e.from])
		sourceX, sourceY = right, e.from.y+15
		if e.from.pill != "" {
			sourceY = e.from.y + (pillHeight-2)/2
		}
		if e.back || column[e.from] == column[target] {
			sourceX = left
		}
	}
	fmt.Fprintf(&path, "M%s %s", number(sourceX), number(sourceY))
	x0, y0 := sourceX, sourceY
	curve := func(x1, y1 float64) {
		if math.Abs(y1-y0) < 0.05 {
			fmt.Fprintf(&path, " L%s %s", number(x1), number(y1))
		} else {
			half := (x0 + x1) / 2
			fmt.Fprintf(&path, " C%s %s %s %s %s %s", number(half), number(y0), number(half), number(y1), number(x1), number(y1))
		}
		x0, y0 = x1, y1
	}
	if e.from != nil && column[e.from] == column[target] { // beside the column, on the left
		out := targetLeft - 18 - 4*float64(e.row%3)
		x = targetLeft - room
		fmt.Fprintf(&path, " C%s %s %s %s %s %s", number(out), number(y0), number(out), number(y), number(x), number(y))
		return path.String(), targetLeft - 1, y, 1
	}
	for _, lane := range e.lanes {
		left, right := l.itemX(column[lane])
		ly := lane.y + laneHeight/2
		if e.back {
			left, right = right, left
		}
		curve(left, ly)
		curve(right, ly)
	}
	into = 1
	x = targetLeft - 1
	end := targetLeft - room
	if e.back {
		into, x, end = -1, targetRight+1, targetRight+room
	}
	curve(end, y)
	if stopped {
		x = end + 2
	}
	return path.String(), x, y, into
}

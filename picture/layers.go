package picture

import (
	"cmp"
	"fmt"
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
	titleRoom  = 30.0
	legendRoom = 34.0
)

// How much one picture holds: more is not read, and takes long to open.
const (
	mostBoxes = 150
	mostBytes = 185_000 // as estimated, of the VPCs
	mostDrawn = 200_000 // bytes of the whole picture
)

// bytes estimates how long the drawing of a VPC is. TestPicturesStaySmall holds
// the estimate.
func (v *VPC) bytes() int {
	n := vpcBytes + chipBytes*len(v.Aside)
	for _, b := range v.Boxes {
		n += b.bytes()
	}
	return n
}

// What a VPC without groups and a group that nothing uses take of a drawing.
const (
	vpcBytes  = 1000
	chipBytes = 350
)

func (b *Box) bytes() int {
	n := 560 + len(b.describe())
	for _, d := range b.shownDoors() {
		n += 190
		for _, s := range d.Sources {
			n += 300
			if s.From == FromGroup {
				n += len(s.Box.Title())
			}
		}
	}
	return n
}

// mostAside is how many groups that nothing uses one picture shows.
const mostAside = 100

// trimmed returns the VPC with as many of its boxes as so many bytes hold, the
// gravest first, and what has to be said about the rest: nothing where all are
// there. Sources that are left out are written under the doors.
func (v *VPC) trimmed(most int) (part *VPC, said string) {
	out := *v
	out.Aside = v.Aside[:min(mostAside, len(v.Aside))]
	size, n := vpcBytes+chipBytes*len(out.Aside), 0
	for n < len(v.Boxes) && n < mostBoxes && (n == 0 || size+v.Boxes[n].bytes() <= most) {
		size += v.Boxes[n].bytes()
		n++
	}
	left := len(v.Aside) - len(out.Aside)
	for _, b := range v.Boxes[n:] {
		left += len(b.Members)
	}
	if left == 0 {
		return v, ""
	}
	kept := map[*Box]*Box{}
	out.Boxes = nil
	for _, b := range v.Boxes[:n] {
		c := *b
		kept[b] = &c
		out.Boxes = append(out.Boxes, &c)
	}
	for _, b := range out.Boxes {
		b.keepOnly(kept)
	}
	return &out, fmt.Sprintf("%s has %d groups: the picture leaves out %d of them, those with the least findings. --group ID draws one of them.", v.Title(), v.Groups, left)
}

// keepOnly lets the sources of a copied box name the copies. Boxes without one are
// written.
func (b *Box) keepOnly(kept map[*Box]*Box) {
	doors := make([]*Door, len(b.Doors))
	for i, d := range b.Doors {
		c := *d
		c.Sources = nil
		for _, s := range d.Sources {
			n := *s
			if s.Box != nil && kept[s.Box] == nil {
				n.From, n.Text, n.Box = FromOutside, s.Box.Title(), nil
			} else if s.Box != nil {
				n.Box = kept[s.Box]
			}
			c.Sources = append(c.Sources, &n)
		}
		doors[i] = &c
	}
	b.Doors = doors
}

// Layers draws the VPCs in tiers, the internet as a wall on the left. all draws
// calm VPCs too, which are one line each otherwise. The second result says what
// was left out, line by line.
func (p *Picture) Layers(all bool) (svg string, left []string) {
	return drawWithin(func(most int) (string, []string) { return p.layers(all, most) })
}

// drawWithin draws again with less where the bytes of a picture were estimated too
// low, so that the picture is at most mostDrawn bytes long.
func drawWithin(draw func(most int) (string, []string)) (svg string, left []string) {
	most := mostBytes
	for {
		svg, left = draw(most)
		if len(svg) <= mostDrawn || most < mostBytes/4 {
			return svg, left
		}
		most = most * 97 / 100 * mostDrawn / len(svg)
	}
}

// layers draws VPCs of at most so many bytes, as estimated.
func (p *Picture) layers(all bool, most int) (svg string, left []string) {
	drawn, calm := p.choose(all)
	drawn, omitted, said := fitting(drawn, most)
	if len(omitted) > 0 {
		said = append(said, fmt.Sprintf("The picture shows %d of %d VPCs. --vpc ID draws one of the others.", len(drawn), len(p.VPCs)))
	}
	deepest := 0
	for _, v := range drawn {
		deepest = max(deepest, v.depths())
	}
	columns := 4 + deepest // ranges, edge, application and its further columns, data
	width := bandLeft + 2*bandPad + float64(columns-1)*boxWidth + float64(columns-2)*columnGap + margin
	l := &layers{picture: p, columns: columns, width: width, used: map[string]bool{}}
	l.boxes.embedded, l.bands.embedded = p.embedded, p.embedded
	y := l.head()
	for _, v := range drawn {
		y = l.vpc(v, y) + vpcGap
	}
	if list := slices.Concat(omitted, calm); len(list) > 0 {
		y = l.calm(list, bandLeft, y) + vpcGap
	}
	for _, region := range p.Incomplete {
		said = append(said, region+" was not read in full: this is not the whole picture.")
	}
	written := slices.Clip(said)
	if p.embedded == "" { // a page lists the findings itself
		written = append(written, p.Omitted()...)
	}
	return l.document(y, written), said
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
		drawn, calm = within(calm, mostBytes)
	}
	return drawn, calm
}

// fitting returns the VPCs of the list that one picture holds, the others, and what
// has to be said about groups that are left out.
func fitting(list []*VPC, most int) (drawn, omitted []*VPC, said []string) {
	drawn, omitted = within(list, most)
	drawn = slices.Clone(drawn)
	for i := range drawn { // one that is too large stands alone
		part, text := drawn[i].trimmed(most)
		if text != "" {
			drawn[i], said = part, append(said, text)
		}
	}
	return drawn, omitted, said
}

// within cuts a list of VPCs where they become too much for one picture. The
// first one is always drawn, though perhaps not with all its groups.
func within(list []*VPC, most int) (drawn, omitted []*VPC) {
	boxes, bytes := 0, 0
	for i, v := range list {
		boxes, bytes = boxes+len(v.Boxes), bytes+v.bytes()
		if i > 0 && (boxes > mostBoxes || bytes > most) {
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

	penned bool // lines of one severity are being drawn
	grade  findings.Severity
}

func (l *layers) note(what string) { l.used[what] = true }

// head is the height of the title and the legend. A page has a title of its own.
func (l *layers) head() float64 {
	if l.picture.embedded != "" {
		return legendRoom
	}
	return titleRoom + legendRoom
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
	aside := l.aside(v, bandLeft+bandPad, l.width-margin-bandPad, bottom)
	l.bands.group(v.Anchor(), fmt.Sprintf("VPC %s (%s) in %s: %d %s", v.Title(), v.ID, v.Where(), v.Groups, plural("group", v.Groups)))
	l.bands.rect(bandLeft, y, l.width-bandLeft-margin, aside-y, 10, 1, "", band, rule)
	l.bands.text(bandLeft+14, y+22, 14, 600, ink, "", fit(v.Title(), 600, 14, true))
	l.bands.text(bandLeft+14, y+38, 11, 400, dim, "", fit(v.Facts(), l.width-bandLeft-60, 11, false))
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
	l.lift()
	return aside
}

// Facts is the second line of a VPC: its id, where it is, its addresses and how
// many groups it holds.
func (v *VPC) Facts() string {
	parts := []string{v.ID, v.Where()}
	for _, p := range v.Prefixes {
		parts = append(parts, p.String())
	}
	parts = append(parts, decimal(v.Groups)+" "+plural("group", v.Groups))
	if n := len(v.Closed); n > 0 {
		parts = append(parts, decimal(n)+" of them not attached and without a finding, not drawn")
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

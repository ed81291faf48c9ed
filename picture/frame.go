package picture

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// What stands around the boxes: the groups that nothing uses, the calm VPCs,
// the wall, the legend.

const (
	chipHeight = 24.0
	chipGap    = 10.0
	ringGap    = 24.0 // between the members of a ring, for the arrows
)

// aside draws the groups of a VPC that nothing uses, between left and right from
// the height y on, and returns where the VPC ends. A ring of groups that reference
// only each other stands in a frame of its own.
func (l *layers) aside(v *VPC, left, right, y float64) float64 {
	if len(v.Aside) == 0 {
		return y
	}
	c := &l.boxes
	c.text(left, y+12, 10, 600, dim, "", "NOT ATTACHED TO ANY NETWORK INTERFACE")
	x, top := left, y+24
	for i := 0; i < len(v.Aside); {
		set, width := v.ring(i, right-left)
		if x > left && x+width > right {
			x, top = left, top+chipHeight+chipGap+4
		}
		if len(set) > 1 {
			c.rect(x-5, top-5, width+10, chipHeight+10, 12, 1, "2 3", band, dim)
		}
		for k, b := range set {
			if k > 0 {
				c.text(x-ringGap/2, top+17, 15, 600, dim, "middle", "⇄")
			}
			l.chip(b, x, top, right-left)
			x += b.chipWidth(right-left) + ringGap
		}
		x += chipGap - ringGap + 4
		i += len(set)
	}
	return top + chipHeight + 18
}

// ring returns the unused groups from the ith on that reference each other and
// have room beside each other, at least one, and how wide they are together.
func (v *VPC) ring(i int, room float64) (set []*Box, width float64) {
	first := v.Aside[i]
	set, width = []*Box{first}, first.chipWidth(room)
	for _, b := range v.Aside[i+1:] {
		more := ringGap + b.chipWidth(room)
		if first.Ring == 0 || b.Ring != first.Ring || len(set) == 6 || width+more > room {
			break
		}
		set, width = append(set, b), width+more
	}
	return set, width
}

// chipText is the name of a group that nothing uses and its worst door, in at most
// so many pixels.
func (b *Box) chipText(room float64) string {
	text := fit(b.Title(), 190, 11.5, true)
	for _, d := range b.Doors {
		if d.Severity() > findings.Info {
			text += " · " + d.Label
			break
		}
	}
	return fit(text, room-24, 11.5, false)
}

func (b *Box) chipWidth(room float64) float64 { return textWidth(b.chipText(room), 11.5, false) + 24 }

// chip is a group that nothing uses.
func (l *layers) chip(b *Box, x, y, room float64) {
	c := &l.boxes
	s := b.Severity()
	b.x, b.y = x, y
	t := dim
	if s >= findings.Low {
		t = grades[s]
		l.note("line " + s.String())
	}
	width := b.chipWidth(room)
	c.box(b)
	c.rect(x, y, width, chipHeight, 12, 1.3, "4 3", boxTone, t)
	c.text(x+width/2, y+16, 11.5, 400, t, "middle", b.chipText(room))
	c.endBox()
}

// calm writes the VPCs that are not drawn, a line each, in a frame that begins at x.
func (l *layers) calm(list []*VPC, x, y float64) float64 {
	const most = 40
	shown := list
	if len(shown) > most {
		shown = shown[:most]
	}
	h := 34 + 18*float64(len(shown))
	if len(list) > len(shown) {
		h += 18
	}
	c := &l.bands
	c.rect(x, y, l.width-x-margin, h, 10, 1, "", band, rule)
	c.text(x+14, y+22, 12, 600, ink, "", "Other VPCs, not drawn")
	line := y + 42
	for _, v := range shown {
		c.text(x+14, line, 11, 400, dim, "", v.lineIn(l.width-x-margin-28))
		line += 18
	}
	if n := len(list) - len(shown); n > 0 {
		c.text(x+14, line, 11, 400, dim, "", fmt.Sprintf("and %d more", n))
	}
	return y + h
}

// lineIn sums up a VPC in so many pixels: without its id and its place where these
// have no room.
func (v *VPC) lineIn(room float64) string {
	text := v.line()
	if textWidth(words.Plain(text), 11, false) <= room {
		return fit(text, room, 11, false)
	}
	rest := " · " + v.counted()
	return fit(v.Title(), room-textWidth(rest, 11, false), 11, false) + rest
}

// line sums up a VPC.
func (v *VPC) line() string {
	name := v.Title()
	if v.Name != "" {
		name += " (" + v.ID + ")"
	}
	return name + " · " + v.Where() + " · " + v.counted()
}

// counted says how many groups a VPC holds, and how many findings about them.
func (v *VPC) counted() string {
	var counts []string
	for _, s := range findings.Severities() {
		if n := v.Counts[s]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(counts) == 0 {
		counts = []string{"no findings"}
	}
	return fmt.Sprintf("%d %s · %s", v.Groups, plural("group", v.Groups), strings.Join(counts, ", "))
}

// document puts the parts of the picture together.
func (l *layers) document(bottom float64, said []string) string {
	p := l.picture
	height := bottom - vpcGap + margin
	if len(said) > 0 {
		height = bottom + 14 + 16*float64(len(said))
	}
	critical := 0
	for _, v := range p.VPCs {
		critical += v.Counts[findings.Critical]
	}
	title := p.Of() + ": who can reach what"
	var legend canvas
	width, _ := l.legend(&legend, l.head()-18, 0)
	l.width = max(l.width, width)
	c := canvas{embedded: p.embedded}
	c.startSVG(l.width, height, title, fmt.Sprintf("The internet is the bar on the left. Each security group is a box with a row for each inbound traffic that it allows. %d findings are critical.", critical))
	if p.embedded == "" {
		c.text(margin, 24, 16, 700, ink, "", title)
	}
	c.WriteString(legend.String())
	c.WriteString(l.bands.String())
	top := l.head()
	wallHeight := bottom - top - vpcGap
	c.group("", "the internet")
	c.rect(margin, top, wallWidth, wallHeight, 8, 0, "", wall, wall)
	fmt.Fprintf(&c, `<text transform="translate(%s %s) rotate(-90)" text-anchor="middle" font-size="15" font-weight="700" letter-spacing="6" %s>INTERNET</text>`+"\n",
		number(margin+wallWidth/2+5), number(top+min(wallHeight/2, 260)), fill(inverse))
	c.endGroup()
	c.WriteString(l.lines.String())
	c.WriteString(l.boxes.String())
	for i, text := range said {
		c.text(bandLeft, bottom+10+16*float64(i), 11, 600, ink, "", text)
	}
	c.endSVG()
	return p.finished(c.String())
}

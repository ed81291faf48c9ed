package picture

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// What stands around the boxes: the groups that nothing uses, the calm VPCs,
// the wall, the legend.

const (
	chipHeight = 24.0
	chipGap    = 10.0
	ringGap    = 24.0 // between the members of a ring, for the arrows
)

// aside draws the groups of a VPC that nothing uses, from the height y on, and
// returns where the VPC ends. A ring of groups that reference only each other
// stands in a frame of its own.
func (l *layers) aside(v *VPC, y float64) float64 {
	if len(v.Aside) == 0 {
		return y
	}
	c := &l.boxes
	left, right := bandLeft+bandPad, l.width-margin-bandPad
	c.text(left, y+12, 10, 600, dim, "", "NOT ATTACHED TO ANY NETWORK INTERFACE")
	x, top := left, y+24
	for i := 0; i < len(v.Aside); {
		set := v.Aside[i : i+1]
		for j := i + 1; v.Aside[i].Ring > 0 && j < len(v.Aside) && v.Aside[j].Ring == v.Aside[i].Ring && j < i+6; j++ {
			set = v.Aside[i : j+1]
		}
		width := -ringGap
		for _, b := range set {
			width += b.chipWidth() + ringGap
		}
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
			l.chip(b, x, top)
			x += b.chipWidth() + ringGap
		}
		x += chipGap - ringGap + 4
		i += len(set)
	}
	return top + chipHeight + 18
}

func (b *Box) chipText() string {
	text := fit(b.Title(), 190, 11.5, true)
	for _, d := range b.Doors {
		if d.Severity() > findings.Info {
			return text + " · " + d.Label
		}
	}
	return text
}

func (b *Box) chipWidth() float64 { return textWidth(b.chipText(), 11.5, false) + 24 }

// chip is a group that nothing uses: its name and its worst door.
func (l *layers) chip(b *Box, x, y float64) {
	c := &l.boxes
	s := b.Severity()
	b.x, b.y = x, y
	t := dim
	if s >= findings.Low {
		t = grades[s]
	}
	c.box(b)
	c.rect(x, y, b.chipWidth(), chipHeight, 12, 1.3, "4 3", boxTone, t)
	c.text(x+b.chipWidth()/2, y+16, 11.5, 400, t, "middle", b.chipText())
	c.endBox()
}

// calm writes the VPCs that are not drawn, a line each.
func (l *layers) calm(list []*VPC, y float64) float64 {
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
	c.rect(bandLeft, y, l.width-bandLeft-margin, h, 10, 1, "", band, rule)
	c.text(bandLeft+14, y+22, 12, 600, ink, "", "Other VPCs, not drawn")
	line := y + 42
	for _, v := range shown {
		c.text(bandLeft+14, line, 11, 400, dim, "", fit(v.line(), l.width-bandLeft-60, 11, false))
		line += 18
	}
	if n := len(list) - len(shown); n > 0 {
		c.text(bandLeft+14, line, 11, 400, dim, "", fmt.Sprintf("and %d more", n))
	}
	return y + h
}

// line sums up a VPC.
func (v *VPC) line() string {
	var counts []string
	for _, s := range findings.Severities() {
		if n := v.Counts[s]; n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, s))
		}
	}
	if len(counts) == 0 {
		counts = []string{"no findings"}
	}
	name := v.Title()
	if v.Name != "" {
		name += " (" + v.ID + ")"
	}
	return fmt.Sprintf("%s · %s · %d %s · %s", name, v.Where(), v.Groups, plural("group", v.Groups), strings.Join(counts, ", "))
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
	l.width = max(l.width, l.legend(&legend, l.head()-18))
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

// legend explains in one line, with its middle at y, what occurs in the picture.
// It returns the width that it takes.
func (l *layers) legend(c *canvas, y float64) float64 {
	x := margin
	word := func(text string) {
		c.text(x, y+4, 11, 400, dim, "", text)
		x += textWidth(text, 11, false) + 12
	}
	words := map[findings.Severity]string{
		findings.Critical: "critical", findings.High: "high", findings.Medium: "medium", findings.Low: "low", findings.Info: "no finding",
	}
	for _, s := range findings.Severities() {
		if !l.used["line "+s.String()] {
			continue
		}
		width, dash := lineOf(s)
		c.path(fmt.Sprintf("M%s %s h30", number(x), number(y)), width, dash, grades[s])
		c.arrow(x+37, y, 1, 4, grades[s])
		x += 43
		word(words[s])
	}
	if l.used["stopped"] {
		c.path(fmt.Sprintf("M%s %s h24", number(x), number(y)), 2, "7 4", ink)
		c.path(fmt.Sprintf("M%s %s v12 M%s %s v12", number(x+28), number(y-6), number(x+32), number(y-6)), 2, "", ink)
		x += 40
		word("allowed by a rule, stopped by the network")
	}
	if l.used["unknown"] {
		c.path(fmt.Sprintf("M%s %s h30", number(x), number(y)), 2.4, "1.5 5", ink)
		x += 38
		word("could not be judged")
	}
	for _, class := range []Class{Admin, Database, All} {
		if l.used["icon "+string(class)] {
			c.icon(class, x, y-6, dim)
			x += 16
			word(map[Class]string{Admin: "administration", Database: "database", All: "all traffic"}[class])
		}
	}
	if l.used["group"] {
		fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="8" stroke-width="1.4" %s/>`+"\n", number(x+8), number(y), both(boxTone, dim))
		c.text(x+8, y+4, 10, 600, dim, "middle", "2")
		x += 22
		word("findings about the group")
	}
	return x + margin
}

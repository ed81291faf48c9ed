package picture

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

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
	dash := ""
	if b.Elsewhere != nil {
		if dash = "6 3"; border == rule {
			border = dim
		}
	}
	c.rect(x, y, boxWidth, h, 8, width, dash, boxTone, border)
	c.text(x+12, y+18, 13, 600, ink, "", shortName(b.Title(), v.sharedStart(), boxWidth-40, 13))
	c.text(x+12, y+33, 10.5, 400, dim, "", fit(b.Subtitle(), boxWidth-24, 10.5, false))
	if len(b.Findings) > 0 { // about the group itself
		g := grades[worst(b.Findings)]
		label := decimal(len(b.Findings))
		fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="8" stroke-width="1.4" %s/>`+"\n", number(x+boxWidth-14), number(y+14), both(boxTone, g))
		c.text(x+boxWidth-14, y+18, 10, 600, g, "middle", label)
		l.note("group")
	}
	line := y + headHeight
	for _, r := range b.notes() {
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
	t := ink
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
	if textWidth(label, 11.5, weight > 400) > room {
		label = strings.Replace(label, " incl. ", " ", 1)
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
	if n := d.rules(); n > 1 && s >= findings.Low {
		if text := decimal(n) + " rules"; frame+10+textWidth(text, 10, false) < boxWidth-16 {
			c.text(x+frame+6, y+4, 10, 400, dim, "", text)
		}
	}
	if s >= findings.Low {
		l.note("line " + s.String())
	}
	line := y + doorHeight/2 + 10
	for _, r := range d.remarks() {
		c.bar(x+5, line, r.severity)
		c.text(x+14, line, 10.5, 400, grades[r.severity], "", fit(r.text, boxWidth-40, 10.5, false))
		line += wordHeight
	}
	list, more := d.shownWords()
	for _, w := range list {
		g := dim
		if w.Severity() > findings.Info {
			g = grades[w.Severity()]
			c.bar(x+5, line, w.Severity())
		}
		c.text(x+14, line, 10.5, 400, g, "", fit("from "+w.title(), boxWidth-40, 10.5, false))
		line += wordHeight
	}
	if more > 0 {
		c.text(x+14, line, 10.5, 400, dim, "", fmt.Sprintf("and from %d more", more))
	}
}

// bar marks a line of words under a door with the colour of a finding.
func (c *canvas) bar(x, line float64, s findings.Severity) {
	fmt.Fprintf(c, `<rect x="%s" y="%s" width="3" height="10" %s/>`+"\n", number(x), number(line-8.5), fill(grades[s]))
}

// rules returns how many rules of one group the gravest source of the door
// stands for.
func (d *Door) rules() int {
	if len(d.Sources) == 0 {
		return 0
	}
	return d.Sources[0].Rules
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
	parts := []string{b.Title() + " (" + b.ids() + "), " + b.Subtitle() + "."}
	if v := b.Elsewhere; v != nil {
		parts = append(parts, "In VPC "+v.Title()+" ("+v.ID+"), "+v.Where()+".")
	}
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			text := d.Label + " from " + s.title()
			if s.From == FromInternet {
				text = d.Label + " from the internet"
			}
			if len(s.Findings) > 0 {
				text += ", " + s.Severity().String()
			}
			if s.Rules > 1 {
				text += ", by " + decimal(s.Rules) + " rules"
			}
			parts = append(parts, text+".")
		}
		for _, r := range d.remarks() {
			parts = append(parts, d.Label+" "+r.text+".")
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

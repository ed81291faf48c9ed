package picture

import (
	"fmt"

	"github.com/sgaudit/sgaudit/findings"
)

// sample is an entry of the legend: what is drawn, and what it means.
type sample struct {
	width float64 // of what is drawn
	draw  func(c *canvas, x, y float64)
	text  string
}

// legendLine is the height of one line of a legend.
const legendLine = 20.0

// legend explains what occurs in the picture. Its first line has its middle at y;
// with a width that it may take, further lines follow. It returns the width and the
// number of lines that it takes.
func (l *layers) legend(c *canvas, y, room float64) (width float64, lines int) {
	x := margin
	for _, s := range l.samples() {
		next := s.width + textWidth(s.text, 11, false)
		if room > 0 && x > margin && x+next > room-margin {
			x, y, lines = margin, y+legendLine, lines+1
		}
		s.draw(c, x, y)
		c.text(x+s.width, y+4, 11, 400, dim, "", s.text)
		x += next + 12
		width = max(width, x+margin)
	}
	return width, lines + 1
}

// samples returns the entries of the legend: of what occurs in the picture alone.
func (l *layers) samples() []sample {
	var list []sample
	for _, s := range findings.Severities() {
		if l.used["line "+s.String()] {
			list = append(list, severitySample(s))
		}
	}
	if text := l.stoppedText(); text != "" {
		list = append(list, sample{40, func(c *canvas, x, y float64) {
			c.path(fmt.Sprintf("M%s %s h24", number(x), number(y)), 2, stoppedDash, ink)
			c.path(fmt.Sprintf("M%s %s v12 M%s %s v12", number(x+28), number(y-6), number(x+32), number(y-6)), 2, "", ink)
		}, text})
	}
	if l.used["unknown"] {
		list = append(list, sample{38, func(c *canvas, x, y float64) {
			c.path(fmt.Sprintf("M%s %s h30", number(x), number(y)), 2.4, unsureDash, ink)
		}, "could not be judged"})
	}
	for _, class := range []Class{Admin, Database, All} {
		if l.used["icon "+string(class)] {
			list = append(list, sample{
				16, func(c *canvas, x, y float64) { c.icon(class, x, y-6, dim) },
				map[Class]string{Admin: "administration", Database: "database", All: "all traffic"}[class],
			})
		}
	}
	if l.used["group"] {
		list = append(list, sample{22, func(c *canvas, x, y float64) {
			fmt.Fprintf(c, `<circle cx="%s" cy="%s" r="8" stroke-width="1.4" %s/>`+"\n", number(x+8), number(y), both(boxTone, dim))
			c.text(x+8, y+4, 10, 600, dim, "middle", "2")
		}, "findings about the group or its interfaces"})
	}
	return list
}

// severitySample is the line of a severity.
func severitySample(s findings.Severity) sample {
	text := s.String()
	if s == findings.Info {
		text = "no finding"
	}
	width, dash := lineOf(s)
	return sample{43, func(c *canvas, x, y float64) {
		c.path(fmt.Sprintf("M%s %s h30", number(x), number(y)), width, dash, grades[s])
		c.arrow(x+37, y, 1, 4, grades[s])
	}, text}
}

// stoppedText says what the double bar means in the picture, nothing where it does
// not occur.
func (l *layers) stoppedText() string {
	switch stopped, unattached := l.used["stopped"], l.used["unattached"]; {
	case stopped && unattached:
		return "allowed by a rule, stopped by the network or not attached"
	case stopped:
		return "allowed by a rule, stopped by the network"
	case unattached:
		return "allowed by a rule, not attached"
	}
	return ""
}

package picture

import (
	"fmt"
	"math"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/reach"
)

// edge draws a line from its source through its lanes to its door.
func (l *layers) edge(e *edge, column map[*item]int) {
	s := e.severity()
	width, dash := e.source.stroke()
	g := grades[s]
	stopped := e.source.stopped()
	l.explain(e.source)
	d, endX, endY, into := l.route(e, column, stopped)
	c := &l.lines
	l.pen(s)
	c.group("", e.describe())
	if s >= findings.Low {
		c.path(d, width+4, "", band) // a halo, so that crossings can be read
	}
	if dash != "" {
		dash = fmt.Sprintf(` stroke-dasharray="%s"`, dash)
	}
	fmt.Fprintf(c, `<path fill="none"%s d="%s"/>`+"\n", dash, d)
	if stopped {
		at := endX
		c.path(fmt.Sprintf("M%s %s v12 M%s %s v12", number(at-1), number(endY-6), number(at+3), number(endY-6)), 2, "", g)
	} else {
		size := 3.4 + width*0.6
		fmt.Fprintf(c, `<path stroke="none" d="%s"/>`+"\n", arrowHead(endX, endY, into, size))
	}
	if e.source.EachOwn {
		fmt.Fprint(c, `<g stroke="none">`)
		c.text(endX-into*12, endY-4, 9.5, 400, dim, map[float64]string{1: "end", -1: "start"}[into], "each its own")
		c.endGroup()
	}
	c.endGroup()
}

// explain keeps what the legend has to say about the line of a source.
func (l *layers) explain(s *Source) {
	l.note("line " + s.Severity().String())
	switch {
	case s.stopped() && s.Verdict() == reach.Unattached:
		l.note("unattached")
	case s.stopped():
		l.note("stopped")
	case s.unsure():
		l.note("unknown")
	}
}

// pen sets the colour and the width of the lines that follow, which come by
// severity: most of them are alike, and pictures have many.
func (l *layers) pen(s findings.Severity) {
	if l.penned && l.grade == s {
		return
	}
	l.lift()
	width, _ := lineOf(s)
	fmt.Fprintf(&l.lines, `<g stroke-width="%s" %s>`+"\n", number(width), both(grades[s], grades[s]))
	l.penned, l.grade = true, s
}

// lift ends what pen began.
func (l *layers) lift() {
	if l.penned {
		l.lines.WriteString("</g>\n")
	}
	l.penned = false
}

// arrow draws the head of a line that comes from the left (into 1) or from the
// right (into -1).
func (c *canvas) arrow(x, y, into, size float64, t tone) {
	fmt.Fprintf(c, `<path d="%s" %s/>`+"\n", arrowHead(x, y, into, size), fill(t))
}

func arrowHead(x, y, into, size float64) string {
	return fmt.Sprintf("M%s %sl%s %sv%sz", number(x), number(y), number(-into*size*1.7), number(-size), number(2*size))
}

func (e *edge) describe() string {
	from := e.source.title()
	if e.source.From == FromInternet {
		from = "the internet"
	}
	text := from + " → " + e.to.box.Title() + ": " + e.door.Label
	if len(e.source.Findings) > 0 {
		text += ", " + e.severity().String()
	}
	if v := e.source.Verdict(); v != "" && e.source.From == FromInternet { // verdicts are about the internet
		text += ", " + string(v)
	}
	if e.source.Rules > 1 {
		text += ", by " + decimal(e.source.Rules) + " rules"
	}
	return text
}

// route returns the path of a line, where it ends and from which side it comes.
func (l *layers) route(e *edge, column map[*item]int, stopped bool) (d string, x, y, into float64) {
	target := e.to
	targetLeft, targetRight := l.itemX(column[target])
	y = target.y + target.box.rowY(e.row) + e.shift
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
	flat := false // the path ends with a level line, which may go on
	curve := func(x1, y1 float64) {
		if level := math.Abs(y1-y0) < 0.05; level {
			if flat {
				text := path.String()
				path.Reset()
				path.WriteString(text[:strings.LastIndexByte(text, 'H')])
			}
			fmt.Fprintf(&path, "H%s", number(x1))
			flat = true
		} else {
			flat = false
			half := (x0 + x1) / 2
			fmt.Fprintf(&path, "C%s %s %s %s %s %s", number(half), number(y0), number(half), number(y1), number(x1), number(y1))
		}
		x0, y0 = x1, y1
	}
	if e.from != nil && column[e.from] == column[target] { // beside the column, on the left
		out := targetLeft - 18 - 4*float64(e.row%3)
		x = targetLeft - room
		fmt.Fprintf(&path, "C%s %s %s %s %s %s", number(out), number(y0), number(out), number(y), number(x), number(y))
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

package picture

import (
	"fmt"
	"math"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

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

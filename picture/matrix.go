package picture

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/reach"
)

// mostSquare is how many rows and columns a matrix may have to be read.
const mostSquare = 30

// matrixLeast is the least width of the picture, for its title and its legend.
const matrixLeast = 560.0

// Matrix draws which connections are allowed as a table for each VPC: a row for each
// source, the internet first, a column for each box, the worst port in the cell.
// left says which VPCs have too many boxes for it.
func (p *Picture) Matrix(all bool) (svg string, left []string) {
	const (
		cell = 66.0
		name = 190.0 // of the column of sources
		tilt = 0.77  // the height of a name above a column, in parts of its width
	)
	drawn, calm := p.choose(all)
	if len(calm) > 0 {
		left = append(left, fmt.Sprintf("%d VPCs without a critical or high finding are not drawn: --all draws them.", len(calm)))
	}
	var body canvas
	y, width := 74.0, matrixLeast
	for _, v := range drawn {
		var targets []*Box
		for _, b := range v.Boxes {
			if len(b.Doors) > 0 {
				targets = append(targets, b)
			}
		}
		slices.SortStableFunc(targets, func(a, b *Box) int { return cmp.Compare(tierOrder(a.Tier), tierOrder(b.Tier)) })
		rows := v.rows()
		if len(targets) > mostSquare || len(rows) > mostSquare {
			left = append(left, fmt.Sprintf("%s has %d sources and %d groups: too many for a matrix.", v.Title(), len(rows), len(targets)))
			continue
		}
		body.text(margin, y+16, 14, 600, ink, "", fit(v.Title()+" · "+v.Where(), matrixLeast-2*margin, 14, true))
		longest := 0.0
		for _, b := range targets {
			longest = max(longest, textWidth(fit(b.Title(), 170, 11, false), 11, false))
		}
		top := y + 40 + longest*tilt
		for i, b := range targets {
			x := margin + name + cell*float64(i) + cell/2
			fmt.Fprintf(&body, `<text transform="translate(%s %s) rotate(-50)" font-size="11" %s>%s</text>`+"\n", number(x-4), number(top-6), fill(ink), escape(fit(b.Title(), 170, 11, false)))
		}
		for r, row := range rows {
			at := top + 22*float64(r)
			body.text(margin+name-8, at+15, 11, 400, ink, "end", fit(row.name, name-12, 11, false))
			for i, b := range targets {
				x := margin + name + cell*float64(i)
				body.rect(x, at, cell-2, 20, 3, 1, "", band, rule)
				if d, s, n := row.worst(b); d != nil {
					body.matrixCell(x, at, cell-2, b, d, s, n, row.name)
				}
			}
		}
		y = top + 22*float64(len(rows)) + 30
		width = max(width, margin*2+name+cell*float64(len(targets))+110)
	}
	for _, region := range p.Incomplete {
		left = append(left, region+" was not read in full: this is not the whole picture.")
	}
	var c canvas
	title := p.Of() + ": who can reach whom"
	c.startSVG(width, y+16*float64(len(left))+12, title, "A table for each VPC: rows are sources, columns are security groups, a cell holds the worst port.")
	c.text(margin, 24, 16, 700, ink, "", title)
	c.text(margin, 44, 11, 400, dim, "", "Rows may connect to columns. Filled: critical. Framed: another finding. 22 +1: one more port.")
	c.text(margin, 60, 11, 400, dim, "", "Dashed: allowed by a rule, but not reachable from the internet. 22?: could not be judged.")
	c.WriteString(body.String())
	for i, text := range left {
		c.text(margin, y+8+16*float64(i), 11, 600, ink, "", fit(text, width-2*margin, 11, true))
	}
	c.endSVG()
	return c.String(), left
}

func tierOrder(t Tier) int { return slices.Index([]Tier{Edge, Application, Data}, t) }

// matrixRow is one source of a matrix.
type matrixRow struct {
	name string
	is   func(*Source) bool
}

// rows returns the sources of a VPC: the internet, ranges, then boxes by tier.
func (v *VPC) rows() []matrixRow {
	var ranges []string
	internet := false
	from := map[*Box]bool{}
	for _, b := range v.Boxes {
		for _, d := range b.Doors {
			for _, s := range d.Sources {
				switch s.From {
				case FromInternet:
					internet = true
				case FromGroup:
					from[s.Box] = true
				case FromRange, FromInside, FromOutside:
					ranges = append(ranges, s.Text)
				}
			}
		}
	}
	slices.Sort(ranges)
	var rows []matrixRow
	if internet {
		rows = append(rows, matrixRow{"the internet", func(s *Source) bool { return s.From == FromInternet }})
	}
	for _, text := range slices.Compact(ranges) {
		rows = append(rows, matrixRow{text, func(s *Source) bool { return s.Box == nil && s.From != FromInternet && s.Text == text }})
	}
	boxes := slices.Clone(v.Boxes)
	slices.SortStableFunc(boxes, func(a, b *Box) int { return cmp.Compare(tierOrder(a.Tier), tierOrder(b.Tier)) })
	for _, b := range boxes {
		if from[b] {
			rows = append(rows, matrixRow{b.Title(), func(s *Source) bool { return s.Box == b }})
		}
	}
	return rows
}

// worst returns the worst door of a box for the source, its source there, and
// how many doors the source has.
func (r *matrixRow) worst(b *Box) (door *Door, source *Source, n int) {
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			if r.is(s) {
				n++
				if source == nil || s.Severity() > source.Severity() {
					door, source = d, s
				}
			}
		}
	}
	return door, source, n
}

func (c *canvas) matrixCell(x, y, w float64, b *Box, d *Door, s *Source, n int, from string) {
	v := s.Severity()
	c.group("", from+" → "+b.Title()+": "+d.Label)
	t := ink
	switch {
	case v == findings.Critical && s.Verdict() == reach.Reachable:
		c.rect(x, y, w, 20, 3, 1, "", grades[v], grades[v])
		t = inverse
	case v >= findings.Low:
		dash, frame := "", 1.4
		if s.stopped() {
			dash = "3 2"
		}
		if v >= findings.High {
			frame = 2.4
		}
		c.rect(x, y, w, 20, 3, frame, dash, boxTone, grades[v])
		t = grades[v]
	}
	text := d.Traffic.PortsText()
	if d.Class == All {
		text = "all"
	}
	if s.unsure() {
		text += "?"
	}
	if n > 1 {
		text += " +" + decimal(n-1)
	}
	c.text(x+w/2, y+14, 10, 400, t, "middle", fit(text, w-6, 10, false))
	c.endGroup()
}

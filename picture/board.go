package picture

import (
	"fmt"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/reach"
)

// Cell counts the groups of a VPC that the internet gets into through one class
// of doors, each group once.
type Cell struct {
	In       []Member          // the internet reaches them, with a critical or high finding
	Lesser   []Member          // the internet reaches them, with a lesser finding
	Stopped  []Member          // a rule allows it, the network stops it
	Unknown  []Member          // it could not be judged
	Intended int               // open to the internet without a finding
	Severity findings.Severity // of the gravest finding
}

// Cells returns the cells of a VPC in the order of Classes.
func (v *VPC) Cells() []Cell {
	cells := make([]Cell, len(Classes()))
	for _, b := range slices.Concat(v.Boxes, v.Aside) {
		for i, class := range Classes() {
			b.count(&cells[i], class)
		}
	}
	return cells
}

// count adds the groups of a box to the cell of a class. The worst door of the
// class decides.
func (b *Box) count(c *Cell, class Class) {
	var gravest *Source
	intended := false
	for _, d := range b.Doors {
		if d.Class != class {
			continue
		}
		for _, s := range d.Sources {
			switch {
			case s.From != FromInternet:
			case s.Severity() == findings.Info:
				intended = true
			case gravest == nil || s.Verdict().Compare(gravest.Verdict()) > 0 || s.Verdict() == gravest.Verdict() && s.Severity() > gravest.Severity():
				gravest = s
			}
		}
	}
	if gravest == nil {
		if intended {
			c.Intended += len(b.Members)
		}
		return
	}
	c.Severity = max(c.Severity, gravest.Severity())
	switch verdict := gravest.Verdict(); {
	case verdict == reach.Reachable && gravest.Severity() < findings.High:
		c.Lesser = append(c.Lesser, b.Members...)
	case verdict == reach.Reachable:
		c.In = append(c.In, b.Members...)
	case verdict == reach.Unknown:
		c.Unknown = append(c.Unknown, b.Members...)
	default:
		c.Stopped = append(c.Stopped, b.Members...)
	}
}

// text is what stands in a cell: "2", "(1)" for stopped ones, "1?" for unknown.
func (c *Cell) text() string {
	text := ""
	add := func(s string) {
		if text != "" {
			text += " "
		}
		text += s
	}
	if len(c.In) > 0 {
		add(decimal(len(c.In)))
	}
	if len(c.Lesser) > 0 {
		add(decimal(len(c.Lesser)))
	}
	if len(c.Unknown) > 0 {
		add(decimal(len(c.Unknown)) + "?")
	}
	if len(c.Stopped) > 0 {
		add("(" + decimal(len(c.Stopped)) + ")")
	}
	return text
}

// mostRows is how many VPCs the board has a row for.
const mostRows = 24

// Board draws one row for each VPC and one column for each class of doors: where
// in the account a group is reachable from the internet. It fits any size.
func (p *Picture) Board() (svg string, left []string) {
	const (
		cell = 124.0
		row  = 32.0
		head = 112.0
	)
	nameWidth, where := 300.0, 120.0 // of the column of names, and of the place in it
	if len(p.Accounts()) > 1 {
		nameWidth, where = 480, 290
	}
	rows := p.VPCs
	if len(rows) > mostRows {
		rows = rows[:mostRows]
		left = append(left, fmt.Sprintf("The board shows the %d worst of %d VPCs.", mostRows, len(p.VPCs)))
	}
	for _, region := range p.Incomplete {
		left = append(left, region+" was not read in full: this is not the whole picture.")
	}
	width := margin*2 + nameWidth + cell*float64(len(Classes()))
	height := head + row*float64(len(rows)) + 20 + 16*float64(len(left))
	var c canvas
	title := p.Of() + ": what is reachable from the internet"
	c.startSVG(width, height, title, fmt.Sprintf("%d VPCs by class of traffic: how many security groups the internet reaches.", len(p.VPCs)))
	c.text(margin, 24, 16, 700, ink, "", title)
	c.text(margin, 46, 11, 400, dim, "", "Filled: groups that the internet reaches, with a critical or high finding. 1?: could not be judged.")
	c.text(margin, 62, 11, 400, dim, "", "(2): allowed by a rule, and stopped by the network or not attached.")
	for i, class := range Classes() {
		x := margin + nameWidth + cell*(float64(i)+0.5)
		c.text(x, head-14, 11, 600, dim, "middle", string(class))
	}
	for r, v := range rows {
		y := head + row*float64(r)
		c.group(v.Anchor(), v.line())
		c.rect(margin, y, width-2*margin, row-4, 6, 1, "", band, rule)
		c.text(margin+10, y+18, 12, 600, ink, "", fit(v.Title(), nameWidth-where-30, 12, true))
		c.text(margin+nameWidth-10, y+18, 10.5, 400, dim, "end", fit(v.Where(), where, 10.5, false))
		for i, cellOf := range v.Cells() {
			c.cell(&cellOf, margin+nameWidth+cell*float64(i)+8, y+4, cell-16, row-12)
		}
		c.endGroup()
	}
	for i, text := range left {
		c.text(margin, height-8-16*float64(len(left)-1-i), 11, 600, ink, "", text)
	}
	c.endSVG()
	return c.String(), left
}

// cell fills what the internet gets into, and frames the rest.
func (c *canvas) cell(of *Cell, x, y, w, h float64) {
	text := of.text()
	var t tone
	switch {
	case len(of.In) > 0:
		c.rect(x, y, w, h, 4, 1, "", grades[of.Severity], grades[of.Severity])
		t = inverse
	case len(of.Unknown) > 0:
		c.rect(x, y, w, h, 4, 1.4, "2 3", boxTone, grades[of.Severity])
		t = grades[of.Severity]
	case len(of.Lesser) > 0:
		c.rect(x, y, w, h, 4, 1.2, "", boxTone, grades[of.Severity])
		t = grades[of.Severity]
	case text != "":
		t = dim
	case of.Intended > 0:
		text, t = decimal(of.Intended)+" no finding", dim
	default:
		text, t = "·", dim
	}
	size := 12.0
	if of.Intended > 0 {
		size = 10
		if rest := of.text(); rest != "" {
			text = rest + ", " + decimal(of.Intended) + " no finding"
		}
	}
	c.text(x+w/2, y+h/2+4, size, 600, t, "middle", fit(text, w-4, size, true))
}

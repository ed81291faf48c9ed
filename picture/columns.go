package picture

import (
	"cmp"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
)

// Columns of a VPC: the ranges outside it, the edge, up to three columns of
// the application, the data.
const (
	rangesColumn = 0
	edgeColumn   = 1
	furthest     = 2 // columns of the application beyond its first
)

// item is what stands in a column: a box, a range outside, or the lane of an
// edge that passes.
type item struct {
	box    *Box   // or nil
	pill   string // or empty
	height float64
	y      float64
	order  int
	weight float64 // of a lane: that of its edge
}

// edge is a line from a source to a door row.
type edge struct {
	source *Source
	door   *Door
	from   *item // nil: the internet
	to     *item
	row    int     // of the door in the box
	shift  float64 // from the middle of the row, where lines of several kinds end
	lanes  []*item
	back   bool // from a column on the right
}

func (e *edge) severity() findings.Severity { return e.source.Severity() }

// weight is how strongly an edge pulls what it joins into one line.
func (e *edge) weight() float64 {
	if e.severity() >= findings.Medium {
		return 3
	}
	return 1
}

// layout places the boxes of one VPC.
type layout struct {
	vpc     *VPC
	columns [][]*item
	edges   []*edge
	height  float64
	boxes   map[*Box]*item
	pills   map[string]*item
}

// depths gives every box its column, and returns how many columns the
// application takes beyond its first: connections inside a tier go to the right.
func (v *VPC) depths() int {
	depth := map[*Box]int{}
	var visit func(b *Box, on map[*Box]bool) int
	visit = func(b *Box, on map[*Box]bool) int {
		if d, ok := depth[b]; ok {
			return d
		}
		if on[b] {
			return 0
		}
		on[b] = true
		d := 0
		for _, door := range b.Doors {
			for _, s := range door.Sources {
				if s.From == FromGroup && s.Box != b && s.Box.Tier == Application && !on[s.Box] {
					d = max(d, visit(s.Box, on)+1)
				}
			}
		}
		delete(on, b)
		d = min(d, furthest)
		depth[b] = d
		return d
	}
	deepest := 0
	for _, b := range v.Boxes {
		if b.Tier == Application {
			deepest = max(deepest, visit(b, map[*Box]bool{}))
		}
	}
	for _, b := range v.Boxes {
		switch b.Tier {
		case Edge:
			b.column = edgeColumn
		case Application:
			b.column = edgeColumn + 1 + depth[b]
		default:
			b.column = -1 // the last one, which depends on the other VPCs
		}
	}
	return deepest
}

// place arranges a VPC in so many columns, the ranges' column included. Heights
// are in pixels from the top of the VPC's boxes.
func (v *VPC) place(columns int) *layout {
	l := &layout{vpc: v, columns: make([][]*item, columns), boxes: map[*Box]*item{}, pills: map[string]*item{}}
	for _, b := range v.Boxes {
		if b.column < 0 {
			b.column = columns - 1
		}
		for _, d := range b.Doors {
			d.written = false
		}
		it := &item{box: b, height: b.height()}
		l.boxes[b] = it
		l.columns[b.column] = append(l.columns[b.column], it)
	}
	for _, b := range v.Boxes {
		for row, d := range b.shownDoors() {
			for _, s := range d.Sources {
				l.connect(b, d, s, row)
			}
		}
	}
	l.sort()
	l.spread()
	l.level()
	return l
}

// connect makes the edge of a source, with a lane in each column on its way.
func (l *layout) connect(b *Box, d *Door, s *Source, row int) {
	to := l.boxes[b]
	e := &edge{source: s, door: d, to: to, row: row}
	start := rangesColumn - 1 // the internet
	switch s.From {
	case FromInternet:
	case FromRange:
		if l.pills[s.Text] == nil {
			l.pills[s.Text] = &item{pill: s.Text, height: pillHeight}
			l.columns[rangesColumn] = append(l.columns[rangesColumn], l.pills[s.Text])
		}
		e.from, start = l.pills[s.Text], rangesColumn
	case FromGroup:
		if s.Written {
			return
		}
		e.from, start = l.boxes[s.Box], s.Box.column
	default:
		return // written at the door
	}
	step, end := 1, b.column
	if start > end {
		e.back, step = true, -1
	}
	if start != end {
		for c := start + step; c != end; c += step {
			lane := &item{height: laneHeight, weight: e.weight()}
			e.lanes = append(e.lanes, lane)
			l.columns[c] = append(l.columns[c], lane)
		}
	}
	l.edges = append(l.edges, e)
}

// spread parts the ends of lines of several kinds that one door has, so that each
// can be seen: the bar of one that is stopped, the arrow of one that gets in. The
// ends are in the order in which the lines come.
func (l *layout) spread() {
	byDoor := map[*Door][]*edge{}
	for _, e := range l.edges {
		byDoor[e.door] = append(byDoor[e.door], e)
	}
	for _, edges := range byDoor {
		var kinds []look
		height := map[look]float64{} // the highest place that a line of the kind comes from
		for _, e := range edges {
			k, from := e.source.look(), -1.0
			if stops := e.pieces(); len(stops) > 1 && !e.back {
				from = float64(stops[len(stops)-2].item.order)
			}
			if _, known := height[k]; !known {
				kinds, height[k] = append(kinds, k), from
			}
			height[k] = min(height[k], from)
		}
		slices.SortStableFunc(kinds, func(a, b look) int { return cmp.Compare(height[a], height[b]) })
		for _, e := range edges {
			e.shift = shiftOf(slices.Index(kinds, e.source.look()), len(kinds))
		}
	}
}

// look is what distinguishes the ends of lines.
type look struct {
	severity        findings.Severity
	stopped, unsure bool
}

func (s *Source) look() look { return look{s.Severity(), s.stopped(), s.unsure()} }

// shiftOf returns how far from the middle of a row the lines of the ith of n kinds
// end, in pixels.
func shiftOf(i, n int) float64 {
	const room = 9.0 // the height of a row, less half an arrow above and below
	if n < 2 {
		return 0
	}
	return room * (float64(i)/float64(n-1) - 0.5)
}

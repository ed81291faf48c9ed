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
	row    int // of the door in the box
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

// stop is one end of a piece of an edge between two neighbouring columns.
type stop struct {
	item *item
	at   float64 // of the height of the item, from 0 to 1
}

// pieces returns the stops of an edge, from left to right.
func (e *edge) pieces() []stop {
	var stops []stop
	if e.from != nil {
		stops = append(stops, stop{e.from, 0.1})
	}
	for _, lane := range e.lanes {
		stops = append(stops, stop{lane, 0.5})
	}
	row := 0.5
	if b := e.to.box; b != nil {
		row = b.rowY(e.row) / e.to.height
	}
	stops = append(stops, stop{e.to, row})
	if e.back {
		slices.Reverse(stops)
	}
	return stops
}

// enumerate tells the items of a column their places in it.
func enumerate(column []*item) {
	for i, it := range column {
		it.order = i
	}
}

// sortByMean orders a column by the mean place of each item's neighbours; an
// item without any keeps its own.
func sortByMean(column []*item, neighbours map[*item][]stop) {
	mean := map[*item]float64{}
	for i, it := range column {
		sum, n := 0.0, 0.0
		for _, o := range neighbours[it] {
			sum += float64(o.item.order) + o.at
			n++
		}
		mean[it] = float64(i)
		if n > 0 {
			mean[it] = sum / n
		}
	}
	slices.SortStableFunc(column, func(a, b *item) int { return cmp.Compare(mean[a], mean[b]) })
	enumerate(column)
}

// sweeps is how often the columns are put in order; measured on accounts of up
// to 150 boxes, later sweeps find nothing better.
const sweeps = 24

// sort orders the columns so that few edges cross: barycentre sweeps, of which
// the order with the fewest crossings is kept.
func (l *layout) sort() {
	neighbours := map[*item][]stop{}
	for _, e := range l.edges {
		stops := e.pieces()
		for i := 1; i < len(stops); i++ {
			neighbours[stops[i].item] = append(neighbours[stops[i].item], stops[i-1])
			neighbours[stops[i-1].item] = append(neighbours[stops[i-1].item], stops[i])
		}
	}
	for _, c := range l.columns {
		enumerate(c)
	}
	best, fewest := l.snapshot(), l.crossings()
	for s := range sweeps {
		if fewest == 0 {
			break
		}
		for k := range l.columns {
			c := k
			if s%2 == 1 {
				c = len(l.columns) - 1 - k
			}
			sortByMean(l.columns[c], neighbours)
		}
		if n := l.crossings(); n < fewest {
			best, fewest = l.snapshot(), n
		}
	}
	l.columns = best
	for _, c := range l.columns {
		enumerate(c)
	}
}

func (l *layout) snapshot() [][]*item {
	var all [][]*item
	for _, c := range l.columns {
		all = append(all, slices.Clone(c))
	}
	return all
}

// crossings counts the pairs of edges that cross between two columns.
func (l *layout) crossings() int {
	type piece struct{ a, b float64 }
	gaps := map[int][]piece{}
	column := map[*item]int{}
	for c, items := range l.columns {
		for _, it := range items {
			column[it] = c
		}
	}
	for _, e := range l.edges {
		stops := e.pieces()
		for i := 1; i < len(stops); i++ {
			left, right := stops[i-1], stops[i]
			if column[left.item] == column[right.item] {
				continue
			}
			gaps[column[left.item]] = append(gaps[column[left.item]], piece{float64(left.item.order) + left.at, float64(right.item.order) + right.at})
		}
	}
	n := 0
	for _, list := range gaps {
		for i, p := range list {
			for _, q := range list[i+1:] {
				if (p.a-q.a)*(p.b-q.b) < 0 {
					n++
				}
			}
		}
	}
	return n
}

// pull is what an edge does to the height of one of its ends.
type pull struct {
	own, other float64 // distances from the tops of both
	to         *item
	weight     float64
}

// pulls returns what the edges do to each item.
func (l *layout) pulls() map[*item][]pull {
	pulls := map[*item][]pull{}
	for _, e := range l.edges {
		stops := e.pieces()
		for i := 1; i < len(stops); i++ {
			a, b := stops[i-1], stops[i]
			w := e.weight()
			if a.item.box == nil && b.item.box == nil && a.item.pill == "" {
				w *= 8 // a lane goes on straight
			}
			pulls[a.item] = append(pulls[a.item], pull{a.at * a.item.height, b.at * b.item.height, b.item, w})
			pulls[b.item] = append(pulls[b.item], pull{b.at * b.item.height, a.at * a.item.height, a.item, w})
		}
	}
	return pulls
}

// level gives every item its height: it pulls what edges join into one line,
// and keeps the order and the distances of each column.
func (l *layout) level() {
	for _, c := range l.columns {
		y := 0.0
		for i, it := range c {
			if i > 0 {
				y += gapBetween(c[i-1], it)
			}
			it.y = y
			y += it.height
		}
	}
	pulls := l.pulls()
	const passes = 30
	for pass := range passes {
		for k := range l.columns {
			c := l.columns[k]
			if pass%2 == 1 {
				c = l.columns[len(l.columns)-1-k]
			}
			want := make([]float64, len(c))
			weight := make([]float64, len(c))
			for i, it := range c {
				sum, n := it.y*0.05, 0.05
				for _, p := range pulls[it] {
					sum += p.weight * (p.to.y + p.other - p.own)
					n += p.weight
				}
				want[i], weight[i] = sum/n, n
			}
			separate(c, want, weight)
		}
	}
	l.toTop()
}

// toTop moves all items so that the highest is at 0, and measures the height.
func (l *layout) toTop() {
	top, bottom := 0.0, 0.0
	first := true
	for _, c := range l.columns {
		for _, it := range c {
			if first || it.y < top {
				top, first = it.y, false
			}
		}
	}
	for _, c := range l.columns {
		for _, it := range c {
			it.y -= top
			bottom = max(bottom, it.y+it.height)
			if it.box != nil {
				it.box.y = it.y
			}
		}
	}
	l.height = bottom
}

// separate gives the items of a column the heights nearest to those wanted that
// keep their order and distances (isotonic regression by pooling neighbours).
func separate(c []*item, want, weight []float64) {
	type block struct {
		sum, weight, y float64
		n              int
	}
	offset := make([]float64, len(c))
	for i := 1; i < len(c); i++ {
		offset[i] = offset[i-1] + c[i-1].height + gapBetween(c[i-1], c[i])
	}
	var blocks []block
	for i := range c {
		b := block{sum: weight[i] * (want[i] - offset[i]), weight: weight[i], n: 1}
		b.y = b.sum / b.weight
		for len(blocks) > 0 && blocks[len(blocks)-1].y > b.y {
			last := blocks[len(blocks)-1]
			blocks = blocks[:len(blocks)-1]
			b.sum, b.weight, b.n = b.sum+last.sum, b.weight+last.weight, b.n+last.n
			b.y = b.sum / b.weight
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		for range b.n {
			c[i].y = b.y + offset[i]
			i++
		}
	}
}

// gapBetween is the distance between two items of a column.
func gapBetween(a, b *item) float64 {
	if a.box != nil && b.box != nil {
		return boxGap
	}
	if a.box != nil || b.box != nil {
		return boxGap / 2
	}
	return 0
}

package picture

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// stop is one end of a piece of an edge between two neighbouring columns.
type stop struct {
	item *item
	at   float64 // of the height of the item, from 0 to 1

	weight float64 // as a neighbour: that of the edge
}

// pieces returns the stops of an edge, from left to right.
func (e *edge) pieces() []stop {
	var stops []stop
	if e.from != nil {
		stops = append(stops, stop{item: e.from, at: 0.1})
	}
	for _, lane := range e.lanes {
		stops = append(stops, stop{item: lane, at: 0.5})
	}
	row := 0.5
	if b := e.to.box; b != nil {
		row = (b.rowY(e.row) + e.shift) / e.to.height
	}
	stops = append(stops, stop{item: e.to, at: row})
	if e.back {
		slices.Reverse(stops)
	}
	return stops
}

// enumerate gives the items of a column their places in it.
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

// sweeps is how often the columns are put in order from one start; measured on
// accounts of up to 150 boxes, later sweeps find nothing better.
const sweeps = 24

// starts is from how many orders the search begins: the given one, and others
// mixed from it. Pictures of many items have fewer, so that none takes long.
func (l *layout) starts() int {
	n := 0
	for _, c := range l.columns {
		n += len(c)
	}
	return max(1, min(60, 6000/(n*n/8+1)))
}

// search looks for the order of a layout in which the fewest edges cross.
type search struct {
	layout     *layout
	neighbours map[*item][]stop
	column     map[*item]int
	spans      []span
	best       [][]*item
	fewest     float64 // crossings of best
}

// sort orders the columns so that few edges cross: barycentre sweeps and swaps
// of neighbours from several starts, of which the order with the fewest
// crossings is kept, the first one of those. The same layout is sorted in the
// same way.
func (l *layout) sort() {
	s := &search{layout: l, neighbours: map[*item][]stop{}, column: map[*item]int{}}
	for c, items := range l.columns {
		enumerate(items)
		for _, it := range items {
			s.column[it] = c
		}
	}
	for _, e := range l.edges {
		stops := e.pieces()
		for i := 1; i < len(stops); i++ {
			left, right := stops[i-1], stops[i]
			left.weight, right.weight = e.weight(), e.weight()
			s.neighbours[right.item] = append(s.neighbours[right.item], left)
			s.neighbours[left.item] = append(s.neighbours[left.item], right)
		}
	}
	s.spans = l.spans(s.column)
	first := l.snapshot()
	s.best, s.fewest = first, crossings(s.spans)
	mixed := rand.New(rand.NewPCG(1, 2))
	for start := 0; start < l.starts() && s.fewest > 0; start++ {
		l.restore(first)
		if start > 0 {
			for _, c := range l.columns {
				mixed.Shuffle(len(c), func(i, j int) { c[i], c[j] = c[j], c[i] })
				enumerate(c)
			}
		}
		s.descend()
	}
	l.restore(s.best)
}

// descend improves the order that the layout has.
func (s *search) descend() {
	columns := s.layout.columns
	for pass := range sweeps {
		for k := range columns {
			c := k
			if pass%2 == 1 {
				c = len(columns) - 1 - k
			}
			sortByMean(columns[c], s.neighbours)
			if pass > sweeps/2 {
				swap(columns[c], c, s.neighbours, s.column)
			}
		}
		s.keep()
	}
	s.layout.swapAll(s.neighbours, s.column)
	s.keep()
}

// keep remembers the order that the layout has if it is the best so far.
func (s *search) keep() {
	if n := crossings(s.spans); n < s.fewest {
		s.best, s.fewest = s.layout.snapshot(), n
	}
}

// swapAll swaps neighbours in all columns until that helps no more.
func (l *layout) swapAll(neighbours map[*item][]stop, column map[*item]int) {
	for range sweeps {
		changed := false
		for c, items := range l.columns {
			changed = swap(items, c, neighbours, column) || changed
		}
		if !changed {
			return
		}
	}
}

// swap changes the places of neighbours in the cth column where fewer edges
// cross that way, and reports whether there were any.
func swap(items []*item, c int, neighbours map[*item][]stop, column map[*item]int) bool {
	changed := false
	for i := 1; i < len(items); i++ {
		u, v := items[i-1], items[i]
		now, then := 0.0, 0.0
		for _, p := range neighbours[u] {
			for _, q := range neighbours[v] {
				if column[p.item] < c != (column[q.item] < c) || column[p.item] == c || column[q.item] == c {
					continue
				}
				switch a, b := float64(p.item.order)+p.at, float64(q.item.order)+q.at; {
				case a > b:
					now += p.weight * q.weight
				case a < b:
					then += p.weight * q.weight
				}
			}
		}
		if then < now {
			items[i-1], items[i] = v, u
			u.order, v.order = i, i-1
			changed = true
		}
	}
	return changed
}

func (l *layout) snapshot() [][]*item {
	var all [][]*item
	for _, c := range l.columns {
		all = append(all, slices.Clone(c))
	}
	return all
}

func (l *layout) restore(columns [][]*item) {
	for c := range columns {
		l.columns[c] = slices.Clone(columns[c])
		enumerate(l.columns[c])
	}
}

// span is a piece of an edge between two columns.
type span struct {
	left, right stop
	gap         int // the number of the column on the left
	weight      float64
}

// spans returns the pieces of all edges that lie between two columns.
func (l *layout) spans(column map[*item]int) []span {
	var list []span
	for _, e := range l.edges {
		stops := e.pieces()
		for i := 1; i < len(stops); i++ {
			left, right := stops[i-1], stops[i]
			if column[left.item] != column[right.item] {
				list = append(list, span{left, right, column[left.item], e.weight()})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b span) int { return cmp.Compare(a.gap, b.gap) })
	return list
}

// crossings weighs the pairs of spans, sorted by their gaps, that cross: those of
// grave findings count more.
func crossings(spans []span) float64 {
	sum := 0.0
	for i := range spans {
		p := &spans[i]
		a, b := float64(p.left.item.order)+p.left.at, float64(p.right.item.order)+p.right.at
		for j := i + 1; j < len(spans) && spans[j].gap == p.gap; j++ {
			q := &spans[j]
			if (a-float64(q.left.item.order)-q.left.at)*(b-float64(q.right.item.order)-q.right.at) < 0 {
				sum += p.weight * q.weight
			}
		}
	}
	return sum
}

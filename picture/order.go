package picture

import (
	"cmp"
	"slices"
)

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

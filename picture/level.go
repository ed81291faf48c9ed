package picture

import "math"

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
			it.y = math.Round(it.y - top) // whole pixels are sharp, and short
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

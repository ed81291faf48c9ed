package cidr

import "net/netip"

// PublicAmong is Public for sources of several kinds, where only a source of
// the same kind makes a narrower one superfluous. A source is from the
// internet if it holds internet addresses, lies strictly inside no other
// source of its kind, and the sources of its family still cover the whole
// internet, by the rule of Public, without the wider ones that it lies in: so
// 0.0.0.0/1 and 128.0.0.0/1 are from the internet beside a 0.0.0.0/0 of
// another kind, while a /24 beside it is not.
//
// kinds has one value per source. The result has one value per source, or is
// nil where none is from the internet. Where all kinds are equal it is that
// of Public.
func PublicAmong(sources []netip.Prefix, kinds []int) []bool {
	public := Public(sources)
	if public == nil || len(sources) == 1 {
		return public
	}
	for f := range IPv6 + 1 {
		internets[f].markInner(f, sources, kinds, public)
	}
	return public
}

// block is a node of the forest that the sources of one family form: one
// range of addresses, and the wider one next around it.
type block struct {
	span
	from, to int    // the sources of exactly this range, as positions in the sorted list
	around   int    // position of the next wider block, -1 for an outermost one
	own      number // internet addresses in it
	inner    number // those that the blocks directly inside cover
	left     number // those that all sources cover, without the blocks around this one
}

// markInner sets the value of the sources that lie inside wider ones and are
// from the internet without them. Prefixes nest or are disjoint, so taking a
// block away leaves what the blocks directly inside it cover.
func (in *internet) markInner(f Family, sources []netip.Prefix, kinds []int, public []bool) {
	var stack [onStack]source
	list := stack[:0]
	for i, p := range sources {
		if p.IsValid() && FamilyOf(p) == f {
			list = append(list, source{spanOf(Clean(p)), i})
		}
	}
	sortOutermost(list)
	var few [onStack]block
	blocks := few[:0]
	var whole number
	last := -1 // the block before
	for i := 0; i < len(list); {
		b := block{span: list[i].span, from: i, around: last, own: list[i].common(in.spans)}
		for i < len(list) && list[i].span == b.span {
			i++
		}
		b.to = i
		for b.around >= 0 && !blocks[b.around].holds(b.span) {
			b.around = blocks[b.around].around
		}
		if b.around < 0 {
			whole = whole.add(b.own)
		} else {
			blocks[b.around].inner = blocks[b.around].inner.add(b.own)
		}
		last = len(blocks)
		blocks = append(blocks, b)
	}
	for i := range blocks {
		b := &blocks[i]
		if b.around < 0 {
			b.left = whole
			continue
		}
		wider := &blocks[b.around]
		b.left = wider.left.sub(wider.own).add(wider.inner)
		if b.left.less(in.need) || b.own == (number{}) {
			continue
		}
		for _, s := range list[b.from:b.to] {
			if !insideOfKind(list, blocks, b.around, kinds, kinds[s.place]) {
				public[s.place] = true
			}
		}
	}
}

// insideOfKind reports whether the block, or one around it, is a source of
// the kind.
func insideOfKind(list []source, blocks []block, at int, kinds []int, kind int) bool {
	for ; at >= 0; at = blocks[at].around {
		for _, s := range list[blocks[at].from:blocks[at].to] {
			if kinds[s.place] == kind {
				return true
			}
		}
	}
	return false
}

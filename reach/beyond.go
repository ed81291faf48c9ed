package reach

import (
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/explain"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Words names what gets in on a way: "tcp/22 from the internet (IPv4)".
func (w *Way) Words() string { return w.Traffic + " from " + w.From }

// Beyond names what gets in on a way and on none of the others: all of it, or a part of
// its ports or sources, as after a rule was narrowed. It is empty where all of it gets in
// on the others. What it names has every packet that gets in on none of them.
func (w *Way) Beyond(others []Way) string {
	var rest []path.Flow
	var all, from cidr.Set
	for _, f := range w.passed {
		all = all.Union(f.From.Possible)
		for _, to := range path.Without([]path.Interval{f.Interval}, whole(f, others)) {
			part := f.Part(to, f.From)
			for i := range others {
				part.From = part.From.Subtract(others[i].senders(part))
			}
			if !part.From.None() {
				rest, from = append(rest, part), from.Union(part.From.Possible)
			}
		}
	}
	switch {
	case len(w.passed) > 0 && len(rest) == 0:
		return ""
	case from.Equal(all) && slices.EqualFunc(rest, w.passed, func(a, b path.Flow) bool { return a.Interval == b.Interval }):
		return w.Words()
	}
	text := explain.Addresses(from, rest[0].Family)
	if text == w.From && !from.Equal(all) { // a set that lacks a little of the internet is called the internet
		text += " except " + explain.Addresses(all.Subtract(from), rest[0].Family)
	}
	return explain.Flows(rest) + " from " + text
}

// whole returns the intervals of a flow in which all its sources get in on one of the ways.
func whole(f path.Flow, ways []Way) (parts []path.Interval) {
	for i := range ways {
		for _, g := range ways[i].passed {
			if g.Family == f.Family && g.Protocol == f.Protocol && g.From.Certain.Includes(f.From.Possible) {
				parts = append(parts, g.Interval)
			}
		}
	}
	return path.Union(parts)
}

// senders returns the addresses of which every packet of a flow gets in on a way.
func (w *Way) senders(f path.Flow) (from cidr.Set) {
	for _, g := range w.passed {
		same := g.Protocol == f.Protocol && g.First <= f.First && f.Last <= g.Last
		// All traffic is judged by its tcp and udp packets, and so are the others in it.
		of := w.all && !slices.Contains(path.Protocols(inventory.All), f.Protocol) && g.Interval == path.Everything
		if g.Family == f.Family && (same || of) {
			from = from.Union(g.From.Certain)
		}
	}
	return from
}

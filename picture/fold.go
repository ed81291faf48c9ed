package picture

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
)

// foldGrave is the number of members from which on boxes with a critical or
// high door are folded.
const foldGrave = 4

// fold joins boxes that are alike: the coarsest stable partition by tier, kinds
// of interfaces, doors with their sources, severities and verdicts, and by what
// they reach. Nothing that the picture shows is lost by it.
func (v *VPC) fold() {
	out := map[*Box][]*outgoing{}
	for _, box := range v.Boxes {
		for _, d := range box.Doors {
			for _, s := range d.Sources {
				if s.From == FromGroup {
					out[s.Box] = append(out[s.Box], &outgoing{box, d, s})
				}
			}
		}
	}
	colour := map[*Box]int{}
	count := paint(v.Boxes, colour, func(b *Box) string { return b.look() })
	for {
		next := map[*Box]int{}
		n := paint(v.Boxes, next, func(b *Box) string { return b.refined(colour, out[b]) })
		colour = next
		if n == count {
			break
		}
		count = n
	}
	v.join(colour)
}

// outgoing is a source seen from the box that it is.
type outgoing struct {
	to     *Box
	door   *Door
	source *Source
}

// paint numbers the boxes by their texts, in the order in which they come, and
// returns how many numbers there are.
func paint(boxes []*Box, colour map[*Box]int, text func(*Box) string) int {
	numbers := map[string]int{}
	for _, b := range boxes {
		t := text(b)
		if _, ok := numbers[t]; !ok {
			numbers[t] = len(numbers)
		}
		colour[b] = numbers[t]
	}
	return len(numbers)
}

// look is all that the picture shows of a box by itself.
func (b *Box) look() string {
	var t strings.Builder
	fmt.Fprint(&t, b.Tier, b.Interfaces > 0, b.Reaches)
	for _, k := range b.Kinds {
		fmt.Fprint(&t, "|", k.Name)
	}
	for _, f := range b.Findings {
		fmt.Fprint(&t, "|", f.Check, f.Severity)
	}
	for _, d := range b.Doors {
		fmt.Fprint(&t, "\n", d.Traffic)
		for _, s := range d.Sources {
			if s.From != FromGroup {
				fmt.Fprint(&t, "|", s.From, s.Text, s.Severity(), s.Verdict())
			}
		}
	}
	return t.String()
}

// refined is the colour of a box with the colours around it.
func (b *Box) refined(colour map[*Box]int, out []*outgoing) string {
	var around []string
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			if s.From == FromGroup {
				around = append(around, fmt.Sprint("in", d.Traffic, colour[s.Box], s.Severity(), s.Verdict(), s.Written))
			}
		}
	}
	for _, o := range out {
		around = append(around, fmt.Sprint("out", o.door.Traffic, colour[o.to], o.source.Severity()))
	}
	slices.Sort(around)
	around = slices.Compact(around)
	return fmt.Sprint(colour[b], around)
}

// join makes one box of those with one colour.
func (v *VPC) join(colour map[*Box]int) {
	sets := map[int][]*Box{}
	for _, b := range v.Boxes {
		sets[colour[b]] = append(sets[colour[b]], b)
	}
	into := map[*Box]*Box{}
	var kept []*Box
	for _, b := range v.Boxes {
		set := sets[colour[b]]
		grave := slices.ContainsFunc(b.Doors, func(d *Door) bool { return d.Severity() >= findings.High })
		if len(set) == 1 || grave && len(set) < foldGrave {
			into[b] = b
			kept = append(kept, b)
			continue
		}
		first := set[0]
		into[b] = first
		if b == first {
			kept = append(kept, b)
		}
	}
	pairs := countPairs(v.Boxes, into)
	for _, b := range v.Boxes {
		if first := into[b]; first != b {
			first.Members = append(first.Members, b.Members...)
			first.Interfaces += b.Interfaces
			first.addKinds(b.Kinds)
			first.addFindings(b.Findings)
			first.absorb(b, into)
		}
	}
	for _, b := range kept {
		b.settle(into, pairs)
	}
	v.Boxes = kept
}

type pair struct{ from, to *Box }

// countPairs counts how many members on either side are joined by an edge.
func countPairs(boxes []*Box, into map[*Box]*Box) map[pair]int {
	count := map[pair]int{}
	for _, b := range boxes {
		for _, d := range b.Doors {
			for _, s := range d.Sources {
				if s.From == FromGroup {
					count[pair{into[s.Box], into[b]}]++
				}
			}
		}
	}
	return count
}

// addFindings adds findings that the box does not have: one about an interface
// stands at each of its groups.
func (b *Box) addFindings(list []Finding) {
	for _, f := range list {
		if !slices.ContainsFunc(b.Findings, func(o Finding) bool { return o.ID == f.ID }) {
			b.Findings = append(b.Findings, f)
		}
	}
}

func (b *Box) addKinds(kinds []Kind) {
	for _, k := range kinds {
		if i := slices.IndexFunc(b.Kinds, func(o Kind) bool { return o.Name == k.Name }); i >= 0 {
			b.Kinds[i].Count += k.Count
			b.Kinds[i].owners = maps.Clone(b.Kinds[i].owners)
			maps.Copy(b.Kinds[i].owners, k.owners)
		} else {
			b.Kinds = append(b.Kinds, k)
		}
	}
}

// absorb adds the findings at the doors of a box that is alike.
func (b *Box) absorb(other *Box, into map[*Box]*Box) {
	for i, d := range other.Doors {
		mine := b.Doors[i]
		for _, s := range d.Sources {
			same := func(o *Source) bool {
				if o.From != s.From || o.Severity() != s.Severity() {
					return false
				}
				if s.From == FromGroup {
					return into[o.Box] == into[s.Box]
				}
				return o.Text == s.Text
			}
			if j := slices.IndexFunc(mine.Sources, same); j >= 0 {
				mine.Sources[j].Findings = append(mine.Sources[j].Findings, s.Findings...)
				mine.Sources[j].RuleIDs = append(mine.Sources[j].RuleIDs, s.RuleIDs...)
			} else {
				mine.Sources = append(mine.Sources, s)
			}
		}
	}
}

// settle lets the sources of a box name the boxes that are left, each once.
func (b *Box) settle(into map[*Box]*Box, pairs map[pair]int) {
	slices.SortFunc(b.Members, func(x, y Member) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	for _, d := range b.Doors {
		var kept []*Source
		for _, s := range d.Sources {
			if s.From == FromGroup {
				s.Box = into[s.Box]
				if s.Box == b {
					s.From, s.Text, s.Box = FromSelf, "each other", nil
				}
			}
			if s.Box != nil {
				i := slices.IndexFunc(kept, func(o *Source) bool { return o.Box == s.Box && o.Severity() == s.Severity() })
				if i >= 0 {
					kept[i].Findings = append(kept[i].Findings, s.Findings...)
					kept[i].RuleIDs = append(kept[i].RuleIDs, s.RuleIDs...)
					continue
				}
				from, to := len(s.Box.Members), len(b.Members)
				s.EachOwn = from > 1 && from == to && pairs[pair{s.Box, b}] == from
			}
			kept = append(kept, s)
		}
		d.Sources = kept
	}
}

package picture

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Sizes in pixels.
const (
	boxWidth   = 216.0
	boxGap     = 20.0
	headHeight = 42.0 // the name and the kinds of interfaces
	doorHeight = 20.0
	wordHeight = 14.0 // a line of words under a door
	boxFoot    = 6.0
	laneHeight = 12.0
	pillHeight = 22.0
	pillWidth  = 112.0
	mostDoors  = 6
	mostWords  = 3 // lines under one door
)

// shownDoors returns the doors that are drawn: the worst of very many.
func (b *Box) shownDoors() []*Door {
	if len(b.Doors) > mostDoors {
		return b.Doors[:mostDoors-1]
	}
	return b.Doors
}

// words are the sources of a door that are written under it.
func (d *Door) words() []*Source {
	var list []*Source
	for _, s := range d.Sources {
		if s.From == FromInside || s.From == FromOutside || s.From == FromSelf || s.Written || s.From == FromRange && d.written {
			list = append(list, s)
		}
	}
	return list
}

// shownWords returns the lines under a door and how many more there are.
func (d *Door) shownWords() (list []*Source, more int) {
	list = d.words()
	if len(list) > mostWords {
		return list[:mostWords-1], len(list) - mostWords + 1
	}
	return list, 0
}

// remarks are mistakes that neither the place of a box nor a line shows: they are
// written under the door, by the check of the finding.
var remarks = map[string]string{
	"api-gateway-reaches-database": "reached by API Gateway",
	"bastion-bypassed":             "bypasses the bastion",
	"load-balancer-bypassed":       "bypasses the load balancer",
}

// remark is a line of words about a door, in the colour of its finding.
type remark struct {
	text     string
	severity findings.Severity
}

// remarks returns what is written about the findings of a door, each once.
func (d *Door) remarks() []remark {
	var list []remark
	for _, s := range d.Sources {
		for _, f := range s.Findings {
			r := remark{remarks[f.Check], f.Severity}
			if r.text != "" && !slices.Contains(list, r) {
				list = append(list, r)
			}
		}
	}
	return list
}

func (d *Door) height() float64 {
	list, more := d.shownWords()
	h := doorHeight + float64(len(list)+len(d.remarks()))*wordHeight
	if more > 0 {
		h += wordHeight
	}
	return h
}

// notes are the lines of words below the kinds of interfaces.
func (b *Box) notes() []string {
	if b.Elsewhere == nil {
		return b.Reaches
	}
	return append([]string{"in VPC " + b.Elsewhere.Title()}, b.Reaches...)
}

// head is the height of all that stands above the doors.
func (b *Box) head() float64 { return headHeight + float64(len(b.notes()))*wordHeight }

// height is that of the whole box.
func (b *Box) height() float64 {
	h := b.head() + boxFoot
	for _, d := range b.shownDoors() {
		h += d.height()
	}
	if len(b.shownDoors()) < len(b.Doors) {
		h += wordHeight
	}
	return h
}

// rowY is the middle of a door's row, from the top of the box.
func (b *Box) rowY(row int) float64 {
	y := b.head()
	for i, d := range b.shownDoors() {
		if i == row {
			break
		}
		y += d.height()
	}
	return y + doorHeight/2
}

// Subtitle says what the groups of a box are attached to.
func (b *Box) Subtitle() string {
	if len(b.Kinds) == 0 {
		return "not attached"
	}
	var parts []string
	for i, k := range b.Kinds {
		if i == 2 && len(b.Kinds) > 3 {
			parts = append(parts, decimal(len(b.Kinds)-i)+" other kinds")
			break
		}
		parts = append(parts, decimal(len(k.owners))+" "+plural(strings.ReplaceAll(k.Name, "-", " "), len(k.owners)))
	}
	return strings.Join(parts, ", ")
}

func plural(noun string, n int) string {
	switch {
	case n == 1:
		return noun
	case strings.HasSuffix(noun, "s") || strings.HasSuffix(noun, ")"):
		return noun
	case strings.HasSuffix(noun, "y"):
		return noun[:len(noun)-1] + "ies"
	}
	return noun + "s"
}

// fit cuts the middle out of a text that is too wide: names differ at their
// ends. What cannot be seen is as wide as what is shown in its place.
func fit(text string, width, size float64, bold bool) string {
	text = words.Plain(text)
	if textWidth(text, size, bold) <= width {
		return text
	}
	runes := []rune(text)
	for keep := len(runes) - 1; keep > 2; keep-- {
		tail := keep / 2
		short := string(runes[:keep-tail]) + "…" + string(runes[len(runes)-tail:])
		if textWidth(short, size, bold) <= width {
			return short
		}
	}
	return "…"
}

// shortNames takes the beginning that the names of a VPC share from those that
// do not fit.
func shortName(name, shared string, width, size float64) string {
	if textWidth(name, size, true) > width && len(shared) > 3 && strings.HasPrefix(name, shared) && len(name) > len(shared) {
		name = "…" + name[len(shared):]
	}
	return fit(name, width, size, true)
}

// sharedStart is the beginning that most names of the VPC share, up to a
// separator.
func (v *VPC) sharedStart() string {
	count := map[string]int{}
	var starts []string
	for _, b := range v.Boxes {
		name := b.Members[0].Name
		if i := strings.IndexAny(name, "-_./ "); i > 0 && utf8.ValidString(name) {
			start := name[:i+1]
			if count[start] == 0 {
				starts = append(starts, start)
			}
			count[start]++
		}
	}
	slices.SortStableFunc(starts, func(a, b string) int { return count[b] - count[a] })
	if len(starts) > 0 && count[starts[0]]*2 > len(v.Boxes) {
		return starts[0]
	}
	return ""
}

package picture_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/fixtures/repeat"
	"github.com/sgaudit/sgaudit/inventory"
)

// font holds the advance widths of the characters from space to tilde, in
// thousandths of an em.
type font struct {
	name          string
	regular, bold []float64
}

// fonts reads the widths that were measured of real fonts.
func fonts(t *testing.T) []font {
	t.Helper()
	text, err := os.ReadFile("testdata/fonts.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []font
	for line := range strings.Lines(string(text)) {
		name, numbers, ok := strings.Cut(line, ": ")
		if strings.HasPrefix(line, "#") || !ok {
			continue
		}
		var widths []float64
		for field := range strings.FieldsSeq(numbers) {
			n, err := strconv.ParseFloat(field, 64)
			if err != nil {
				t.Fatal(err)
			}
			widths = append(widths, n)
		}
		if len(widths) != 95 {
			t.Fatalf("%s has %d widths, want 95", name, len(widths))
		}
		if plain, isBold := strings.CutSuffix(name, " Bold"); isBold && plain == list[len(list)-1].name {
			list[len(list)-1].bold = widths
		} else {
			list = append(list, font{name: name, regular: widths})
		}
	}
	if len(list) < 2 {
		t.Fatal("there are no fonts to measure with")
	}
	return list
}

// width measures a text. Characters that the table does not have count as a
// square.
func (f *font) width(text string, size float64, bold bool) float64 {
	widths, sum := f.regular, 0.0
	if bold {
		widths = f.bold
	}
	for _, r := range text {
		switch {
		case r >= ' ' && r <= '~':
			sum += widths[r-' '] / 1000
		case r == '·':
			sum += 0.38
		case r == '×' || r == '→' || r == '⇄':
			sum += 0.838
		default:
			sum++
		}
	}
	return sum * size
}

type rectangle struct{ x, y, w, h float64 }

func (r rectangle) holds(x, y float64) bool {
	return x >= r.x && x <= r.x+r.w && y >= r.y && y <= r.y+r.h
}

type label struct {
	x, y, size float64
	bold       bool
	turn       float64 // in degrees, clockwise
	anchor     string
	content    string
	inside     rectangle // the smallest that was drawn before it and holds its beginning
}

// drawn is what a test needs to know of an SVG document.
type drawn struct {
	view   rectangle
	rects  []rectangle
	boxes  map[string]rectangle // the frame of each box, by id
	labels []label
	lines  []line
}

// line is the path from a source to a door.
type line struct {
	title  string
	points []point
}

type point struct{ x, y float64 }

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func length(e xml.StartElement, name string) float64 {
	n, _ := strconv.ParseFloat(attribute(e, name), 64)
	return n
}

// scan reads an SVG document.
func scan(t *testing.T, svg string) *drawn {
	t.Helper()
	out := &drawn{boxes: map[string]rectangle{}}
	d := xml.NewDecoder(strings.NewReader(svg))
	var ids, titles []string // of the elements g around
	title, n, size := "", 0, 0.0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "g" {
				ids, titles = ids[:len(ids)-1], titles[:len(titles)-1]
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "svg":
				size = length(e, "font-size")
				if _, err := fmt.Sscanf(attribute(e, "viewBox"), "0 0 %f %f", &out.view.w, &out.view.h); err != nil {
					t.Fatal(err)
				}
			case "g":
				n++
				ids, titles = append(ids, fmt.Sprintf("%s#%d", attribute(e, "id"), n)), append(titles, "")
			case "title":
				if err := d.DecodeElement(&title, &e); err != nil {
					t.Fatal(err)
				}
				if len(titles) > 0 {
					titles[len(titles)-1] = title
				}
			case "rect":
				if attribute(e, "width") == "100%" {
					out.rects = append(out.rects, out.view)
					continue
				}
				r := rectangle{length(e, "x"), length(e, "y"), length(e, "width"), length(e, "height")}
				out.rects = append(out.rects, r)
				if len(ids) > 0 && strings.HasPrefix(ids[len(ids)-1], "g-") {
					if have, ok := out.boxes[ids[len(ids)-1]]; !ok || r.w*r.h > have.w*have.h {
						out.boxes[ids[len(ids)-1]] = r
					}
				}
			case "text":
				var content string
				l := label{x: length(e, "x"), y: length(e, "y"), size: length(e, "font-size"), anchor: attribute(e, "text-anchor"), bold: length(e, "font-weight") >= 600}
				turned := attribute(e, "transform")
				if l.size == 0 {
					l.size = size
				}
				if err := d.DecodeElement(&content, &e); err != nil {
					t.Fatal(err)
				}
				l.content = content
				if turned != "" {
					if _, err := fmt.Sscanf(turned, "translate(%f %f) rotate(%f)", &l.x, &l.y, &l.turn); err != nil {
						t.Fatal(err)
					}
					l.inside = out.view
					out.labels = append(out.labels, l)
					continue
				}
				l.inside = out.around(l)
				out.labels = append(out.labels, l)
			case "path":
				if len(titles) > 0 && strings.Contains(titles[len(titles)-1], " → ") && attribute(e, "fill") == "none" {
					if p := trace(attribute(e, "d")); len(p) > 2 && attribute(e, "class") != "s-band" {
						out.lines = append(out.lines, line{titles[len(titles)-1], p})
					}
				}
			}
		}
	}
}

// elements counts the elements of a document by their ids.
func elements(t *testing.T, svg string) map[string]int {
	t.Helper()
	count := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return count
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			if id := attribute(e, "id"); id != "" {
				count[id]++
			}
		}
	}
}

func (d *drawn) around(l label) rectangle {
	x := l.x + 0.5
	if l.anchor == "end" {
		x = l.x - 0.5
	}
	best := d.view
	for _, r := range d.rects {
		if r.holds(x, l.y-l.size*0.3) && r.w*r.h < best.w*best.h {
			best = r
		}
	}
	return best
}

// trace turns a path of moves, lines and curves into points close to each other.
func trace(d string) []point {
	fields := strings.Fields(strings.NewReplacer("M", " M ", "C", " C ", "L", " L ", "H", " H ", "v", " v ", "h", " h ").Replace(d))
	var points []point
	var at point
	next := func(i int) point {
		x, _ := strconv.ParseFloat(fields[i], 64)
		y, _ := strconv.ParseFloat(fields[i+1], 64)
		return point{x, y}
	}
	to := func(a, b, c point) {
		const steps = 60
		for i := 1; i <= steps; i++ {
			u := float64(i) / steps
			v := 1 - u
			points = append(points, point{
				v*v*v*at.x + 3*v*v*u*a.x + 3*v*u*u*b.x + u*u*u*c.x,
				v*v*v*at.y + 3*v*v*u*a.y + 3*v*u*u*b.y + u*u*u*c.y,
			})
		}
		at = c
	}
	for i := 0; i < len(fields); i++ {
		switch fields[i] {
		case "M":
			at = next(i + 1)
			points = append(points, at)
			i += 2
		case "L":
			p := next(i + 1)
			to(at, p, p)
			i += 2
		case "C":
			to(next(i+1), next(i+3), next(i+5))
			i += 6
		case "H":
			x, _ := strconv.ParseFloat(fields[i+1], 64)
			p := point{x, at.y}
			to(at, p, p)
			i++
		default:
			return nil // a mark, not a line
		}
	}
	return points
}

// crossings returns the pairs of lines that cross. Lines that leave one place,
// or arrive at one, do not cross there.
func (d *drawn) crossings() []string {
	var list []string
	for i, a := range d.lines {
		for _, b := range d.lines[i+1:] {
			if n := meet(a.points, b.points); n > 0 {
				list = append(list, fmt.Sprintf("%s × %s", a.title, b.title))
			}
		}
	}
	return list
}

func meet(a, b []point) int {
	const near = 12 // pixels around a common end
	ends := []point{}
	for _, p := range []point{a[0], a[len(a)-1]} {
		for _, q := range []point{b[0], b[len(b)-1]} {
			if math.Hypot(p.x-q.x, p.y-q.y) < near {
				ends = append(ends, p)
			}
		}
	}
	n := 0
	for i := 1; i < len(a); i++ {
		for j := 1; j < len(b); j++ {
			p, ok := intersection(a[i-1], a[i], b[j-1], b[j])
			if ok && !slices.ContainsFunc(ends, func(e point) bool { return math.Hypot(e.x-p.x, e.y-p.y) < near }) {
				n++
			}
		}
	}
	return n
}

func intersection(p, q, r, s point) (point, bool) {
	if max(p.x, q.x) < min(r.x, s.x) || max(r.x, s.x) < min(p.x, q.x) || max(p.y, q.y) < min(r.y, s.y) || max(r.y, s.y) < min(p.y, q.y) {
		return point{}, false
	}
	det := (q.x-p.x)*(s.y-r.y) - (q.y-p.y)*(s.x-r.x)
	if math.Abs(det) < 1e-9 {
		return point{}, false
	}
	t := ((r.x-p.x)*(s.y-r.y) - (r.y-p.y)*(s.x-r.x)) / det
	u := ((r.x-p.x)*(q.y-p.y) - (r.y-p.y)*(q.x-p.x)) / det
	if t < 0 || t >= 1 || u < 0 || u >= 1 {
		return point{}, false
	}
	return point{p.x + t*(q.x-p.x), p.y + t*(q.y-p.y)}, true
}

// TestFewLinesCross counts the crossings in the picture of the demo, from the
// paths that are drawn.
func TestFewLinesCross(t *testing.T) {
	p, _ := of(notation.MustParse(estates.Demo()).Inventory, false)
	svg, _ := p.Layers(false)
	d := scan(t, svg)
	if len(d.lines) < 25 {
		t.Fatalf("%d lines were read from the picture: the test shows nothing", len(d.lines))
	}
	if list := d.crossings(); len(list) > 2 {
		t.Errorf("%d pairs of lines cross:\n%s", len(list), strings.Join(list, "\n"))
	}
}

// wide are names that need more room than their length says.
var wide = []string{
	strings.Repeat("W", 30), "@@@@@@@@@@@@@@@@@@@@%", strings.Repeat("東京", 20), "mmmmmmmmmmmmmmmmmmmmmmm", "a-name-of-a-group-that-is-as-long-as-AWS-allows-" + strings.Repeat("x_", 100),
	"\x1b[31m\u202e\u202e\u202e\u202e\u202e\u202e", "JJJJJJJJJJJJJJJJJJJJJJJJJJJJJJ", "short", strings.Repeat("ШЩ", 30),
}

// renamed gives the groups and VPCs of an estate wide names.
func renamed(inv *inventory.Inventory, seed uint64) *inventory.Inventory {
	rng := rand.New(rand.NewPCG(seed, 11))
	for _, r := range inv.Regions {
		for i := range r.Groups {
			r.Groups[i].Name = wide[rng.IntN(len(wide))]
		}
		for i := range r.VPCs {
			r.VPCs[i].Tags = []inventory.Tag{{Key: "Name", Value: wide[rng.IntN(len(wide))]}}
		}
	}
	inv.Normalize()
	return inv
}

// TestTextsStayInside measures every text of the pictures of the demo and of
// 300 random estates with the widths of real fonts: it ends where its frame
// ends, and no box lies over another or outside.
func TestTextsStayInside(t *testing.T) {
	all := fonts(t)
	accounts := []*inventory.Inventory{notation.MustParse(estates.Demo()).Inventory}
	number := repeat.Times(300)
	for seed := range uint64(number) {
		inv := random(seed)
		if seed%2 == 1 {
			inv = renamed(inv, seed)
		}
		accounts = append(accounts, inv)
	}
	texts := 0
	for i, inv := range accounts {
		p, _ := of(inv, i%3 == 1)
		docs := map[string]string{}
		docs["layers"], _ = p.Layers(true)
		docs["column"], _ = p.Column(true)
		if i%4 < 2 {
			docs["board"], _ = p.Board()
			docs["matrix"], _ = p.Matrix(true)
		}
		for view := range docs {
			d := scan(t, docs[view])
			texts += len(d.labels)
			for _, f := range all {
				d.check(t, fmt.Sprintf("estate %d, %s, %s", i, view, f.name), &f)
			}
			d.apart(t, fmt.Sprintf("estate %d, %s", i, view))
			if t.Failed() {
				return
			}
		}
	}
	if texts < 33*number {
		t.Errorf("%d texts were measured: the test shows little", texts)
	}
}

func (d *drawn) check(t *testing.T, what string, f *font) {
	t.Helper()
	for _, l := range d.labels {
		w := f.width(l.content, l.size, l.bold)
		left := l.x
		switch l.anchor {
		case "middle":
			left -= w / 2
		case "end":
			left -= w
		}
		in := l.inside
		if l.turn != 0 { // its end, or both where it stands on its middle
			sin, cos := math.Sincos(l.turn * math.Pi / 180)
			for _, end := range []float64{left - l.x, left - l.x + w} {
				if x, y := l.x+end*cos, l.y+end*sin; !in.holds(x, y) {
					t.Errorf("%s: %q ends outside the picture, at %.1f, %.1f", what, l.content, x, y)
				}
			}
			continue
		}
		if left < in.x-0.6 || left+w > in.x+in.w+0.6 || l.y > in.y+in.h || l.y-l.size*0.75 < in.y-1 {
			t.Errorf("%s: %q takes x from %.1f to %.1f at y %.1f, its frame is %+v", what, l.content, left, left+w, l.y, in)
		}
	}
}

// apart holds that boxes stand beside each other, inside the picture.
func (d *drawn) apart(t *testing.T, what string) {
	t.Helper()
	for id, a := range d.boxes {
		if a.x < 0 || a.y < 0 || a.x+a.w > d.view.w || a.y+a.h > d.view.h {
			t.Errorf("%s: the box %s at %+v is outside the picture of %+v", what, id, a, d.view)
		}
		for other, b := range d.boxes {
			if id < other && a.x < b.x+b.w && b.x < a.x+a.w && a.y < b.y+b.h && b.y < a.y+a.h {
				t.Errorf("%s: the boxes %s and %s overlap", what, id, other)
			}
		}
	}
}

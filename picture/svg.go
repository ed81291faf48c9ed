package picture

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// tone is a colour of the picture by its part: for light pages, as attributes,
// and for dark ones, as a style over them.
type tone struct{ class, light, dark string }

// The colours have a contrast of at least 4.6 on boxes and bands. Width, dashes
// and words say the severity too: colour only repeats it.
var (
	page     = tone{"bg", "#ffffff", "#0d1117"}
	band     = tone{"band", "#f6f8fa", "#161b22"}
	boxTone  = tone{"box", "#ffffff", "#21262d"}
	wall     = tone{"net", "#24292f", "#c9d1d9"}
	ink      = tone{"ink", "#1f2328", "#e6edf3"}
	dim      = tone{"dim", "#57606a", "#9da7b3"}
	rule     = tone{"line", "#d0d7de", "#30363d"}
	intended = tone{"ok", "#646d76", "#8b949e"}
	inverse  = tone{"on", "#ffffff", "#0d1117"}
	grades   = map[findings.Severity]tone{
		findings.Critical: {"critical", "#b3002d", "#f25a60"},
		findings.High:     {"high", "#bd4a00", "#ff8e30"},
		findings.Medium:   {"medium", "#665000", "#f7e68a"},
		findings.Low:      {"low", "#266fac", "#becdef"},
		findings.Info:     intended,
	}
)

func tones() []tone {
	list := []tone{page, band, boxTone, wall, ink, dim, rule, intended, inverse}
	for _, s := range findings.Severities() {
		if s != findings.Info {
			list = append(list, grades[s])
		}
	}
	return list
}

const fontFamily = "system-ui,-apple-system,Segoe UI,Roboto,Liberation Sans,DejaVu Sans,Arial,sans-serif"

// Style is the style sheet of the drawings: their colours on light and on dark
// pages.
func Style() string {
	var b strings.Builder
	for _, t := range tones() {
		fmt.Fprintf(&b, ".f-%s{fill:%s}.s-%s{stroke:%s}", t.class, t.light, t.class, t.light)
	}
	b.WriteString("@media(prefers-color-scheme:dark){")
	for _, t := range tones() {
		fmt.Fprintf(&b, ".f-%s{fill:%s}.s-%s{stroke:%s}", t.class, t.dark, t.class, t.dark)
	}
	b.WriteString("}")
	return b.String()
}

// canvas collects the elements of an SVG document.
type canvas struct {
	strings.Builder
	embedded string // what ids begin with in a page
	mark     string // what the ids of the title end with
}

// startSVG begins a document of its own: no script, no link to anywhere, colours
// as attributes, so that it stays whole where styles are refused.
func (c *canvas) startSVG(width, height float64, title, description string) {
	role := "img"
	if c.embedded != "" {
		role = "group" // its boxes are links, which an image cannot hold
	}
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" font-family="%s" font-size="%s" %s viewBox="0 0 %s %s" width="%s" height="%s" role="%s" aria-labelledby="%st%s %sd%s">`+"\n",
		fontFamily, number(plainSize), fill(ink), number(width), number(height), number(width), number(height), role, c.embedded, c.mark, c.embedded, c.mark)
	fmt.Fprintf(c, `<title id="%st%s">%s</title><desc id="%sd%s">%s</desc>`+"\n", c.embedded, c.mark, escape(title), c.embedded, c.mark, escape(description))
	if c.embedded == "" {
		fmt.Fprintf(c, "<style>%s</style>\n", Style())
	}
	fmt.Fprintf(c, `<rect width="100%%" height="100%%" %s/>`+"\n", fill(page))
}

func (c *canvas) endSVG() { c.WriteString("</svg>\n") }

// group opens an element with a title that browsers show and readers read.
func (c *canvas) group(id, title string) {
	if id != "" {
		fmt.Fprintf(c, `<g id="%s">`, escape(c.embedded+id))
	} else {
		c.WriteString("<g>")
	}
	fmt.Fprintf(c, "<title>%s</title>\n", escape(title))
}

func (c *canvas) endGroup() { c.WriteString("</g>\n") }

// box opens the element of a box; in a page it is a link to the first group.
func (c *canvas) box(b *Box) {
	if c.embedded != "" {
		fmt.Fprintf(c, `<a href="#%s">`, escape(b.Members[0].ID))
	}
	c.group(b.Anchor(), b.describe())
}

func (c *canvas) endBox() {
	c.endGroup()
	if c.embedded != "" {
		c.WriteString("</a>\n")
	}
}

func fill(t tone) string { return fmt.Sprintf(`class="f-%s" fill="%s"`, t.class, t.light) }

func stroke(t tone) string { return fmt.Sprintf(`class="s-%s" stroke="%s"`, t.class, t.light) }

func both(f, s tone) string {
	return fmt.Sprintf(`class="f-%s s-%s" fill="%s" stroke="%s"`, f.class, s.class, f.light, s.light)
}

// plainSize is the size of texts that name none; those have the colour ink.
const plainSize = 11.5

// text writes one line.
func (c *canvas) text(x, y, size float64, weight int, t tone, anchor, content string) {
	extra := ""
	if weight > 400 {
		extra += fmt.Sprintf(` font-weight="%d"`, weight)
	}
	if anchor != "" {
		extra += fmt.Sprintf(` text-anchor="%s"`, anchor)
	}
	if size != plainSize {
		extra += fmt.Sprintf(` font-size="%s"`, number(size))
	}
	if t != ink {
		extra += " " + fill(t)
	}
	fmt.Fprintf(c, `<text x="%s" y="%s"%s>%s</text>`+"\n", number(x), number(y), extra, escape(content))
}

func (c *canvas) rect(x, y, w, h, radius, strokeWidth float64, dash string, f, s tone) {
	if dash != "" {
		dash = fmt.Sprintf(` stroke-dasharray="%s"`, dash)
	}
	fmt.Fprintf(c, `<rect x="%s" y="%s" width="%s" height="%s" rx="%s" stroke-width="%s"%s %s/>`+"\n",
		number(x), number(y), number(w), number(h), number(radius), number(strokeWidth), dash, both(f, s))
}

func (c *canvas) path(d string, width float64, dash string, s tone) {
	if dash != "" {
		dash = fmt.Sprintf(` stroke-dasharray="%s"`, dash)
	}
	fmt.Fprintf(c, `<path d="%s" fill="none" stroke-width="%s"%s %s/>`+"\n", d, number(width), dash, stroke(s))
}

// colours finds the colours of an element that its classes give it too. In texts
// the quotes are escaped, so that none of them looks like that.
var colours = regexp.MustCompile(` (fill|stroke)="#[0-9a-f]{6}"`)

// finished takes the colours out of a picture that is styled by its page.
func (p *Picture) finished(svg string) string {
	if p.styled {
		return colours.ReplaceAllString(svg, "")
	}
	return svg
}

// number writes a length with one digit behind the point, and none for nothing.
func number(v float64) string {
	s := fmt.Sprintf("%.1f", v)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// escape makes any text a text of XML: what cannot be seen is shown as words
// shows it, and what XML knows as its own is named.
func escape(text string) string { return entities.Replace(words.Plain(text)) }

var entities = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "\ufffe", "\ufffd", "\uffff", "\ufffd")

// The icons, 14 by 14: a key, a cylinder, a star.
var icons = map[Class]string{
	Admin:    "M5 3a3.4 3.4 0 1 0 3.2 4.6H10v2h2v-2h1.6V5.6H8.2A3.4 3.4 0 0 0 5 3zm0 2.2a1.2 1.2 0 1 1 0 2.4 1.2 1.2 0 0 1 0-2.4z",
	Database: "M7 1C3.7 1 1.5 2 1.5 3.3v7.4C1.5 12 3.7 13 7 13s5.5-1 5.5-2.3V3.3C12.5 2 10.3 1 7 1zm0 1.3c2.7 0 4.2.7 4.2 1s-1.5 1-4.2 1-4.2-.7-4.2-1 1.5-1 4.2-1z",
	All:      "M7 .8l1.9 4 4.4.5-3.3 3 .9 4.3L7 10.400l-3.900 2.200.9-4.300-3.300-3 4.400-.5z",
}

func (c *canvas) icon(class Class, x, y float64, t tone) bool {
	d, ok := icons[class]
	if ok {
		fmt.Fprintf(c, `<path transform="translate(%s %s) scale(.86)" d="%s" %s/>`+"\n", number(x), number(y), d, fill(t))
	}
	return ok
}

// Dashes of lines by what becomes of the packets. They are short, so that the long
// ones of a medium finding are not taken for them.
const (
	stoppedDash = "4 4"
	unsureDash  = "1.5 5"
)

// stroke says how the line of a source is drawn: its width and its dashes.
func (s *Source) stroke() (width float64, dash string) {
	width, dash = lineOf(s.Severity())
	switch {
	case s.stopped():
		dash = stoppedDash
	case s.unsure():
		dash = unsureDash
	}
	return width, dash
}

// lineOf says how a line of a severity that gets in is drawn: its width and its
// dashes.
func lineOf(s findings.Severity) (width float64, dash string) {
	switch s {
	case findings.Critical:
		return 4, ""
	case findings.High:
		return 2.6, ""
	case findings.Medium:
		return 2.2, "14 4"
	case findings.Low:
		return 1.6, ""
	}
	return 1.3, ""
}

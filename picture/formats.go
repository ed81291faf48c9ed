package picture

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// link is a line of the picture in the formats that are text.
type link struct {
	from   string // the id of a node
	to     *Box
	row    int
	door   *Door
	source *Source
}

// id names a box in every format: that of its first group.
func (b *Box) id() string { return "g-" + b.Members[0].ID }

// links returns the lines of a VPC in the order of their boxes and doors: the
// same that the drawing has, but for what it leaves out of doors that are too
// many.
func (v *VPC) links() []link {
	var list []link
	for _, b := range v.Boxes {
		for row, d := range b.Doors {
			for _, s := range d.Sources {
				l := link{to: b, row: row, door: d, source: s}
				switch {
				case s.From == FromInternet:
					l.from = "internet"
				case s.From == FromRange:
					l.from = "r-" + v.ID + "-" + s.Text
				case s.From == FromGroup && !s.Written:
					l.from = s.Box.id()
				default:
					continue
				}
				list = append(list, l)
			}
		}
	}
	return list
}

// The JSON form of the picture. Positions are in pixels, relative to the left
// upper corner of the VPC's boxes.
type (
	jsonPicture struct {
		SchemaVersion string    `json:"schema_version"`
		Account       string    `json:"account_id"`
		Incomplete    []string  `json:"incomplete_regions"`
		VPCs          []jsonVPC `json:"vpcs"`
	}
	jsonVPC struct {
		Account  string         `json:"account_id"`
		Region   string         `json:"region"`
		ID       string         `json:"vpc_id"`
		Name     string         `json:"name"`
		Prefixes []string       `json:"prefixes"`
		Groups   int            `json:"groups"`
		Closed   int            `json:"closed_and_unused"`
		Counts   map[string]int `json:"findings"`
		Boxes    []jsonBox      `json:"boxes"`
		Unused   []jsonBox      `json:"unused"`
	}
	jsonBox struct {
		ID         string       `json:"id"`
		Title      string       `json:"title"`
		Groups     []jsonMember `json:"groups"`
		Tier       Tier         `json:"tier"`
		Kinds      []jsonKind   `json:"attached_to"`
		Interfaces int          `json:"interfaces"`
		Severity   string       `json:"severity"`
		Findings   []string     `json:"findings"` // ids of those about the groups themselves
		Reaches    []string     `json:"reaches"`
		Ring       int          `json:"ring,omitempty"`
		Doors      []jsonDoor   `json:"doors"`
		X          float64      `json:"x"`
		Y          float64      `json:"y"`
		Width      float64      `json:"width"`
		Height     float64      `json:"height"`
	}
	jsonMember struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	jsonKind struct {
		Kind  string `json:"kind"`
		Count int    `json:"count"`
	}
	jsonDoor struct {
		Traffic  string       `json:"traffic"`
		Label    string       `json:"label"`
		Class    Class        `json:"class"`
		Severity string       `json:"severity"`
		Sources  []jsonSource `json:"sources"`
	}
	jsonSource struct {
		From     From     `json:"from"`
		Text     string   `json:"text"`
		Box      string   `json:"box,omitempty"`
		IPv6Only bool     `json:"ipv6_only,omitempty"`
		EachOwn  bool     `json:"each_its_own,omitempty"`
		Severity string   `json:"severity"`
		Verdict  string   `json:"verdict,omitempty"`
		Findings []string `json:"findings"`
		RuleIDs  []string `json:"rule_ids"`
	}
)

// JSON writes the model, with positions, for programs that draw it themselves.
func (p *Picture) JSON(w io.Writer) error {
	out := jsonPicture{SchemaVersion: "1", Account: p.Account, Incomplete: append([]string{}, p.Incomplete...), VPCs: []jsonVPC{}}
	for _, v := range p.VPCs {
		out.VPCs = append(out.VPCs, v.json())
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}

func (v *VPC) json() jsonVPC {
	columns := 4 + v.depths()
	in := v.place(columns)
	l := &layers{columns: columns}
	for c, items := range in.columns {
		for _, it := range items {
			if it.box != nil {
				it.box.x = l.columnX(c) - l.columnX(edgeColumn)
			}
		}
	}
	out := jsonVPC{Account: v.Account, Region: v.Region, ID: v.ID, Name: v.Name, Prefixes: []string{}, Groups: v.Groups, Closed: v.Closed, Counts: map[string]int{}, Boxes: []jsonBox{}, Unused: []jsonBox{}}
	for _, p := range v.Prefixes {
		out.Prefixes = append(out.Prefixes, p.String())
	}
	for _, s := range findings.Severities() {
		out.Counts[s.String()] = v.Counts[s]
	}
	for _, b := range v.Boxes {
		out.Boxes = append(out.Boxes, b.json())
	}
	for _, b := range v.Aside {
		out.Unused = append(out.Unused, b.json())
	}
	return out
}

func (b *Box) json() jsonBox {
	out := jsonBox{
		ID: b.id(), Title: b.Title(), Tier: b.Tier, Interfaces: b.Interfaces, Severity: b.Severity().String(), Findings: ids(b.Findings),
		Reaches: append([]string{}, b.Reaches...), Ring: b.Ring, Doors: []jsonDoor{}, Kinds: []jsonKind{}, X: b.x, Y: b.y, Width: boxWidth, Height: b.height(),
	}
	for _, m := range b.Members {
		out.Groups = append(out.Groups, jsonMember(m))
	}
	for _, k := range b.Kinds {
		out.Kinds = append(out.Kinds, jsonKind{k.Name, k.Count})
	}
	for _, d := range b.Doors {
		door := jsonDoor{Traffic: d.Traffic.String(), Label: d.Label, Class: d.Class, Severity: d.Severity().String(), Sources: []jsonSource{}}
		for _, s := range d.Sources {
			source := jsonSource{
				From: s.From, Text: s.title(), IPv6Only: s.IPv6Only, EachOwn: s.EachOwn, Severity: s.Severity().String(), Verdict: s.Verdict(),
				Findings: ids(s.Findings), RuleIDs: append([]string{}, s.RuleIDs...),
			}
			if s.Box != nil {
				source.Box = s.Box.id()
			}
			door.Sources = append(door.Sources, source)
		}
		out.Doors = append(out.Doors, door)
	}
	return out
}

func ids(list []Finding) []string {
	out := []string{}
	for _, f := range list {
		out = append(out, f.ID)
	}
	return out
}

// DOT writes the picture for Graphviz: a cluster for each VPC, a record for each
// box with a port for each door.
func (p *Picture) DOT() string {
	var b strings.Builder
	b.WriteString("digraph sgaudit {\n  rankdir=LR;\n  node [shape=record, fontname=\"Helvetica\", fontsize=11];\n  edge [color=\"" + intended.light + "\"];\n")
	fmt.Fprintf(&b, "  label=%s;\n", dotQuote("Account "+p.Account+": who can reach what"))
	b.WriteString("  internet [shape=box, style=filled, fillcolor=\"#24292f\", fontcolor=white, label=\"INTERNET\"];\n")
	for i, v := range p.VPCs {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s;\n", i, dotQuote(v.Title()+" · "+v.Region))
		tiers := map[Tier][]string{}
		for _, box := range slices.Concat(v.Boxes, v.Aside) {
			fields := []string{recordText(box.Title())}
			for row, d := range box.Doors {
				fields = append(fields, fmt.Sprintf("<d%d> %s", row, recordText(d.Label)))
			}
			style := ""
			if s := box.Severity(); s >= findings.High {
				style = fmt.Sprintf(", color=\"%s\", penwidth=2", grades[s].light)
			}
			fmt.Fprintf(&b, "    %s [label=\"%s\"%s];\n", dotQuote(box.id()), strings.Join(fields, "|"), style)
			tiers[box.Tier] = append(tiers[box.Tier], dotQuote(box.id()))
		}
		for _, tier := range []Tier{Edge, Application, Data} {
			if len(tiers[tier]) > 1 {
				fmt.Fprintf(&b, "    { rank=same; %s; }\n", strings.Join(tiers[tier], "; "))
			}
		}
		b.WriteString("  }\n")
		seen := map[string]bool{}
		for _, l := range v.links() {
			if l.source.From == FromRange && !seen[l.from] {
				seen[l.from] = true
				fmt.Fprintf(&b, "  %s [shape=box, style=rounded, label=%s];\n", dotQuote(l.from), dotQuote(l.source.Text))
			}
			fmt.Fprintf(&b, "  %s -> %s:d%d%s;\n", dotQuote(l.from), dotQuote(l.to.id()), l.row, dotStyle(l.source))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

func dotStyle(s *Source) string {
	v := s.Severity()
	width, dash := lineOf(v)
	style := "solid"
	switch {
	case s.Verdict() == "not-reachable" || dash != "":
		style = "dashed"
	case s.Verdict() == "unknown" && v > findings.Info:
		style = "dotted"
	}
	if v == findings.Info && style == "solid" {
		return ""
	}
	return fmt.Sprintf(" [color=\"%s\", penwidth=%s, style=%s]", grades[v].light, number(width), style)
}

// dotQuote makes a text one identifier of the DOT language.
func dotQuote(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(words.Plain(text)) + `"`
}

// recordText makes a text a field of a record's label, which is a quoted text of
// the DOT language in its turn.
func recordText(text string) string {
	return recordMarks.Replace(words.Plain(text))
}

var recordMarks = strings.NewReplacer(`\`, `\\\\`, `"`, `\"`, "{", `\{`, "}", `\}`, "|", `\|`, "<", `\<`, ">", `\>`)

// The limits of Mermaid: beyond them it draws nothing at all.
const (
	mermaidEdges = 500
	mermaidText  = 50000
)

// Mermaid writes the picture as a flowchart. left says what its limits made it
// leave out.
func (p *Picture) Mermaid() (text string, left []string) {
	least := findings.Info
	for {
		text, edges := p.mermaid(least)
		if edges <= mermaidEdges && len(text) <= mermaidText || least == findings.Critical {
			if least > findings.Info {
				left = append(left, fmt.Sprintf("Mermaid draws at most %d lines and %d characters: lines below %s, and the groups that have none, are left out.", mermaidEdges, mermaidText, least))
			}
			if len(text) > mermaidText || edges > mermaidEdges {
				left = append(left, "It is still too large for Mermaid: --vpc draws one VPC.")
			}
			return text, left
		}
		least++
	}
}

func (p *Picture) mermaid(least findings.Severity) (string, int) {
	c := chart{least: least, names: map[string]string{"internet": "internet"}}
	c.text.WriteString("flowchart LR\n  internet[[INTERNET]]\n")
	for i, v := range p.VPCs {
		c.vpc(i, v)
	}
	for _, s := range c.styles {
		c.text.WriteString(s + "\n")
	}
	return c.text.String(), c.edges
}

// chart is a flowchart for Mermaid in the making.
type chart struct {
	least  findings.Severity // of the edges that are drawn
	text   strings.Builder
	names  map[string]string // in the chart, by id
	edges  int
	styles []string // of edges, which Mermaid wants at the end
}

func (c *chart) name(id string) string {
	if c.names[id] == "" {
		c.names[id] = fmt.Sprintf("n%d", len(c.names))
	}
	return c.names[id]
}

// vpc writes the boxes of the ith VPC and the edges to them.
func (c *chart) vpc(i int, v *VPC) {
	var lines []string
	drawn := map[*Box]bool{}
	for _, l := range v.links() {
		s := l.source.Severity()
		if s < c.least {
			continue
		}
		drawn[l.to] = true
		if l.source.Box != nil {
			drawn[l.source.Box] = true
		}
		if l.source.From == FromRange && c.names[l.from] == "" {
			lines = append(lines, fmt.Sprintf("  %s([\"%s\"])", c.name(l.from), mermaidWords(l.source.Text)))
		}
		lines = append(lines, fmt.Sprintf("  %s -->|\"%s\"| %s", c.name(l.from), mermaidWords(l.door.Label), c.name(l.to.id())))
		if s >= findings.Low {
			c.styles = append(c.styles, mermaidStyle(c.edges, s, l.source.Verdict()))
		}
		c.edges++
	}
	var boxes []string
	for _, box := range slices.Concat(v.Boxes, v.Aside) {
		if c.least == findings.Info || drawn[box] || box.Severity() >= c.least {
			boxes = append(boxes, fmt.Sprintf("    %s[\"%s\"]", c.name(box.id()), mermaidWords(box.Title())))
		}
	}
	if len(boxes) > 0 {
		fmt.Fprintf(&c.text, "  subgraph v%d[\"%s\"]\n%s\n  end\n", i, mermaidWords(v.Title()+" · "+v.Region), strings.Join(boxes, "\n"))
	}
	for _, line := range lines {
		c.text.WriteString(line + "\n")
	}
}

// mermaidStyle is how the nth edge is drawn, of a severity and a verdict: what the
// network stops is dashed.
func mermaidStyle(n int, s findings.Severity, verdict string) string {
	width, dash := lineOf(s)
	style := fmt.Sprintf("  linkStyle %d stroke:%s,stroke-width:%spx", n, grades[s].light, number(width))
	if dash != "" || verdict == "not-reachable" {
		style += ",stroke-dasharray:6 4"
	}
	return style
}

// mermaidWords writes every character that Mermaid, Markdown or HTML could take
// for its own as a numbered entity.
func mermaidWords(text string) string {
	var b strings.Builder
	for _, r := range words.Plain(text) {
		plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(" .,:/()-×·…", r) || r > 0x2fff || r >= 0xc0 && r < 0x2000
		if plain {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return cmp.Or(strings.TrimSpace(b.String()), "#32;")
}

package picture

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

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
		lines = append(lines, fmt.Sprintf("  %s -->|\"%s\"| %s", c.name(l.from), mermaidWords(l.door.Label), c.name(l.to.Anchor())))
		if s >= findings.Low {
			c.styles = append(c.styles, mermaidStyle(c.edges, l.source))
		}
		c.edges++
	}
	for k, part := range v.clusters() {
		var boxes []string
		for _, box := range part.boxes {
			if c.least == findings.Info || drawn[box] || box.Severity() >= c.least {
				boxes = append(boxes, fmt.Sprintf("    %s[\"%s\"]", c.name(box.Anchor()), mermaidWords(box.Title())))
			}
		}
		id := fmt.Sprintf("v%d", i)
		if k > 0 {
			id += fmt.Sprintf("n%d", k)
		}
		if len(boxes) > 0 {
			fmt.Fprintf(&c.text, "  subgraph %s[\"%s\"]\n%s\n  end\n", id, mermaidWords(part.title), strings.Join(boxes, "\n"))
		}
	}
	for _, line := range lines {
		c.text.WriteString(line + "\n")
	}
}

// mermaidStyle is how the nth edge is drawn.
func mermaidStyle(n int, s *Source) string {
	width, dash := s.stroke()
	style := fmt.Sprintf("  linkStyle %d stroke:%s,stroke-width:%spx", n, grades[s.Severity()].light, number(width))
	if dash != "" {
		style += ",stroke-dasharray:" + dash
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

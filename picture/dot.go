package picture

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// DOT writes the picture for Graphviz: a cluster for each VPC, a record for each
// box with a port for each door.
func (p *Picture) DOT() string {
	var b strings.Builder
	b.WriteString("digraph sgaudit {\n  rankdir=LR;\n  node [shape=record, fontname=\"Helvetica\", fontsize=11];\n  edge [color=\"" + intended.light + "\"];\n")
	fmt.Fprintf(&b, "  label=%s;\n", dotQuote(p.Of()+": who can reach what"))
	b.WriteString("  internet [shape=box, style=filled, fillcolor=\"#24292f\", fontcolor=white, label=\"INTERNET\"];\n")
	n := 0
	for _, v := range p.VPCs {
		for _, part := range v.clusters() {
			part.dot(&b, n)
			n++
		}
		seen := map[string]bool{}
		for _, l := range v.links() {
			if l.source.From == FromRange && !seen[l.from] {
				seen[l.from] = true
				fmt.Fprintf(&b, "  %s [shape=box, style=rounded, label=%s];\n", dotQuote(l.from), dotQuote(l.source.Text))
			}
			fmt.Fprintf(&b, "  %s -> %s:d%d%s;\n", dotQuote(l.from), dotQuote(l.to.Anchor()), l.row, dotStyle(l.source))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// dot writes the nth cluster.
func (c *cluster) dot(b *strings.Builder, n int) {
	fmt.Fprintf(b, "  subgraph cluster_%d {\n    label=%s;\n", n, dotQuote(c.title))
	tiers := map[Tier][]string{}
	for _, box := range c.boxes {
		fields := []string{recordText(box.Title())}
		for row, d := range box.Doors {
			fields = append(fields, fmt.Sprintf("<d%d> %s", row, recordText(d.Label)))
		}
		style := ""
		if s := box.Severity(); s >= findings.High {
			style = fmt.Sprintf(", color=\"%s\", penwidth=2", grades[s].light)
		}
		fmt.Fprintf(b, "    %s [label=\"%s\"%s];\n", dotQuote(box.Anchor()), strings.Join(fields, "|"), style)
		tiers[box.Tier] = append(tiers[box.Tier], dotQuote(box.Anchor()))
	}
	for _, tier := range []Tier{Edge, Application, Data} {
		if len(tiers[tier]) > 1 {
			fmt.Fprintf(b, "    { rank=same; %s; }\n", strings.Join(tiers[tier], "; "))
		}
	}
	b.WriteString("  }\n")
}

func dotStyle(s *Source) string {
	v := s.Severity()
	width, _ := lineOf(v)
	style := "solid" // Graphviz has one kind of dashes, which says that the network stops it
	switch {
	case s.stopped():
		style = "dashed"
	case s.unsure():
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

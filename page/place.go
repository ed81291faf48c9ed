package page

import (
	"cmp"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/words"
)

// How many pictures travel in the page beside those that it shows at once.
const (
	mostVPCs    = 250       // of a VPC
	vpcBytes    = 2_500_000 // of those, before they are compressed
	focusBytes  = 1_600_000 // of the pictures of groups with their neighbours
	narrowBytes = 60_000    // of the pictures for narrow pages, which are compressed if they are longer
	mostBoxes   = 40        // of a group with more neighbours there is no picture: that of its VPC shows them
	mostLinks   = 30        // groups that the part of a VPC names
	mostStaticG = 100       // groups that are shown without a script
)

// vpc is the part of the page about one VPC.
type vpc struct {
	Anchor, Name, Where, Facts, Block string
	Filter                            template.URL // the part of a fragment that keeps the findings of the VPC
	Counts                            []number
	Drawn                             bool // in the picture of the accounts
	Groups                            []member
	More                              int // groups that are not named

	pictures [2]string // wide and narrow
}

type member struct{ ID, Name string }

// Named is the group by name and id.
func (m member) Named() string { return inventory.Named(m.Name, m.ID) }

// group is the part of the page about one group: all that the pictures show of
// it, in words.
type group struct {
	ID, Name, Facts, Console string
	Doors                    []door
	Reaches                  []string // the doors of other groups that allow traffic from it
	Findings                 []string // short ids

	vpc      int // number of its VPC
	anchor   string
	focus    int // number of its picture, -1 without one
	severity findings.Severity
}

type door struct {
	Text     string `json:"text"`
	Severity string `json:"severity"`
}

// places are the parts of the page about VPCs and groups.
type places struct {
	vpcs   []*vpc
	groups []*group // the gravest first
	focus  []string // pictures of groups, by number
	narrow []string // the pictures for narrow pages, if the page does not hold them at once
}

// newPlaces makes the parts of the VPCs and groups in a picture. The document
// wide is the picture of all, which shows some of the VPCs already.
func newPlaces(partition string, drawn *picture.Picture, wide string) *places {
	out := &places{}
	focus := out.draw(drawn)
	bytes := 0
	several := len(drawn.Accounts()) > 1
	for i, v := range drawn.VPCs {
		part := &vpc{
			Anchor: v.Anchor(), Name: words.Plain(v.Title()), Where: words.Plain(v.Where()), Facts: words.Plain(v.Facts()),
			Filter: template.URL("vpc:" + url.QueryEscape(v.ID)),
		}
		if several {
			part.Filter = template.URL("account:"+url.QueryEscape(v.Account.ID)+",") + part.Filter
		}
		for _, s := range findings.Severities() {
			if v.Counts[s] > 0 {
				part.Counts = append(part.Counts, number{s, v.Counts[s]})
			}
		}
		part.Drawn = strings.Contains(wide, ` id="w-`+part.Anchor+`"`)
		if i < mostVPCs && !part.Drawn && bytes < vpcBytes {
			one := picture.Picture{Caller: drawn.Caller, VPCs: []*picture.VPC{v}}
			part.Block = "v" + decimal(i)
			part.pictures[0], _ = one.Embedded(part.Block + "-").Styled().Layers(true)
			part.pictures[1], _ = one.Embedded(part.Block + "n-").Styled().Column(true)
			bytes += len(part.pictures[0]) + len(part.pictures[1])
		}
		out.vpcs = append(out.vpcs, part)
		out.boxes(partition, i, v, focus)
	}
	slices.SortStableFunc(out.groups, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(len(b.Findings), len(a.Findings)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	for _, g := range out.groups {
		part := out.vpcs[g.vpc]
		if len(part.Groups) < mostLinks {
			part.Groups = append(part.Groups, member{g.ID, g.Name})
		} else {
			part.More++
		}
	}
	return out
}

// draw makes the pictures of boxes with findings and their neighbours, the
// gravest first, and returns their numbers.
func (p *places) draw(drawn *picture.Picture) map[*picture.Box]int {
	type candidate struct {
		vpc *picture.VPC
		box *picture.Box
	}
	var list []candidate
	for _, v := range drawn.VPCs {
		for _, b := range slices.Concat(v.Boxes, v.Aside) {
			if b.Severity() > findings.Info {
				list = append(list, candidate{v, b})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(b.box.Severity(), a.box.Severity()) })
	numbers := map[*picture.Box]int{}
	bytes := 0
	for _, c := range list {
		if bytes > focusBytes {
			break
		}
		around := drawn.Around(c.vpc, c.box)
		if around.Boxes() > mostBoxes {
			continue
		}
		svg, _ := around.Embedded("p").Styled().Column(true)
		numbers[c.box] = len(p.focus)
		p.focus = append(p.focus, svg)
		bytes += len(svg)
	}
	return numbers
}

// boxes adds the groups of the ith VPC, with the numbers of their pictures.
func (p *places) boxes(partition string, i int, v *picture.VPC, pictures map[*picture.Box]int) {
	reaches := map[*picture.Box][]string{}
	all := slices.Concat(v.Boxes, v.Aside, v.Closed)
	for _, b := range all {
		for _, d := range b.Doors {
			for _, s := range d.Sources {
				if s.Box != nil && s.Box != b {
					reaches[s.Box] = append(reaches[s.Box], words.Plain(titleOf(b)+": "+d.Label))
				}
			}
		}
	}
	for _, b := range all {
		focus, ok := pictures[b]
		if !ok {
			focus = -1
		}
		for _, m := range b.Members {
			g := newGroup(partition, v, b, m)
			g.Reaches, g.vpc, g.focus = reaches[b], i, focus
			p.groups = append(p.groups, g)
		}
	}
}

// titleOf names a box by the name and the id of its group, and several groups that are
// alike by what their names have in common.
func titleOf(b *picture.Box) string {
	if len(b.Members) == 1 {
		return inventory.Named(b.Members[0].Name, b.Members[0].ID)
	}
	return b.Title()
}

// Named is the group by name and id.
func (g *group) Named() string { return inventory.Named(g.Name, g.ID) }

func newGroup(partition string, v *picture.VPC, b *picture.Box, m picture.Member) *group {
	g := &group{ID: m.ID, Name: words.Plain(m.Name), severity: b.Severity(), anchor: b.Anchor(), Console: findings.Console(partition, v.Region, m.ID)}
	facts := []string{v.Title(), v.Where(), string(b.Tier), b.Subtitle()}
	if len(b.Members) > 1 {
		facts[3] = fmt.Sprintf("one of %d groups that are alike, attached to %s together", len(b.Members), b.Subtitle())
	}
	g.Facts = words.Plain(strings.Join(facts, " · "))
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			source := s.Words()
			if s.Box != nil {
				source = titleOf(s.Box)
			}
			text := words.Plain(d.Label + " from " + source)
			severity := ""
			if s.Severity() > findings.Info {
				severity = s.Severity().String()
				text += ": " + severity
			}
			g.Doors = append(g.Doors, door{text, severity})
			for _, f := range s.Findings {
				g.Findings = append(g.Findings, short(f.ID))
			}
		}
	}
	for _, f := range b.Findings {
		g.Findings = append(g.Findings, short(f.ID))
	}
	slices.Sort(g.Findings)
	g.Findings = slices.Compact(g.Findings)
	if len(g.Findings) > 12 {
		g.Findings = g.Findings[:12]
	}
	return g
}

// The blocks of groups: what the list shows of all, and the rest of each.
type (
	groupColumns struct {
		Block    int      `json:"block"`
		PerFocus int      `json:"per_focus"`
		VPCs     []string `json:"vpcs"`    // names
		Anchors  []string `json:"anchors"` // of the VPCs
		ID       []string `json:"id"`
		Name     []string `json:"name"`
		VPC      []int    `json:"vpc"`
		Severity []int    `json:"severity"`
		Findings []int    `json:"findings"`
		Anchor   []string `json:"anchor"`
		Focus    []int    `json:"focus"`
	}
	groupDetail struct {
		Facts    string   `json:"facts"`
		Doors    []door   `json:"doors"`
		Reaches  []string `json:"reaches"`
		Findings []string `json:"findings"`
		Console  string   `json:"console"`
	}
)

// focusBlock is how many pictures of groups one compressed block holds.
const focusBlock = 20

// write writes what the script shows of VPCs and groups.
func (p *places) write(out *keeper) {
	if p.narrow != nil {
		writeBlock(out, "nw", p.narrow)
	}
	c := &groupColumns{Block: blockSize, PerFocus: focusBlock}
	for _, v := range p.vpcs {
		c.VPCs, c.Anchors = append(c.VPCs, v.Name), append(c.Anchors, v.Anchor)
		if v.Block != "" {
			writeBlock(out, v.Block, v.pictures)
		}
	}
	for _, g := range p.groups {
		c.ID, c.Name, c.VPC, c.Anchor, c.Focus = append(c.ID, g.ID), append(c.Name, g.Name), append(c.VPC, g.vpc), append(c.Anchor, g.anchor), append(c.Focus, g.focus)
		c.Severity, c.Findings = append(c.Severity, int(g.severity)), append(c.Findings, len(g.Findings))
	}
	writeBlock(out, "gx", c)
	n := 0
	for list := range slices.Chunk(p.groups, blockSize) {
		var details []groupDetail
		for _, g := range list {
			details = append(details, groupDetail{g.Facts, g.Doors, g.Reaches, g.Findings, g.Console})
		}
		writeBlock(out, "g"+decimal(n), details)
		n++
	}
	n = 0
	for list := range slices.Chunk(p.focus, focusBlock) {
		writeBlock(out, "p"+decimal(n), list)
		n++
	}
}

// pictures embeds the drawings. They are made by package picture, which escapes
// every text that it writes.
func (v *view) pictures(partition string, drawn *picture.Picture) {
	wide, left := drawn.Embedded("w-").Layers(false)
	v.Wide, v.Left = template.HTML(wide), left
	v.Classes = picture.Classes()
	v.Several = len(drawn.Accounts()) > 1
	v.places = newPlaces(partition, drawn, wide)
	narrow, bytes := drawn.Embedded("n-").Styled().Columns(), 0
	for _, svg := range narrow {
		bytes += len(svg)
		v.Narrow = append(v.Narrow, template.HTML(svg))
	}
	if bytes > narrowBytes {
		v.Narrow, v.places.narrow = nil, narrow
	}
	for i, p := range drawn.VPCs {
		if i == mostRows {
			v.MoreVPCs = len(drawn.VPCs) - i
			break
		}
		v.Board = append(v.Board, boardRow(p, v.places.vpcs[i]))
	}
	n := 0
	for _, part := range v.places.vpcs {
		if !part.Drawn && part.Block == "" {
			n++
		}
	}
	if n > 0 {
		v.Left = append(v.Left, fmt.Sprintf("This file does not hold the pictures of %s: sgaudit graph --vpc ID draws one.", words.Count(n, "VPC")))
	}
	v.VPCs, v.Groups = v.places.vpcs, v.places.groups
	if len(v.VPCs) > mostVPCs {
		v.VPCs = v.VPCs[:mostVPCs]
	}
	if len(v.Groups) > mostStaticG {
		v.MoreGroups = len(v.Groups)
		v.Groups = v.Groups[:mostStaticG]
	}
}

func boardRow(p *picture.VPC, part *vpc) row {
	out := row{Anchor: part.Anchor, Filter: part.Filter, Name: part.Name, Where: part.Where}
	for _, c := range p.Cells() {
		var names []string
		for _, m := range c.In {
			names = append(names, words.Plain(inventory.Named(m.Name, m.ID)))
		}
		out.Cells = append(out.Cells, cell{
			In: len(c.In), Lesser: len(c.Lesser), Unknown: len(c.Unknown), Stopped: len(c.Stopped), Intended: c.Intended, Severity: c.Severity, InNames: words.List(names, 5),
		})
	}
	return out
}

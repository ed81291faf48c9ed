package picture

import (
	"encoding/json"
	"io"

	"github.com/sgaudit/sgaudit/findings"
)

// The JSON form of the picture. Positions are in pixels, relative to the left
// upper corner of the VPC's boxes.
type (
	jsonPicture struct {
		SchemaVersion string    `json:"schema_version"`
		Account       string    `json:"account_id"` // of the caller
		Incomplete    []string  `json:"incomplete_regions"`
		VPCs          []jsonVPC `json:"vpcs"`
	}
	jsonVPC struct {
		Account     string         `json:"account_id"`
		AccountName string         `json:"account_name,omitempty"` // where an organisation names it
		Region      string         `json:"region"`
		ID          string         `json:"vpc_id"`
		Name        string         `json:"name"`
		Prefixes    []string       `json:"prefixes"`
		Groups      int            `json:"groups"`
		Closed      int            `json:"closed_and_unused"`
		Counts      map[string]int `json:"findings"`
		Boxes       []jsonBox      `json:"boxes"`
		Unused      []jsonBox      `json:"unused"`
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
		Elsewhere  string       `json:"in_vpc_id,omitempty"` // of the picture of one group: the other VPC that holds the box
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
	out := jsonPicture{SchemaVersion: "1", Account: p.Caller, Incomplete: append([]string{}, p.Incomplete...), VPCs: []jsonVPC{}}
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
	out := jsonVPC{Account: v.Account.ID, AccountName: v.Account.Name, Region: v.Region, ID: v.ID, Name: v.Name, Prefixes: []string{}, Groups: v.Groups, Closed: len(v.Closed), Counts: map[string]int{}, Boxes: []jsonBox{}, Unused: []jsonBox{}}
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
		ID: b.Anchor(), Title: b.Title(), Tier: b.Tier, Interfaces: b.Interfaces, Severity: b.Severity().String(), Findings: ids(b.Findings),
		Reaches: append([]string{}, b.Reaches...), Ring: b.Ring, Doors: []jsonDoor{}, Kinds: []jsonKind{}, X: b.x, Y: b.y, Width: boxWidth, Height: b.height(),
	}
	if b.Elsewhere != nil {
		out.Elsewhere = b.Elsewhere.ID
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
				From: s.From, Text: s.title(), IPv6Only: s.IPv6Only, EachOwn: s.EachOwn, Severity: s.Severity().String(), Verdict: string(s.Verdict()),
				Findings: ids(s.Findings), RuleIDs: append([]string{}, s.RuleIDs...),
			}
			if s.Box != nil {
				source.Box = s.Box.Anchor()
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

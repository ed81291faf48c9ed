package page

import (
	"cmp"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/words"
)

// What the static part of the page holds at the most. The rest is in the blocks.
const (
	mostDetailed = 200  // findings with evidence and fix
	mostStatic   = 1000 // findings at all
	mostRows     = 24   // of the board
	mostGroups   = 200
	mostFocus    = 24 // pictures of single groups
	mostVPCs     = 250
)

// view is what the template shows. Texts from outside are plain already.
type view struct {
	Sentence, Account, Time, Scope, Tool, Depth, ARN string
	Checks                                           int
	Bands                                            []string
	Numbers                                          []number
	Since                                            string
	Fixed                                            []string
	Classes                                          []picture.Class
	Board                                            []row
	MoreVPCs                                         int
	Wide, Narrow                                     template.HTML
	Left                                             []string
	VPCPictures                                      []vpcPicture
	Static                                           []*static
	More                                             string
	Groups                                           []*group
	MoreGroups                                       int
	Controls                                         []control
	Coverage                                         []coverage
	NotEvaluated                                     []notEvaluated
	Suppressed                                       []suppressed
}

type number struct {
	Severity findings.Severity
	Count    int
}

type row struct {
	ID, Name, Region string
	Cells            []cell
}

type cell struct {
	In, Lesser, Unknown, Stopped, Intended int
	Severity                               findings.Severity
	InNames                                string
}

type vpcPicture struct{ Block, Name, Region, svg string }

type control struct {
	Framework, Control, Status, Checks string
	Findings                           []string
}

type coverage struct {
	Account, Region, Status   string
	Groups, Rules, Interfaces int
	Gaps                      []string
}

type notEvaluated struct{ Check, Where, Reason string }

type suppressed struct{ ID, Message, Reason, Expires, Owner string }

func newView(r *findings.Report, drawn *picture.Picture) *view {
	v := &view{
		Account: words.Plain(r.Caller.AccountID), Time: r.StartedAt.UTC().Format("2006-01-02 15:04 UTC"),
		Tool: words.Plain(r.Tool.Name + " " + r.Tool.Version), Depth: words.Plain(r.Depth), ARN: words.Plain(r.Caller.ARN), Checks: len(r.Checks),
	}
	v.account(r)
	v.Sentence = sentence(r)
	for _, s := range findings.Severities() {
		v.Numbers = append(v.Numbers, number{s, r.Summary.Of(s)})
	}
	v.comparison(r)
	for i := range r.Findings {
		if i == mostStatic {
			v.More = fmt.Sprintf("%d more findings need a script to be shown. They are in the CSV and JSON of the same run.", len(r.Findings)-i)
			break
		}
		s := &static{brief: summary(&r.Findings[i])}
		if i < mostDetailed {
			s.Detail = newDetail(&r.Findings[i], r.Caller.Partition)
		}
		v.Static = append(v.Static, s)
	}
	for i := range r.Controls {
		c := &r.Controls[i]
		v.Controls = append(v.Controls, control{words.Plain(c.Framework), words.Plain(c.Control), words.Plain(c.Status), words.Plain(strings.Join(c.Checks, ", ")), plain(c.Findings)})
	}
	for _, n := range r.NotEvaluated {
		v.NotEvaluated = append(v.NotEvaluated, notEvaluated{words.Plain(n.Check), words.Plain(strings.TrimSpace(n.AccountID + " " + n.Region)), words.Plain(n.Reason)})
	}
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Status == findings.Suppressed && f.Suppression != nil {
			v.Suppressed = append(v.Suppressed, suppressed{f.ID, words.Plain(f.Message), words.Plain(f.Suppression.Reason), words.Plain(f.Suppression.Expires), words.Plain(f.Suppression.Owner)})
		}
	}
	if drawn != nil {
		v.pictures(drawn)
		v.groups(r, drawn)
	}
	return v
}

// sentence is what a manager has to know. It counts distinct groups with an open
// critical or high finding that the internet reaches: those in the filled cells
// of the board.
func sentence(r *findings.Report) string {
	in := map[string]bool{}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == findings.Open && f.GroupID != "" && f.Severity >= findings.High && string(f.Exposure.Verdict) == "reachable" {
			in[f.AccountID+f.Region+f.GroupID] = true
		}
	}
	unread := 0
	for i := range r.Coverage {
		if s := r.Coverage[i].Status; s != "complete" && s != "skipped" {
			unread++
		}
	}
	text := "Nothing that should be closed is open to the internet."
	if n := len(in); n > 0 {
		text = fmt.Sprintf("The internet reaches %s that it should not.", words.Count(n, "security group"))
	} else if unread > 0 || len(r.Coverage) == 0 {
		text = "Nothing that should be closed was found open to the internet, in what could be read."
	}
	if n, left := r.LeftOut(); n > 0 {
		grave := r.Selection != nil && r.Selection.Findings > 0 || r.Below != nil && r.Below.MinSeverity > findings.High
		if len(in) == 0 && grave {
			text = "Nothing in this part of the findings is open to the internet and should be closed."
		}
		text += " " + left + "."
	}
	if unread > 0 {
		text += " " + words.Count(unread, "region") + " could not be read in full."
	}
	return text
}

func (v *view) account(r *findings.Report) {
	var regions, groups, interfaces int
	for i := range r.Coverage {
		c := &r.Coverage[i]
		var gaps []string
		for _, g := range c.Gaps {
			gaps = append(gaps, words.Plain(g.Operation+": "+g.Message))
		}
		v.Coverage = append(v.Coverage, coverage{words.Plain(c.AccountID), words.Plain(c.Region), words.Plain(c.Status), c.SecurityGroups, c.Rules, c.NetworkInterfaces, gaps})
		if c.Status == "skipped" {
			continue
		}
		regions, groups, interfaces = regions+1, groups+c.SecurityGroups, interfaces+c.NetworkInterfaces
		if c.Status != "complete" {
			v.Bands = append(v.Bands, fmt.Sprintf("%s could not be read in full (%s): this is not the whole picture.", words.Plain(c.Region), words.Plain(c.Status)))
		}
	}
	if len(r.Coverage) == 0 {
		v.Bands = append(v.Bands, "No region was read.")
	}
	v.Scope = strings.Join([]string{words.Count(regions, "region"), words.Count(groups, "security group"), words.Count(interfaces, "network interface")}, ", ")
	if n := r.Summary.NotEvaluated; n > 0 {
		v.Scope += fmt.Sprintf(", %s not evaluated", words.Count(n, "check"))
	}
}

func (v *view) comparison(r *findings.Report) {
	c := r.Comparison
	if c == nil {
		return
	}
	fresh := 0
	for i := range r.Findings {
		if r.Findings[i].Baseline == findings.New {
			fresh++
		}
	}
	v.Since = fmt.Sprintf("Since the report of %s: %d new, %d no longer found, %d whose region or check could not be judged.",
		c.Baseline.UTC().Format("2006-01-02 15:04 UTC"), fresh, len(c.Fixed), len(c.Unknown))
	for _, k := range c.Fixed {
		v.Fixed = append(v.Fixed, words.Plain(k.Severity.String()+" "+k.Check+" "+k.Region+" "+k.ResourceID+": "+k.Message))
	}
}

// pictures embeds the drawings. They are made by package picture, which escapes
// every text that it writes.
func (v *view) pictures(drawn *picture.Picture) {
	wide, left := drawn.Embedded("w-").Layers(false)
	narrow, _ := drawn.Embedded("n-").Column(false)
	v.Wide, v.Narrow, v.Left = template.HTML(wide), template.HTML(narrow), left
	v.Classes = picture.Classes()
	shown := map[string]bool{}
	for i, p := range drawn.VPCs {
		if i < mostRows {
			v.Board = append(v.Board, boardRow(p))
		} else {
			v.MoreVPCs++
		}
		shown[p.ID] = !p.Calm()
	}
	for i, p := range drawn.VPCs {
		if i == mostVPCs {
			v.Left = append(v.Left, fmt.Sprintf("%d more VPCs are not in this file: sgaudit graph --vpc ID draws one.", len(drawn.VPCs)-i))
			break
		}
		if !shown[p.ID] || len(left) > 0 {
			one := picture.Picture{Caller: drawn.Caller, VPCs: []*picture.VPC{p}}
			svg, _ := one.Embedded("v" + decimal(i) + "-").Layers(true)
			v.VPCPictures = append(v.VPCPictures, vpcPicture{"v" + decimal(i), words.Plain(p.Title()), words.Plain(p.Region), svg})
		}
	}
}

func boardRow(p *picture.VPC) row {
	out := row{ID: p.ID, Name: words.Plain(p.Title()), Region: words.Plain(p.Region)}
	for _, c := range p.Cells() {
		var names []string
		for _, m := range c.In {
			names = append(names, words.Plain(m.Name))
		}
		out.Cells = append(out.Cells, cell{
			In: len(c.In), Lesser: len(c.Lesser), Unknown: len(c.Unknown), Stopped: len(c.Stopped), Intended: c.Intended, Severity: c.Severity, InNames: words.List(names, 5),
		})
	}
	return out
}

// group is one security group: all that the pictures show of it, in words.
type group struct {
	ID, Name, Facts, Console string
	Focus                    template.HTML
	Doors                    []door
	Findings                 []string

	severity findings.Severity
}

type door struct{ Text, Severity string }

func (v *view) groups(r *findings.Report, drawn *picture.Picture) {
	var list []*group
	for _, p := range drawn.VPCs {
		for _, b := range slices.Concat(p.Boxes, p.Aside) {
			for _, m := range b.Members {
				list = append(list, newGroup(r.Caller.Partition, p, b, m))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *group) int {
		return cmp.Or(cmp.Compare(b.severity, a.severity), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	if len(list) > mostGroups {
		v.MoreGroups = len(list)
		list = list[:mostGroups]
	}
	for i, g := range list {
		if i < mostFocus && g.severity >= findings.High {
			svg, _ := drawn.Focus(g.ID).Embedded("g" + decimal(i) + "-").Layers(true)
			g.Focus = template.HTML(svg)
		}
	}
	v.Groups = list
}

func newGroup(partition string, p *picture.VPC, b *picture.Box, m picture.Member) *group {
	g := &group{ID: m.ID, Name: words.Plain(m.Name), severity: b.Severity(), Console: findings.Console(partition, p.Region, m.ID)}
	g.Facts = words.Plain(fmt.Sprintf("%s, %s, %s, %s", p.Title(), p.Region, b.Tier, words.Count(b.Interfaces, "network interface")))
	if len(b.Members) > 1 {
		g.Facts = words.Plain(fmt.Sprintf("%s, %s, %s, one of %d groups that are alike", p.Title(), p.Region, b.Tier, len(b.Members)))
	}
	for _, d := range b.Doors {
		for _, s := range d.Sources {
			text := words.Plain(d.Label + " from " + s.Words())
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

func decimal(n int) string { return strconv.Itoa(n) }

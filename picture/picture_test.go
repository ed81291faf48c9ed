package picture_test

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/picture"
)

// of returns the picture of an estate and the report that it shows.
func of(inv *inventory.Inventory, unfolded bool) (*picture.Picture, *findings.Report) {
	settings := audit.Defaults()
	report := audit.Run(inv, audit.Options{Settings: settings}).Report
	report.Finish()
	return picture.New(inv, report, picture.Options{
		Unfolded: unfolded, Bastions: settings.Bastions,
		Service: func(t inventory.Traffic) (string, picture.Class) {
			name, class := settings.Listening(t)
			switch class {
			case audit.Admin:
				return name, picture.Admin
			case audit.Database:
				return name, picture.Database
			case audit.AllTraffic:
				return name, picture.All
			case audit.NoClass:
				return name, picture.Web
			}
			return name, picture.Other
		},
	}), report
}

func random(seed uint64) *inventory.Inventory {
	return estates.Random(rand.New(rand.NewPCG(seed, 7)), estates.Size{Regions: 2, Groups: 12, Interfaces: 20})
}

// vpcsOf returns the findings about groups of a VPC, and about interfaces with one of
// them.
func vpcsOf(inv *inventory.Inventory, report *findings.Report, region, vpc string) (ids []string) {
	groups := map[string]bool{} // the groups of the VPC, and the interfaces with one
	for _, r := range inv.Regions {
		if r.Name != region {
			continue
		}
		for i := range r.Groups {
			groups[r.Groups[i].ID] = r.Groups[i].VPC == vpc
		}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			groups[e.ID] = slices.ContainsFunc(e.Groups, func(id string) bool { return groups[id] })
		}
	}
	for _, f := range report.Findings {
		if f.Region == region && groups[cmp.Or(f.GroupID, f.ResourceID)] && f.Status == findings.Open {
			ids = append(ids, f.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// TestEveryFindingHasItsPlace holds that nothing that was found about a group is
// missing from the picture of its VPC, folded or not.
func TestEveryFindingHasItsPlace(t *testing.T) {
	for seed := range uint64(300) {
		inv := random(seed)
		for _, unfolded := range []bool{false, true} {
			p, report := of(inv, unfolded)
			total := 0
			for _, v := range p.VPCs {
				var shown []string
				for _, f := range v.Findings() {
					shown = append(shown, f.ID)
				}
				slices.Sort(shown)
				shown = slices.Compact(shown)
				if want := vpcsOf(inv, report, v.Region, v.ID); !slices.Equal(shown, want) {
					t.Fatalf("seed %d, %s %s: the picture shows the findings %v, the report holds %v", seed, v.Region, v.ID, shown, want)
				}
				total += len(shown)
			}
			if seed == 0 && total == 0 {
				t.Fatal("the first estate has no finding: the test shows nothing")
			}
		}
	}
}

type jsonPicture struct {
	VPCs []struct {
		Region, Name string
		ID           string `json:"vpc_id"`
		Boxes        []struct {
			ID                  string
			X, Y, Width, Height float64
			Doors               []struct {
				Sources []struct {
					From, Text string
					Findings   []string
				}
			}
		}
	}
}

func decode(t *testing.T, p *picture.Picture) jsonPicture {
	t.Helper()
	var b strings.Builder
	if err := p.JSON(&b); err != nil {
		t.Fatal(err)
	}
	var out jsonPicture
	if err := json.Unmarshal([]byte(b.String()), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestBoxesDoNotOverlap holds the layout of 300 random estates and of the demo.
func TestBoxesDoNotOverlap(t *testing.T) {
	estates := []*inventory.Inventory{notation.MustParse(estates.Demo()).Inventory}
	for seed := range uint64(300) {
		estates = append(estates, random(seed))
	}
	for i, inv := range estates {
		p, _ := of(inv, i%2 == 1)
		for _, v := range decode(t, p).VPCs {
			for j, a := range v.Boxes {
				if a.X < 0 || a.Y < -0.01 {
					t.Errorf("estate %d, %s: the box %s stands outside at %g, %g", i, v.ID, a.ID, a.X, a.Y)
				}
				for _, b := range v.Boxes[j+1:] {
					if a.X < b.X+b.Width && b.X < a.X+a.Width && a.Y < b.Y+b.Height && b.Y < a.Y+a.Height {
						t.Errorf("estate %d, %s: %s and %s overlap", i, v.ID, a.ID, b.ID)
					}
				}
			}
		}
	}
}

// documents returns the picture in every format that is text.
func documents(p *picture.Picture) map[string]string {
	all := map[string]string{"dot": p.DOT()}
	all["layers"], _ = p.Layers(true)
	all["column"], _ = p.Column(true)
	all["matrix"], _ = p.Matrix(true)
	all["board"], _ = p.Board()
	all["mermaid"], _ = p.Mermaid()
	var b strings.Builder
	_ = p.JSON(&b)
	all["json"] = b.String()
	return all
}

func TestTheSameInputGivesTheSameBytes(t *testing.T) {
	for seed := range uint64(60) {
		a, _ := of(random(seed), false)
		b, _ := of(random(seed), false)
		was, is := documents(a), documents(b)
		for name := range was {
			if was[name] != is[name] {
				t.Errorf("seed %d: two pictures of one estate differ as %s", seed, name)
			}
		}
	}
}

// TestFormatsHaveTheSameLines counts the lines of every format: all draw one model.
// The column writes ranges under their doors.
func TestFormatsHaveTheSameLines(t *testing.T) {
	p, _ := of(notation.MustParse(estates.Demo()).Inventory, true)
	lines, ranges := 0, 0
	docs := documents(p)
	for _, v := range decode(t, p).VPCs {
		for _, b := range v.Boxes {
			for _, d := range b.Doors {
				for _, s := range d.Sources {
					if s.From == "internet" || s.From == "range" || s.From == "group" {
						lines++
					}
					if s.From == "range" {
						ranges++
						if !strings.Contains(docs["column"], ">from "+s.Text+"</text>") {
							t.Errorf("the column does not say that %s may connect to %s", s.Text, b.ID)
						}
					}
				}
			}
		}
	}
	for name, pattern := range map[string]string{"dot": `(?m)^  ".*" -> |^  "?internet"? -> `, "mermaid": ` -->\|`, "layers": `<title>[^<]* → `, "column": `<title>[^<]* → `} {
		want := lines
		if name == "column" {
			want -= ranges
		}
		if n := len(regexp.MustCompile(pattern).FindAllString(docs[name], -1)); n != want {
			t.Errorf("%s has %d lines, the model has %d", name, n, want)
		}
	}
	if lines < 20 || ranges == 0 {
		t.Errorf("the demo has %d lines, %d of them from ranges: the test shows little", lines, ranges)
	}
}

// hostile are names that an attacker would choose.
var hostile = []string{
	`<script>alert(1)</script>`, `]]><x>`, `"-->"`, `a"b'c`, "tab\tand\x1b[31m", "right \u202e to left", "two\nlines", `\"; }`, `{a|<b>}`,
	strings.Repeat("long", 64), "`$(id)`", "end\nsubgraph x", "#35;%%{init}%%", "\xff\xfe", "click n1 href", "\u200b\u2028",
}

// TestHostileNames holds that names are text in every format and nothing else.
func TestHostileNames(t *testing.T) {
	var estate strings.Builder
	estate.WriteString("vpc-1 10.0.0.0/16 tag \"Name=<b>\\u202evpc\"\n")
	for i, name := range hostile {
		fmt.Fprintf(&estate, "sg-%d name\n  in tcp/22 0.0.0.0/0\n  in tcp/5432 sg-%d\neni-%d sg-%d 10.0.0.%d\n", i+1, (i+1)%len(hostile)+1, i+1, i+1, i+10)
		_ = name
	}
	inv := notation.MustParse(estate.String()).Inventory
	for i := range inv.Regions[0].Groups {
		g := &inv.Regions[0].Groups[i]
		var n int
		if _, err := fmt.Sscanf(g.ID, "sg-%d", &n); err != nil {
			t.Fatal(err)
		}
		g.Name = hostile[n-1]
	}
	inv.Normalize()
	p, _ := of(inv, true)
	docs := documents(p)
	delete(docs, "json") // data: names as AWS gave them, in JSON's own quotes
	for name, doc := range docs {
		for _, r := range doc {
			if unicode.IsControl(r) && r != '\n' || r >= 0x202a && r <= 0x202e || r == 0x2028 || r == 0x200b {
				t.Errorf("%s holds the character %U", name, r)
				break
			}
		}
		switch name {
		case "layers", "column", "matrix", "board":
			wellFormed(t, name, doc)
		case "dot":
			for line := range strings.Lines(doc) {
				if n := strings.Count(strings.NewReplacer(`\\`, "", `\"`, "").Replace(line), `"`); n%2 != 0 {
					t.Errorf("dot: quotes do not pair in %q", line)
				}
			}
		case "mermaid":
			plain := regexp.MustCompile(`^(flowchart LR|  internet\[\[INTERNET\]\]|  subgraph v\d+\["[^"<>\[\]{}|` + "`" + `\\]*"\]|  end|    n\d+\["[^"<>\[\]{}|` + "`" + `\\]*"\]|  (n\d+|internet) -->\|"[^"<>\[\]{}|]*"\| n\d+|  n\d+\(\["[^"<>]*"\]\)|  linkStyle \d+ [a-z:#0-9,. -]+)$`)
			for line := range strings.Lines(doc) {
				if !plain.MatchString(strings.TrimSuffix(line, "\n")) {
					t.Errorf("mermaid: unexpected line %q", line)
				}
			}
		}
	}
}

// wellFormed holds that an SVG is XML, and has only elements and attributes
// that draw.
func wellFormed(t *testing.T, name, doc string) {
	t.Helper()
	elements := []string{"svg", "title", "desc", "style", "rect", "text", "path", "g", "circle"}
	d := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !slices.Contains(elements, start.Name.Local) {
			t.Errorf("%s has the element %s", name, start.Name.Local)
		}
		for _, a := range start.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" {
				t.Errorf("%s has the attribute %s", name, a.Name.Local)
			}
		}
	}
}

// TestFolding holds that groups which are alike are one box, and that nothing
// else is.
func TestFolding(t *testing.T) {
	var estate strings.Builder
	estate.WriteString("vpc-1 10.0.0.0/16\n")
	for i := range 12 {
		fmt.Fprintf(&estate, "sg-a%02d shop%02d-app\n  in tcp/8080 sg-lb\n  out tcp/5432 sg-b%02d\nsg-b%02d shop%02d-db\n  in tcp/5432 sg-a%02d\n", i, i, i, i, i, i)
		fmt.Fprintf(&estate, "eni-a%02d sg-a%02d 10.0.1.%d instance i-a%02d\neni-b%02d sg-b%02d 10.0.2.%d\n", i, i, i+10, i, i, i, i+10)
	}
	estate.WriteString("sg-lb entry\n  in tcp/443 0.0.0.0/0\neni-lb sg-lb 10.0.0.5 public 198.51.100.5\n")
	p, _ := of(notation.MustParse(estate.String()).Inventory, false)
	if n := len(p.VPCs[0].Boxes); n != 3 {
		t.Fatalf("%d boxes, want 3: the load balancer, 12 applications, 12 databases", n)
	}
	titles := map[string]*picture.Box{}
	for _, b := range p.VPCs[0].Boxes {
		titles[b.Title()] = b
	}
	db := titles["shop*-db × 12"]
	if db == nil {
		t.Fatalf("boxes are %v", titles)
	}
	source := db.Doors[0].Sources[0]
	if !source.EachOwn {
		t.Error("each database has its own application, and the picture does not say so")
	}
	if p, _ := of(notation.MustParse(estate.String()).Inventory, true); len(p.VPCs[0].Boxes) != 25 {
		t.Errorf("%d boxes unfolded, want 25", len(p.VPCs[0].Boxes))
	}
}

// TestFocus holds what the picture of one group shows.
func TestFocus(t *testing.T) {
	p, _ := of(notation.MustParse(estates.Demo()).Inventory, true)
	byName, byID := p.Focus("shop-web"), p.Focus("sg-0a100011")
	for _, f := range []*picture.Picture{byName, byID} {
		var names []string
		for _, b := range f.VPCs[0].Boxes {
			names = append(names, b.Title())
		}
		slices.Sort(names)
		if want := []string{"shop-bastion", "shop-load-balancer", "shop-web"}; !slices.Equal(names, want) {
			t.Errorf("the focus shows %v, want %v", names, want)
		}
	}
	if n := len(p.Focus("no-such-group").VPCs); n != 0 {
		t.Errorf("an unknown group has %d VPCs", n)
	}
}

// TestFocusAcrossVPCs holds that the picture of one group has the groups of other
// VPCs and accounts that connect to it, and those that it connects to, as boxes, each
// with the VPC that holds it and with the way of the internet to it.
func TestFocusAcrossVPCs(t *testing.T) {
	inv := notation.MustParse(`account 111122223333 shop
region eu-west-1
vpc-1 10.1.0.0/16 tag Name=shop
vpc-2 10.2.0.0/16 tag Name=payments
sg-1 web vpc vpc-1
  in tcp/8080 sg-2
  in tcp/9090 sg-4 account 444455556666
  in tcp/7070 sg-9 account 999999999999
sg-2 proxy vpc vpc-2
  in tcp/22 0.0.0.0/0
  in tcp/443 sg-3
sg-3 api vpc vpc-2
  in tcp/8443 sg-1
  in tcp/8444 sg-2
eni-1 sg-1 10.1.0.10
eni-2 sg-2 10.2.0.10
eni-3 sg-3 10.2.0.11
account 444455556666 bank
region eu-west-1
vpc-3 10.3.0.0/16 tag Name=audit
sg-4 monitor vpc vpc-3
eni-4 sg-4 10.3.0.10
`).Inventory
	p, _ := of(inv, true)
	focus := p.Focus("sg-1")
	doors := map[string][]string{}
	for _, b := range focus.VPCs[0].Boxes {
		name := b.Title()
		if b.Elsewhere != nil {
			name += " in " + b.Elsewhere.Title()
		}
		doors[name] = []string{}
		for _, d := range b.Doors {
			doors[name] = append(doors[name], d.Label)
		}
		slices.Sort(doors[name])
	}
	want := map[string][]string{"web": {"7070", "8080", "9090 Prometheus"}, "proxy in payments": {"22 SSH"}, "api in payments": {"8443 dashboards"}, "monitor in audit": {}}
	if !maps.EqualFunc(doors, want, slices.Equal) {
		t.Errorf("the focus shows %v, want %v", doors, want)
	}
	docs := documents(focus)
	for _, view := range []string{"layers", "column"} {
		for _, want := range []string{"proxy → web: 8080", "monitor → web: 9090", "web → api: 8443 dashboards", ">in VPC payments</text>", ">in VPC audit</text>", "7070 from sg-9 of account 999999999999,"} {
			if !strings.Contains(docs[view], want) {
				t.Errorf("%s does not hold %q", view, want)
			}
		}
		for id, n := range elements(t, docs[view]) {
			if n > 1 {
				t.Errorf("%s: the id %s is there %d times", view, id, n)
			}
		}
	}
	for view, want := range map[string]string{"dot": `label="payments · account 111122223333 (shop) · eu-west-1"`, "mermaid": `subgraph v0n1[`, "json": `"in_vpc_id": "vpc-3"`} {
		if !strings.Contains(docs[view], want) {
			t.Errorf("%s does not hold %q: %s", view, want, docs[view])
		}
	}
	if elsewhere := p.Only([]string{"vpc-1"}).Focus("web"); len(elsewhere.VPCs[0].Boxes) != 4 {
		t.Errorf("the focus on a group of a chosen VPC has %d boxes, want 4", len(elsewhere.VPCs[0].Boxes))
	}
}

// TestDemoShowsItsMistakes names what a reader has to see.
func TestDemoShowsItsMistakes(t *testing.T) {
	p, _ := of(notation.MustParse(estates.Demo()).Inventory, false)
	svg, left := p.Layers(false)
	want := []string{"The picture leaves out findings about other resources: config-not-recording-groups (c3acb7, medium) and missing-vpc-endpoint (9e9112, info)."}
	if omitted := p.Omitted(); len(left) > 0 || !slices.Equal(omitted, want) || !strings.Contains(svg, want[0]) {
		t.Errorf("the picture of the demo leaves out %q and %q, want %q, in the picture too", left, omitted, want)
	}
	for _, want := range []string{
		"the internet → shop-web: 22 SSH, critical, reachable", "the internet → windows-jump-host: 3389 RDP, critical, reachable, by 2 rules", ">2 rules</text>",
		"database-publicly-addressed (high)", "1 application load balancer", "eu-west-1: 1 group<",
		"the internet → staging-mongodb: 27017 MongoDB, critical, reachable", "the internet → monitoring: 9090-9300 incl. Elasticsearch, critical, reachable",
		"the internet → shop-mysql: 3306 MySQL, medium, not-reachable", "orders-wrong-api-link → orders-wrong-database: 5432 PostgreSQL, medium",
		"legacy-cart", "legacy-checkout", ">⇄</text>", ">bypasses the bastion</text>", ">bypasses the load balancer</text>", ">reached by API Gateway</text>",
		">critical</text>", ">high</text>", ">medium</text>", ">low</text>", ">allowed by a rule, stopped by the network</text>", ">could not be judged</text>",
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("the picture does not hold %q", want)
		}
	}
	matrix, _ := p.Matrix(false)
	board, _ := p.Board()
	if !strings.Contains(matrix, ">8888?</text>") || !strings.Contains(board, ">(1), 2 no finding</text>") {
		t.Error("the matrix does not say that Jupyter could not be judged, or the board leaves out the open ports without a finding")
	}
	column, _ := p.Column(false)
	for _, want := range []string{
		">⇄</text>", ">NOT ATTACHED TO ANY NETWORK INTERFACE</text>", ">from 203.0.113.0/24</text>", ">from securecart-offices</text>", ">bypasses the bastion</text>",
		">bypasses the load balancer</text>", ">high</text>", ">allowed by a rule, stopped by the network</text>", ">could not be judged</text>", ">payments-wrong · 2 groups · 1 medium</text>",
	} {
		if !strings.Contains(column, want) {
			t.Errorf("the column does not hold %q", want)
		}
	}
}

// TestFindingOfAnInterfaceCountsOnce holds that a finding about a network interface
// stands at each of its groups, once in a box of groups that are alike, and counts once.
func TestFindingOfAnInterfaceCountsOnce(t *testing.T) {
	inv := notation.MustParse("account 123456789012\nregion eu-west-1\nvpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/24\nsg-1 one\nin tcp/443 10.0.0.0/8\nsg-2 two\nin tcp/443 10.0.0.0/8\n" +
		"eni-1 sg-1,sg-2 10.0.0.10 public 198.51.100.7 subnet subnet-1\n").Inventory
	report := &findings.Report{Findings: []findings.Finding{{
		ID: "abcdef0123", Check: "made-up", Severity: findings.High, Status: findings.Open, AccountID: inv.Regions[0].AccountID, Region: "eu-west-1", VPCID: "vpc-1",
		ResourceType: "network-interface", ResourceID: "eni-1",
	}}}
	for _, unfolded := range []bool{false, true} {
		p := picture.New(inv, report, picture.Options{Unfolded: unfolded})
		v := p.VPCs[0]
		if v.Counts[findings.High] != 1 || len(p.LeftOut) > 0 {
			t.Errorf("unfolded %t: %d high findings and %d left out, want 1 and 0", unfolded, v.Counts[findings.High], len(p.LeftOut))
		}
		for _, b := range v.Boxes {
			if len(b.Findings) != 1 {
				t.Errorf("unfolded %t: box %s has %d findings, want 1", unfolded, b.Title(), len(b.Findings))
			}
		}
	}
}

// TestEndsOfLinesArePartedByKind holds that a line that is stopped and one that gets
// in do not end at the same point, where the arrow would hide the bar, and that
// packets that a group sends are not drawn as stopped: the verdict of a finding is
// about the internet.
func TestEndsOfLinesArePartedByKind(t *testing.T) {
	p, _ := of(notation.MustParse(estates.Demo()).Inventory, false)
	svg, _ := p.Layers(false)
	end := map[string]float64{}
	for _, l := range scan(t, svg).lines {
		end[l.title] = l.points[len(l.points)-1].y
	}
	stopped, in := "the internet → shop-mysql: 3306 MySQL, medium, not-reachable", "shop-application → shop-mysql: 3306 MySQL"
	if a, b := end[stopped], end[in]; a == 0 || b == 0 || math.Abs(a-b) < 8 {
		t.Errorf("the line that is stopped ends at %g, the one that gets in at %g: they hide each other", a, b)
	}
	dashed := regexp.MustCompile(`(?s)<title>([^<]*) → ([^<]*)</title>(.*?)</g>`)
	for _, m := range dashed.FindAllStringSubmatch(svg, -1) {
		if short, stopped := strings.Contains(m[3], `stroke-dasharray="4 4"`), strings.HasPrefix(m[1], "the internet") && strings.HasSuffix(m[2], "not-reachable"); short != stopped {
			t.Errorf("%s → %s is drawn as stopped: %t, want %t", m[1], m[2], short, stopped)
		}
	}
	mermaid, _ := p.Mermaid()
	const want = 3 // MySQL, SSH of staging, the internal load balancer
	if n := strings.Count(p.DOT(), "style=dashed"); n != want {
		t.Errorf("DOT draws %d lines as stopped, want %d", n, want)
	}
	if n := strings.Count(mermaid, "stroke-dasharray:4 4"); n != want {
		t.Errorf("Mermaid draws %d lines as stopped, want %d", n, want)
	}
}

// TestNotAttachedIsNotReached holds that a way from the internet to a group that is
// not attached is not drawn as one that gets in.
func TestNotAttachedIsNotReached(t *testing.T) {
	p, _ := of(notation.MustParse(estates.Demo()).Inventory, true)
	for name, doc := range documents(p.Focus("launch-wizard-1")) {
		if name != "layers" && name != "column" {
			continue
		}
		if !strings.Contains(doc, `stroke-dasharray="4 4"`) || !strings.Contains(doc, ">allowed by a rule, not attached</text>") {
			t.Errorf("%s does not say that the internet does not reach the group: it is not attached", name)
		}
	}
}

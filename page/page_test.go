package page_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/page"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/words"
)

// made returns the report of an estate and its page.
func made(t *testing.T, inv *inventory.Inventory) (*findings.Report, *picture.Picture, string) {
	t.Helper()
	report := audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
	report.Finish()
	drawn := picture.New(inv, report, picture.Options{})
	return report, drawn, write(t, report, drawn)
}

func write(t *testing.T, report *findings.Report, drawn *picture.Picture) string {
	t.Helper()
	var out bytes.Buffer
	if err := page.Write(&out, report, drawn); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func demo() *inventory.Inventory { return notation.MustParse(estates.Demo()).Inventory }

// TestPolicy holds that the page runs its own script and style and nothing else.
func TestPolicy(t *testing.T) {
	_, _, html := made(t, demo())
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(html)
	if policy == nil || !strings.HasPrefix(policy[1], "default-src 'none';") {
		t.Fatalf("the policy is %v", policy)
	}
	for _, tag := range []string{"script", "style"} {
		blocks := regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllStringSubmatch(html, -1)
		if len(blocks) != 1 {
			t.Fatalf("%d elements %s without attributes, want 1", len(blocks), tag)
		}
		sum := sha256.Sum256([]byte(blocks[0][1]))
		if want := tag + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy[1], want) {
			t.Errorf("the policy %q does not allow the %s of the page: want %s", policy[1], tag, want)
		}
	}
	for _, bad := range []string{" style=", " onclick=", " onload=", "innerHTML", "eval(", "<link", "<img", "@import", "url(", "src=\"http", "fetch("} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
}

// unpacked returns a compressed block of the page.
func unpacked(t *testing.T, html, id string) []byte {
	t.Helper()
	block := regexp.MustCompile(`<script type="text/plain" id="` + id + `">([^<]*)</script>`).FindStringSubmatch(html)
	if block == nil {
		t.Fatalf("the page has no block %s", id)
	}
	packed, err := base64.StdEncoding.DecodeString(block[1])
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestNoFindingIsLost counts the findings in the static part, in the columns and
// in the blocks of details.
func TestNoFindingIsLost(t *testing.T) {
	report, drawn, _ := made(t, demo())
	one := report.Findings[0]
	for i := len(report.Findings); i < 2345; i++ {
		f := one
		f.ID = fmt.Sprintf("%016x", i)
		report.Findings = append(report.Findings, f)
	}
	html := write(t, report, drawn)
	var columns struct {
		ID      []string
		Message []int
		Block   int
	}
	if err := json.Unmarshal(unpacked(t, html, "ix"), &columns); err != nil {
		t.Fatal(err)
	}
	if len(columns.ID) != len(report.Findings) || len(columns.Message) != len(report.Findings) {
		t.Errorf("the columns hold %d findings, the report %d", len(columns.ID), len(report.Findings))
	}
	details := 0
	for n := 0; n*columns.Block < len(report.Findings); n++ {
		var block []struct{ Why, Commands []string }
		if err := json.Unmarshal(unpacked(t, html, fmt.Sprintf("c%d", n)), &block); err != nil {
			t.Fatal(err)
		}
		details += len(block)
	}
	if details != len(report.Findings) {
		t.Errorf("the blocks hold %d findings, the report %d", details, len(report.Findings))
	}
	if n := strings.Count(html, ` id="f-`); n != 1000 {
		t.Errorf("%d findings without a script, want 1000", n)
	}
	if !strings.Contains(html, "1345 more findings need a script") {
		t.Error("the page does not say how many findings need a script")
	}
}

// TestTheSentenceCountsTheBoard holds that the number of the first sentence is
// that of the groups in the filled cells.
func TestTheSentenceCountsTheBoard(t *testing.T) {
	_, drawn, html := made(t, demo())
	groups := map[string]bool{}
	for _, v := range drawn.VPCs {
		for _, c := range v.Cells() {
			for _, m := range c.In {
				groups[v.Account.ID+v.Region+m.ID] = true
			}
		}
	}
	want := fmt.Sprintf("<h1>The internet reaches network interfaces through %d security groups that should not be open (", len(groups))
	if !strings.Contains(html, want) || !strings.Contains(html, " critical findings).</h1>") || len(groups) == 0 {
		t.Errorf("the page does not say %q", want)
	}
}

// TestAnUnreadRegionIsNotClean holds that a page says above all else what was
// not read.
func TestAnUnreadRegionIsNotClean(t *testing.T) {
	inv := notation.MustParse("region eu-west-1\nunread interfaces denied\nsg-1 web\n  in tcp/443 10.0.0.0/8\n").Inventory
	_, _, html := made(t, inv)
	for _, want := range []string{"1 region could not be read in full", `role="alert"`, "Not evaluated"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	empty := &findings.Report{}
	empty.Finish()
	if html := write(t, empty, nil); !strings.Contains(html, "No region was read") {
		t.Error("a report of nothing looks clean")
	}
}

// TestAPartIsNotClean holds that a page of a filtered report says what the
// filters left out.
func TestAPartIsNotClean(t *testing.T) {
	report, _, _ := made(t, demo())
	part := report.Select(findings.Filter{Status: findings.Suppressed, Words: []string{"--status suppressed"}})
	html := write(t, part, nil)
	n := len(report.Findings)
	if want := words.Count(n, "finding") + " left out by --status suppressed."; !strings.Contains(html, want) || strings.Contains(html, "Nothing that should be closed is open") {
		t.Errorf("the page of a part without findings does not say %q", want)
	}
	if html := write(t, report.Select(findings.Filter{MinSeverity: findings.Medium}), nil); !strings.Contains(html, "below medium left out by --min-severity.") {
		t.Error("the page does not say what --min-severity left out")
	}
}

// TestHostileNames holds that no name becomes markup, and that none moves the
// text around it.
func TestHostileNames(t *testing.T) {
	names := []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `</style><b>`, `]]>`, "a\u202eb", "line\nbreak", "\x1b[31m", `{{.}}`, "javascript:alert(1)", strings.Repeat("x", 255)}
	inv := demo()
	i := 0
	for _, r := range inv.Regions {
		for j := range r.Groups {
			g := &r.Groups[j]
			if g.Default() {
				continue
			}
			g.Name = names[i%len(names)]
			for k := range g.Rules {
				g.Rules[k].Description = names[(i+k)%len(names)]
			}
			i++
		}
		for j := range r.VPCs {
			r.VPCs[j].Tags = []inventory.Tag{{Key: "Name", Value: names[j%len(names)]}}
		}
	}
	inv.Normalize()
	_, _, html := made(t, inv)
	for _, bad := range []string{"<script>alert", "<img", "</style><b>", "\u202e", "\x1b", "href=\"javascript"} {
		if strings.Contains(html, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, r := range html {
		if unicode.IsControl(r) && r != '\n' {
			t.Fatalf("the page holds the character %U", r)
		}
	}
}

type full struct{ left int }

var errFull = errors.New("no space left")

func (f *full) Write(b []byte) (int, error) {
	if len(b) > f.left {
		return 0, errFull
	}
	f.left -= len(b)
	return len(b), nil
}

// TestWritingLeavesThePictureAlone holds that the second page of one picture is the
// same as the first: the drawings do not depend on what was drawn before.
func TestWritingLeavesThePictureAlone(t *testing.T) {
	report, drawn, html := made(t, demo())
	if again := write(t, report, drawn); again != html {
		t.Errorf("the second page of one picture has %d bytes and differs from the first, of %d", len(again), len(html))
	}
}

func TestAFullDiskIsAnError(t *testing.T) {
	report, drawn, html := made(t, demo())
	for _, n := range []int{0, 100, 20000, len(html) / 2, len(html) - 1} {
		if err := page.Write(&full{n}, report, drawn); !errors.Is(err, errFull) {
			t.Errorf("after %d bytes: error %v, want that of the writer", n, err)
		}
	}
}

// BenchmarkWrite writes pages of three sizes.
func BenchmarkWrite(b *testing.B) {
	report := audit.Run(demo(), audit.Options{Settings: audit.Defaults()}).Report
	report.Finish()
	base := report.Findings
	for _, n := range []int{1000, 10000, 100000} {
		var list []findings.Finding
		for i := range n {
			f := base[i%len(base)]
			f.ID = fmt.Sprintf("%016x", i*2654435761)
			f.GroupID = fmt.Sprintf("sg-%017x", i*40503)
			f.Message = strings.ReplaceAll(f.Message, "sg-", fmt.Sprintf("sg-%x", i))
			list = append(list, f)
		}
		r := *report
		r.Findings = list
		b.Run(fmt.Sprintf("findings=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			size := 0
			for b.Loop() {
				var c counter
				if err := page.Write(&c, &r, nil); err != nil {
					b.Fatal(err)
				}
				size = int(c)
			}
			b.ReportMetric(float64(size), "bytes/page")
		})
	}
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// TestControlsNameTheirFindings holds that each control of a framework is a row
// with its status, that its findings are links which the page can follow, and
// that those that are too many are counted.
func TestControlsNameTheirFindings(t *testing.T) {
	report, _, _ := made(t, demo())
	var ids []string
	for _, f := range report.Findings[:15] {
		ids = append(ids, f.ID)
	}
	report.Controls = []findings.Control{
		{Framework: "cis-5.0", Control: "5.3", Status: findings.Failed, Checks: []string{"admin-port-open-to-internet"}, Findings: ids},
		{Framework: "cis-5.0", Control: "3.3", Status: findings.Unevaluated, Checks: []string{"config-not-recording-groups"}},
	}
	html := write(t, report, nil)
	for _, want := range []string{`<th scope="row">cis-5.0 5.3</th><td class="high">failed</td>`, "and 3 more", `<th scope="row">cis-5.0 3.3</th><td>not evaluated</td>`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
	for i, id := range ids {
		link := `<a href="#f-` + id[:8] + `">` + id[:8] + `</a>`
		if strings.Contains(html, link) != (i < 12) {
			t.Errorf("finding %d of the control: link %q", i, link)
		}
		if !strings.Contains(html, ` id="f-`+id) {
			t.Errorf("the link to %s leads nowhere", id)
		}
	}
}

// TestTheBaselineIsTold holds that the page shows what is new, what is gone and
// what could not be judged since the baseline.
func TestTheBaselineIsTold(t *testing.T) {
	report, _, _ := made(t, demo())
	report.Findings[0].Baseline = findings.New
	report.Comparison = &findings.Comparison{
		Fixed:   []findings.Ref{{Check: "check-of-fixed", ResourceID: "sg-1", Message: "gone"}},
		Unknown: []findings.Ref{{Check: "check-of-unknown", ResourceID: "sg-2", Message: "not judged"}},
	}
	html := write(t, report, nil)
	for _, want := range []string{"1 new, 1 no longer found, 1 that could not", `href="#f=baseline:new"`, "check-of-fixed", "check-of-unknown", `<span class="mark">NEW</span>`} {
		if !strings.Contains(html, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

package output_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// hostileNames are what somebody may call a group to do harm to those who read
// about it, each for another reader.
var hostileNames = map[string]string{
	"formula":           `=HYPERLINK("https://evil.example","open")`,
	"formula with +":    "+1+cmd|' /C calc'!A0",
	"formula with @":    "@SUM(1)",
	"formula in a list": "web;=1+1",
	"HTML":              `<script>alert(1)</script><img src=x onerror=alert(1)>`,
	"attribute":         `" onmouseover="alert(1)`,
	"control bytes":     "a\x1b]0;title\x07b\x00c\x7f\u009b31m",
	"right to left":     "\u202egpj.exe\u2066\u200f",
	"hidden":            "pr\u200bod\ufeff\u00ad",
	"255 bytes":         strings.Repeat("長", 85),
	"newlines":          "web\r\nsgaudit: clean\n\n# heading",
	"invalid UTF-8":     "a\xff\xfe\xed\xa0\x80b",
	"noncharacter":      "a\ufffeb\uffff",
	"pipes":             "a|b||c\\|d",
	"backticks":         "a`b```c",
	"end of CDATA":      "a]]>b<![CDATA[c",
	"Prometheus":        `a"} 1` + "\n" + `evil{x="\`,
	"Slack":             "<!channel> <@U1> <https://evil.example|open> &lt;",
	"Markdown":          "![x](https://evil.example) @everyone #1 [a]: b **c** ~~d~~ $e$",
	"escape of XLSX":    "_x0041_ _x000D_",
	"shell":             "$(id) ${{ secrets.TOKEN }} %PATH%",
}

// shownNames say for each format how a reader finds the name that is written: all
// texts in which it may stand. Formats that show no names have none.
var shownNames = map[string]func(t *testing.T, text string) []string{
	"json": jsonTexts, "sarif": jsonTexts, "ocsf": jsonTexts, "asff": jsonTexts, "codequality": jsonTexts, "slack": slackTexts, "teams": jsonTexts, "ndjson": jsonTexts,
	"junit": xmlTexts, "csv": csvTexts, "rules-csv": csvTexts, "groups-csv": csvTexts, "interfaces-csv": csvTexts,
	"rules-ndjson": jsonTexts, "groups-ndjson": jsonTexts, "interfaces-ndjson": jsonTexts,
	"parquet": parquetTexts, "rules-parquet": parquetTexts, "groups-parquet": parquetTexts, "interfaces-parquet": parquetTexts,
	"xlsx": xlsxTexts, "markdown": lineTexts, "table": lineTexts, "html": nil, "prometheus": nil,
}

// TestHostileNames: in each format a reader sees each name, and obeys none.
func TestHostileNames(t *testing.T) {
	for _, f := range output.Formats() {
		read, known := shownNames[f.Name]
		if !known {
			t.Errorf("the format %s is not in the table of readers", f.Name)
			continue
		}
		for what, name := range hostileNames {
			t.Run(f.Name+"/"+what, func(t *testing.T) {
				text := write(t, f.Name, named(name), output.Options{Tables: namedTables(name), Wide: true})
				if f.Name == "prometheus" {
					checkPrometheus(t, text)
					return
				}
				if f.Name != "xlsx" && !isParquet(f.Name) && !utf8.ValidString(text) {
					t.Error("the bytes are not UTF-8")
				}
				if f.Name == "html" {
					checkHTML(t, text)
					return
				}
				seen := read(t, text)
				want := words.Plain(name)
				if slices.Contains([]string{"json", "ocsf"}, f.Name) || strings.HasSuffix(f.Name, "ndjson") { // programs get the name itself, but for what is not UTF-8
					want = strings.ReplaceAll(name, "\xff\xfe\xed\xa0\x80", strings.Repeat("\ufffd", 5))
				}
				if !slices.ContainsFunc(seen, func(s string) bool { return strings.Contains(s, want) }) {
					t.Errorf("no reader finds %+q in\n%.2000s", want, strings.Join(seen, "\n"))
				}
			})
		}
	}
}

func named(name string) *findings.Report {
	r := report()
	for i := range r.Findings {
		r.Findings[i].GroupName, r.Findings[i].Severity = name, findings.Critical
		r.Findings[i].Message = "SSH is open in " + name
	}
	r.Finish()
	return r
}

func namedTables(name string) *tables.Tables {
	region := &inventory.Region{
		AccountID: "012345678901", Partition: "aws", Name: "eu-west-1", Read: inventory.DepthNetwork.Parts(), Asked: inventory.DepthNetwork.Parts(),
		Groups:     []inventory.Group{{ID: "sg-1", Name: name, Owner: "012345678901", Rules: []inventory.Rule{{Traffic: inventory.All, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-1"}}}}}},
		Interfaces: []inventory.Interface{{ID: "eni-1", Groups: []string{"sg-1"}}},
	}
	return tables.New(&inventory.Inventory{Regions: []*inventory.Region{region}}, named(name), tables.Options{})
}

// jsonTexts returns every text of one or more values.
func jsonTexts(t *testing.T, text string) (all []string) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	d := json.NewDecoder(strings.NewReader(text))
	for {
		var v any
		if err := d.Decode(&v); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		walk(v)
	}
	unescape := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&") // of Slack
	for _, s := range slices.Clone(all) {
		all = append(all, unescape.Replace(s), markdownText(s))
	}
	return all
}

// slackTexts: the text of the message is of the type mrkdwn, in which < begins a
// mention or a link; those of its blocks are of the type plain_text.
func slackTexts(t *testing.T, text string) []string {
	t.Helper()
	var message struct{ Text string }
	if err := json.Unmarshal([]byte(text), &message); err != nil || strings.ContainsAny(message.Text, "<>") {
		t.Errorf("Slack would obey %q, %v", message.Text, err)
	}
	if strings.Contains(text, "mrkdwn") {
		t.Error("a block of Slack has marks")
	}
	return jsonTexts(t, text)
}

// markdownText is what Markdown shows of a text, as far as backslashes and entities
// go.
func markdownText(text string) string {
	return html.UnescapeString(backslashes.ReplaceAllString(text, "$1"))
}

var backslashes = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")

func xmlTexts(t *testing.T, text string) (all []string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.CharData:
			all = append(all, string(token))
		case xml.StartElement:
			for _, a := range token.Attr {
				all = append(all, a.Value)
			}
		}
	}
}

// csvTexts returns the cells as a spreadsheet shows them, which hides the
// apostrophe before what may be a formula.
func csvTexts(t *testing.T, text string) (all []string) {
	t.Helper()
	for _, row := range csvRows(t, text) {
		for _, cell := range row {
			for part := range strings.SplitSeq(cell, ";") {
				if begin := strings.TrimSpace(part); begin != "" && strings.ContainsRune("=+-@", rune(begin[0])) {
					t.Errorf("a spreadsheet would run %q", cell)
				}
			}
			all = append(all, strings.ReplaceAll(strings.TrimPrefix(cell, "'"), ";'", ";"))
		}
	}
	return all
}

func csvRows(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func xlsxTexts(t *testing.T, text string) (all []string) {
	t.Helper()
	f, err := excelize.OpenReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			all = append(all, row...)
		}
	}
	for _, formula := range cellFormula.FindAllString(unzipped(t, text), -1) {
		if !strings.Contains(formula, `<f>HYPERLINK("https://console.aws.amazon.com/`) {
			t.Errorf("a name has become the formula %s", formula)
		}
	}
	return all
}

// cellFormula matches the formula of a cell: charts have elements f too.
var cellFormula = regexp.MustCompile(`<c r="[^>]*><f>[^<]*`)

func lineTexts(t *testing.T, text string) []string {
	t.Helper()
	lines := strings.Split(text, "\n")
	cells := 0
	for i, line := range lines {
		lines[i] = html.UnescapeString(line)
		if words.Plain(line) != line || strings.HasPrefix(line, "sgaudit: clean") || line == "# heading" {
			t.Errorf("a name has made the line %+q", line)
		}
		switch n := len(bar.FindAllString(strings.ReplaceAll(line, `\\`, ""), -1)); {
		case strings.HasPrefix(line, "| ---"), strings.HasPrefix(line, "|---"):
			cells = n
		case !strings.HasPrefix(line, "|"):
			cells = 0
		case cells > 0 && n != cells:
			t.Errorf("a name has made cells of its own: line %d has %d bars, and its table %d: %q", i+1, n, cells, line)
		}
	}
	lines = append(lines, markdownText(text))
	return append(lines, strings.Join(strings.Fields(text), " "))
}

// bar matches one that divides cells: no backslash stands before it.
var bar = regexp.MustCompile(`(^|[^\\])\|`)

// checkHTML: no name stands in the page as markup.
func checkHTML(t *testing.T, text string) {
	t.Helper()
	for _, part := range []string{"<script>alert", "<img src=x", `" onmouseover=`, "]]>b"} {
		if strings.Contains(text, part) {
			t.Errorf("the page holds %s", part)
		}
	}
}

func checkPrometheus(t *testing.T, text string) {
	t.Helper()
	form := regexp.MustCompile(`^(# (HELP|TYPE) sgaudit_[a-z_]+ .*|sgaudit_[a-z_]+(\{([a-z_]+="[^"\\]*",?)*\})? [0-9.e+]+)$`)
	for line := range strings.Lines(text) {
		if line = strings.TrimSuffix(line, "\n"); !form.MatchString(line) {
			t.Errorf("%q is no sample", line)
		}
	}
	if !bytes.HasSuffix([]byte(text), []byte("\n")) {
		t.Error("the last line does not end")
	}
}

package output_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// hostile holds a character of each kind that a terminal obeys or that a reader
// cannot see.
const hostile = "n\x1b[2J\u009b1m\x7f\u0085\u2028\u202e\u2066\u200b\ufeff\u00ad\U000e0041\r\nsgaudit: clean\tx"

// fill puts a text of its own into every text of a value, and numbers above 0
// into the rest, so that no field is left out because it is new or empty.
func fill(v reflect.Value, n *int) {
	switch v.Kind() {
	case reflect.String:
		*n++
		v.SetString(fmt.Sprintf("%s%d", hostile, *n))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range 2 {
			fill(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.SetMapIndex(key, value)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(v.Field(i), n)
			}
		}
	case reflect.Int:
		v.SetInt(3)
	case reflect.Uint8:
		v.SetUint(2)
	}
}

func hostileReport() *findings.Report {
	r := &findings.Report{}
	n := 0
	fill(reflect.ValueOf(r).Elem(), &n)
	return r
}

// TestHostileTexts writes a report in which every text is hostile, in every
// format and layout: each character that hides is shown in its escaped form.
func TestHostileTexts(t *testing.T) {
	r := hostileReport()
	check := func(name, text string) {
		t.Helper()
		for i, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
			if shown := words.Plain(line); shown != line {
				t.Errorf("%s, line %d: %+q", name, i+1, line)
			}
			if strings.HasPrefix(line, "sgaudit:") {
				t.Errorf("%s, line %d: a name has begun a line: %q", name, i+1, line)
			}
		}
		if !strings.Contains(text, `\u202e`) {
			t.Errorf("%s: the mark of direction is not shown", name)
		}
	}
	for _, f := range output.Formats() {
		for _, width := range []int{0, 40, 80, 200} {
			text := write(t, f.Name, r, output.Options{Width: width})
			if f.Name == "xlsx" {
				text = unzipped(t, text)
			}
			if isParquet(f.Name) {
				text = parquetText(t, text)
			}
			check(fmt.Sprintf("%s at %d columns", f.Name, width), text)
		}
	}
	for i := range r.Findings {
		check("explain", output.Explain(&r.Findings[i], ""))
	}
}

// TestJSONKeepsTexts: the escapes are JSON's own, so that a program reads each
// text as it was.
func TestJSONKeepsTexts(t *testing.T) {
	r := hostileReport()
	if _, err := findings.Read(strings.NewReader(write(t, "json", r, output.Options{}))); err == nil {
		t.Fatal("a hostile schema version was accepted")
	}
	r.SchemaVersion = findings.SchemaVersion
	back, err := findings.Read(strings.NewReader(write(t, "json", r, output.Options{})))
	if err != nil {
		t.Fatal(err)
	}
	if back.Findings[0].GroupName != r.Findings[0].GroupName || back.Coverage[1].Gaps[1].Message != r.Coverage[1].Gaps[1].Message {
		t.Errorf("%+q was read as %+q", r.Findings[0].GroupName, back.Findings[0].GroupName)
	}
	line, _, _ := strings.Cut(write(t, "ndjson", r, output.Options{}), "\n")
	var run struct{ Caller findings.Caller }
	if err := json.Unmarshal([]byte(line), &run); err != nil || run.Caller != r.Caller {
		t.Errorf("%+q, %v", run.Caller, err)
	}
}

// TestFormulas: a spreadsheet takes no cell for a formula, whatever stands
// before the sign and whichever form it has, and keeps all the others.
func TestFormulas(t *testing.T) {
	for cell, want := range map[string]string{
		"=1+1":                        "'=1+1",
		"+1":                          "'+1",
		"-1":                          "'-1",
		"@SUM(A1)":                    "'@SUM(A1)",
		" =1":                         "' =1",
		"\t=1":                        `'\t=1`,
		"\r\n=1":                      `'\r\n=1`,
		"\u00a0=1":                    "'\u00a0=1",
		"\u3000 =1":                   "'\u3000 =1",
		"\u200b=1":                    `'\u200b=1`,
		"\ufeff=1":                    `'\ufeff=1`,
		"\ufeff \u200b\t@a":           `'\ufeff \u200b\t@a`,
		"\x00=1":                      `'\x00=1`,
		"\uff1d1":                     "'\uff1d1",
		"\uff0b1":                     "'\uff0b1",
		"\uff0d1":                     "'\uff0d1",
		"\uff20a":                     "'\uff20a",
		" \ufe63" + "1":               "' \ufe63" + "1",
		"x;=1":                        "x;'=1",
		"x; \u200b+1":                 `x; '\u200b+1`,
		"Team=web; =HYPERLINK(\"x\")": `Team=web; '=HYPERLINK("x")`,
		"a=b":                         "a=b",
		"sg-1":                        "sg-1",
		"a - b":                       "a - b",
		"203.0.113.0/24":              "203.0.113.0/24",
		"":                            "",
	} {
		r := report()
		r.Findings[0].GroupName = cell
		var out bytes.Buffer
		f, _ := output.Lookup("csv")
		if err := f.Write(&out, r, output.Options{}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if got := rows[1][slices.Index(output.Columns, "group_name")]; got != want {
			t.Errorf("%+q is written as %+q, want %+q", cell, got, want)
		}
	}
}

package words_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/words"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "",
		"web servers":              "web servers",
		"東京 ❤️ ñ":                  "東京 ❤️ ñ",
		`C:\new`:                   `C:\new`,
		"a\nb\r\n\tc\x00\x7f":      `a\nb\r\n\tc\x00\x7f`,
		"\x1b[2Jgone\a\b":          `\x1b[2Jgone\x07\x08`,
		"\u009b31m\u0085":          `\x9b31m\x85`,
		"a\u2028b\u2029c":          `a\u2028b\u2029c`,
		"\u202eevil\u2066\u200f":   `\u202eevil\u2066\u200f`,
		"\u061c\u200e\u202a":       `\u061c\u200e\u202a`,
		"pr\u200bod\u200d\ufeff":   `pr\u200bod\u200d\ufeff`,
		"pr\u00adod\u2060\u180e":   `pr\xadod\u2060\u180e`,
		"\u115f\u3164\uffa0\u034f": `\u115f\u3164\uffa0\u034f`,
		"tag\U000e0041\U000e0100":  `tag\U000e0041\U000e0100`,
		"not UTF-8 \x9b2J \xff":    `not UTF-8 \x9b2J \xff`,
		"\ufffd":                   "\ufffd",
		"\ufffe\ufdd0\U0001ffff":   `\ufffe\ufdd0\U0001ffff`,
	} {
		if got := words.Plain(text); got != want {
			t.Errorf("Plain(%+q) = %+q, want %+q", text, got, want)
		}
	}
	if got, want := words.Block("one\n\ttwo\r\x1b"), "one\n\ttwo\\r\\x1b"; got != want {
		t.Errorf("Block: %q, want %q", got, want)
	}
}

// TestNothingHides looks at every character that Unicode has: what Plain lets
// through is neither a control nor a format character nor a break of lines.
func TestNothingHides(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		text := "a" + string(r) + "b"
		got := words.Plain(text)
		escaped := strings.HasPrefix(got, `a\`) && len(got) > 3
		if bad := unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Bidi_Control); bad && !escaped {
			t.Errorf("%U stays", r)
		}
		if (unicode.IsLetter(r) || unicode.IsDigit(r)) && !unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && got != text {
			t.Errorf("%U is written as %s", r, got)
		}
	}
}

// TestJSON: escapes change no value, and nothing that hides is left.
func TestJSON(t *testing.T) {
	value := "web \u009b31m \u202e \U000e0041 \x7f ü 東京 \u200b \n"
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	escaped := words.JSON(text)
	var back string
	if err := json.Unmarshal(escaped, &back); err != nil || back != value {
		t.Errorf("%s is read as %+q, %v", escaped, back, err)
	}
	if words.Plain(string(escaped)) != string(escaped) || !strings.Contains(string(escaped), "ü 東京") {
		t.Errorf("%+q", escaped)
	}
}

func TestMarkdown(t *testing.T) {
	got := words.Markdown("[a](http://x) <b> `c` *d* &#x202e; ~~e~~ $f$ |\n# g")
	want := "\\[a\\](http://x) &lt;b&gt; \\`c\\` \\*d\\* &amp;\\#x202e; \\~\\~e\\~\\~ \\$f\\$ \\|\\\\n\\# g"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := words.Markdown("@acme/admins a@b.test"); got != "@&#8203;acme/admins a@&#8203;b.test" {
		t.Errorf("a mention is written as %s", got)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text, want string
		most       int
	}{
		{"short", "short", 5}, {"shorter", "short… (2 bytes more)", 5}, {"aé", "a… (2 bytes more)", 2}, {"\x80\x80\x80\x80\x80\x80\x80\x80", "\x80\x80… (6 bytes more)", 6},
	} {
		if got := words.Cut(c.text, c.most); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func TestList(t *testing.T) {
	items := []string{"a", "b", "c", "d"}
	for most, want := range map[int]string{1: "a and 3 more", 2: "a, b and 2 more", 3: "a, b, c, d", 9: "a, b, c, d"} {
		if got := words.List(items, most); got != want {
			t.Errorf("List of 4, %d: %q, want %q", most, got, want)
		}
	}
	if words.Count(1, "rule") != "1 rule" || words.Count(0, "rule") != "0 rules" || words.Count(2, "address") != "2 addresses" || words.Count(1, "address") != "1 address" {
		t.Error(words.Count(1, "rule"), words.Count(0, "rule"))
	}
}

func TestFirstOf(t *testing.T) {
	quote := func(s string) string { return "<" + s + ">" }
	for _, c := range []struct {
		items []string
		want  string
	}{
		{nil, ""},
		{[]string{"a"}, "<a>"},
		{[]string{"a", "b"}, "<a> and <b>"},
		{[]string{"a", "b", "c"}, "<a>, <b> and <c>"},
		{[]string{"a", "b", "c", "d"}, "<a>, <b> and 2 more"},
	} {
		if got := words.FirstOf(c.items, 2, quote); got != c.want {
			t.Errorf("%q: %q, want %q", c.items, got, c.want)
		}
	}
	if got := words.Series([]string{"a", "b", "c"}); got != "a, b and c" {
		t.Errorf("Series: %q", got)
	}
}

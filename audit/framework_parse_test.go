package audit

import (
	"strings"
	"testing"
)

func TestParseFrameworksNamesTheLine(t *testing.T) {
	const begin = "@one a b\nframework x\nname X\nreference X\nsource S\n"
	for text, want := range map[string]string{
		"name X\n":                       "line 1: a line of a framework comes before",
		begin + "1.1 | | why\n":          "line 6: a control is: CONTROL | ONLY | WHY | CHECKS",
		begin + "1.1 | | why | @two\n":   "line 6: @two is not known here",
		begin + "1.1 | ipv5 | why | a\n": `line 6: "ipv5" is neither ipv4 nor ipv6 nor a port`,
		begin + "1.1 | 70000 | w | a\n":  `line 6: "70000" is neither ipv4 nor ipv6 nor a port`,
		begin + "framework\n":            `line 6: nothing follows "framework"`,
		"@one @two\n":                    "line 1: @two is not known here",
	} {
		if _, err := parseFrameworks(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	got, err := parseFrameworks(begin + "# a comment\ninformation passes\n1.1 | 22 445 | why so | @one c\n1.2 | ipv6 | why not |\n")
	if err != nil || len(got) != 1 || len(got[0].controls) != 2 || !got[0].informationPasses {
		t.Fatalf("%+v, %v", got, err)
	}
	if row := got[0].controls[0]; strings.Join(row.checks, " ") != "a b c" || len(row.scope.ports) != 2 || row.why != "why so" {
		t.Errorf("%+v", row)
	}
	if row := got[0].controls[1]; row.checks != nil || row.scope.family != "ipv6" {
		t.Errorf("%+v", row)
	}
}

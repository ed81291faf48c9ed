package drift

import (
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

// TestOpenWords: every severity is counted, and only the first critical and high findings
// are named, three in all.
func TestOpenWords(t *testing.T) {
	ref := func(id string, s findings.Severity, name string) standing {
		return standing{Ref: findings.Ref{ID: id, Severity: s, Name: name, ResourceID: "sg-" + id[:1]}}
	}
	for _, c := range []struct {
		open []standing
		want string
	}{
		{nil, "0 critical, 0 high, 0 medium, 0 low, 0 info"},
		{
			[]standing{ref("aaaaaaaaaa", findings.High, "db"), ref("bbbbbbbbbb", findings.Medium, "web"), ref("cccccccccc", findings.Info, "")},
			"0 critical, 1 high (aaaaaa db), 1 medium, 0 low, 1 info",
		},
		{[]standing{
			ref("aaaaaaaaaa", findings.Critical, "a"), ref("bbbbbbbbbb", findings.Critical, ""), ref("cccccccccc", findings.High, "c"),
			ref("dddddddddd", findings.High, "d"), ref("eeeeeeeeee", findings.High, "e"),
		}, "2 critical (aaaaaa a, bbbbbb sg-b), 3 high (cccccc c and 2 more), 0 medium, 0 low, 0 info"},
		{[]standing{
			ref("aaaaaaaaaa", findings.Critical, "a"), ref("bbbbbbbbbb", findings.Critical, "b"), ref("cccccccccc", findings.Critical, "c"), ref("dddddddddd", findings.High, "d"),
		}, "3 critical (aaaaaa a, bbbbbb b, cccccc c), 1 high, 0 medium, 0 low, 0 info"},
	} {
		if is := (&Drift{open: c.open}).OpenWords(); is != c.want {
			t.Errorf("%q, want %q", is, c.want)
		}
	}
}

package facts_test

import (
	"fmt"
	"testing"

	"github.com/sgaudit/sgaudit/facts"
)

// recorder counts what Check complains of.
type recorder struct {
	testing.TB
	errors []string
}

func (r *recorder) Helper() {}

func (r *recorder) Error(args ...any) { r.errors = append(r.errors, fmt.Sprint(args...)) }

func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}

func TestCheck(t *testing.T) {
	good := facts.Fact{Says: "a", Source: "b", Test: "TestCheck"}
	for _, c := range []struct {
		name  string
		table []facts.Fact
		want  int
	}{
		{"good", []facts.Fact{good, {Says: "c", Source: "b", Test: "TestCheck/good"}}, 0},
		{"empty", nil, 1},
		{"twice", []facts.Fact{good, good}, 1},
		{"without a source", []facts.Fact{{Says: "a", Test: "TestCheck"}}, 1},
		{"no such test", []facts.Fact{{Says: "a", Source: "b", Test: "TestNothing"}}, 1},
		{"no such case", []facts.Fact{{Says: "a", Source: "b", Test: "TestCheck/" + "b" + "ad"}}, 1},
	} {
		r := &recorder{TB: t}
		if facts.Check(r, c.table); len(r.errors) != c.want {
			t.Errorf("%s: %q", c.name, r.errors)
		}
	}
}

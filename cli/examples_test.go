package cli

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
)

var shellWord = regexp.MustCompile(`'[^']*'|\S+`)

// TestExamplesRun runs the examples that the help shows, in their order, in one
// folder and with an account on loopback.
func TestExamplesRun(t *testing.T) {
	workplace(t)
	t.Chdir(t.TempDir())
	server, err := serveEstate("demo.sg", estates.Demo(), endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	app := testProgram().app()
	for _, v := range app.Commands {
		if !slices.ContainsFunc(examples, func(e struct {
			verb  string
			lines []string
		},
		) bool {
			return e.verb == v.Name && (len(e.lines) > 1 || v.Name == "version")
		}) {
			t.Errorf("sgaudit help %s shows fewer than two examples", v.Name)
		}
	}
	for _, e := range examples {
		for _, line := range e.lines {
			var words []string
			for _, w := range shellWord.FindAllString(line, -1)[1:] {
				words = append(words, strings.Trim(w, "'"))
			}
			want := exitDone
			if slices.Contains(words, "--fail-on") {
				want = exitFindings
			}
			code, stdout, stderr := run(words...)
			if code != want || stdout == "" && !strings.Contains(line, "=") && !slices.Contains([]string{"snapshot", "config", "except"}, e.verb) {
				t.Errorf("%s: exit code %d, want %d\n%s%s", line, code, want, stdout, stderr)
			}
		}
		if code, stdout, _ := run("help", e.verb); code != exitDone || !strings.Contains(stdout, e.lines[0]) {
			t.Errorf("sgaudit help %s does not show %s:\n%s", e.verb, e.lines[0], stdout)
		}
	}
}

package cli

import (
	"os"
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
	plans := map[string]string{"plan.json": "testdata/plans/ssh-open.json", "changes.json": "testdata/changesets/shop.json"}
	for name, file := range plans { // what Terraform and CloudFormation wrote
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		plans[name] = string(text)
	}
	workplace(t)
	t.Chdir(t.TempDir())
	for name, text := range plans {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server, err := serveEstate("demo.sg", estates.Demo(), endpoint.Options{Objects: demoBucket(t)})
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
			switch {
			case slices.Contains(words, "--fail-on"):
				want = exitFindings
			case slices.Contains(words, "--change-set"), slices.Contains(words, "--flows"): // something is known after apply; some interfaces have no flow log
				want = exitIncomplete
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

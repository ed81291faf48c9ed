package cli

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/output"
)

var consoleBlock = regexp.MustCompile("(?m)^```console( [0-9]+)?\n((?s).*?)^```$")

// TestDocsShowRealOutput runs the commands of each block of the kind console in
// the README and the pages, and compares what they print with what the block
// shows. A line of three dots stands for any number of lines. A number behind
// the kind is the width of a terminal; without it the output goes to a pipe. A
// command echo $? shows the exit code of the one before.
func TestDocsShowRealOutput(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		texts[page] = string(text)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := os.ReadFile("testdata/plans/ssh-open.json")
	if err != nil {
		t.Fatal(err)
	}
	workplace(t)
	server, err := serveEstate("demo.sg", estates.Demo(), endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	blocks := 0
	for page, text := range texts {
		t.Chdir(t.TempDir())
		if err := os.WriteFile("plan.json", plan, 0o600); err != nil { // what Terraform wrote
			t.Fatal(err)
		}
		code := exitDone
		now := consoleBlock.ReplaceAllStringFunc(text, func(block string) string {
			blocks++
			parts := consoleBlock.FindStringSubmatch(block)
			var out strings.Builder
			for _, example := range strings.Split("\n"+parts[2], "\n$ ")[1:] {
				line, shown, _ := strings.Cut(strings.TrimSuffix(example, "\n")+"\n", "\n")
				printed := fmt.Sprintln(code)
				if line != "echo $?" {
					code, printed = printedBy(t, line, strings.TrimSpace(parts[1]))
				}
				if elided(printed, shown) {
					printed = shown
				} else if !*update || strings.Contains(shown, "…\n") {
					t.Errorf("%s: %s prints\n%s", page, line, printed)
					printed = shown
				}
				fmt.Fprintf(&out, "$ %s\n%s", line, printed)
			}
			return "```console" + parts[1] + "\n" + out.String() + "```"
		})
		if *update && now != text {
			if err := os.WriteFile(filepath.Join(home, page), []byte(now), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
	if blocks < 4 {
		t.Errorf("%d blocks with output", blocks)
	}
}

// printedBy returns the exit code of a command line, and what it prints on standard output.
func printedBy(t *testing.T, line, width string) (code int, printed string) {
	t.Helper()
	var words []string
	for _, w := range shellWord.FindAllString(line, -1) {
		words = append(words, strings.Trim(w, "'"))
	}
	if words[0] != "sgaudit" {
		t.Fatalf("%s: only sgaudit is run", line)
	}
	if width == "" {
		code, stdout, stderr := run(words[1:]...)
		if code == exitFailed {
			t.Errorf("%s: %s", line, stderr)
		}
		return code, stdout
	}
	columns, err := strconv.Atoi(width)
	if err != nil || !slices.Equal(words[1:], []string{"demo"}) {
		t.Fatalf("%s: at a width only the demo is shown", line)
	}
	if _, _, stderr := run("demo", "-o", "json=report.json"); stderr == "" {
		t.Fatal("the demo says nothing")
	}
	report, err := readReport("report.json")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	table, _ := output.Lookup("table")
	next := func(id string) string { return "sgaudit explain " + id + " --demo" }
	fixes := fixCommand(&auditFlags{madeUp: []string{"--demo"}, source: &source{c: urfave.NewContext(nil, flag.NewFlagSet("demo", flag.ContinueOnError), nil)}})
	if err := table.Write(&out, report, output.Options{Width: columns, Next: next, Fixes: fixes}); err != nil {
		t.Fatal(err)
	}
	return exitDone, out.String()
}

// elided reports whether a text is what is shown, where a line of three dots
// stands for any number of lines.
func elided(text, shown string) bool {
	return matches(strings.SplitAfter(text, "\n"), strings.SplitAfter(shown, "\n"))
}

func matches(lines, shown []string) bool {
	switch {
	case len(shown) == 0:
		return len(lines) == 0
	case shown[0] == "…\n":
		for skip := range len(lines) + 1 {
			if matches(lines[skip:], shown[1:]) {
				return true
			}
		}
		return false
	}
	return len(lines) > 0 && lines[0] == shown[0] && matches(lines[1:], shown[1:])
}

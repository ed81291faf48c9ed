package cli

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the table of checks into the README, and the pictures of docs")

// TestReadmeListsTheChecks compares the lines behind the README's mark, up to
// the next empty one, with `sgaudit checks -o markdown`.
func TestReadmeListsTheChecks(t *testing.T) {
	const name, mark = "../README.md", "<!-- checks -->\n"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	before, after, found := strings.Cut(string(text), mark)
	if !found {
		t.Fatalf("%s has no line %q", name, strings.TrimSpace(mark))
	}
	have, rest := "", after
	if !strings.HasPrefix(after, "\n") {
		have, rest, _ = strings.Cut(after, "\n\n")
		have, rest = have+"\n", "\n"+rest
	}
	want, err := listChecks("markdown")
	if err != nil {
		t.Fatal(err)
	}
	if have == want {
		return
	}
	if !*update {
		t.Fatalf("the README's table of checks is not that of the program; go test ./cli -update writes it\n%s", want)
	}
	if err := os.WriteFile(name, []byte(before+mark+want+rest), 0o666); err != nil {
		t.Fatal(err)
	}
}

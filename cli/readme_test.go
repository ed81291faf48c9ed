package cli

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/inventory"
)

var update = flag.Bool("update", false, "write the tables into the README and the page about frameworks, and the pictures of docs")

// TestReadmeListsTheChecks compares the table of the README with
// `sgaudit checks -o markdown`.
func TestReadmeListsTheChecks(t *testing.T) {
	want, err := listChecks("markdown")
	if err != nil {
		t.Fatal(err)
	}
	held(t, "../README.md", "<!-- checks -->\n", want)
}

// TestFrameworksAreListed compares the page about frameworks with the program's
// table, and holds that the README names them all.
func TestFrameworksAreListed(t *testing.T) {
	var table strings.Builder
	table.WriteString("| `--framework` | framework | controls | mappings from |\n| --- | --- | --- | --- |\n")
	var ids []string
	for _, f := range audit.Frameworks() {
		ids = append(ids, f.ID)
		var controls []string
		for _, m := range f.Mappings() {
			if !slices.Contains(controls, m.Control) {
				controls = append(controls, m.Control)
			}
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s |\n", f.ID, f.Name, strings.Join(controls, ", "), f.Source)
	}
	held(t, "../docs/frameworks.md", "<!-- frameworks -->\n", table.String())
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	last := len(ids) - 1
	want := "Supported: " + strings.Join(ids[:last], ", ") + " and " + ids[last] + " "
	if !strings.Contains(strings.Join(strings.Fields(string(text)), " "), want) {
		t.Errorf("the README does not say: %s", want)
	}
}

// TestReferrersAreListed compares the page about referrers with the program's table.
func TestReferrersAreListed(t *testing.T) {
	var table strings.Builder
	table.WriteString("| resources | permissions | key in files |\n| --- | --- | --- |\n")
	quoted := func(texts []string) string {
		if len(texts) == 0 {
			return ""
		}
		return "`" + strings.Join(texts, "`, `") + "`"
	}
	for i := range inventory.ReferrerServices {
		s := &inventory.ReferrerServices[i]
		var kinds, keys []string
		for k := range s.Kinds {
			kinds = append(kinds, s.Kinds[k].Words)
			if key := s.SavedKey(&s.Kinds[k]); key != "" {
				keys = append(keys, key)
			}
		}
		fmt.Fprintf(&table, "| %s | %s | %s |\n", strings.Join(kinds, ", "), quoted(s.Part().Operations()), quoted(keys))
	}
	held(t, "../docs/referrers.md", "<!-- referrers -->\n", table.String())
}

// held compares the lines behind the mark of a file, up to the next empty one,
// with what the program lists. With -update it writes them.
func held(t *testing.T, name, mark, want string) {
	t.Helper()
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
	if have == want {
		return
	}
	if !*update {
		t.Fatalf("the table in %s is not that of the program; go test ./cli -update writes it\n%s", name, want)
	}
	if err := os.WriteFile(name, []byte(before+mark+want+rest), 0o666); err != nil {
		t.Fatal(err)
	}
}

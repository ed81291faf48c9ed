package cli

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	urfave "github.com/urfave/cli/v2"
)

// TestHelpFitsTheTerminal holds that the help of each verb has the words of a pipe on a
// terminal of 80 columns, and that no line but an example is wider.
func TestHelpFitsTheTerminal(t *testing.T) {
	workplace(t)
	t.Setenv("COLUMNS", "")
	for _, verb := range append(testProgram().app().Commands, &urfave.Command{Name: "help"}) {
		args := []string{verb.Name, "--help"}
		if verb.Name == "help" {
			args = args[:1]
		}
		_, piped, _ := run(args...)
		_, shown := onTerminal(t, 80, args...)
		for row := range strings.SplitSeq(shown, "\n") {
			if row = strings.TrimSuffix(row, "\r"); utf8.RuneCountInString(row) > 80 && !strings.HasPrefix(row, "     sgaudit ") {
				t.Errorf("%s: a line has %d columns: %s", verb.Name, utf8.RuneCountInString(row), row)
			}
		}
		if !slices.Equal(strings.Fields(shown), strings.Fields(piped)) || len(piped) < 200 {
			t.Errorf("the help of %s has other words on a terminal:\n%s", verb.Name, shown)
		}
	}
}

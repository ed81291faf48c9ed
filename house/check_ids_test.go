package house_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
)

// TestNoCheckByItsID holds the packages that work on findings of every check to
// know none of them: what a check wants is in its Observation.
func TestNoCheckByItsID(t *testing.T) {
	t.Chdir(root)
	for _, folder := range []string{"audit", "change", "findings", "reach", "remedy"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", folder, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range audit.Checks() {
				if strings.Contains(string(text), `"`+c.ID+`"`) {
					t.Errorf("%s knows the check %s by its id", name, c.ID)
				}
			}
		}
	}
}

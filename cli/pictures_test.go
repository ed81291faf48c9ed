package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/picture"
)

// TestPicturesOfTheDocs compares the pictures in docs with those that the program
// draws of the demo account.
func TestPicturesOfTheDocs(t *testing.T) {
	inv := notation.MustParse(estates.Demo()).Inventory
	settings := audit.Defaults()
	report := audit.Run(inv, audit.Options{Settings: settings}).Report
	report.Finish()
	drawn := picture.New(inv, report, picture.Options{Service: serviceOf(&settings), Bastions: settings.Bastions})
	for _, view := range graphViews {
		want, _ := viewOf(drawn, view, false)
		name := filepath.Join("..", "docs", "pictures", "demo-"+view+".svg")
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != want {
			t.Errorf("%s is not what the program draws; go test ./cli -update draws it", name)
		}
	}
}

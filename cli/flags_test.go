package cli

import (
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"
)

// TestFaultsInOneOrder: of several mistakes the same is reported first in each run.
func TestFaultsInOneOrder(t *testing.T) {
	for range 30 {
		app := testProgram().app()
		var err error
		for _, c := range app.Commands {
			if c.Name == "audit" {
				c.Action = func(c *urfave.Context) error {
					_, err = parseHistory(c)
					return nil
				}
			}
		}
		app.Setup()
		if err := app.Run(strings.Fields("sgaudit audit --keep-runs=x --keep-days=y")); err != nil {
			t.Fatal(err)
		}
		if err == nil || !strings.HasPrefix(err.Error(), "--keep-runs") || !strings.Contains(err.Error(), "\n--keep-days") {
			t.Fatalf("%v", err)
		}
	}
}

package house_test

import (
	"context"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sgaudit/sgaudit/cli"
)

// root is the folder of the module as the tests of this package see it.
const root = ".."

// TestMain makes the test binary run as sgaudit where it is started under that
// name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sgaudit": func() {
		os.Exit(cli.Run(context.Background(), os.Args, os.Stdin, os.Stdout, os.Stderr))
	}})
}

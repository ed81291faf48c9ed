package cli

import (
	"os"
	"slices"
	"testing"

	urfave "github.com/urfave/cli/v2"
)

// Every flag that takes a file is known to be read or to be written.
func TestFlagsOfFiles(t *testing.T) {
	seen := map[string]bool{}
	for _, verb := range newProgram(os.Stdin, os.Stdout, os.Stderr).app().Commands {
		for _, f := range verb.Flags {
			takes := false
			switch f := f.(type) {
			case *urfave.StringFlag:
				takes = f.TakesFile
			case *urfave.StringSliceFlag:
				takes = f.TakesFile
			}
			name := f.Names()[0]
			seen[name] = true
			if _, reads := readingFiles[name]; takes && reads == slices.Contains(writingFiles, name) {
				t.Errorf("%s --%s takes a file: add it to readingFiles or to writingFiles", verb.Name, name)
			}
		}
	}
	for name := range readingFiles {
		if !seen[name] {
			t.Errorf("no verb has --%s", name)
		}
	}
	for _, name := range slices.Concat(writingFiles, flowLogFlags) {
		if !seen[name] {
			t.Errorf("no verb has --%s", name)
		}
	}
}

// Manual writes the man page and the completion scripts, which packages install, and
// the page about verbs and flags into a folder. Releases (.goreleaser.yaml) and the
// documentation (scripts/site.py) run it.
//
//	go run ./manual FOLDER
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/sgaudit/sgaudit/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./manual FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	files, err := cli.Manual()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("making the folder: %w", err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644); err != nil {
			return fmt.Errorf("writing %s: %w", name, err)
		}
	}
	return nil
}

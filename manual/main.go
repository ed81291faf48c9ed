// Manual writes the man page and the completion scripts, which packages install, and
// the reference pages of the documentation into a folder: verbs and flags, formats,
// exit codes, the configuration file, environment variables and permissions. Each is
// made of the tables that the program itself works with. Releases (.goreleaser.yaml)
// and the documentation (scripts/site.py) run it.
// The last four are in docs too, for those who read the repository: go test ./manual
// -update writes them.
//
//	go run ./manual FOLDER
package main

import (
	"fmt"
	"maps"
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
	pages, err := pages()
	if err != nil {
		return err
	}
	maps.Copy(files, pages)
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

// pages returns the reference pages of the documentation by the names of their files,
// beside reference.md, which package cli writes.
func pages() (map[string]string, error) {
	allFormats, err := formats()
	if err != nil {
		return nil, err
	}
	all, err := steadyPages()
	if err != nil {
		return nil, err
	}
	all["every-format.md"] = allFormats
	return all, nil
}

// steadyPages are those that are the same whenever they are written.
func steadyPages() (map[string]string, error) {
	keys, err := configuration()
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"exit-codes.md":    exitCodes(),
		"configuration.md": keys,
		"environment.md":   environmentPage(),
		"permissions.md":   permissions(),
	}, nil
}

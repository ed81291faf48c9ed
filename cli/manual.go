//go:build !urfave_cli_no_docs

package cli

import (
	"fmt"
	"os"
)

// Manual returns what is written about the program by the program itself, by the name
// of the file: the man page sgaudit.1 and the completion script of each shell, which
// packages install, and reference.md, a page of the documentation. The released binary
// is built without it.
func Manual() (map[string]string, error) {
	app := newProgram(os.Stdin, os.Stdout, os.Stderr).app()
	app.Setup()
	page, err := app.ToManWithSection(1)
	if err != nil {
		return nil, fmt.Errorf("writing the man page: %w", err)
	}
	files := map[string]string{"sgaudit.1": page, "reference.md": reference(app)}
	for _, shell := range shells {
		name := "sgaudit." + shell
		script, err := completionScripts.ReadFile("completion/" + name)
		if err != nil {
			return nil, fmt.Errorf("reading the completion script: %w", err)
		}
		files[name] = string(script)
	}
	return files, nil
}

//go:build !urfave_cli_no_docs

package cli

import (
	"fmt"
	"os"
)

// Manual returns the files that a package installs beside the program, by name: the
// man page sgaudit.1, and the completion script of each shell. The released binary is
// built without it.
func Manual() (map[string]string, error) {
	app := newProgram(os.Stdin, os.Stdout, os.Stderr).app()
	app.Setup()
	page, err := app.ToManWithSection(1)
	if err != nil {
		return nil, fmt.Errorf("writing the man page: %w", err)
	}
	files := map[string]string{"sgaudit.1": page}
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

package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// planStart is how each script of sgaudit fix begins.
var planStart = words.Form(`^#!/bin/sh\n# Plan of sgaudit `)

const (
	mostKept = 99      // plans beside one script
	mostPlan = 1 << 30 // bytes
)

// replacePlan writes a plan to a file. A script that is there may be the only place of the
// undo of changes that were made: where it has commands that the new one does not have, it
// is kept beside the new one, as plan.sh.1, plan.sh.2 and so on.
func (p *program) replacePlan(file, format, text string) error {
	if format == "sh" {
		earlier := planIn(file, os.Stat)
		if err := p.keepPlan(file, earlier, text); err != nil {
			return fmt.Errorf("keeping the plan that is in %s: %w", file, err)
		}
	}
	return output.Replace(file, writing(text))
}

func writing(text string) func(io.Writer) error {
	return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
}

// planIn returns the script of sgaudit that is in a file, or nothing if there is none that
// can be read. Stat says whether links are followed.
func planIn(file string, stat func(string) (fs.FileInfo, error)) string {
	info, err := stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > mostPlan {
		return ""
	}
	content, err := os.ReadFile(file)
	if err != nil || !planStart().Match(content) {
		return ""
	}
	return string(content)
}

// hasCommandsOf reports whether a script has each command that another one runs, those of
// its undo too.
func hasCommandsOf(script, other string) bool {
	has := map[string]bool{}
	for line := range strings.Lines(script) {
		has[strings.TrimSpace(line)] = true
	}
	for line := range strings.Lines(other) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "run aws ec2 ") && !strings.HasPrefix(line, "#") && !has[line] {
			return false
		}
	}
	return true
}

// keepPlan writes an earlier plan under the first free name beside its script, unless the
// text that takes its place, or a plan that was kept before, has all of its commands.
func (p *program) keepPlan(file, earlier, text string) error {
	if hasCommandsOf(text, earlier) {
		return nil
	}
	path := output.Target(file)
	for n := 1; n <= mostKept; n++ {
		kept := fmt.Sprintf("%s.%d", path, n)
		err := output.Create(kept, writing(earlier))
		switch {
		case errors.Is(err, fs.ErrExist) && !hasCommandsOf(planIn(kept, os.Lstat), earlier):
			continue
		case err != nil && !errors.Is(err, fs.ErrExist):
			return err
		}
		p.console.Say("the plan that was in %s is kept as %s, with the undo of its changes: sh %s --undo", file, kept, change.Quote(kept))
		return nil
	}
	p.console.Warn("the plan that was in %s is not kept: %s.1 to %s.%d are there; delete those with changes that you will not undo", file, path, path, mostKept)
	return nil
}

package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/words"
)

// planTarget is one place that a plan goes to; the file is empty or - for
// standard output.
type planTarget struct{ format, file string }

// formatWord is what is a format before "=", and no part of a file's name.
var formatWord = words.Form(`^[a-z]+$`)

// planTargets reads --output: FORMAT[=FILE], or as before a FILE in the format of
// --format.
func planTargets(c *urfave.Context) (targets []planTarget, err error) {
	var errs []error
	var taken destinations
	values := c.StringSlice("output")
	if len(values) == 0 {
		values = []string{"-"}
	}
	for _, value := range values {
		t := planTarget{c.String("format"), value}
		before, after, given := strings.Cut(value, "=")
		switch {
		case planFormats[before] != nil:
			t = planTarget{before, after}
			if given && after == "" {
				errs = append(errs, console.Usage("", "--output %s: the file's name is missing", value))
				continue
			}
		case value == "":
			errs = append(errs, console.Usage("", "--output is empty"))
			continue
		case given && formatWord().MatchString(before):
			errs = append(errs, console.Within("--output", console.Unknown("format", before, planFormatNames)))
			continue
		case planFormats[t.format] == nil:
			errs = append(errs, console.Within("--format", console.Unknown("format", t.format, planFormatNames)))
		}
		if t.file == "-" {
			t.file = ""
		}
		if t.file != "" {
			if err := writable(t.file); err != nil {
				errs = append(errs, fmt.Errorf("--output %s: %w", value, err))
			}
		}
		if !taken.claim(t.file) {
			errs = append(errs, console.Usage("give all but one a file of its own, as in -o sh=plan.sh", "--output %s: another plan is written there already", value))
		}
		targets = append(targets, t)
	}
	return targets, console.Combine(errs...)
}

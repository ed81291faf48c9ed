package cli

import (
	"slices"
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"
)

// TestCompletionOffersWhatVerbsTake asks for the values of every flag of every
// verb. What is offered is what the flag accepts; a flag with a help text that lists words
// offers all of them; and one that takes a file offers nothing.
func TestCompletionOffersWhatVerbsTake(t *testing.T) {
	app := testProgram().app()
	app.Setup()
	offered := 0
	for _, verb := range app.Commands {
		for _, flag := range verb.Flags {
			if !takesValue(flag) {
				continue
			}
			for _, name := range flag.Names() {
				var words []string
				for _, c := range candidates(app.Commands, []string{verb.Name, dashed(name)}, "") {
					words = append(words, c.word)
				}
				of := "sgaudit " + verb.Name + " " + dashed(name)
				usage := flag.(urfave.DocGenerationFlag).GetUsage()
				if f, ok := flag.(*choiceFlag); ok {
					offered++
					if !slices.Equal(words, f.words) || len(words) < 2 {
						t.Errorf("%s: offered are %v, taken %v", of, words, f.words)
					}
					if d := f.Value; d != "" && !slices.Contains(words, d) {
						t.Errorf("%s: the default %s is not offered", of, d)
					}
					continue
				}
				if (strings.Contains(usage, "`FILE`") || strings.Contains(usage, "`FOLDER`")) && len(words) > 0 {
					t.Errorf("%s takes a file, and offers %v", of, words)
				}
				if f, ok := flag.(*choicesFlag); ok {
					offered++
					for _, w := range words {
						if !strings.Contains(usage, w) && !strings.Contains(usage, "check `ID`") {
							t.Errorf("%s: %s is offered, and not in its help: %s", of, w, usage)
						}
					}
					if len(words) < 2 || !repeatable(f) {
						t.Errorf("%s offers %v", of, words)
					}
					continue
				}
				if strings.Contains(usage, "`FORMAT`") || strings.Contains(usage, "`FORMAT[=FILE]`") || strings.Contains(usage, "check `ID`") || strings.Contains(usage, "`SEVERITY`") || strings.Contains(usage, "`DEPTH`") || strings.Contains(usage, "`FRAMEWORK`") {
					t.Errorf("%s takes one of a few words, and is no choiceFlag", of)
				}
			}
		}
	}
	if offered < 20 {
		t.Errorf("%d flags offer words", offered)
	}
}

// TestChoicesAreHeld: a verb accepts each word that its flag offers and no
// other.
func TestChoicesAreHeld(t *testing.T) {
	probe := testProgram().app()
	probe.Setup()
	for _, verb := range probe.Commands {
		for _, flag := range verb.Flags {
			f, ok := flag.(*choiceFlag)
			if !ok {
				continue
			}
			for _, word := range append([]string{"nonsense", ""}, f.words...) {
				app := testProgram().app()
				leaveFlag(app, verb.Name, f.Names()[0])
				var held error
				for _, c := range app.Commands {
					if c.Name == verb.Name {
						c.Action = func(c *urfave.Context) error {
							held = checkChoice(c, f.Names()[0])
							return nil
						}
					}
				}
				app.Setup()
				line, err := arrange(app.Commands, append([]string{verb.Name, "--" + f.Names()[0] + "=" + word}, strings.Fields(verb.ArgsUsage)...))
				if err != nil {
					t.Fatal(err)
				}
				if err := app.Run(append([]string{app.Name}, line...)); err != nil {
					t.Fatal(err)
				}
				if known := slices.Contains(f.words, word); known != (held == nil) {
					t.Errorf("sgaudit %s --%s=%s: %v", verb.Name, f.Names()[0], word, held)
				}
			}
		}
	}
}

package cli

import (
	"cmp"
	"os"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/remedy"
)

// scriptOf is the file of the script that the words of a plan in one place name: its
// own, or that of the first script that is written beside it, or one for the findings that
// were asked for: plan.sh, or of one finding its id. Written says whether this run writes
// that file.
func scriptOf(ids []string, targets []planTarget, t planTarget) (file string, written bool) {
	if t.format != "sh" {
		if i := slices.IndexFunc(targets, func(o planTarget) bool { return o.format == "sh" }); i >= 0 {
			t = targets[i]
		} else {
			t.file = ""
		}
	}
	name := "plan.sh"
	if len(ids) == 1 && findingID().MatchString(ids[0]) {
		name = ids[0] + ".sh" // a plan.sh that is there may hold the undo of changes that were made
	}
	return cmp.Or(t.file, name), t.file != ""
}

// calls returns how the plan of an account is called: the name of its script, and the
// command that simulates it on what this run has read, with the one that writes the script
// where this run does not. A report cannot be simulated on: a snapshot stands in its
// place, and in that of standard input.
func calls(c *urfave.Context, read bool, targets []planTarget, t planTarget, apart bool) func(account string) remedy.Called {
	file, written := scriptOf(c.StringSlice("finding"), targets, t)
	flags := []string{"--input", "SNAPSHOT"}
	if read && c.String("input") != "-" {
		flags = flagsAgain(c)
	}
	command := func(verb string, arguments ...string) string {
		words := []string{"sgaudit", verb}
		for _, word := range arguments {
			words = append(words, change.Quote(word))
		}
		return strings.Join(words, " ")
	}
	return func(account string) remedy.Called {
		called := remedy.Called{Script: file}
		if apart {
			called.Script = fileOfAccount(file, account)
		}
		called.Simulate = command("simulate", append(slices.Clip(flags), called.Script)...)
		if !written && c.String("input") != "-" {
			called.Save = command("fix", append(flagsOf(c, choosing(c.Command.Flags)), "-o", "sh="+file)...)
		}
		return called
	}
}

// choosing are the flags that choose what a plan is about, and what it is made of: all but
// those of what is written.
func choosing(flags []urfave.Flag) []urfave.Flag {
	return slices.DeleteFunc(slices.Clone(flags), func(f urfave.Flag) bool {
		return slices.Contains([]string{"output", "format"}, f.Names()[0])
	})
}

// flagsAgain are the flags of a run that say what is read, and how it is judged, for
// another verb that reads an account.
func flagsAgain(c *urfave.Context) []string {
	return flagsOf(c, append([]urfave.Flag{demoFlag(), &urfave.StringFlag{Name: "input"}, savedFlag(), configFlag()}, readFlags()...))
}

// flagsOf are the flags of a list that a run was given, with their values.
func flagsOf(c *urfave.Context, flags []urfave.Flag) []string {
	var words []string
	for _, f := range flags {
		name := f.Names()[0]
		switch list := c.StringSlice(name); {
		case !c.IsSet(name), name == "config" && c.String(name) == os.Getenv(configVariable):
		case len(list) > 0:
			for _, value := range list {
				words = append(words, "--"+name, value)
			}
		case c.Bool(name):
			words = append(words, "--"+name)
		case c.String(name) != "":
			words = append(words, "--"+name, c.String(name))
		}
	}
	return words
}

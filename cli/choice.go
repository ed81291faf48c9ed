package cli

import (
	"slices"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// choiceFlag takes one of a few words, for which the library has no flag. Completion offers them, errors list
// them, and checkChoice holds the value to them: all three read this list.
type choiceFlag struct {
	*urfave.StringFlag
	kind  string // what errors call a word, as in "unknown format"
	words []string
}

// choice makes a flag of one that takes any text.
func choice(f *urfave.StringFlag, kind string, words ...string) *choiceFlag {
	return &choiceFlag{f, kind, words}
}

// choicesFlag is repeatable, and each of its values is one of many words or
// begins with one. Completion offers them; the verb holds the values to them.
type choicesFlag struct {
	*urfave.StringSliceFlag
	offered func() []candidate
}

// offering makes a flag of one that takes any texts.
func offering(f *urfave.StringSliceFlag, offered func() []candidate) *choicesFlag {
	return &choicesFlag{f, offered}
}

// checkChoice refuses what is not one of the words of the verb's flag. A flag
// that is not given and has no default passes.
func checkChoice(c *urfave.Context, name string) error {
	f, ok := findFlag(c.Command, name).(*choiceFlag)
	value := c.String(name)
	if !ok || slices.Contains(f.words, value) || value == "" && !c.IsSet(name) {
		return nil
	}
	return console.Within("--"+name, console.Unknown(f.kind, value, f.words))
}

func depthWords() []string {
	return []string{string(inventory.DepthGroups), string(inventory.DepthNetwork), string(inventory.DepthServices)}
}

func severityWords() []string {
	var all []string
	for _, s := range findings.Severities() {
		all = append(all, s.String())
	}
	return all
}

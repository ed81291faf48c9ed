package cli

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
)

// The library completes the names of verbs and flags, and knows nothing of the
// values of flags or of arguments, so these scripts take its place.
// They ask the program itself what may follow, so that they need no
// change when a verb, a flag or a check is added.
//
//go:embed completion
var completionScripts embed.FS

var shells = []string{"bash", "zsh", "fish", "powershell"}

// completeVerb is what the scripts call: with the words before the cursor,
// and last the one at the cursor behind a "=", because some shells drop empty
// arguments. It prints a candidate and its meaning per line, divided by a tab.
const completeVerb = "__complete"

func (p *program) completionVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "completion",
		Usage:       "print the completion script for a shell: " + strings.Join(shells, ", "),
		Description: "The first lines of the script say how to load it.",
		ArgsUsage:   "SHELL",
		Action: func(c *urfave.Context) error {
			shell := c.Args().First()
			if !slices.Contains(shells, shell) {
				return console.Unknown("shell", shell, shells)
			}
			script, err := completionScripts.ReadFile("completion/sgaudit." + shell)
			if err != nil {
				return fmt.Errorf("reading the completion script: %w", err)
			}
			return p.console.Print(string(script))
		},
	}
}

// candidate is a word that may follow.
type candidate struct{ word, meaning string }

func (p *program) complete(verbs []*urfave.Command, words []string) error {
	if len(words) == 0 {
		return nil
	}
	last := len(words) - 1
	var out strings.Builder
	for _, c := range candidates(verbs, words[:last], strings.TrimPrefix(words[last], "=")) {
		fmt.Fprintf(&out, "%s\t%s\n", c.word, c.meaning)
	}
	return p.console.Print(out.String())
}

// candidates returns what may stand at the cursor and begins like the word
// that is there already.
func candidates(verbs []*urfave.Command, before []string, word string) []candidate {
	var verb *urfave.Command
	var awaiting urfave.Flag // the flag that the next value is for
	arguments, help := 0, false
	used := map[string]bool{} // flags that may not come again
	for _, w := range before {
		switch {
		case awaiting != nil:
			awaiting = nil // this word is its value
		case looksLikeFlag(w):
			name, _, hasValue := strings.Cut(strings.TrimLeft(w, "-"), "=")
			f := flagOf(verbs, verb, name)
			if f == nil {
				continue
			}
			used[dashed(f.Names()[0])] = !repeatable(f)
			if takesValue(f) && !hasValue {
				awaiting = f
			}
		case verb != nil:
			arguments++
		case w == "help":
			help = true
		default:
			verb, _ = findVerb(verbs, w)
			if verb == nil {
				return nil
			}
		}
	}
	var all []candidate
	switch {
	case awaiting != nil:
		all = valuesOf(awaiting)
	case strings.HasPrefix(word, "-"):
		of := verbs
		if verb != nil {
			of = []*urfave.Command{verb}
		}
		all = flagCandidates(of)
	case verb == nil:
		for _, v := range verbs {
			if v.Name != "help" || !help {
				all = append(all, candidate{v.Name, v.Usage})
			}
		}
	case arguments < len(strings.Fields(verb.ArgsUsage)):
		all = argumentsOf(strings.Fields(verb.ArgsUsage)[arguments])
	}
	return slices.DeleteFunc(all, func(c candidate) bool { return !strings.HasPrefix(c.word, word) || used[c.word] })
}

// flagOf finds a flag of the verb, or, before the verb, one of any verb.
func flagOf(verbs []*urfave.Command, verb *urfave.Command, name string) urfave.Flag {
	if verb != nil {
		return findFlag(verb, name)
	}
	for _, v := range verbs {
		if f := findFlag(v, name); f != nil {
			return f
		}
	}
	return nil
}

func flagCandidates(verbs []*urfave.Command) []candidate {
	all := []candidate{{"--help", "show help"}}
	for _, v := range verbs {
		for _, f := range v.Flags {
			meaning := ""
			if d, ok := f.(urfave.DocGenerationFlag); ok {
				meaning = strings.ReplaceAll(d.GetUsage(), "`", "")
			}
			all = append(all, candidate{dashed(f.Names()[0]), meaning})
		}
	}
	slices.SortFunc(all, func(a, b candidate) int { return strings.Compare(a.word, b.word) })
	return slices.CompactFunc(all, func(a, b candidate) bool { return a.word == b.word })
}

// valuesOf returns what a flag takes; nothing for those that take a file, a
// number or a name that only AWS knows.
func valuesOf(f urfave.Flag) []candidate {
	switch f := f.(type) {
	case *choiceFlag:
		return plainCandidates(f.words...)
	case *choicesFlag:
		return f.offered()
	}
	return nil
}

// argumentsOf returns what a verb's argument of that name takes.
func argumentsOf(name string) []candidate {
	switch name {
	case "WHAT":
		return checkCandidates()
	case "TASK":
		return plainCandidates(configTasks...)
	case "SHELL":
		return plainCandidates(shells...)
	}
	return nil
}

func checkCandidates() []candidate {
	var all []candidate
	for _, c := range audit.Checks() {
		all = append(all, candidate{c.ID, c.Title})
	}
	return all
}

func plainCandidates(words ...string) []candidate {
	all := make([]candidate, len(words))
	for i, w := range words {
		all[i].word = w
	}
	return all
}

package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"
)

// arrange checks the words of a command line before anything acts on them,
// and puts them in the order that the library understands: the verb, its
// flags, its arguments. Flags may stand anywhere, until -- ends them. The
// number of arguments is the number of words in the verb's ArgsUsage.
func arrange(verbs []*urfave.Command, words []string) ([]string, error) {
	before, rest, err := takeFlags(words, func(name string) (urfave.Flag, error) {
		for _, v := range verbs {
			if f := findFlag(v, name); f != nil {
				return f, nil
			}
		}
		return nil, unknownFlag(name, "sgaudit", flagNames(verbs...))
	})
	if err != nil {
		return nil, err
	}
	if before.version {
		return []string{"--version"}, nil
	}
	if len(rest) > 0 && rest[0] == "help" {
		before.help, rest = true, rest[1:]
	}
	if len(rest) == 0 {
		if before.help {
			return []string{"--help"}, nil
		}
		return nil, usage("sgaudit audit audits your account, sgaudit demo an embedded one, sgaudit help lists the verbs", "no verb given")
	}
	verb, err := findVerb(verbs, rest[0])
	if err != nil {
		return nil, err
	}
	for _, name := range before.names {
		if findFlag(verb, name) == nil {
			return nil, unknownFlag(name, "sgaudit "+verb.Name, flagNames(verb))
		}
	}
	own, arguments, err := takeMixed(rest[1:], func(name string) (urfave.Flag, error) {
		if f := findFlag(verb, name); f != nil {
			return f, nil
		}
		return nil, unknownFlag(name, "sgaudit "+verb.Name, flagNames(verb))
	})
	switch {
	case err != nil:
		return nil, err
	case own.version:
		return []string{"--version"}, nil
	case own.help || before.help:
		return []string{verb.Name, "--help"}, nil
	}
	if err := checkArguments(verb, arguments); err != nil {
		return nil, err
	}
	line := slices.Concat([]string{verb.Name}, before.words, own.words, []string{"--"}, arguments)
	return line, nil
}

// flagWords are the flags at one place of the command line.
type flagWords struct {
	words         []string // as they were typed, values included
	names         []string
	help, version bool
	ended         bool // by --, after which everything is an argument
}

// takeFlags reads flags and their values up to the first other word.
func takeFlags(words []string, find func(name string) (urfave.Flag, error)) (taken flagWords, rest []string, err error) {
	for len(words) > 0 {
		word := words[0]
		if word == "--" {
			taken.ended = true
			return taken, words[1:], nil
		}
		if !looksLikeFlag(word) {
			break
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(word[1:], "-"), "=")
		switch name {
		case "help", "h":
			taken.help, words = true, words[1:]
			continue
		case "version", "v":
			taken.version, words = true, words[1:]
			continue
		}
		flag, err := find(name)
		if err != nil {
			return taken, nil, err
		}
		if _, err := strconv.ParseBool(value); hasValue && !takesValue(flag) && err != nil {
			return taken, nil, usage("", "flag %s is on or off: it takes no value %q", dashed(name), value)
		}
		length := 1
		if takesValue(flag) && !hasValue {
			length = 2
		}
		if len(words) < length {
			return taken, nil, usage("", "flag %s needs a value", dashed(name))
		}
		taken.names = append(taken.names, name)
		taken.words = append(taken.words, words[:length]...)
		words = words[length:]
	}
	return taken, words, nil
}

// takeMixed reads flags before, between and behind arguments.
func takeMixed(words []string, find func(name string) (urfave.Flag, error)) (taken flagWords, arguments []string, err error) {
	for {
		more, rest, err := takeFlags(words, find)
		if err != nil {
			return taken, nil, err
		}
		taken.words, taken.names = append(taken.words, more.words...), append(taken.names, more.names...)
		taken.help, taken.version = taken.help || more.help, taken.version || more.version
		if more.ended || len(rest) == 0 {
			return taken, append(arguments, rest...), nil
		}
		arguments, words = append(arguments, rest[0]), rest[1:]
	}
}

func checkArguments(verb *urfave.Command, arguments []string) error {
	wanted := strings.Fields(verb.ArgsUsage)
	switch {
	case len(arguments) < len(wanted):
		return usage("sgaudit help "+verb.Name+" tells more", "sgaudit %s needs an argument: %s", verb.Name, wanted[len(arguments)])
	case len(arguments) > len(wanted):
		return usage("sgaudit help "+verb.Name+" lists its flags", "stray argument %q after sgaudit %s", arguments[len(wanted)], verb.Name)
	}
	return nil
}

func findVerb(verbs []*urfave.Command, name string) (*urfave.Command, error) {
	names := make([]string, 0, len(verbs))
	for _, v := range verbs {
		if v.Name == name {
			return v, nil
		}
		names = append(names, v.Name)
	}
	return nil, unknown("verb", name, names)
}

func findFlag(verb *urfave.Command, name string) urfave.Flag {
	for _, f := range verb.Flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// flagNames lists the long names of the verbs' flags, with dashes, sorted.
func flagNames(verbs ...*urfave.Command) []string {
	var names []string
	for _, v := range verbs {
		for _, f := range v.Flags {
			names = append(names, dashed(f.Names()[0]))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func unknownFlag(name, of string, known []string) error {
	if suggestion := nearest(dashed(name), known); suggestion != "" {
		return usage("did you mean "+suggestion+"?", "%s has no flag %s", of, dashed(name))
	}
	hint := "its flags are " + strings.Join(known, " ")
	return usage(hint, "%s has no flag %s", of, dashed(name))
}

// unknown refuses a word that is none of the known ones, which the error
// lists, and suggests the nearest.
func unknown(kind, word string, known []string) error {
	hint := ""
	if suggestion := nearest(word, known); suggestion != "" {
		hint = fmt.Sprintf("did you mean %s?", suggestion)
	}
	return usage(hint, "unknown %s %q: known are %s", kind, word, strings.Join(known, ", "))
}

func looksLikeFlag(word string) bool { return len(word) > 1 && word[0] == '-' }

func takesValue(f urfave.Flag) bool {
	d, ok := f.(urfave.DocGenerationFlag)
	return ok && d.TakesValue()
}

func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

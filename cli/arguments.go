package cli

import (
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/words"
)

// arrange checks the words of a command line before anything acts on them,
// and puts them in the order that the library understands: the verb, its
// flags, its arguments. Flags may stand anywhere, until -- ends them; one that
// takes one value may come once. The number of arguments is the number of words
// in the verb's ArgsUsage; one in brackets may be left out.
//
// This comes before the library because that takes flags only in front of the
// arguments, keeps the last of two values without a word, and drops arguments
// that are too many.
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
		return nil, console.Usage("sgaudit audit audits your account, sgaudit demo an embedded one, sgaudit help lists the verbs", "no verb given")
	}
	verb, err := findVerb(verbs, rest[0])
	if err != nil {
		return nil, err
	}
	for _, g := range before.given {
		if findFlag(verb, g.name) == nil {
			return nil, unknownFlag(g.name, "sgaudit "+verb.Name, flagNames(verb))
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
	given := slices.Concat(before.given, own.given)
	if err := console.Combine(checkArguments(verb, arguments), checkOnce(verb, given)); err != nil {
		return nil, err
	}
	line := []string{verb.Name}
	for _, g := range given {
		line = append(line, g.words(verb)...)
	}
	return slices.Concat(line, []string{"--"}, arguments), nil
}

// flagWords are the flags at one place of the command line.
type flagWords struct {
	given         []givenFlag
	help, version bool
	ended         bool // by --, after which everything is an argument
}

// givenFlag is a flag as it was typed.
type givenFlag struct {
	name     string // one of the flag's names, without dashes
	value    string
	joined   bool // to the name, by =
	separate bool // the value is the next word
}

// words returns the flag as the library is given it: under its first name,
// because the library refuses a flag that comes under two.
func (g givenFlag) words(verb *urfave.Command) []string {
	name := "--" + findFlag(verb, g.name).Names()[0]
	switch {
	case g.joined:
		return []string{name + "=" + g.value}
	case g.separate:
		return []string{name, g.value}
	}
	return []string{name}
}

// checkOnce refuses flags that come twice and take one value: which of the two
// was meant is not known. Flags that are on or off may be repeated, but not
// contradict each other.
func checkOnce(verb *urfave.Command, given []givenFlag) error {
	var errs []error
	first := map[urfave.Flag]givenFlag{}
	reported := map[urfave.Flag]bool{}
	for _, g := range given {
		flag := findFlag(verb, g.name)
		before, twice := first[flag]
		if !twice {
			first[flag] = g
			continue
		}
		if reported[flag] || repeatable(flag) {
			continue
		}
		long := dashed(flag.Names()[0])
		switch {
		case takesValue(flag):
			errs = append(errs, console.Usage("give it once", "%s was given twice, as %q and as %q: it takes one value", long, before.value, g.value))
			reported[flag] = true
		case on(before) != on(g):
			errs = append(errs, console.Usage("give it once", "%s was given twice, on and off", long))
			reported[flag] = true
		}
	}
	return console.Combine(errs...)
}

// on reports whether a flag without a value, or with true or false behind =,
// switches on.
func on(g givenFlag) bool {
	is, err := strconv.ParseBool(g.value)
	return !g.joined || is && err == nil
}

// repeatable reports whether a flag takes as many values as are given.
func repeatable(f urfave.Flag) bool {
	s, ok := f.(urfave.DocGenerationSliceFlag)
	return ok && s.IsSliceFlag()
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
			return taken, nil, console.Usage("", "flag %s is on or off: it takes no value %q", dashed(name), value)
		}
		given := givenFlag{name: name, value: value, joined: hasValue}
		words = words[1:]
		if takesValue(flag) && !hasValue {
			if len(words) == 0 {
				return taken, nil, console.Usage("", "flag %s needs a value", dashed(name))
			}
			given.value, given.separate, words = words[0], true, words[1:]
		}
		taken.given = append(taken.given, given)
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
		taken.given = append(taken.given, more.given...)
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
	case len(arguments) < len(wanted) && !strings.HasPrefix(wanted[len(arguments)], "["):
		return console.Usage("sgaudit help "+verb.Name+" shows how it is used", "sgaudit %s needs an argument: %s", verb.Name, wanted[len(arguments)])
	case len(arguments) > len(wanted) && !strings.HasSuffix(verb.ArgsUsage, "..."): // which takes any number
		return console.Usage("sgaudit help "+verb.Name+" lists its flags", "stray argument %q after sgaudit %s", arguments[len(wanted)], verb.Name)
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
	return nil, console.Unknown("verb", name, names)
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

// otherNames are flags that other verbs have for the same thing, or that users try for it,
// in the order in which they are suggested.
var otherNames = map[string][]string{
	"flow-logs": {"usage", "flows"}, "flows": {"usage", "flow-logs"}, "usage": {"flow-logs", "flows"},
	"snapshot": {"input"}, "report": {"input"}, "file": {"input"},
	"format": {"output"}, "out": {"output"}, "severity": {"min-severity"}, "min": {"min-severity"},
	"regions": {"region"}, "role": {"role-arn"}, "profiles": {"profile"}, "new": {"new-only"}, "new-only": {"new"},
	"tags": {"tag"},
}

func unknownFlag(name, of string, known []string) error {
	if suggestion := words.Nearest(dashed(name), known); suggestion != "" {
		return console.Usage("did you mean "+suggestion+"?", "%s has no flag %s", of, dashed(name))
	}
	for _, other := range otherNames[name] {
		if slices.Contains(known, dashed(other)) {
			return console.Usage("did you mean "+dashed(other)+"?", "%s has no flag %s", of, dashed(name))
		}
	}
	hint := "sgaudit help lists the verbs, and sgaudit help VERB the flags of one"
	const few = 15
	switch verb, found := strings.CutPrefix(of, "sgaudit "); {
	case found && len(known) <= few:
		hint = "its flags are " + strings.Join(known, " ")
	case found:
		hint = "sgaudit help " + verb + " lists its flags"
	}
	return console.Usage(hint, "%s has no flag %s", of, dashed(name))
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

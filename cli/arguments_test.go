package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
)

func testProgram() *program {
	return newProgram(os.Stdin, os.Stdout, os.Stderr)
}

// TestFlagsBeforeAndAfter gives every flag of every verb before and after the
// verb, in each spelling, and wants the verb to see the same.
func TestFlagsBeforeAndAfter(t *testing.T) {
	p := testProgram()
	probe := p.app()
	probe.Setup()
	for _, verb := range probe.Commands {
		if verb.Name == "help" {
			continue
		}
		if len(verb.Flags) == 0 {
			t.Errorf("sgaudit %s has no flags", verb.Name)
		}
		for _, flag := range verb.Flags {
			for _, name := range flag.Names() {
				if name == "help" || name == "h" {
					continue
				}
				words := [][]string{{dashed(name) + "=true"}, {dashed(name)}}
				if takesValue(flag) {
					words = [][]string{{dashed(name) + "=x"}, {dashed(name), "x"}, {"-" + name, "x"}}
				}
				arguments := strings.Fields(verb.ArgsUsage)
				for _, w := range words {
					after, before := slices.Concat([]string{verb.Name}, w, arguments), slices.Concat(w, []string{verb.Name}, arguments)
					line := arranged(t, probe.Commands, after)
					want := seen(t, verb.Name, name, line)
					got := want
					if other := arranged(t, probe.Commands, before); !slices.Equal(other, line) {
						got = seen(t, verb.Name, name, other)
					}
					if want != got || !strings.HasPrefix(want, "true ") {
						t.Errorf("sgaudit %s, %v: %s after the verb, %s before", verb.Name, w, want, got)
					}
				}
			}
		}
	}
}

// arranged arranges a command line, as all verbs ask for.
func arranged(t *testing.T, all []*urfave.Command, words []string) []string {
	t.Helper()
	line, err := arrange(all, words)
	if err != nil {
		t.Fatalf("%v: %v", words, err)
	}
	return line
}

// seen runs an arranged command line with an action that records one flag's value and the
// arguments.
func seen(t *testing.T, verb, flag string, line []string) string {
	t.Helper()
	app := testProgram().app()
	leaveFlag(app, verb, flag)
	text := ""
	for _, c := range app.Commands {
		c.Action = func(c *urfave.Context) error {
			text = fmt.Sprintf("%t %v %v", c.IsSet(flag), c.Value(flag), c.Args().Slice())
			return nil
		}
	}
	app.Setup()
	if err := app.Run(append([]string{app.Name}, line...)); err != nil {
		t.Fatalf("%v: %v", line, err)
	}
	return text
}

// leaveFlag leaves one verb with one flag in the app. The library compares the names of all
// flags of a verb with each other, which would take most of the time.
func leaveFlag(app *urfave.App, verb, flag string) {
	app.Commands = slices.DeleteFunc(app.Commands, func(c *urfave.Command) bool { return c.Name != verb })
	for _, c := range app.Commands {
		c.Flags = slices.DeleteFunc(c.Flags, func(f urfave.Flag) bool { return !slices.Contains(f.Names(), flag) })
	}
}

func TestArrange(t *testing.T) {
	app := testProgram().app()
	app.Setup()
	for _, c := range []struct{ words, line, fault, hint string }{
		{words: "audit", line: "audit --"},
		{words: "--region a --quiet audit --region b", line: "audit --region a --quiet --region b --"},
		{words: "-- audit", line: "audit --"},
		{words: "explain -- --odd", line: "explain -- --odd"},
		{words: "help", line: "--help"},
		{words: "--help", line: "--help"},
		{words: "help audit", line: "audit --help"},
		{words: "-h audit", line: "audit --help"},
		{words: "explain --help", line: "explain --help"},
		{words: "--version", line: "--version"},
		{words: "audit --version", line: "--version"},

		{words: "", fault: "no verb given", hint: "sgaudit help lists the verbs"},
		{words: "--quiet", fault: "no verb given"},
		{words: "adit", fault: `unknown verb "adit": known are audit, demo,`, hint: "did you mean audit?"},
		{words: "help polcy", fault: `unknown verb "polcy"`, hint: "did you mean policy?"},
		{words: "frobnicate", fault: `unknown verb "frobnicate"`},
		{words: "audit --regoin x", fault: "sgaudit audit has no flag --regoin", hint: "did you mean --region?"},
		{words: "--regoin x audit", fault: "sgaudit has no flag --regoin", hint: "did you mean --region?"},
		{words: "policy --region x", fault: "sgaudit policy has no flag --region", hint: "--depth"},
		{words: "--serve audit", fault: "sgaudit audit has no flag --serve"},
		{words: "audit --xyzzy", fault: "no flag --xyzzy", hint: "sgaudit help audit lists its flags"},
		{words: "audit --region", fault: "flag --region needs a value"},
		{words: "audit prod", fault: `stray argument "prod" after sgaudit audit`},
		{words: "explain", fault: "sgaudit explain needs an argument: WHAT"},
		{words: "explain a b", fault: `stray argument "b"`},
		{words: "explain a --quiet", line: "explain --quiet -- a"},
		{words: "explain a --nonsense", fault: "sgaudit explain has no flag --nonsense"},
		{words: "audit -o json --output csv=a", line: "audit --output json --output csv=a --"},
		{words: "audit --config a --config b", fault: `--config was given twice, as "a" and as "b": it takes one value`, hint: "give it once"},
		{words: "--depth=a audit --region x --depth=a", fault: `--depth was given twice, as "a" and as "a"`},
		{words: "audit --profile a --profile b", line: "audit --profile a --profile b --"},
		{words: "--quiet audit --quiet --quiet=true", line: "audit --quiet --quiet --quiet=true --"},
		{words: "demo --serve --serve=false", fault: "--serve was given twice, on and off"},
		{words: "audit x --quiet", fault: `stray argument "x" after sgaudit audit`},
	} {
		line, err := arrange(app.Commands, strings.Fields(c.words))
		if c.fault == "" {
			if got := strings.Join(line, " "); err != nil || got != c.line {
				t.Errorf("sgaudit %s: %q, %v; want %q", c.words, got, err, c.line)
			}
			continue
		}
		f, ok := err.(*console.Failure)
		if !ok || !strings.Contains(f.Message, c.fault) || !strings.Contains(f.Hint, c.hint) {
			t.Errorf("sgaudit %s: %#v; want %q and the hint %q", c.words, err, c.fault, c.hint)
		}
	}
}

// TestOneValueOnce gives every flag of every verb twice: under each of its
// names, before and after the verb and its arguments. A flag that takes one
// value is refused whether the values differ or not; a repeatable one keeps
// all; one that is on or off may be repeated.
func TestOneValueOnce(t *testing.T) {
	p := testProgram()
	probe := p.app()
	probe.Setup()
	tried := map[string]int{}
	for _, verb := range probe.Commands {
		arguments := strings.Fields(verb.ArgsUsage)
		for _, flag := range verb.Flags {
			names := flag.Names()
			if names[0] == "help" {
				continue
			}
			for _, name := range names {
				first, second := []string{dashed(names[0])}, []string{dashed(name)}
				if takesValue(flag) {
					first, second = append(first, "x"), []string{dashed(name) + "=y"}
				}
				for _, line := range [][]string{
					slices.Concat([]string{verb.Name}, first, second, arguments),
					slices.Concat([]string{verb.Name}, arguments, first, second),
					slices.Concat([]string{verb.Name}, first, arguments, second),
					slices.Concat(first, []string{verb.Name}, arguments, second),
					slices.Concat(first, []string{verb.Name}, arguments, first),
				} {
					got, err := arrange(probe.Commands, line)
					switch {
					case !takesValue(flag):
						tried["on or off"]++
						if err != nil {
							t.Errorf("sgaudit %v: %v", line, err)
						}
					case repeatable(flag):
						tried["repeatable"]++
						if n := strings.Count(strings.Join(got, " "), dashed(names[0])); err != nil || n != 2 {
							t.Errorf("sgaudit %v: %v, %v", line, got, err)
						}
						if text := seen(t, verb.Name, names[0], got); !strings.Contains(text, "x") {
							t.Errorf("sgaudit %v: the verb sees %s", line, text)
						}
					default:
						tried["one value"]++
						if err == nil || !strings.Contains(err.Error(), dashed(names[0])+" was given twice") {
							t.Errorf("sgaudit %v: %v, %v", line, got, err)
						}
					}
				}
			}
		}
	}
	if tried["one value"] < 100 || tried["repeatable"] < 20 || tried["on or off"] < 100 {
		t.Errorf("too few flags were tried: %v", tried)
	}
}

//go:build !urfave_cli_no_docs

package cli

import (
	"fmt"
	"os"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/words"
)

// Verb is what the documentation says about a verb beside its flags.
type Verb struct {
	Name      string
	Formats   []string // of -o, in the order of its help; empty: it has none
	ExitCodes string   // "0 written, 2 ..."; empty: 0, or 2 if it could not start or finish
}

// Verbs returns every verb that is not hidden, in the order of the help.
func Verbs() (all []Verb) {
	app := newProgram(os.Stdin, os.Stdout, os.Stderr).app()
	app.Setup()
	for _, v := range app.Commands {
		if v.Hidden {
			continue
		}
		verb := Verb{Name: v.Name}
		if f := findFlag(v, "output"); f != nil {
			for _, c := range valuesOf(f) {
				verb.Formats = append(verb.Formats, c.word)
			}
		}
		text, _, _ := strings.Cut(v.Description, "Examples:\n")
		if _, codes, found := strings.Cut(text, "Exit codes: "); found {
			codes, _, _ = strings.Cut(codes, "\n")
			verb.ExitCodes = strings.TrimSuffix(strings.TrimSpace(codes), ".")
		}
		all = append(all, verb)
	}
	return all
}

// reference is the page about every verb and flag, in Markdown.
func reference(app *urfave.App) string {
	var page strings.Builder
	page.WriteString("# Verbs and flags\n\nThe program writes this page: it is what `sgaudit help VERB` prints.\n" +
		"Flags work before and after the verb.\n")
	for _, verb := range app.Commands {
		if verb.Hidden {
			continue
		}
		fmt.Fprintf(&page, "\n## %s\n\n%s.\n\n    sgaudit %s %s\n", verb.Name, words.Markdown(capital(verb.Usage)), verb.Name, strings.TrimSpace("[flags] "+verb.ArgsUsage))
		text, lines, _ := strings.Cut(verb.Description, "Examples:\n")
		if text = strings.TrimSpace(text); text != "" {
			fmt.Fprintf(&page, "\n%s\n", words.Markdown(text))
		}
		if lines = strings.Trim(lines, "\n"); lines != "" {
			fmt.Fprintf(&page, "\nExamples:\n\n```\n%s\n```\n", strings.ReplaceAll(lines, "\n  ", "\n")[2:])
		}
		for _, sub := range verb.Subcommands {
			fmt.Fprintf(&page, "\n`sgaudit %s %s`: %s\n", verb.Name, sub.Name, words.Markdown(sub.Usage))
		}
		page.WriteString("\n| flag | what it does | default |\n| --- | --- | --- |\n")
		for _, f := range verb.Flags {
			page.WriteString(flagRow(f))
		}
	}
	return page.String()
}

// flagRow is the row of a flag; a hidden one has none.
func flagRow(f urfave.Flag) string {
	if v, ok := f.(urfave.VisibleFlag); ok && !v.IsVisible() {
		return ""
	}
	names := make([]string, 0, 2)
	for _, n := range f.Names() {
		dashes := "--"
		if len(n) == 1 {
			dashes = "-"
		}
		names = append(names, "`"+dashes+n+"`")
	}
	said, value := f.(urfave.DocGenerationFlag), ""
	usage := said.GetUsage()
	if said.TakesValue() {
		if _, rest, found := strings.Cut(usage, "`"); found {
			value, _, _ = strings.Cut(rest, "`")
		}
		names[0] = strings.TrimSuffix(names[0], "`") + " " + value + "`"
	}
	fallback := ""
	if text := said.GetDefaultText(); text != "" && said.TakesValue() {
		fallback = words.Markdown(text)
	}
	return fmt.Sprintf("| %s | %s | %s |\n", strings.Join(names, ", "), words.Markdown(strings.ReplaceAll(usage, "`", "")), fallback)
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

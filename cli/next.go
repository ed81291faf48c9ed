package cli

import (
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// madeUpAgain returns the flags by which other verbs read the made-up account of a run:
// --demo and what says how the demo account is read and judged, or --input and the file of
// --estate. It is empty for a run on another account.
func madeUpAgain(c *urfave.Context) []string {
	switch {
	case c.Command.Name != "demo" && !c.Bool("demo"):
		return nil
	case c.String("estate") != "":
		return []string{"--input", realPath(c.String("estate"))}
	}
	flags := append(scopeFlags(), &urfave.StringFlag{Name: "input"}, configFlag())
	return append([]string{"--demo"}, flagsOf(c, flags)...)
}

// onTheSame returns the command that runs a verb on what this run reads.
func onTheSame(c *urfave.Context, verb string, more ...string) string {
	flags := madeUpAgain(c)
	if flags == nil {
		flags = flagsAgain(c)
	}
	return quoted(slices.Concat([]string{"sgaudit", verb}, flags, more))
}

// demoAgain returns the flags by which explain makes the report of the demo account anew;
// empty where other flags make another report, which only its copy holds.
func demoAgain(c *urfave.Context) string {
	if otherReport(c) {
		return ""
	}
	return quoted(append([]string{"--demo"}, flagsOf(c, explainDemoFlags())...))
}

// otherReport reports whether flags of a run make another report than explain and fix make
// of the same account.
func otherReport(c *urfave.Context) bool {
	return len(c.StringSlice("profile")) > 1 || slices.ContainsFunc([]string{"estate", "check", "skip-check", "framework", "usage"}, c.IsSet)
}

// quoted writes words as a shell takes them.
func quoted(list []string) string {
	var out []string
	for _, word := range list {
		out = append(out, change.Quote(word))
	}
	return strings.Join(out, " ")
}

// nextCommand returns what writes the command that explains a finding, or nil
// where no later command finds the report.
func (p *program) nextCommand(report *findings.Report, flags *auditFlags) func(id string) string {
	again := flags.again
	for _, t := range flags.targets {
		if t.format.Name == "json" && simpleName().MatchString(t.file) {
			again = "--input " + t.file
		}
	}
	if again == "" && (flags.noCache || !p.keepLast(report, flags.madeUp)) {
		if flags.history == nil {
			return nil
		}
		file := realPath(flags.history.ReportOf(report)) // the reader of a mail is in another folder
		if !simpleName().MatchString(file) {
			return nil
		}
		again = "--input " + file
	}
	return func(id string) string { return strings.TrimSpace("sgaudit explain " + id + " " + again) }
}

// fixCommand returns what writes the command that plans the fixes of the findings of a
// report at or above a severity, or of those with these ids, from the same source; nil where
// other flags make another report than that of sgaudit fix.
func fixCommand(flags *auditFlags) func(least findings.Severity, ids ...string) string {
	if flags.source == nil || flags.source.c == nil {
		return nil // the run has no flags, as one of a test
	}
	c := flags.source.c
	for _, f := range accountsFlags() {
		if c.IsSet(f.Names()[0]) {
			return nil
		}
	}
	if otherReport(c) {
		return nil
	}
	list := flags.madeUp
	if len(list) == 0 {
		list = flagsAgain(c)
	}
	list = append(slices.Clip(list), flagsOf(c, partFlags())...)
	if slices.ContainsFunc(list, func(w string) bool { return !plainWord().MatchString(w) }) {
		return nil
	}
	return func(least findings.Severity, ids ...string) string {
		options := slices.Clone(list)
		for _, id := range ids {
			options = append(options, "--finding", id)
		}
		if least = max(least, flags.minSeverity); least > findings.Info {
			options = append(options, "--min-severity", least.String())
		}
		return strings.Join(slices.Concat([]string{"sgaudit fix"}, options, []string{"-o sh=plan.sh"}), " ")
	}
}

// simpleName are the names of files that a shell takes as they are.
var simpleName = words.Form(`^[A-Za-z0-9_./][A-Za-z0-9_./-]*$`)

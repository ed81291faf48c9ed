package cli

import (
	"os"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

// The headings that help puts flags under.
const (
	categoryRead     = "Scope"
	categoryReport   = "Findings"
	categoryTable    = "Table"
	categoryConsole  = "Output"
	categoryAccounts = "Several accounts"
)

// configVariable names the configuration file where --config does not.
const configVariable = "SGAUDIT_CONFIG"

// consoleFlags are on every verb.
func consoleFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Category: categoryConsole, Usage: "print only warnings and errors on standard error"},
		choice(&urfave.StringFlag{Name: "color", Value: "auto", Category: categoryConsole, Usage: "colour standard output `WHEN`: auto (on a terminal, unless NO_COLOR is set), always, never"}, "choice", "auto", "always", "never"),
		&urfave.BoolFlag{Name: "debug", Category: categoryConsole, Usage: "verbose: print every step on standard error"},
	}
}

// The library keeps how help shows a flag in a variable for the whole process, so
// it is set once and not with each app.
func init() { urfave.FlagStringer = flagLine }

// flagLine is a flag in help: its names and the word for its value, a tab,
// and what it does. The library's own line repeats the word for the value behind
// each name, which leaves little room for what the flag does.
func flagLine(f urfave.Flag) string {
	d, ok := f.(urfave.DocGenerationFlag)
	if !ok {
		return f.String()
	}
	var names []string
	for _, name := range f.Names() {
		names = append(names, dashed(name))
	}
	line, usage := strings.Join(names, ", "), d.GetUsage()
	if before, word, ok := strings.Cut(usage, "`"); ok && d.TakesValue() {
		word, after, _ := strings.Cut(word, "`")
		line, usage = line+" "+word, before+word+after
	}
	if d.TakesValue() && d.GetDefaultText() != "" {
		usage += " (default: " + strings.Trim(d.GetDefaultText(), `"`) + ")"
	}
	if env := d.GetEnvVars(); len(env) > 0 {
		usage += " (or $" + strings.Join(env, ", $") + ")"
	}
	return line + "\t" + usage
}

// configureConsole applies the flags that are on every verb.
func (p *program) configureConsole(c *urfave.Context) error {
	p.console.Quiet, p.console.Verbose = c.Bool("quiet"), c.Bool("debug")
	p.console.SetColor(c.String("color"))
	return checkChoice(c, "color")
}

// declareAuditFlags are on every verb that audits.
func declareAuditFlags() []urfave.Flag {
	return append(append(scopeFlags(), []urfave.Flag{
		outputFlag(),
		offering(&urfave.StringSliceFlag{Name: "check", Category: categoryReport, Usage: "run only this check `ID`, even one that is off by default; repeatable"}, checkCandidates),
		offering(&urfave.StringSliceFlag{Name: "skip-check", Category: categoryReport, Usage: "leave out this check `ID`; repeatable"}, checkCandidates),
		usageFlag(),
		choice(&urfave.StringFlag{Name: "framework", Category: categoryReport, Usage: "run the checks that serve this `FRAMEWORK`, and report by its controls: " + strings.Join(frameworkNames(), ", ")}, "framework", frameworkNames()...),
		choice(&urfave.StringFlag{Name: "min-severity", Category: categoryReport, Usage: "drop findings below `SEVERITY` from every format, before --fail-on counts"}, "severity", severityWords()...),
		&urfave.StringFlag{Name: "baseline", Category: categoryReport, Usage: "mark findings as new or unchanged since this `REPORT` of -o json, and report which were fixed", TakesFile: true},
		&urfave.BoolFlag{Name: "new-only", Category: categoryReport, Usage: "with --baseline or --history: the table lists only findings that are new or more severe than there, and --fail-on counts only these; the other formats keep all"},
		outputDirFlag(),
		&urfave.StringFlag{Name: "history", Category: categoryReport, Usage: "keep the snapshot and the report of this run in this `FOLDER`; its last report is the baseline", TakesFile: true},
		&urfave.StringFlag{Name: "keep-runs", Category: categoryReport, Usage: "with --history: keep the last `N` runs"},
		&urfave.StringFlag{Name: "keep-days", Category: categoryReport, Usage: "with --history: keep the runs of the last `N` days"},
		choice(&urfave.StringFlag{Name: "fail-on", Category: categoryReport, Usage: "exit with 1 if a finding is at or above `SEVERITY`: " + strings.Join(severityWords(), ", ") + " (default: never)"}, "severity", severityWords()...),
		configFlag(),
		&urfave.BoolFlag{Name: "no-cache", Category: categoryReport, Usage: "do not keep the report for sgaudit explain and except; only an audit at a terminal keeps it"},
	}...), append(partFlags(), tableFlags()...)...)
}

// outputFlag is on every verb that writes a report.
func outputFlag() urfave.Flag {
	return offering(&urfave.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Category: categoryReport, Usage: "write `FORMAT[=FILE]`, repeatable: " + formatNames() + " (default: table on standard output). A FILE that ends in a slash is a folder, which gets a file for each region, with " + strings.Join(dividedFormats(), ", ")},
		func() []candidate { return plainCandidates(knownFormats()...) })
}

func outputDirFlag() urfave.Flag {
	return &urfave.StringFlag{Name: "output-dir", Category: categoryReport, Usage: "write formats without a file into this `FOLDER`, as findings.json and so on (default formats then: table, csv, json)", TakesFile: true}
}

// configFlag is on every verb that has settings. An empty SGAUDIT_CONFIG counts as unset:
// pipelines set the variable to an empty text where no file is configured, and the
// library would take that text as the name of a file.
func configFlag() urfave.Flag {
	variables := []string{configVariable}
	if os.Getenv(configVariable) == "" {
		if _, empty := os.LookupEnv(configVariable); empty {
			variables = nil
		}
	}
	return &urfave.StringFlag{Name: "config", EnvVars: variables, Category: categoryReport, Usage: "read settings from this YAML `FILE`"}
}

// auditFlags are the flags of an audit and the configuration, checked.
type auditFlags struct {
	source      *source
	part        *part // of what is read, that is reported
	targets     []target
	table       output.Options // how the table looks
	again       string         // the flags by which explain finds this report; empty: none are known
	madeUp      []string       // the flags by which other verbs read the made-up account of this run
	noCache     bool           // the report is not kept
	audit       audit.Options
	usage       []string // paths of flow logs
	minSeverity findings.Severity
	failOn      *findings.Severity // nil: findings never fail
	framework   *audit.Framework   // nil: none was asked for
	baseline    *findings.Report   // nil: none was given
	newOnly     bool
	exceptions  []findings.Exception
	history     *history.Folder      // nil: the run is not kept
	firstRun    bool                 // of its history: every finding is new
	throttled   []findings.Throttled // by shards
}

// readAuditFlags checks everything that can be checked before AWS is called and
// before any file is written; the flag file names what is read instead of an account, if the verb
// has one. All mistakes of the flags are reported at once.
func readAuditFlags(c *urfave.Context, file string) (*auditFlags, error) {
	return readAuditFlagsWith(c, file, func() (*config.Config, error) { return config.Read(c.String("config")) })
}

// readAuditFlagsWith is readAuditFlags with a configuration from elsewhere.
func readAuditFlagsWith(c *urfave.Context, file string, configuration func() (*config.Config, error)) (*auditFlags, error) {
	flags := &auditFlags{}
	var errs []error
	try := func(err error) { errs = append(errs, err) }

	try(notEmpty(c, "framework", "min-severity", "fail-on", "baseline", "config", "output-dir", "history", "keep-runs", "keep-days"))
	var err error
	flags.source, err = newSource(c, file)
	try(err)
	flags.part, err = readPart(c)
	try(err)
	if file == "" {
		try(noPart(c))
	}
	flags.targets, err = parseTargets(reportValues(c), c.String("output-dir"))
	try(err)
	flags.table, err = tableOptions(c, flags.targets)
	try(err)
	flags.noCache = c.Bool("no-cache")
	flags.usage = c.StringSlice("usage")
	minSeverity, err := parseSeverity(c, "min-severity")
	try(err)
	if minSeverity != nil {
		flags.minSeverity = *minSeverity
	}
	flags.failOn, err = parseSeverity(c, "fail-on")
	try(err)
	if flags.failOn != nil && *flags.failOn < flags.minSeverity {
		try(console.Usage("", "--fail-on %s is below --min-severity %s, which drops such findings before they count", flags.failOn, flags.minSeverity))
	}
	only, err := flagValues(c, "check", config.CheckID)
	try(err)
	skip, err := flagValues(c, "skip-check", config.CheckID)
	try(err)
	if c.String("framework") != "" {
		f, err := parseFramework(c)
		try(err)
		if len(only) > 0 {
			try(console.Usage("drop one of them", "--framework chooses the checks, and so does --check"))
		}
		flags.framework = &f
		for _, check := range f.Checks() {
			only = append(only, check.ID)
		}
	}
	if flags.newOnly = c.Bool("new-only"); flags.newOnly && !c.IsSet("baseline") && !c.IsSet("history") {
		try(console.Usage("", "--new-only needs --baseline or --history, which say what is new"))
	}
	flags.table.NewOnly = flags.newOnly
	flags.history, err = parseHistory(c)
	try(err)
	if c.String("baseline") != "" {
		flags.baseline, err = readPacked(c.String("baseline"))
		try(err)
		if err == nil && flags.baseline.Selection != nil && !slices.Equal(flags.baseline.Selection.Filters, flags.part.words) { // of the same part it leaves out the same
			try(console.Usage("give the report that audit wrote", "--baseline %s is a part of a report (sgaudit show %s): what it leaves out would be new", c.String("baseline"), strings.Join(flags.baseline.Selection.Filters, " ")))
		}
	}
	if err := console.Combine(errs...); err != nil {
		return nil, err
	}
	conf, err := configuration()
	if err != nil {
		return nil, err
	}
	flags.exceptions = conf.Exceptions
	flags.audit, err = conf.Choose(only, skip)
	return flags, err
}

func checkRegion(name string) error {
	if inventory.IsRegion(name) {
		return nil
	}
	return console.Usage("regions are named like eu-west-1", "%q is not a region", name)
}

// flagValues returns the values of a repeatable flag, split at commas. An empty
// one is refused: where a script's variable is unset, no region must not
// become every region.
func flagValues(c *urfave.Context, flag string, check func(string) error) ([]string, error) {
	var all []string
	var errs []error
	for _, value := range c.StringSlice(flag) {
		for _, word := range strings.Split(value, ",") {
			word = strings.TrimSpace(word)
			if word == "" {
				return nil, console.Usage("", "--%s is empty", flag)
			}
			if err := check(word); err != nil {
				errs = append(errs, console.Within("--"+flag, err))
			} else {
				all = append(all, word)
			}
		}
	}
	return all, console.Combine(errs...)
}

func parseDepth(word string) (inventory.Depth, error) {
	if known := depthWords(); !slices.Contains(known, word) {
		return "", console.Within("--depth", console.Unknown("depth", word, known))
	}
	return inventory.Depth(word), nil
}

// parseSeverity returns nil where the flag is not given.
func parseSeverity(c *urfave.Context, flag string) (*findings.Severity, error) {
	word := c.String(flag)
	if word == "" {
		return nil, nil
	}
	var s findings.Severity
	if err := s.UnmarshalText([]byte(word)); err == nil {
		return &s, nil
	}
	return nil, console.Within("--"+flag, console.Unknown("severity", word, severityWords()))
}

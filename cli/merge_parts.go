package cli

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/shard"
	"github.com/sgaudit/sgaudit/words"
)

// passedOn are the flags of merge that audit has too, for parts: a part holds those
// that a report depends on, but --fail-on may be another at the merge.
var passedOn = []string{"fail-on", "baseline", "new-only", "history", "keep-runs", "keep-days"}

// mergePartFlags declares passedOn as audit does.
func mergePartFlags() (flags []urfave.Flag) {
	for _, f := range declareAuditFlags() {
		if slices.Contains(passedOn, f.Names()[0]) {
			flags = append(flags, f)
		}
	}
	return flags
}

// partBegin is what a part begins with.
const partBegin = `{"sgaudit_part":`

// isPart reports whether a file holds a part, or is a folder, which holds several. Of a
// report, which may be large, no more than its first bytes are read, unless it is
// compressed.
func isPart(name string) bool {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return false
	case info.IsDir():
		return true
	case !info.Mode().IsRegular():
		return false
	}
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	begin := make([]byte, len(partBegin))
	if _, err := io.ReadFull(f, begin); err != nil {
		return false
	}
	if c := begin[0]; c == '{' || c == ' ' || c == '\n' || c == '\t' || c == '\r' {
		return string(begin) == partBegin
	}
	text, err := files.Read(name, files.Most)
	return err == nil && bytes.HasPrefix(text, []byte(partBegin))
}

// mergeParts makes the report of a run from the parts of its shards, without those that
// were begun before a time, if one is given.
func (p *program) mergeParts(c *urfave.Context, names []string, since time.Time) error {
	begun := time.Now()
	parts, names, err := readParts(names)
	if err != nil {
		return err
	}
	merged, err := shard.Merge(parts, names, since)
	if err != nil {
		return console.Usage("give the parts of one run", "%s", err)
	}
	flags, err := p.settingsOf(c, &merged.Settings)
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := notInput(filesOf(flags.targets), name); err != nil {
			return err
		}
	}
	if flags.history != nil {
		unlock, err := beginHistory(flags)
		if err != nil {
			return err
		}
		defer unlock()
	}
	report, err := p.judgeMerged(flags, merged)
	if err != nil {
		return err
	}
	if len(merged.Earlier) > 0 {
		p.console.Warn("parts of an earlier run are left out: %s", words.List(merged.Earlier, 20))
	}
	for _, text := range merged.Replaced {
		p.console.Warn("%s", text)
	}
	if merged.OtherAccounts != "" {
		p.console.Warn("%s", merged.OtherAccounts)
		p.console.Hint("give all shards the same --org, --accounts-file and choice of accounts, and run those again that had others")
	}
	if len(merged.Missing) > 0 {
		p.console.Warn("shards without a part: %s", words.List(merged.Missing, 20))
		p.console.Hint("run the shards again that have no part, and merge anew")
	}
	flags.throttled = merged.Throttled
	return p.deliver(c.Context, flags, report, merged.Snapshot, begun)
}

// readParts reads the parts of files and folders.
func readParts(given []string) (parts []*shard.Part, names []string, err error) {
	var errs []error
	for _, name := range given {
		if info, err := os.Stat(name); err != nil || !info.IsDir() {
			names = append(names, name)
			continue
		}
		inside, err := shard.Files(name)
		if err == nil && len(inside) == 0 {
			err = console.Usage("sgaudit audit --shard 1/2 -o part=FOLDER/ writes one", "the folder %s holds no part (part-N-of-M.json.zst)", name)
		}
		errs = append(errs, err)
		names = append(names, inside...)
	}
	for _, name := range names {
		part, err := readPartFile(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parts = append(parts, part)
	}
	return parts, names, console.Combine(errs...)
}

// readPartFile reads the part in a file. The error names the shard to run again, where the
// name of the file says which it is.
func readPartFile(name string) (*shard.Part, error) {
	text, err := files.Read(name, files.Most)
	again := "run the shard again"
	s, named := shard.ShareOf(name)
	if named {
		again = "run shard " + s.String() + " again"
	}
	switch {
	case err != nil && named && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrPermission):
		return nil, console.Usage(again, "%s", err)
	case err != nil:
		return nil, err
	case !bytes.HasPrefix(text, []byte(partBegin)) && named:
		return nil, console.Usage(again, "%s is not a part that sgaudit audit -o part=FILE has written", name)
	case !bytes.HasPrefix(text, []byte(partBegin)):
		return nil, console.Usage("merge reports and parts apart", "%s is not a part that sgaudit audit -o part=FILE has written", name)
	}
	part, err := shard.Load(text)
	if err != nil {
		return nil, console.Usage(again, "%s: %s", name, err)
	}
	return part, nil
}

// settingsOf returns the flags of an audit with the settings of the parts, and with
// the outputs of the merge.
func (p *program) settingsOf(c *urfave.Context, s *shard.Settings) (*auditFlags, error) {
	line := []string{"audit"}
	for _, f := range s.Flags {
		if slices.Contains(readingFlags, f[0]) {
			continue
		}
		if !slices.Contains(settingFlags, f[0]) {
			return nil, console.Usage("merge with the sgaudit that wrote them", "the parts have the setting --%s, which this sgaudit does not know", words.Plain(f[0]))
		}
		if !c.IsSet(f[0]) {
			line = append(line, "--"+f[0]+"="+f[1])
		}
	}
	line = append(line, givenTo(c)...)
	configuration := func() (*config.Config, error) {
		if s.Config == "" {
			return config.Read("")
		}
		return config.Parse(cmp.Or(words.Plain(s.ConfigName), "the configuration"), []byte(s.Config))
	}
	var flags *auditFlags
	app := p.app()
	for _, verb := range app.Commands {
		if verb.Name == "audit" {
			verb.Action = func(inner *urfave.Context) (err error) {
				flags, err = readAuditFlagsWith(inner, "input", configuration)
				return err
			}
		}
	}
	app.Setup()
	line, err := arrange(app.Commands, line)
	if err != nil {
		return nil, err
	}
	return flags, app.RunContext(c.Context, append([]string{app.Name}, line...))
}

// givenTo returns the flags that the merge was given and that audit has too, as
// arguments.
func givenTo(c *urfave.Context) (arguments []string) {
	for _, f := range slices.Concat([]urfave.Flag{outputFlag(), outputDirFlag()}, tableFlags(), mergePartFlags()) {
		name := f.Names()[0]
		if !c.IsSet(name) {
			continue
		}
		switch value := c.Value(name).(type) {
		case bool:
			arguments = append(arguments, fmt.Sprintf("--%s=%t", name, value))
		case string:
			arguments = append(arguments, "--"+name+"="+value)
		default:
			for _, one := range c.StringSlice(name) {
				arguments = append(arguments, "--"+name+"="+one)
			}
		}
	}
	return arguments
}

// judgeMerged audits what the parts hold as one run would have.
func (p *program) judgeMerged(flags *auditFlags, m *shard.Merged) (*findings.Report, error) {
	opts := flags.audit.AsOf(m.Snapshot.TakenAt)
	var accounts []string
	if len(m.Accounts) > 1 {
		for _, a := range m.Accounts {
			accounts = append(accounts, a.ID)
		}
	}
	opts.Settings.Accounts = slices.Concat(opts.Settings.Accounts, accounts)
	whole := m.Snapshot.Inventory
	var report *findings.Report
	var warnings []string
	if flags.keepsInventory() || len(accounts) == 0 {
		report, warnings = judged(whole, opts, flags.exceptions)
	} else {
		byName := map[string][]*inventory.Region{}
		for _, r := range whole.Regions {
			byName[r.Name] = append(byName[r.Name], r)
		}
		var judge reportsByName
		for _, name := range slices.Sorted(maps.Keys(byName)) {
			judge.add(&inventory.Inventory{Caller: whole.Caller, Depth: whole.Depth, Regions: byName[name]}, opts, flags.exceptions)
		}
		var err error
		if report, err = judge.report(); err != nil {
			return nil, err
		}
		warnings = report.Attention(flags.exceptions, opts.Settings.Now)
	}
	p.sign(report, warnings, m.Snapshot.TakenAt)
	report.FinishedAt = m.FinishedAt
	return report, nil
}

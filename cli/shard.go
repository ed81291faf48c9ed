package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/shard"
	"github.com/sgaudit/sgaudit/words"
)

// partFormat is the word of --output for what one shard has read: no report, so that
// it is in no list of formats.
const partFormat = "part"

const categoryShards = "Several machines"

// shardFlags split a run over several accounts; sgaudit audit alone has them.
func shardFlags() []urfave.Flag {
	return []urfave.Flag{
		shareFlag(),
		&urfave.BoolFlag{Name: "engine", Category: categoryShards, Usage: "with -o part: exit with 3 only where another try may read more, and with 0 where it would not; the part says what is missing"},
	}
}

func shareFlag() urfave.Flag {
	return &urfave.StringFlag{Name: "shard", Category: categoryShards, Usage: "read only the accounts of this `SHARD`: 3/50, or auto/50 where AWS Batch, Kubernetes or Slurm says which it is; needs -o part=FILE, or a FOLDER/ in which it gets a name"}
}

// asksForPart reports whether a command line is about a shard.
func asksForPart(c *urfave.Context) bool {
	return c.IsSet("shard") || c.IsSet("engine") || len(partValues(c)) > 0
}

func partValues(c *urfave.Context) (values []string) {
	for _, v := range c.StringSlice("output") {
		if v == partFormat || strings.HasPrefix(v, partFormat+"=") {
			values = append(values, v)
		}
	}
	return values
}

// noPart refuses -o part on a verb that reads no account.
func noPart(c *urfave.Context) error {
	if len(partValues(c)) == 0 {
		return nil
	}
	return console.Usage("sgaudit audit --shard 1/2 -o part=FILE writes one", "sgaudit %s writes no part", c.Command.Name)
}

// reportValues are the values of --output that are formats of a report.
func reportValues(c *urfave.Context) []string {
	parts := partValues(c)
	return slices.DeleteFunc(slices.Clone(c.StringSlice("output")), func(v string) bool { return slices.Contains(parts, v) })
}

// settingFlags are the flags that a report depends on, beside what is read.
var settingFlags = []string{"check", "skip-check", "framework", "min-severity", "fail-on", "group", "vpc", "tag"}

// readingFlags say what a shard reads, beside the depth and the accounts. A merge needs them
// to compare the parts and does not apply them: the order of their values does not count.
var readingFlags = []string{"region", "exclude-region"}

// beforeMerge are flags of the report that have no effect on a part.
var beforeMerge = []string{"output-dir", "baseline", "new-only", "history", "keep-runs", "keep-days", "input"}

// shardRun is one shard on its way.
type shardRun struct {
	share    shard.Share
	file     string
	engine   bool
	settings shard.Settings
	source   *source
}

// readShard checks the flags of a shard, and those of the report that the shards are merged into.
func readShard(c *urfave.Context) (*shardRun, error) {
	run := &shardRun{share: shard.Share{Index: 1, Count: 1}, engine: c.Bool("engine")}
	var errs []error
	if c.IsSet("shard") {
		var err error
		if run.share, err = shard.Parse(c.String("shard"), os.Getenv); err != nil {
			errs = append(errs, console.Usage("", "--shard: %s", err))
		}
	}
	values := partValues(c)
	switch {
	case len(values) == 0 && c.IsSet("engine"):
		errs = append(errs, console.Usage("write -o part=FILE", "--engine is for shards: it has no effect without -o part"))
	case len(values) == 0:
		errs = append(errs, console.Usage("write sgaudit audit --shard "+c.String("shard")+" -o part=FILE, and make the report of all shards with sgaudit merge", "--shard needs -o part: a report of some accounts would look like one of all"))
	case len(values) > 1 || len(c.StringSlice("output")) > 1:
		errs = append(errs, console.Usage("sgaudit merge makes reports of parts", "-o part cannot be used with another --output"))
	default:
		var err error
		_, run.file, _ = strings.Cut(values[0], "=")
		run.file, err = run.partFile()
		errs = append(errs, err)
	}
	for _, name := range beforeMerge {
		if c.IsSet(name) {
			errs = append(errs, console.Usage("give it to sgaudit merge, or drop it", "--%s has no effect on a part", name))
		}
	}
	flags, err := readAuditFlags(c, "input")
	if err != nil {
		return nil, console.Combine(append(errs, err)...)
	}
	run.source = flags.source
	if run.settings, err = shardSettings(c); err != nil {
		return nil, err
	}
	if !run.source.accounts.many() && run.share.Count > 1 {
		errs = append(errs, console.Usage("give --org or --accounts-file", "--shard splits accounts, and this run is about one"))
	}
	run.source.accounts.shard = &run.share
	return run, console.Combine(errs...)
}

// partFile returns the file that a part goes to: in a folder it gets a name.
func (r *shardRun) partFile() (string, error) {
	info, err := os.Stat(r.file)
	folder := err == nil && info.IsDir()
	switch {
	case r.file == "" || r.file == "-":
		return "", console.Usage("write -o part=FILE, or -o part=FOLDER/", "--output part: the file's name is missing")
	case folder || strings.HasSuffix(r.file, "/") || strings.HasSuffix(r.file, string(os.PathSeparator)):
		if err := makable(r.file); err != nil {
			return "", fmt.Errorf("--output part=%s: %w", r.file, err)
		}
		return filepath.Join(r.file, r.share.Name()), nil
	}
	if err := writable(r.file); err != nil {
		return "", fmt.Errorf("--output part=%s: %w", r.file, err)
	}
	return r.file, nil
}

// shardSettings takes down the flags and the configuration file for the merge.
func shardSettings(c *urfave.Context) (shard.Settings, error) {
	s := shard.Settings{Flags: [][2]string{}}
	for _, name := range slices.Concat(settingFlags, readingFlags) {
		values := c.StringSlice(name)
		if slices.Contains(readingFlags, name) {
			values = slices.Compact(slices.Sorted(slices.Values(values)))
		}
		if _, one := c.Value(name).(string); one && c.IsSet(name) {
			values = []string{c.String(name)}
		}
		for _, v := range values {
			s.Flags = append(s.Flags, [2]string{name, v})
		}
	}
	if name := c.String("config"); name != "" {
		text, err := files.Read(name, files.Most)
		if err != nil {
			return s, fmt.Errorf("reading the configuration: %w", err)
		}
		s.ConfigName, s.Config = filepath.Base(name), string(text)
		if _, err := config.Parse(name, text); err != nil {
			return s, err
		}
	}
	return s, nil
}

// share keeps the accounts of a shard, and notes all of them.
func (a *accountsChoice) share(accounts []awsclient.Account) ([]awsclient.Account, error) {
	if a.shard == nil {
		return accounts, nil
	}
	a.listed = slices.Clone(accounts)
	for i := range a.listed {
		one := &a.listed[i]
		if one.ID = cmp.Or(one.ID, awsclient.RoleAccount(one.Role)); one.ID == "" {
			return nil, console.Usage("write the ids of the accounts into an --accounts-file", "--shard splits accounts by their ids, and the id of the account %s is not known before it is read", *one)
		}
	}
	return slices.DeleteFunc(slices.Clone(a.listed), func(one awsclient.Account) bool { return !a.shard.Has(one.ID) }), nil
}

// auditShard reads the accounts of a shard and writes its part.
func (p *program) auditShard(c *urfave.Context) error {
	run, err := readShard(c)
	if err != nil {
		return err
	}
	part := &shard.Part{Share: run.share, Tool: "sgaudit " + version(), StartedAt: time.Now().UTC(), Settings: run.settings}
	read, err := p.loadInventory(run.source)
	if err != nil {
		if run.engine && awsclient.Passes(err) {
			p.console.Fail(err.Error(), "another try may succeed")
			return status(exitIncomplete)
		}
		return err
	}
	part.FinishedAt, part.Inventory = time.Now().UTC(), read.Inventory
	part.Accounts = workList(run.source, read.Inventory)
	part.Throttled = throttled(run.source.client.Throttles)
	part.Retry = worthAnotherTry(read.Inventory)
	if err := os.MkdirAll(filepath.Dir(run.file), 0o700); err != nil {
		return err
	}
	err = output.Replace(run.file, func(w io.Writer) error {
		if strings.HasSuffix(run.file, ".zst") {
			return files.Compress(w, part.Save)
		}
		return part.Save(w)
	})
	if err != nil {
		return err
	}
	return p.endShard(c.Context, run, part)
}

// endShard says what became of a shard, for people and for the engine that runs it.
func (p *program) endShard(ctx context.Context, run *shardRun, part *shard.Part) error {
	own := 0
	for _, a := range part.Accounts {
		if part.Has(a.ID) {
			own++
		}
	}
	p.console.Say("shard %s with %d of %s is in %s", part.Share, own, words.Count(len(part.Accounts), "account"), run.file)
	if own == 0 {
		return nil
	}
	err := p.conclude(part.Inventory, ctx.Err() != nil)
	switch {
	case err == nil:
		return nil
	case part.Retry:
		p.console.Hint("another try of this shard may read more: retry")
		return err
	}
	p.console.Hint("another try of this shard would read no more: no retry")
	if run.engine {
		return nil
	}
	return err
}

// workList are the accounts of the whole run.
func workList(s *source, read *inventory.Inventory) (list []shard.Account) {
	accounts := s.accounts.listed
	if len(accounts) == 0 {
		accounts = []awsclient.Account{{ID: read.Caller.AccountID}}
	}
	for _, a := range accounts {
		list = append(list, shard.Account{ID: a.ID, Name: a.Name, State: a.State, Regions: a.Usual(s.client, read.Caller.Partition)})
	}
	slices.SortFunc(list, func(a, b shard.Account) int { return cmp.Compare(a.ID, b.ID) })
	return slices.CompactFunc(list, func(a, b shard.Account) bool { return a.ID == b.ID })
}

// worthAnotherTry reports whether something is missing that was not denied, closed or
// unknown to the endpoint.
func worthAnotherTry(inv *inventory.Inventory) bool {
	for _, r := range inv.Regions {
		if r.Skipped {
			continue
		}
		for _, g := range r.Gaps {
			switch g.Kind {
			case inventory.Denied, inventory.DeniedByPolicy, inventory.NotOptedIn, inventory.Unsupported:
			default:
				return true
			}
		}
	}
	return false
}

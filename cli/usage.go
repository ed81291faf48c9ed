package cli

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// verdictWords are the verdicts as the command line and the tables write them.
var verdictWords = []string{"used", "shared-only", "unanswered", "unused", "not-known"}

func (p *program) usageVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "usage",
		Usage: "show which security group rules the traffic of VPC flow logs needed, and narrower rules for it",
		Description: "One line for each rule: it allowed connections that no other rule allows (used), another rule allows all of them too (shared-only), nothing answered them (unanswered), it allowed nothing and every hour is recorded (unused), or the records do not show it (not-known). " +
			"Without --flow-logs and --summary it lists the flow logs of the account, and how to read them. " +
			"Exit codes: 0 judged, 2 no flow log could be read or no record lies in the window, 3 a part of the account or of the flow logs could not be read.",
		Flags: append([]urfave.Flag{
			&urfave.StringSliceFlag{Name: "flow-logs", Category: categoryRead, Usage: "read flow logs from this `PATH`: a file, a folder as Amazon S3 holds them (text, also .gz, and Parquet), or s3://BUCKET/PREFIX; repeatable", TakesFile: true},
			&urfave.StringFlag{Name: "log-format", Category: categoryRead, Usage: "read files without a header line as these `FIELDS`: '${version} ${account-id} …' (default: as the flow logs of the account, or the default format, if the records are of version 2 and have its 14 columns)"},
			&urfave.StringSliceFlag{Name: "summary", Category: categoryRead, Usage: "read this `FILE` of --save-summary instead of flow logs, or beside them; repeatable", TakesFile: true},
			&urfave.StringFlag{Name: "save-summary", Category: categoryReport, Usage: "save what the flow logs were reduced to into this `FILE`", TakesFile: true},
			&urfave.StringFlag{Name: "since", Category: categoryRead, Usage: "judge from this `TIME` on: 30d, 2026-01-31 or 2026-01-31T12:00:00Z (default: the first record)"},
			&urfave.StringFlag{Name: "until", Category: categoryRead, Usage: "judge up to this `TIME` (default: the last record)"},
			&urfave.StringFlag{Name: "max-sources", Category: categoryReport, Usage: "propose at most `N` rules in the place of one (default: 10)"},
			choices(&urfave.StringSliceFlag{Name: "verdict", Category: categoryReport, Usage: "only rules with this `VERDICT`, repeatable: " + strings.Join(verdictWords, ", ")}, verdictWords...),
		}, append(athenaFlags(), listFlags(usageFormats)...)...),
		Action: p.usage,
	}
}

// choices is a repeatable flag that takes some words.
func choices(f *urfave.StringSliceFlag, words ...string) urfave.Flag {
	return offering(f, func() []candidate { return plainCandidates(words...) })
}

func (p *program) usage(c *urfave.Context) error {
	chosen, wrong := readPart(c)
	targets, bad := parseListTargets(c.StringSlice("output"), usageFormats)
	src, err := newSource(c, "input")
	since, early := parseTime(c, "since")
	until, late := parseTime(c, "until")
	verdicts, unknown := flagValues(c, "verdict", isVerdict)
	errs := []error{err, wrong, bad, early, late, unknown, notEmpty(c, "save-summary", "input", "config"), checkFormat(c, "log-format"), checkBuckets(c.StringSlice("flow-logs")), checkFlowLogs(c.StringSlice("flow-logs")), checkWindow(c, since, until)}
	inBuckets := slices.ContainsFunc(c.StringSlice("flow-logs"), flows.IsS3)
	if inBuckets && c.Bool("demo") {
		errs = append(errs, console.Usage("drop one of them", "--demo has flow logs of its own, and no credentials for Amazon S3"))
	}
	most, few := parseMost(c, "max-sources", 10)
	byAthena, unclear := readAthenaFlags(c)
	errs = append(errs, few, unclear)
	if file := c.String("save-summary"); file != "" {
		if err := writable(file); err != nil {
			errs = append(errs, fmt.Errorf("--save-summary %s: %w", file, err))
		}
	}
	errs = append(errs, summaryAlone(c, targets))
	if err := console.Combine(errs...); err != nil {
		return err
	}
	src.buckets = inBuckets || byAthena.named
	snapshot, err := p.loadInventory(src)
	if err != nil {
		return err
	}
	inv := snapshot.Inventory
	from := flowSource{
		logs: c.StringSlice("flow-logs"), summaries: c.StringSlice("summary"), demo: c.Bool("demo"), since: since, until: until, athena: byAthena, format: c.String("log-format"), client: &src.client,
	}
	if byAthena.ddl || byAthena.sql {
		return p.printStatements(c, snapshot, &from)
	}
	if !c.IsSet("flow-logs") && !c.IsSet("summary") && !c.Bool("demo") && !byAthena.named {
		if err := p.console.Print(flowLogList(inv, sameSource(c))); err != nil {
			return err
		}
		p.console.Warn("no flow logs were given, so no rule was judged")
		return status(exitIncomplete)
	}
	summary, err := p.readFlows(c.Context, inv, from)
	if err != nil {
		return err
	}
	if err := saveSummary(c.String("save-summary"), summary); err != nil {
		return err
	}
	report := usage.Judge(inv, summary, usage.Options{Since: since, Until: until, MaxSources: most, References: references()})
	p.tellFlows(inv, summary, report)
	if why := report.WhyNothing(); why != "" {
		return console.Usage(nothingHint(summary), "%s: no rule was judged", why)
	}
	scope := chosen.scope()
	report.Keep(func(r *usage.Rule) bool {
		return (scope == nil || scope(r.Region, r.Group)) && (len(verdicts) == 0 || slices.Contains(verdicts, string(r.Verdict)))
	})
	if err := p.writeUsage(targets, report, c.Bool("wide")); err != nil {
		return err
	}
	if len(report.Rules) == 0 && !p.warnNone(chosen, inv) {
		p.console.Say("no rules that match were found in %s", words.Count(len(inv.Regions), "region"))
	}
	if err := p.conclude(inv, c.Context.Err() != nil); err != nil || !report.Lost() {
		return err
	}
	return status(exitIncomplete)
}

// summaryAlone refuses to write a summary in place of a report of the same run.
func summaryAlone(c *urfave.Context, targets []listTarget) error {
	var taken destinations
	for _, t := range targets {
		taken.claim(t.file) // parseListTargets has refused two of one file
	}
	if file := c.String("save-summary"); file != "" && !taken.claim(file) {
		return console.Usage("give the summary a file of its own", "--save-summary %s: --output goes to that file", file)
	}
	return nil
}

// parseMost reads a number from 1 to 1000.
func parseMost(c *urfave.Context, flag string, standard int) (int, error) {
	if !c.IsSet(flag) {
		return standard, nil
	}
	n, err := strconv.Atoi(c.String(flag))
	if err != nil || n < 1 || n > 1000 {
		return 0, console.Usage("", "--%s %q is not a number from 1 to 1000", flag, c.String(flag))
	}
	return n, nil
}

// parseTime reads a time of the command line: so many days or hours ago, a day, or a
// time of RFC 3339.
func parseTime(c *urfave.Context, flag string) (time.Time, error) {
	text := c.String(flag)
	if !c.IsSet(flag) {
		return time.Time{}, nil
	}
	for unit, each := range map[string]time.Duration{"d": 24 * time.Hour, "h": time.Hour} {
		if number, found := strings.CutSuffix(text, unit); found {
			if n, err := strconv.Atoi(number); err == nil && n > 0 && n < 100000 {
				return time.Now().UTC().Add(-time.Duration(n) * each), nil
			}
		}
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, console.Usage("write it like 30d, 12h, 2026-01-31 or 2026-01-31T12:00:00Z", "--%s %q is not a time", flag, text)
}

// checkWindow refuses a window in which no record can lie.
func checkWindow(c *urfave.Context, since, until time.Time) error {
	switch {
	case !since.IsZero() && since.After(time.Now()):
		return console.Usage("", "--since %s is in the future: no record can lie in this window", c.String("since"))
	case !until.IsZero() && until.Unix() <= flows.Earliest():
		return console.Usage("", "--until %s is before June 2015, when flow logs came: no record can lie in this window", c.String("until"))
	case !since.IsZero() && !until.IsZero() && !since.Before(until):
		return console.Usage("", "--since is not before --until")
	}
	return nil
}

// references returns the groups that stand for an address, as ip-source-should-be-group
// finds them.
func references() func(*inventory.Region, string, netip.Addr) []string {
	solvers := map[*inventory.Region]*remedy.Solver{}
	return func(r *inventory.Region, vpc string, a netip.Addr) []string {
		s := solvers[r]
		if s == nil {
			s = remedy.NewSolver(r, reach.New(r))
			solvers[r] = s
		}
		found := s.Replace(vpc, netip.PrefixFrom(a, a.BitLen()))
		if len(found.Reasons) > 0 || len(found.New) > 0 || len(found.Kept) > 0 || len(found.Broad) > 0 {
			return nil
		}
		return found.Groups
	}
}

// mostNotes is how many notes about files are printed.
const mostNotes = 5

// tellNotes says what could not be read, what is missing because of it first, and the same
// of several files once.
func (p *program) tellNotes(s *flows.Summary) {
	var kinds []flows.Note // the first of each kind
	files := map[flows.Note]int{}
	kindOf := func(n flows.Note) flows.Note { return flows.Note{Text: n.Text, Loss: n.Loss} }
	for _, n := range s.Notes {
		if files[kindOf(n)]++; files[kindOf(n)] == 1 {
			kinds = append(kinds, n)
		}
	}
	slices.SortStableFunc(kinds, func(a, b flows.Note) int {
		switch {
		case a.Loss == b.Loss:
			return 0
		case a.Loss:
			return -1
		}
		return 1
	})
	for i, n := range kinds {
		if i == mostNotes {
			p.console.Warn("there are %d more such notes: -o json lists them", len(kinds)-i)
			break
		}
		more := ""
		if others := files[kindOf(n)] - 1; others > 0 {
			more = fmt.Sprintf(", and the same of %s", words.Count(others, "more file"))
		}
		p.console.Warn("%s%s", n, more)
	}
}

// tellFlows says what was read, and what could not be.
func (p *program) tellFlows(inv *inventory.Inventory, s *flows.Summary, r *usage.Report) {
	p.tellNotes(s)
	known := map[string]bool{"": true, "unknown": true}
	for _, region := range inv.Regions {
		known[region.AccountID] = true
	}
	for _, a := range s.Accounts {
		switch {
		case known[a.ID]:
		case foreignOwner(inv, s, a.ID):
			p.console.Warn("%d records name account %s, which the inventory does not hold: those of interfaces that the inventory holds count, because the id of an interface is unique, and the others are left out", a.Records, words.Plain(a.ID))
		default:
			p.console.Warn("%d records are of account %s, which the inventory does not hold: they are left out", a.Records, words.Plain(a.ID))
		}
	}
	if s.Outside > 0 {
		p.console.Say("%d records lie outside of the window and are left out", s.Outside)
	}
	if s.Records == 0 {
		return
	}
	part := ""
	if s.Part.Of > 0 {
		part = fmt.Sprintf(" (%d of them in summaries, of which %d of %s lie in the window)", s.Part.Records, s.Part.Rows, words.Count(s.Part.Of, "row"))
	}
	if r.Hours() == 0 {
		p.console.Warn("read %d records of %s%s: the window holds no full hour (such as 12:00 to 13:00 UTC), so no rule is called unused: choose a longer window", s.Records, words.Count(len(s.Interfaces), "interface"), part)
		return
	}
	p.console.Say("read %d records of %s%s: judged from %s to %s UTC (%s)", s.Records, words.Count(len(s.Interfaces), "interface"), part, day(r.First), day(r.Last), words.Count(r.Hours(), "hour"))
}

// foreignOwner reports whether flow logs name an account as the owner of an interface that
// the inventory holds.
func foreignOwner(inv *inventory.Inventory, s *flows.Summary, account string) bool {
	for _, r := range inv.Regions {
		for i := range r.Interfaces {
			if e := s.Interface(r.Interfaces[i].ID); e != nil && e.Account == account {
				return true
			}
		}
	}
	return false
}

// nothingHint says what to do where no record counts.
func nothingHint(s *flows.Summary) string {
	switch {
	case s.Records > 0:
		return "read the flow logs of the accounts, Regions and VPCs that the inventory holds"
	case s.Outside > 0:
		return "choose another window with --since and --until"
	}
	return "check the path of the flow logs: AWS delivers a line for each interface that is in use, also where nothing passed"
}

func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format("2006-01-02 15:04") }

// saveSummary writes what was read into a file, for a later run, if one was named.
func saveSummary(file string, summary *flows.Summary) error {
	if file == "" {
		return nil
	}
	return output.Replace(file, func(w io.Writer) error { return files.Compress(w, summary.Save) })
}

func isVerdict(word string) error {
	if !slices.Contains(verdictWords, word) {
		return console.Unknown("verdict", word, verdictWords)
	}
	return nil
}

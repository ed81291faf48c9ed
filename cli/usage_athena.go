package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/flows/athena"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

const categoryAthena = "Amazon Athena"

// dialects are those of --dialect.
var dialects = []string{string(athena.Trino), string(athena.Spark)}

// athenaFlags let Amazon Athena reduce flow logs, or print what it would be asked.
func athenaFlags() []urfave.Flag {
	return []urfave.Flag{
		&urfave.StringFlag{Name: "athena", Category: categoryAthena, Usage: "let Athena reduce the flow logs of the table `DATABASE.TABLE`, with one SELECT, in the Region of the credentials; Athena writes the result into S3"},
		&urfave.StringFlag{Name: "workgroup", Category: categoryAthena, Usage: "with --athena: the `NAME` of the workgroup (default: primary)"},
		&urfave.StringFlag{Name: "output-location", Category: categoryAthena, Usage: "with --athena: the folder `s3://BUCKET/PREFIX/` for the result, if the workgroup has none"},
		&urfave.StringFlag{Name: "max-scan", Category: categoryAthena, Usage: "with --athena: stop the query once it has scanned more than this `SIZE`, as 500MB, 100GB or 2TB (default: 1TB, which costs USD 5)"},
		&urfave.BoolFlag{Name: "sql", Category: categoryAthena, Usage: "print the SELECT that reduces the flow logs, and start nothing; with --athena for that table, else for the one of --ddl"},
		choice(&urfave.StringFlag{Name: "dialect", Category: categoryAthena, Value: string(athena.Trino), Usage: "with --sql: the `SQL` of trino (that of Athena) or spark"}, "dialect", dialects...),
		&urfave.BoolFlag{Name: "ddl", Category: categoryAthena, Usage: "print the statement that creates a table of the account's flow logs in Athena, and run nothing"},
	}
}

// athenaChoice is what the flags of athenaFlags say.
type athenaChoice struct {
	named           bool // --athena was given
	database, table string
	workgroup       string
	output          string
	maxScan         int64
	dialect         athena.Dialect
	sql, ddl        bool
}

// The table where no flag names one.
const (
	anyDatabase = "default"
	anyTable    = "sgaudit_flow_logs"
)

// workgroupName is the form of names of workgroups (Amazon Athena API reference, WorkGroup).
var workgroupName = words.Form(`^[a-zA-Z0-9._-]{1,128}$`)

func readAthenaFlags(c *urfave.Context) (*athenaChoice, error) {
	a := &athenaChoice{
		named: c.IsSet("athena"), database: anyDatabase, table: anyTable, workgroup: c.String("workgroup"), maxScan: 1e12,
		dialect: athena.Dialect(c.String("dialect")), sql: c.Bool("sql"), ddl: c.Bool("ddl"),
	}
	errs := []error{checkChoice(c, "dialect"), notEmpty(c, "workgroup", "output-location", "max-scan")}
	try := func(err error) { errs = append(errs, err) }
	var err error
	if a.named {
		if a.database, a.table, err = athena.ParseTable(c.String("athena")); err != nil {
			try(console.Usage("", "--athena: %v", err))
		}
	}
	if a.workgroup != "" && !workgroupName().MatchString(a.workgroup) {
		try(console.Usage("", "--workgroup %q is not the name of a workgroup", a.workgroup))
	}
	if location := c.String("output-location"); location != "" {
		if a.output, err = athena.ParseFolder(location); err != nil {
			try(console.Usage("write it like --output-location s3://my-bucket/athena/", "--output-location: %v", err))
		}
	}
	if size := c.String("max-scan"); size != "" {
		if a.maxScan, err = parseSize(size); err != nil {
			try(console.Usage("", "--max-scan: %v", err))
		}
	}
	for _, name := range []string{"workgroup", "output-location", "max-scan"} {
		if c.IsSet(name) && !a.named {
			try(console.Usage("", "--%s has an effect with --athena alone", name))
		}
	}
	switch {
	case a.sql && a.ddl:
		try(console.Usage("", "--sql and --ddl cannot be used together"))
	case c.IsSet("dialect") && !a.sql:
		try(console.Usage("", "--dialect has an effect with --sql alone"))
	case a.named && c.Bool("demo") && !a.ddl:
		try(console.Usage("drop one of them", "--demo brings its own flow logs: --athena cannot be used with it"))
	}
	return a, console.Combine(errs...)
}

// reduces reports whether Athena is to reduce flow logs.
func (a *athenaChoice) reduces() bool { return a.named && !a.sql && !a.ddl }

var sizeForm = words.Form(`^([0-9]{1,12})(MB|GB|TB)$`)

// parseSize reads a number of bytes like 100GB.
func parseSize(text string) (int64, error) {
	if m := sizeForm().FindStringSubmatch(strings.ToUpper(text)); m != nil {
		n, err := strconv.ParseInt(m[1], 10, 64)
		each := map[string]int64{"MB": 1e6, "GB": 1e9, "TB": 1e12}[m[2]]
		if err == nil && n > 0 && n <= (1<<62)/each {
			return n * each, nil
		}
	}
	return 0, fmt.Errorf("%q is not a size like 500MB, 100GB or 2TB", words.Cut(text, 60))
}

// size is a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1e12:
		return fmt.Sprintf("%.2f TB", float64(n)/1e12)
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// price is what scanning so many bytes costs: USD 5 for 1 TB in most Regions, and 10 MB
// at least for a query (Amazon Athena pricing).
func price(n int64) string {
	usd := 5 * float64(max(n, 10e6)) / 1e12
	if usd < 0.01 {
		return "less than USD 0.01"
	}
	return fmt.Sprintf("USD %.2f", usd)
}

// readAthena lets Athena reduce the flow logs of a table.
func (p *program) readAthena(ctx context.Context, inv *inventory.Inventory, s *flowSource) (*flows.Summary, error) {
	a := s.athena
	p.prepare(ctx, s.client)
	client, err := awsclient.Connect(ctx, *s.client)
	if err != nil {
		return nil, p.interrupted(ctx, err)
	}
	statement, err := p.athenaStatement(ctx, client, inv, s, athena.Trino)
	if err != nil {
		return nil, p.interrupted(ctx, err)
	}
	table := a.database + "." + a.table
	p.console.Say("Athena reduces the flow logs of %s with one SELECT. It does not say beforehand how much that scans: the query is stopped once it has scanned more than %s, which costs %s (USD 5 for 1 TB in most Regions). --max-scan sets another limit", table, size(a.maxScan), price(a.maxScan))
	reduction := flows.NewReduction(table)
	reduction.Within(s.since, s.until)
	line := p.console.StartProgress()
	defer line.End()
	began, state := time.Now(), ""
	q := &awsclient.Query{
		Statement: statement, Database: a.database, Workgroup: a.workgroup, OutputLocation: a.output, MaxScan: a.maxScan,
		Columns: flows.ReducedColumns, Row: reduction.Take,
		Progress: func(u awsclient.QueryState) {
			line.Set("Athena: %s, %s scanned, %d rows read, %.0f s", u.State, size(u.Scanned), u.Rows, time.Since(began).Seconds())
			if u.State != state {
				state = u.State
				p.console.Debug("the query %s is %s", words.Plain(u.ID), words.Plain(u.State))
			}
		},
	}
	end, err := client.Query(ctx, q)
	line.End()
	if err != nil {
		return nil, p.athenaEnded(ctx, err, a.maxScan)
	}
	p.console.Say("Athena scanned %s (%s) and returned %d rows", size(end.Scanned), price(end.Scanned), end.Rows)
	if a.maxScan > 0 && end.Scanned > a.maxScan {
		p.console.Warn("the query scanned more than --max-scan %s: it had finished before it could be stopped", size(a.maxScan))
	}
	if reduction.Summary().Records == 0 {
		return nil, noRecords(table, reduction)
	}
	return reduction.Summary(), nil
}

// noRecords is the error of a table without a record that counts: that is not the same
// as no traffic, of which flow logs have lines too.
func noRecords(table string, r *flows.Reduction) error {
	why := ""
	if n := r.Summary().Notes; len(n) > 0 {
		why = ": " + n[0].String()
	}
	if outside := r.Summary().Outside; outside > 0 {
		why += fmt.Sprintf(" (%d records are outside of the window)", outside)
	}
	return console.Usage("check the accounts, Regions and days of its partitions, and its LOCATION: `sgaudit usage --ddl` prints the statement that creates a table", "Athena found no record that counts in %s%s", table, why)
}

// athenaEnded says what ended a query that was interrupted, or that scanned too much.
func (p *program) athenaEnded(ctx context.Context, err error, most int64) error {
	var stopped *awsclient.QueryStopped
	if !errors.As(err, &stopped) {
		return p.interrupted(ctx, err)
	}
	cost := fmt.Sprintf("it had scanned %s (%s)", size(stopped.Scanned), price(stopped.Scanned))
	hint := ""
	if stopped.Err != nil {
		hint = "stop it: aws athena stop-query-execution --query-execution-id " + words.Plain(stopped.ID)
	}
	if !stopped.TooMuch {
		p.console.Fail(fmt.Sprintf("interrupted: %s; %s", words.Plain(stopped.Error()), cost), hint)
		return status(exitIncomplete)
	}
	if hint == "" {
		hint = "choose fewer days (--since, --until), have the flow logs delivered as Parquet, or raise --max-scan"
	}
	return &awsclient.SetupError{Message: fmt.Sprintf("%s: %s, and --max-scan is %s. No rule was judged", stopped.Error(), cost, size(most)), Hint: hint}
}

// athenaStatement writes the statement for the table as the data catalog has it.
func (p *program) athenaStatement(ctx context.Context, client *awsclient.Client, inv *inventory.Inventory, s *flowSource, d athena.Dialect) (string, error) {
	found, err := client.AthenaTable(ctx, s.athena.database, s.athena.table, s.athena.workgroup)
	if err != nil {
		return "", err
	}
	t := &athena.Table{Database: s.athena.database, Name: s.athena.table, Columns: found.Columns, View: found.View, Text: found.Text}
	for _, x := range found.Partitions {
		t.Partitions = append(t.Partitions, athena.Partition(x))
	}
	statement, notes, err := t.Reduction(d, reductionOptions(inv, s))
	for _, n := range notes {
		p.console.Warn("%s", n)
	}
	if err != nil {
		return "", console.Usage("", "%v", err)
	}
	return statement, nil
}

// reductionOptions are what the inventory knows about flow logs and interfaces.
func reductionOptions(inv *inventory.Inventory, s *flowSource) athena.Options {
	o := athena.Options{Since: s.since, Until: s.until, Now: time.Now(), Addresses: map[string][]netip.Addr{}}
	for _, r := range inv.Regions {
		o.Regions = append(o.Regions, r.Name)
		o.Accounts = append(o.Accounts, flowLogOwners(r)...)
		for i := range r.FlowLogs {
			if r.FlowLogs[i].Traffic == "REJECT" {
				o.RejectOnly = append(o.RejectOnly, r.FlowLogs[i].ID)
			}
		}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			for _, x := range e.Addresses {
				o.Addresses[e.ID] = append(o.Addresses[e.ID], x.Private)
			}
		}
	}
	return o
}

// flowLogOwners are the owners of flow logs that may have records of a region's
// interfaces: the account itself, and those that share a VPC with it.
func flowLogOwners(r *inventory.Region) []string {
	all := []string{r.AccountID}
	for i := range r.VPCs {
		all = append(all, r.VPCs[i].Owner)
	}
	for i := range r.Subnets {
		all = append(all, r.Subnets[i].Owner)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(id string) bool { return !inventory.IsAccountID(id) })
}

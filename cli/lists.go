package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

var directions = []string{"inbound", "outbound"}

// listCodes are the exit codes of the verbs that list what an account holds.
const listCodes = "Exit codes: 0 listed, 2 could not start or finish, 3 listed, but a region or a part of it could not be read."

// listFormats are those of the verbs that list rules and interfaces.
var listFormats = []string{"table", "csv", "json", "ndjson", "parquet"}

// usageFormats are those of the verb that lists which rules were used.
var usageFormats = []string{"table", "csv", "json"}

// listFlags are on the verbs that list what an account holds, in one of the formats.
func listFlags(formats []string, own ...urfave.Flag) []urfave.Flag {
	return append(append(own, []urfave.Flag{
		&urfave.StringSliceFlag{Name: "group", Category: categoryReport, Usage: "only the security group with this `ID` or name, in which * stands for any text; repeatable"},
		&urfave.StringSliceFlag{Name: "vpc", Category: categoryReport, Usage: "only the VPC with this `ID`; repeatable"},
		&urfave.StringSliceFlag{Name: "tag", Category: categoryReport, Usage: "only security groups with the tag `KEY=VALUE`, or with the tag KEY; repeatable, any of them"},
		wideFlag(),
		offering(&urfave.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Category: categoryReport, Usage: "write `FORMAT[=FILE]`, repeatable: " + strings.Join(formats, ", ") + " (default: table on standard output)"},
			func() []candidate { return plainCandidates(formats...) }),
	}...), sourceFlags()...)
}

// sourceFlags say where a verb takes an account from: the credentials, a file or
// the embedded account.
func sourceFlags() []urfave.Flag {
	return append([]urfave.Flag{
		&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "take the account from this `FILE` or folder, a snapshot or answers of the AWS CLI; AWS is not called", TakesFile: true},
		savedFlag(),
		demoFlag(),
		configFlag(),
	}, readFlags()...)
}

func (p *program) rulesVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "rules",
		Usage:       "list every security group rule with its exposure",
		Description: "One line for each rule: its group, direction, traffic, source, exposure, interfaces and findings. " + listCodes,
		Flags: listFlags(listFormats,
			tagColumnFlag(),
			&urfave.StringFlag{Name: "port", Category: categoryReport, Usage: "only rules that allow some of this `TRAFFIC`: tcp/22, udp/53, tcp/20-25, all"},
			choice(&urfave.StringFlag{Name: "direction", Category: categoryReport, Usage: "only rules of this `DIRECTION`: " + strings.Join(directions, ", ")}, "direction", directions...),
			&urfave.BoolFlag{Name: "open", Category: categoryReport, Usage: "only inbound rules that, alone or together with others of their group, allow traffic from the whole internet"},
			&urfave.StringFlag{Name: "source", Category: categoryReport, Usage: "only rules with this source (outbound: destination) `WHAT`: a group sg-..., a prefix list pl-..., any, or an address or block that it overlaps"},
		),
		Action: func(c *urfave.Context) error {
			choose, err := chooseRules(c)
			return p.list(c, (*tables.Tables).Rules, ruleList, choose, err)
		},
	}
}

func (p *program) interfacesVerb() *urfave.Command {
	return &urfave.Command{
		Name:        "interfaces",
		Usage:       "list every network interface with its groups and exposure",
		Description: "One line for each network interface: what uses it, its addresses, its security groups, its exposure and its findings. " + listCodes,
		Flags:       listFlags(listFormats, tagColumnFlag()),
		Action: func(c *urfave.Context) error {
			return p.list(c, (*tables.Tables).Interfaces, interfaceList, nil, nil)
		},
	}
}

// list judges an account and writes one of its tables.
func (p *program) list(c *urfave.Context, table func(*tables.Tables) *tables.Table, columns func(digits int) shownList, rule func(*inventory.Region, *inventory.Group) func(*inventory.Rule) bool, mistake error) error {
	targets, err := parseListTargets(c.StringSlice("output"), listFormats)
	chosen, wrong := readPart(c)
	src, bad := newSource(c, "input")
	tags, none := tagColumns(c, len(targets) == 0 || slices.ContainsFunc(targets, func(t listTarget) bool { return t.format != "table" }), listFormats[1:])
	if err := console.Combine(mistake, err, wrong, bad, none, notEmpty(c, "port", "source", "input", "config")); err != nil {
		return err
	}
	inv, report, conf, err := p.judgeSource(src, c.String("config"))
	if err != nil {
		return err
	}
	shown := columns(findings.Digits(report.Findings))
	shown.onlyWide = c.Bool("wide")
	rows := table(tables.New(inv, report, tables.Options{Services: conf.Settings.Names, Scope: chosen.scope(), Rule: rule, TagColumns: tags}))
	var errs []error
	for _, t := range targets {
		if t.file != "" {
			errs = append(errs, output.Replace(t.file, func(w io.Writer) error { return t.write(w, rows, &shown, report.StartedAt, 0) }))
			continue
		}
		errs = append(errs, p.console.Stream(func(w io.Writer) error { return t.write(w, rows, &shown, report.StartedAt, p.console.Width()) }))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if isEmpty(rows) && !p.warnNone(chosen, inv) {
		p.console.Say("no %s that match were found in %s", rows.Name, words.Count(len(inv.Regions), "region"))
	}
	return p.conclude(inv, c.Context.Err() != nil)
}

// isEmpty reports whether a table has no row.
func isEmpty(t *tables.Table) bool {
	for range t.Rows {
		return false
	}
	return true
}

// listTarget is one place that a list goes to.
type listTarget struct{ format, file string }

func (t listTarget) write(w io.Writer, rows *tables.Table, shown *shownList, at time.Time, width int) error {
	switch t.format {
	case "csv":
		return output.ListCSV(w, rows)
	case "json":
		return output.ListJSON(w, rows)
	case "ndjson":
		return output.ListLines(w, rows, at)
	case "parquet":
		return output.ListParquet(w, rows, at)
	}
	return shown.write(w, rows, width)
}

// parseListTargets reads values of the form FORMAT[=FILE], with one of the formats.
func parseListTargets(values, formats []string) (targets []listTarget, err error) {
	if len(values) == 0 {
		values = []string{"table"}
	}
	var errs []error
	var taken destinations
	for _, value := range values {
		format, file, _, err := splitOutput(value, formats)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if file != "" && os.IsPathSeparator(file[len(file)-1]) {
			errs = append(errs, console.Usage("name a file; sgaudit audit -o rules-parquet=lake/ writes a file for each region", "--output %s: %s is a folder", value, file))
			continue
		}
		if file != "" {
			if err := writable(file); err != nil {
				errs = append(errs, fmt.Errorf("--output %s: %w", value, err))
			}
		}
		if !taken.claim(file) {
			errs = append(errs, console.Usage("give all but one a file of its own, as in -o csv=rules.csv", "--output %s: a format goes there already", value))
		}
		targets = append(targets, listTarget{format, file})
	}
	return targets, console.Combine(errs...)
}

// judgeSource reads an account and audits it by the configuration of that name.
func (p *program) judgeSource(src *source, name string) (*inventory.Inventory, *findings.Report, *config.Config, error) {
	conf, err := config.Read(name)
	if err != nil {
		return nil, nil, nil, err
	}
	opts, err := conf.Choose(nil, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	s, err := p.loadInventory(src)
	if err != nil {
		return nil, nil, nil, err
	}
	report := p.evaluate(s, opts, conf.Exceptions, s.TakenAt)
	report.Finish()
	return s.Inventory, report, conf, nil
}

package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/flows/athena"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// printStatements prints what --ddl or --sql asks for.
func (p *program) printStatements(c *urfave.Context, snapshot *inventory.Snapshot, s *flowSource) error {
	a := s.athena
	if a.sql && a.named {
		p.prepare(c.Context, s.client)
		client, err := awsclient.Connect(c.Context, *s.client)
		if err != nil {
			return p.interrupted(c.Context, err)
		}
		statement, err := p.athenaStatement(c.Context, client, snapshot.Inventory, s, a.dialect)
		if err != nil {
			return p.interrupted(c.Context, err)
		}
		return p.console.Print(statement + ";\n")
	}
	var out strings.Builder
	for i, d := range p.destinations(snapshot) {
		table := a.table
		if i > 0 {
			table = fmt.Sprintf("%s_%d", a.table, i+1)
			out.WriteString("\n")
		}
		text, err := d.statement(a, table, snapshot.Inventory, s)
		if err != nil {
			p.console.Warn("no statement for the flow logs in %s: %v", d.Folder, err)
			continue
		}
		fmt.Fprintf(&out, "-- %s: %s.\n%s", words.List(d.logs, 3), d.what(), text)
	}
	if out.Len() == 0 {
		return console.Usage("", "no flow log is delivered to a place of which a statement can be written")
	}
	return p.console.Print(out.String())
}

// destination is a place in S3 with the flow logs that are delivered there.
type destination struct {
	athena.Place
	logs []string // their ids
}

func (d *destination) what() string {
	kind := "text"
	if d.Parquet {
		kind = "Parquet"
	}
	return kind + " in " + d.Folder
}

// statement is the DDL of a place, or the SELECT over the table that it creates.
func (d *destination) statement(a *athenaChoice, table string, inv *inventory.Inventory, s *flowSource) (string, error) {
	if a.ddl {
		text, err := d.DDL(a.database, table)
		return text + ";\n", err
	}
	t, err := d.Table(a.database, table)
	if err != nil {
		return "", err
	}
	text, _, err := t.Reduction(a.dialect, reductionOptions(inv, s)) // such a table has all partitions
	return text + ";\n", err
}

// destinations are the places to which flow logs are delivered as files of one form;
// where there is none, one of the default format with a placeholder. Text of one table
// has one format, because it is read by the order of its columns.
func (p *program) destinations(snapshot *inventory.Snapshot) []*destination {
	var all []*destination
	first := map[*destination]time.Time{}
	formats := map[string]string{} // of text files, by folder
	for _, r := range snapshot.Inventory.Regions {
		for i := range r.FlowLogs {
			l := &r.FlowLogs[i]
			place := placeOf(r, l)
			if place == nil {
				continue
			}
			if before, known := formats[place.Folder]; known && before != l.Format && !l.Parquet {
				p.console.Warn("flow logs of several formats are delivered to %s as text: Athena reads text by the order of its columns, so a table of one format reads the files of the others wrongly", place.Folder)
			}
			if !l.Parquet {
				formats[place.Folder] = l.Format
			}
			d := find(all, place)
			if d == nil {
				d = &destination{Place: *place}
				all = append(all, d)
				first[d] = l.Created
			}
			d.logs = append(d.logs, l.ID)
			d.Accounts, d.Regions = append(d.Accounts, r.AccountID), append(d.Regions, r.Name)
			if l.Created.Before(first[d]) {
				first[d] = l.Created
			}
		}
	}
	if len(all) == 0 {
		d := &destination{Place: athena.Place{Folder: athena.AnyFolder}, logs: []string{"no flow log with files in S3 was read, so this is for the default format"}}
		for _, r := range snapshot.Inventory.Regions {
			d.Accounts, d.Regions = append(d.Accounts, r.AccountID), append(d.Regions, r.Name)
		}
		all = append(all, d)
	}
	for _, d := range all {
		d.finish(cmp.Or(first[d], snapshot.TakenAt.AddDate(-1, 0, 0)))
	}
	slices.SortFunc(all, func(x, y *destination) int { return cmp.Compare(x.Folder, y.Folder) })
	return all
}

// placeOf returns where a flow log of a region is delivered to, nil if it is not a bucket
// of S3 or the flow log has rejected traffic only.
func placeOf(r *inventory.Region, l *inventory.FlowLog) *athena.Place {
	m := bucketPath().FindStringSubmatch(l.Destination)
	if m == nil || l.Traffic == "REJECT" || !inventory.IsAccountID(r.AccountID) || !inventory.IsRegion(r.Name) {
		return nil
	}
	return &athena.Place{Folder: "s3://" + strings.TrimSuffix(m[1], "/") + "/", Format: l.Format, Parquet: l.Parquet, Hive: l.Hive, Hourly: l.Hourly}
}

// finish sorts the lists of a destination; its tables begin at the day of a time.
func (d *destination) finish(begin time.Time) {
	d.FirstDay = begin.UTC().Format("2006/01/02")
	for _, list := range []*[]string{&d.Accounts, &d.Regions, &d.logs} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
}

// find returns the destination for files of the same form; Parquet is read by the names
// of columns.
func find(all []*destination, p *athena.Place) *destination {
	for _, d := range all {
		if d.Folder == p.Folder && d.Parquet == p.Parquet && d.Hive == p.Hive && d.Hourly == p.Hourly && (d.Format == p.Format || p.Parquet) {
			return d
		}
	}
	return nil
}

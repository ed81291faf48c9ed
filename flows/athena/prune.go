package athena

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// margin is how long before or after the records of a file its folder's day may be: AWS
// delivers what is late in later files. It is flows' margin.
const margin = 24 * time.Hour

// Names of partitions, as AWS's statements and its integration template have them.
var (
	accountNames = []string{"accid", "account", "account_id", "accountid", "aws-account-id", "aws_account_id"}
	regionNames  = []string{"region", "aws-region", "aws_region"}
	dayNames     = []string{"day", "date", "dt", "date_partition", "datehour"}
)

// partitionName is a name that may stand between quotation marks.
var partitionName = words.Form(`^[a-z0-9_-]{1,255}$`)

// partition returns the first partition with one of the names.
func (t *Table) partition(names ...string) *Partition {
	for i := range t.Partitions {
		if p := &t.Partitions[i]; slices.Contains(names, p.Name) && partitionName().MatchString(p.Name) {
			return p
		}
	}
	return nil
}

// pruned returns the condition that keeps an engine from reading the folders of other
// accounts, regions and days, and notes about what it does not narrow.
func (t *Table) pruned(d Dialect, o *Options) (where string, notes []string, err error) {
	// A header is not a record. Spark reads it as one.
	all := []string{fmt.Sprintf("coalesce(CAST(%s AS %s), '') <> 'interface-id'", d.quoted(t.column("interface_id")), d.text())}
	among := func(p *Partition, values []string, ok func(string) bool) error {
		if p == nil || len(values) == 0 {
			return nil
		}
		var list []string
		for _, v := range values {
			if !ok(v) {
				return fmt.Errorf("%q is not an account or a region", words.Cut(v, 60))
			}
			list = append(list, literal(p, v))
		}
		slices.Sort(list)
		all = append(all, d.quoted(p.Name)+" IN ("+strings.Join(slices.Compact(list), ", ")+")")
		return nil
	}
	if err := among(t.partition(accountNames...), o.Accounts, inventory.IsAccountID); err != nil {
		return "", nil, err
	}
	if err := among(t.partition(regionNames...), o.Regions, inventory.IsRegion); err != nil {
		return "", nil, err
	}
	if o.Since.IsZero() && o.Until.IsZero() {
		return strings.Join(all, "\n                AND "), []string{fmt.Sprintf("without --since the query scans every day of %s.%s: give one, as in --since 30d, to scan only the days that are needed", t.Database, t.Name)}, nil
	}
	first, last := o.Since.Add(-margin).UTC(), o.Until.Add(margin).UTC()
	if o.Since.IsZero() {
		first = time.Date(2015, 6, 1, 0, 0, 0, 0, time.UTC)
	}
	if o.Until.IsZero() {
		last = o.Now.Add(margin).UTC()
	}
	days, note := t.days(d, first, last)
	if days != "" {
		all = append(all, days)
	}
	if note != "" {
		notes = append(notes, note)
	}
	return strings.Join(all, "\n                AND "), notes, nil
}

// literal is a value of a partition.
func literal(p *Partition, value string) string {
	if isNumber(p) {
		return strings.TrimLeft(value[:len(value)-1], "0") + value[len(value)-1:]
	}
	return "'" + value + "'"
}

func isNumber(p *Partition) bool {
	return slices.Contains([]string{"int", "bigint", "smallint", "integer"}, p.Type)
}

// days narrows to days, both of them included.
func (t *Table) days(d Dialect, first, last time.Time) (condition, note string) {
	year, month, of := t.partition("year"), t.partition("month"), t.partition("day")
	if year != nil && month != nil {
		return "(" + strings.Join(months(d, year, month, of, first, last), "\n                OR ") + ")", ""
	}
	p := t.partition(dayNames...)
	if p == nil {
		return "", fmt.Sprintf("the table %s.%s has no partition for days: all of it is scanned, whatever the window", t.Database, t.Name)
	}
	if p.Type == "date" {
		return fmt.Sprintf("%s BETWEEN DATE '%s' AND DATE '%s'", d.quoted(p.Name), first.Format(time.DateOnly), last.Format(time.DateOnly)), ""
	}
	layout, known := map[string]string{"yyyy/MM/dd": "2006/01/02", "yyyy-MM-dd": "2006-01-02", "yyyyMMdd": "20060102", "yyyy/MM/dd/HH": "2006/01/02/15", "yyyy-MM-dd-HH": "2006-01-02-15"}[p.Format]
	if !known {
		return "", fmt.Sprintf("the table %s.%s does not say in which form its partition %s has days (projection.%s.format): all of it is scanned, whatever the window", t.Database, t.Name, p.Name, p.Name)
	}
	first, last = first.Truncate(day*time.Second), last.Truncate(day*time.Second).Add((day-1)*time.Second)
	return fmt.Sprintf("%s BETWEEN %s AND %s", d.quoted(p.Name), literal(p, first.Format(layout)), literal(p, last.Format(layout))), ""
}

// months narrows to days by partitions for years, months and days, which have their
// numbers with leading zeros or without.
func months(d Dialect, year, month, of *Partition, first, last time.Time) (all []string) {
	both := func(p *Partition, n int) string {
		if isNumber(p) || n >= 10 {
			return literal(p, fmt.Sprint(n))
		}
		return fmt.Sprintf("'%d', '%02d'", n, n)
	}
	for at := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC); !at.After(last); at = at.AddDate(0, 1, 0) {
		next := at.AddDate(0, 1, 0)
		condition := fmt.Sprintf("%s IN (%s) AND %s IN (%s)", d.quoted(year.Name), both(year, at.Year()), d.quoted(month.Name), both(month, int(at.Month())))
		if of != nil && (first.After(at) || last.Before(next.AddDate(0, 0, -1))) {
			var list []string
			for x := at; x.Before(next); x = x.AddDate(0, 0, 1) {
				if x.AddDate(0, 0, 1).After(first) && !x.After(last) {
					list = append(list, both(of, x.Day()))
				}
			}
			condition += fmt.Sprintf(" AND %s IN (%s)", d.quoted(of.Name), strings.Join(list, ", "))
		}
		all = append(all, condition)
	}
	return all
}

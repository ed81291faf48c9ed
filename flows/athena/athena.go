// Package athena writes SQL about VPC flow logs: the statement that creates a table of
// them in Amazon Athena, and the query that reduces such a table to the rows that
// flows.Reduction takes, which are those of flows.Read over the same records.
//
// It calls nothing and starts nothing. Names and texts come into a statement only
// after their form was checked. Facts are from the Amazon Athena user guide, Query
// Amazon VPC flow logs and Partition projection with Amazon Athena.
package athena

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Dialect is the SQL of an engine.
type Dialect string

// The dialects. Trino's is that of Athena's engine version 3.
const (
	Trino Dialect = "trino"
	Spark Dialect = "spark"
)

// Table is a table of flow logs.
type Table struct {
	Database, Name string
	Columns        []string    // names, without those of the partitions
	Partitions     []Partition // in their order
	View           bool        // it is a view: the file of a record is not known
	Text           bool        // its files are text: a column that a line does not reach is NULL, and "-" is not
}

// Partition is a column that the folders of a table say.
type Partition struct {
	Name   string
	Type   string // string, int, date, ...
	Format string // of dates, as partition projection has it: yyyy/MM/dd; empty: not known
}

// name is what a database or a table may be called. Athena keeps names in small letters.
var name = words.Form(`^[a-z0-9_][a-z0-9_-]{0,254}$`)

// ParseTable reads DATABASE.TABLE.
func ParseTable(text string) (database, table string, err error) {
	database, table, found := strings.Cut(strings.ToLower(text), ".")
	if !found || !name().MatchString(database) || !name().MatchString(table) {
		return "", "", fmt.Errorf("%q is not DATABASE.TABLE with names of letters, digits, _ and -", words.Cut(text, 100))
	}
	return database, table, nil
}

// columnNames are the names under which tables have a field, the usual one first: it
// is also that of Parquet files. The others are of the statement that AWS printed for
// version 2 before 2021.
var columnNames = map[string][]string{
	"account_id": {"account_id", "account"}, "interface_id": {"interface_id", "interfaceid"},
	"srcaddr": {"srcaddr", "sourceaddress"}, "dstaddr": {"dstaddr", "destinationaddress"},
	"srcport": {"srcport", "sourceport"}, "dstport": {"dstport", "destinationport"},
	"protocol": {"protocol"}, "packets": {"packets", "numpackets"}, "bytes": {"bytes", "numbytes"},
	"start": {"start", "starttime"}, "end": {"end", "endtime"}, "action": {"action"}, "log_status": {"log_status", "logstatus"},
	"tcp_flags": {"tcp_flags"}, "pkt_srcaddr": {"pkt_srcaddr"}, "pkt_dstaddr": {"pkt_dstaddr"}, "flow_direction": {"flow_direction"},
}

// column returns the name of the column with a field; empty where the table has none.
func (t *Table) column(field string) string {
	for _, name := range columnNames[field] {
		if slices.Contains(t.Columns, name) {
			return name
		}
	}
	return ""
}

// lacks returns the fields without which a record cannot be attributed to a rule, and
// which the table does not have.
func (t *Table) lacks() (missing []string) {
	for _, field := range []string{"interface_id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "start", "end", "action"} {
		if t.column(field) == "" && (!strings.HasSuffix(field, "addr") || t.column("pkt_"+field) == "") {
			missing = append(missing, field)
		}
	}
	return missing
}

// quoted is a name in a query.
func (d Dialect) quoted(name string) string {
	if d == Spark {
		return "`" + name + "`"
	}
	return `"` + name + `"`
}

// text is the name of the type of texts.
func (d Dialect) text() string {
	if d == Spark {
		return "string"
	}
	return "varchar"
}

// masked is the bits of a number that are set in a mask.
func (d Dialect) masked(number, mask string) string {
	if d == Spark {
		return "(" + number + " & " + mask + ")"
	}
	return "bitwise_and(" + number + ", " + mask + ")"
}

// anyBit gathers the bits of all rows of a group.
func (d Dialect) anyBit(set string) string {
	if d == Spark {
		return "bit_or(" + set + ")"
	}
	return "bitwise_or_agg(" + set + ")"
}

// matches is true for a text that has a form. Forms have no backslash, which Spark reads
// differently.
func (d Dialect) matches(text, form string) string {
	if d == Spark {
		return text + " RLIKE '" + form + "'"
	}
	return "regexp_like(" + text + ", '" + form + "')"
}

// path is the file of a row.
func (d Dialect) path() string {
	if d == Spark {
		return "input_file_name()"
	}
	return `"$path"`
}

// fill puts the values for the words in braces into a text.
func fill(text string, values ...string) string { return strings.NewReplacer(values...).Replace(text) }

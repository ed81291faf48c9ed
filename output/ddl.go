package output

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/columnar"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// storage says how Athena reads each kind of file. Parquet is read by the names of
// the columns, and so is JSON.
var storage = map[string]string{
	"parquet": "STORED AS PARQUET",
	"ndjson":  "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'\nSTORED AS TEXTFILE",
}

// anyLocation stands where no location was given. Athena refuses capital letters
// in it, so that it cannot be forgotten.
const anyLocation = "s3://BUCKET/PREFIX/"

// location is the form of a folder in S3, without the characters that would end a
// text of SQL.
var location = words.Form(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*()=-]+/)*$`)

// HasDDL reports whether DDL knows the format.
func HasDDL(f *Format) bool { return f.table != nil }

// DDL returns the statement that creates the table of a format in Athena, over what
// SaveFolder wrote and a copy brought to a folder in S3, which is empty where it is
// not known yet.
//
// Partitions are registered by MSCK REPAIR TABLE. Athena could compute their names
// instead (partition projection), but only from lists of accounts and regions in
// the statement: those that are missing there would be left out of every answer
// without a word.
func DDL(f *Format, folder string) (string, error) {
	if f.table == nil {
		return "", fmt.Errorf("%s has no columns, and Athena cannot read it as a table", f.Name)
	}
	if folder == "" {
		folder = anyLocation
	} else if folder = strings.TrimSuffix(folder, "/") + "/"; !location().MatchString(folder) || strings.Contains(folder, "/../") {
		return "", fmt.Errorf("%q is not a folder in S3: that is s3://, the name of a bucket, and names of letters, digits and ! _ . * ( ) = - between slashes", words.Cut(folder, 200))
	}
	table := f.table(tables.New(&inventory.Inventory{}, &findings.Report{}, tables.Options{}))
	kind, name := f.kind(), "sgaudit_"+table.Name
	var out strings.Builder
	fmt.Fprintf(&out, "-- sgaudit writes -o %s=FOLDER/ as account=ACCOUNT/region=REGION/part-0.%s.\n", f.Name, kind)
	fmt.Fprintf(&out, "-- Run this after the table was created, and whenever an account or a region is new:\n--   MSCK REPAIR TABLE `%s`\n", name)
	fmt.Fprintf(&out, "CREATE EXTERNAL TABLE IF NOT EXISTS `%s` (", name)
	comma := ""
	for _, c := range lakeColumns(table) {
		if c.Name != "region" { // which the partition has
			fmt.Fprintf(&out, "%s\n  `%s` %s", comma, c.Name, athenaType(c.Kind, kind))
			comma = ","
		}
	}
	fmt.Fprintf(&out, "\n)\nPARTITIONED BY (`account` string, `region` string)\n%s\nLOCATION '%s'\n", storage[kind], folder)
	return out.String(), nil
}

// athenaType is the type of a column. JSON has no times, only texts.
func athenaType(k columnar.Kind, kind string) string {
	switch {
	case k == columnar.Number:
		return "bigint"
	case k == columnar.Time && kind == "parquet":
		return "timestamp"
	}
	return "string"
}

package athena

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

var (
	flowLogID = words.Form(`^fl-[0-9a-f]{1,40}$`)
	// folder is one in S3, without the characters that would end a text of SQL or
	// a name of partition projection.
	folder = words.Form(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/([A-Za-z0-9!_.*()=-]+/)*$`)
)

// Place is where flow logs are delivered in S3, and how (Amazon EC2 API reference,
// FlowLog and DestinationOptionsResponse).
type Place struct {
	Folder            string // s3://BUCKET/PREFIX/, without AWSLogs
	Format            string // of the records: ${version} ${account-id} ...; empty: the default format
	Parquet           bool
	Hive, Hourly      bool // folders as Hive names them; one for each hour
	Accounts, Regions []string
	FirstDay          string // yyyy/MM/dd
}

// AnyFolder stands where the folder is not known. Athena refuses its capital letters,
// so that a statement with it cannot create a table.
const AnyFolder = "s3://BUCKET/PREFIX/"

// ParseFolder reads s3://BUCKET/PREFIX/, with or without the last slash.
func ParseFolder(text string) (string, error) {
	with := strings.TrimSuffix(text, "/") + "/"
	if !folder().MatchString(with) || strings.Contains(with, "/../") || strings.Contains(with, "/./") {
		return "", fmt.Errorf("%q is not a folder in S3: that is s3://, the name of a bucket, and names of letters, digits and ! _ . * ( ) = - between slashes", words.Cut(text, 200))
	}
	return with, nil
}

// Table is the table that DDL creates.
func (p *Place) Table(database, table string) (*Table, error) {
	fields, err := flows.FormatFields(p.Format)
	if err != nil {
		return nil, err
	}
	t := &Table{Database: database, Name: table, Text: !p.Parquet}
	for _, f := range fields {
		t.Columns = append(t.Columns, strings.ReplaceAll(f, "-", "_"))
	}
	for _, c := range p.partitions() {
		t.Partitions = append(t.Partitions, Partition{Name: c.name, Type: "string", Format: c.format})
	}
	return t, nil
}

// projected is a partition of which Athena computes the folders.
type projected struct {
	name, kind, values string // kind of values: enum, date, integer
	format             string // of dates
	digits             int    // of integers
}

// partitions are those of the table: the folders between AWSLogs and the files. Their
// names differ from those of all fields, because a table has a name once.
func (p *Place) partitions() []projected {
	accounts, regions := strings.Join(p.Accounts, ","), strings.Join(p.Regions, ",")
	year, _, _ := strings.Cut(p.FirstDay, "/")
	var all []projected
	if p.Hive {
		all = []projected{
			{name: "aws-account-id", kind: "enum", values: accounts},
			{name: "aws-service", kind: "enum", values: "vpcflowlogs"},
			{name: "aws-region", kind: "enum", values: regions},
			{name: "year", kind: "integer", values: year + ",2040"},
			{name: "month", kind: "integer", values: "1,12", digits: 2},
			{name: "day", kind: "integer", values: "1,31", digits: 2},
		}
	} else {
		all = []projected{
			{name: "accid", kind: "enum", values: accounts},
			{name: "aws_region", kind: "enum", values: regions},
			{name: "day", kind: "date", values: p.FirstDay + ",NOW", format: "yyyy/MM/dd"},
		}
	}
	if p.Hourly {
		all = append(all, projected{name: "hour", kind: "integer", values: "0,23", digits: 2})
	}
	return all
}

// template is the folder of a partition.
func (p *Place) template() string {
	if !p.Hive {
		text := p.Folder + "AWSLogs/${accid}/vpcflowlogs/${aws_region}/${day}"
		if p.Hourly {
			text += "/${hour}"
		}
		return text + "/"
	}
	text := p.Folder + "AWSLogs/"
	for _, c := range p.partitions() {
		text += c.name + "=${" + c.name + "}/"
	}
	return text
}

// DDL returns the statement that creates a table of a place in Athena, with partition
// projection: no partition has to be registered.
func (p *Place) DDL(database, table string) (string, error) {
	t, err := p.Table(database, table)
	if err != nil {
		return "", err
	}
	if err := p.check(); err != nil {
		return "", err
	}
	var out strings.Builder
	fmt.Fprintf(&out, "CREATE EXTERNAL TABLE `%s`.`%s` (", database, table)
	for i, c := range t.Columns {
		comma := ","
		if i == 0 {
			comma = ""
		}
		fmt.Fprintf(&out, "%s\n  `%s` %s", comma, c, typeOf(c))
	}
	out.WriteString("\n)\nPARTITIONED BY (")
	var properties []string
	property := func(name, value string) { properties = append(properties, fmt.Sprintf("  '%s' = '%s'", name, value)) }
	if !p.Parquet {
		property("skip.header.line.count", "1")
	}
	property("projection.enabled", "true")
	for i, c := range p.partitions() {
		if i > 0 {
			out.WriteString(", ")
		}
		fmt.Fprintf(&out, "`%s` string", c.name)
		property("projection."+c.name+".type", c.kind)
		if c.kind == "enum" {
			property("projection."+c.name+".values", c.values)
		} else {
			property("projection."+c.name+".range", c.values)
		}
		if c.format != "" {
			property("projection."+c.name+".format", c.format)
		}
		if c.digits > 0 {
			property("projection."+c.name+".digits", fmt.Sprint(c.digits))
		}
	}
	property("storage.location.template", p.template())
	stored := "ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '"
	if p.Parquet {
		stored = "STORED AS PARQUET"
	}
	fmt.Fprintf(&out, ")\n%s\nLOCATION '%sAWSLogs/'\nTBLPROPERTIES (\n%s\n)\n", stored, p.Folder, strings.Join(properties, ",\n"))
	return out.String(), nil
}

var firstDay = words.Form(`^20[0-9]{2}/[01][0-9]/[0-3][0-9]$`)

// check holds what comes into the statement to its form.
func (p *Place) check() error {
	if _, err := ParseFolder(p.Folder); err != nil && p.Folder != AnyFolder {
		return err
	}
	switch {
	case len(p.Accounts) == 0 || len(p.Regions) == 0:
		return fmt.Errorf("the accounts and the regions of the flow logs in %s are not known", p.Folder)
	case slices.ContainsFunc(p.Accounts, func(a string) bool { return !inventory.IsAccountID(a) }):
		return fmt.Errorf("an account of %s is not an account id", p.Folder)
	case slices.ContainsFunc(p.Regions, func(r string) bool { return !inventory.IsRegion(r) }):
		return fmt.Errorf("a region of %s is not a region", p.Folder)
	case !firstDay().MatchString(p.FirstDay):
		return fmt.Errorf("%q is not a day like 2026/01/31", words.Cut(p.FirstDay, 60))
	}
	return nil
}

// typeOf is the type of a column (Amazon VPC user guide, flow log records, Parquet
// types). Text tables take the same: what is not a number is NULL then.
func typeOf(column string) string {
	switch column {
	case "version", "srcport", "dstport", "protocol", "tcp_flags", "traffic_path", "encryption_status":
		return "int"
	case "packets", "bytes", "start", "end":
		return "bigint"
	}
	return "string"
}

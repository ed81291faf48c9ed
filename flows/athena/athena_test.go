package athena_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/flows/athena"
)

var columns = strings.Fields("account_id interface_id srcaddr dstaddr srcport dstport protocol packets bytes start end action log_status tcp_flags pkt_srcaddr pkt_dstaddr flow_direction")

func day(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

var now = day("2026-11-26")

func reduction(t *testing.T, table *athena.Table, o athena.Options) (string, []string) {
	t.Helper()
	if o.Now.IsZero() {
		o.Now = now
	}
	table.Database, table.Name = "logs", "flow_logs"
	if table.Columns == nil {
		table.Columns = columns
	}
	text, notes, err := table.Reduction(athena.Trino, o)
	if err != nil {
		t.Fatal(err)
	}
	return text, notes
}

// The condition of a statement names the partitions of the accounts, regions and days
// that are asked for, with a day before and after them for what AWS delivers late.
func TestPartitions(t *testing.T) {
	o := athena.Options{Accounts: []string{"222222222222", "111111111111", "222222222222"}, Regions: []string{"eu-west-1"}, Since: day("2026-09-29"), Until: day("2026-11-02")}
	text := func(names string) (all []athena.Partition) {
		for _, name := range strings.Fields(names) {
			name, kind, _ := strings.Cut(name, ":")
			kind, format, _ := strings.Cut(kind, ":")
			all = append(all, athena.Partition{Name: name, Type: kind, Format: format})
		}
		return all
	}
	for _, c := range []struct {
		name, partitions string
		want             []string
		note             string
	}{
		{"that of --ddl", "accid:string aws_region:string day:string:yyyy/MM/dd", []string{`"accid" IN ('111111111111', '222222222222')`, `"aws_region" IN ('eu-west-1')`, `"day" BETWEEN '2026/09/28' AND '2026/11/03'`}, ""},
		{"days with hyphens", "date:string:yyyy-MM-dd", []string{`"date" BETWEEN '2026-09-28' AND '2026-11-03'`}, ""},
		{"days with hours", "datehour:string:yyyy/MM/dd/HH", []string{`"datehour" BETWEEN '2026/09/28/00' AND '2026/11/03/23'`}, ""},
		{"dates", "day:date", []string{`"day" BETWEEN DATE '2026-09-28' AND DATE '2026-11-03'`}, ""},
		{"numbers", "account:bigint day:int:yyyyMMdd", []string{`"account" IN (111111111111, 222222222222)`, `"day" BETWEEN 20260928 AND 20261103`}, ""},
		{"as Hive has it", "aws-account-id:string aws-service:string aws-region:string year:string month:string day:string", []string{
			`"aws-account-id" IN ('111111111111', '222222222222')`, `"aws-region" IN ('eu-west-1')`,
			`("year" IN ('2026') AND "month" IN ('9', '09') AND "day" IN ('28', '29', '30')`,
			`OR "year" IN ('2026') AND "month" IN ('10')` + "\n",
			`OR "year" IN ('2026') AND "month" IN ('11') AND "day" IN ('1', '01', '2', '02', '3', '03'))`,
		}, ""},
		{"numbers of months", "year:int month:int day:int", []string{`"year" IN (2026) AND "month" IN (9) AND "day" IN (28, 29, 30)`}, ""},
		{"no partition", "", nil, "has no partition for days"},
		{"days of a form that is not known", "day:string", nil, "projection.day.format"},
		{"a name that would end a name", `day":string:yyyy/MM/dd`, nil, "has no partition for days"},
	} {
		got, notes := reduction(t, &athena.Table{Partitions: text(c.partitions)}, o)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: the statement does not have %s:\n%s", c.name, want, got[strings.Index(got, "FROM \"logs\""):])
			}
		}
		if all := strings.Join(notes, "\n"); c.note == "" && all != "" || !strings.Contains(all, c.note) {
			t.Errorf("%s: notes: %s", c.name, all)
		}
	}
	got, notes := reduction(t, &athena.Table{Partitions: text("day:string:yyyy/MM/dd")}, athena.Options{})
	if all := strings.Join(notes, "\n"); strings.Contains(got, `"day" BETWEEN`) || !strings.Contains(all, "without --since the query scans every day of logs.flow_logs") {
		t.Errorf("without a window the days are narrowed, or nothing is said: %s", all)
	}
	got, _ = reduction(t, &athena.Table{Partitions: text("day:string:yyyy/MM/dd")}, athena.Options{Since: day("2026-11-01")})
	if !strings.Contains(got, `"day" BETWEEN '2026/10/31' AND '2026/11/27'`) {
		t.Error("a window without an end does not end today")
	}
}

// Nothing of a name, an id or an address comes into a statement that has not its form.
func TestHostileValues(t *testing.T) {
	const hostile = "x' OR 1=1; DROP TABLE y --"
	for _, text := range []string{"", "flow_logs", "a.b.c", `a."b"`, "a.b;", "a.", ".b", "a.b c", "a.b'", "a.b`", "ä.b", "a." + strings.Repeat("b", 256), "../a.b"} {
		if _, _, err := athena.ParseTable(text); err == nil {
			t.Errorf("%q is taken as a table", text)
		}
	}
	if database, table, err := athena.ParseTable("Logs.Flow-Logs_2"); err != nil || database != "logs" || table != "flow-logs_2" {
		t.Errorf("%s %s %v", database, table, err)
	}
	table := &athena.Table{Database: "logs", Name: "t", Columns: append([]string{hostile}, columns...), Partitions: []athena.Partition{{Name: "accid", Type: "string"}, {Name: "region", Type: "string"}, {Name: "day", Type: "string", Format: hostile}, {Name: hostile}}}
	for name, o := range map[string]athena.Options{
		"account":  {Accounts: []string{hostile}},
		"region":   {Regions: []string{hostile}},
		"flow log": {RejectOnly: []string{hostile}},
	} {
		if text, _, err := table.Reduction(athena.Trino, o); err == nil {
			t.Errorf("a hostile %s is taken:\n%s", name, text)
		}
	}
	text, _, err := table.Reduction(athena.Trino, athena.Options{Since: now, Now: now, Addresses: map[string][]netip.Addr{hostile: {netip.MustParseAddr("10.0.0.1")}, "eni-1": {netip.MustParseAddr("fe80::1%'x"), {}}}})
	if err != nil || strings.Contains(text, "DROP") || strings.Contains(text, "'x") || strings.Contains(text, ";") {
		t.Errorf("%v\n%s", err, text)
	}
	for name, p := range map[string]athena.Place{
		"folder":  {Folder: "s3://bucket/" + hostile + "/"},
		"account": {Accounts: []string{hostile}},
		"region":  {Regions: []string{hostile}},
		"format":  {Format: "${version} ${" + hostile + "}"},
		"field":   {Format: flows.DefaultFormat + " ${x'y}"},
		"day":     {FirstDay: hostile},
		"nothing": {Accounts: []string{}},
	} {
		whole := place()
		switch {
		case p.Folder != "":
			whole.Folder = p.Folder
		case p.Accounts != nil:
			whole.Accounts = p.Accounts
		case p.Regions != nil:
			whole.Regions = p.Regions
		case p.Format != "":
			whole.Format = p.Format
		case p.FirstDay != "":
			whole.FirstDay = p.FirstDay
		}
		if text, err := whole.DDL("logs", "t"); err == nil {
			t.Errorf("a hostile %s is taken:\n%s", name, text)
		}
	}
}

func place() athena.Place {
	return athena.Place{Folder: "s3://our-logs/flows/", Accounts: []string{"111111111111", "222222222222"}, Regions: []string{"eu-west-1", "us-east-1"}, FirstDay: "2026/01/31"}
}

// A statement for a table of each kind has its columns in the order of the format, its
// folders, and the properties by which Athena computes them.
func TestDDL(t *testing.T) {
	p := place()
	p.Format = "${start} ${end} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${action} ${region} ${new-in-v12}"
	for _, c := range []struct {
		name                  string
		parquet, hive, hourly bool
		want                  string
	}{
		{"text", false, false, false, `CREATE EXTERNAL TABLE .logs.\..t. \(\s+.start. bigint,\s+.end. bigint,\s+.interface_id. string,.*.region. string,\s+.new_in_v12. string\s+\)
PARTITIONED BY \(.accid. string, .aws_region. string, .day. string\)
ROW FORMAT DELIMITED FIELDS TERMINATED BY ' '
LOCATION 's3://our-logs/flows/AWSLogs/'
.*'skip.header.line.count' = '1'.*'projection.accid.values' = '111111111111,222222222222'.*'projection.day.range' = '2026/01/31,NOW'.*
  'storage.location.template' = 's3://our-logs/flows/AWSLogs/\$\{accid\}/vpcflowlogs/\$\{aws_region\}/\$\{day\}/'
\)`},
		{"by hours", false, false, true, `.day. string, .hour. string\).*'projection.hour.range' = '0,23',\s+'projection.hour.digits' = '2',.*/\$\{day\}/\$\{hour\}/'`},
		{"Parquet, as Hive has it", true, true, false, `PARTITIONED BY \(.aws-account-id. string, .aws-service. string, .aws-region. string, .year. string, .month. string, .day. string\)
STORED AS PARQUET
.*'projection.year.range' = '2026,2040',.*'projection.month.digits' = '2'.*AWSLogs/aws-account-id=\$\{aws-account-id\}/aws-service=\$\{aws-service\}/aws-region=\$\{aws-region\}/year=\$\{year\}/month=\$\{month\}/day=\$\{day\}/'`},
	} {
		p.Parquet, p.Hive, p.Hourly = c.parquet, c.hive, c.hourly
		text, err := p.DDL("logs", "t")
		if err != nil || !regexp.MustCompile("(?s)^.*"+c.want).MatchString(text) {
			t.Errorf("%s: %v\n%s\ndoes not match\n%s", c.name, err, text, c.want)
		}
		if strings.Contains(text, "skip.header") == c.parquet {
			t.Errorf("%s: the header of text is a row, or a row of Parquet is skipped", c.name)
		}
		names := map[string]bool{}
		for _, m := range regexp.MustCompile("`([^`.]+)` (?:int|bigint|string)").FindAllStringSubmatch(text, -1) {
			if names[m[1]] {
				t.Errorf("%s: two columns are named %s", c.name, m[1])
			}
			names[m[1]] = true
		}
	}
}

// A line of text that does not reach to the last column with a text is damaged: what is
// missing is NULL there. Of Parquet, NULL is a column that a file does not have.
func TestLinesThatAreCutOff(t *testing.T) {
	p := place()
	p.Format = "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${start} ${end} ${action} ${tcp-flags} ${flow-direction}"
	for _, parquet := range []bool{false, true} {
		p.Parquet = parquet
		table, err := p.Table("logs", "t")
		if err != nil {
			t.Fatal(err)
		}
		text, _, err := table.Reduction(athena.Trino, athena.Options{Now: now, Since: now})
		want := `("interface_id" IS NOT NULL AND "srcaddr" IS NOT NULL AND "dstaddr" IS NOT NULL AND "action" IS NOT NULL AND "flow_direction" IS NOT NULL) AS whole`
		if parquet {
			want = "true AS whole"
		}
		if err != nil || !strings.Contains(text, want) || !strings.Contains(text, "WHEN NOT d.whole THEN 'columns'") {
			t.Errorf("Parquet %v: %v: the statement does not have %s", parquet, err, want)
		}
	}
}

// The services with ports from 512 to 1023 are those of the records in files.
func TestServicePorts(t *testing.T) {
	text, _ := reduction(t, &athena.Table{}, athena.Options{})
	if !strings.Contains(text, "THEN CASE WHEN k.own_port < 512 OR k.own_port IN (514, 515, ") || strings.Count(text, "993, 995)") != 4 {
		t.Error("the statement does not name the ports of services")
	}
}

// A table by the names that AWS printed before 2021 is known; one without a needed
// column is refused.
func TestColumns(t *testing.T) {
	old := strings.Fields("version account interfaceid sourceaddress destinationaddress sourceport destinationport protocol numpackets numbytes starttime endtime action logstatus")
	text, _ := reduction(t, &athena.Table{Columns: old}, athena.Options{})
	for _, want := range []string{`CAST("sourceaddress" AS varchar), '-'), '') AS t_srcaddr`, `CAST(NULL AS varchar), '-'), '') AS t_tcp_flags`, `CAST("starttime" AS varchar)`} {
		if !strings.Contains(text, want) {
			t.Errorf("the statement does not have %s", want)
		}
	}
	for _, lacking := range []string{"interface_id", "srcport", "start", "action"} {
		var some []string
		for _, c := range columns {
			if c != lacking {
				some = append(some, c)
			}
		}
		if _, _, err := (&athena.Table{Database: "a", Name: "b", Columns: some}).Reduction(athena.Trino, athena.Options{Now: now}); err == nil || !strings.Contains(err.Error(), lacking) {
			t.Errorf("without %s: %v", lacking, err)
		}
	}
	view, notes := reduction(t, &athena.Table{View: true}, athena.Options{RejectOnly: []string{"fl-1"}})
	if strings.Contains(view, `"$path"`) || len(notes) != 2 {
		t.Errorf("of a view the file is asked for, or nothing is said: %v", notes)
	}
	counted, _ := reduction(t, &athena.Table{}, athena.Options{RejectOnly: []string{"fl-1", "fl-0a"}})
	if !strings.Contains(counted, "coalesce(j.flow_log NOT IN ('fl-0a', 'fl-1'), true) AS counted") {
		t.Error("records of flow logs of rejected traffic count as coverage")
	}
}

// More addresses than a statement holds are left out if the table has the direction,
// and an error if it has not.
func TestLongStatements(t *testing.T) {
	o := athena.Options{Now: now, Addresses: map[string][]netip.Addr{}}
	a := netip.MustParseAddr("10.0.0.0")
	for range 20000 {
		o.Addresses["eni-0a"] = append(o.Addresses["eni-0a"], a)
		a = a.Next()
	}
	text, _ := reduction(t, &athena.Table{}, o)
	if len(text) > athena.MostBytes || strings.Contains(text, "eni-0a 10.") {
		t.Errorf("a statement of %d bytes", len(text))
	}
	_, _, err := (&athena.Table{Database: "a", Name: "b", Columns: columns[:len(columns)-1]}).Reduction(athena.Trino, o)
	if err == nil || !strings.Contains(err.Error(), "has no flow_direction") {
		t.Errorf("%v", err)
	}
}

// Each statement is one SELECT that names the table once, so that it is scanned once,
// with the columns that flows.Reduction takes.
func TestOneSelect(t *testing.T) {
	for _, d := range []athena.Dialect{athena.Trino, athena.Spark} {
		table := &athena.Table{Database: "logs", Name: "flow_logs", Columns: columns}
		text, _, err := table.Reduction(d, athena.Options{Now: now, Since: now, Addresses: map[string][]netip.Addr{"eni-0a": {netip.MustParseAddr("10.0.0.1")}}})
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, "SELECT\n") || strings.Count(text, "flow_logs") != 1 || strings.ContainsAny(text, ";\\") || strings.Contains(text, "{") && !strings.Contains(text, "{1,") {
			t.Errorf("%s:\n%s", d, text)
		}
		if strings.Count(text, "(") != strings.Count(text, ")") {
			t.Errorf("%s: parentheses do not match", d)
		}
		for i, name := range flows.ReducedColumns {
			if !strings.Contains(text, " AS "+name+",\n") && !strings.Contains(text, " AS "+name+"\nFROM") {
				t.Errorf("%s: column %d, %s, is not selected", d, i, name)
			}
		}
	}
}

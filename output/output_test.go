package output_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/repeat"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
)

var update = flag.Bool("update", false, "write the golden files")

// report holds one of everything that formats stumble over.
func report() *findings.Report {
	hostile := "=cmd|' /C calc'!A1, \"quoted\"\r\nnext \x1b[31mred\x1b[0m 東京"
	r := &findings.Report{
		Tool: findings.Tool{Name: "sgaudit", Version: "1"}, Depth: "network", Caller: findings.Caller{AccountID: "012345678901", ARN: "arn:aws:iam::012345678901:user/auditor", Partition: "aws"},
		Coverage: []findings.Coverage{
			{AccountID: "012345678901", Region: "eu-west-1", Status: "complete", SecurityGroups: 3, Rules: 9, NetworkInterfaces: 2},
			{AccountID: "012345678901", Region: "us-east-1", Status: "failed", Gaps: []findings.Gap{{
				Operation: "ec2:DescribeSecurityGroups", Kind: "denied", Code: "UnauthorizedOperation", Message: "the caller lacks the permission ec2:DescribeSecurityGroups",
			}}},
		},
		Findings: []findings.Finding{
			{
				ID: "0a", Check: "admin-port-open-to-internet", Title: "Remote administration port is open", Severity: findings.Critical, BaseSeverity: findings.High,
				Status: "open", AccountID: "012345678901", Region: "eu-west-1", VPCID: "vpc-1", GroupID: "sg-1", GroupName: hostile, ResourceID: "sg-1",
				Tags: map[string]string{"b": "2", "a": "=1"}, Services: []string{"SSH", "RDP"}, Attached: 2,
				Rule:     findings.NewRule(findings.RuleText{Direction: "ingress", Protocol: "tcp", Ports: "22-3389", Source: "2001:0db8:1111:2222:3333:4444:5555:6666/128", RuleIDs: []string{"sgr-1", "sgr-2"}, Description: "@here"}),
				Exposure: findings.Exposure{Verdict: "reachable", Evidence: []string{"eni-1 holds 198.51.100.1"}},
				Message:  "SSH and RDP are open to the internet by a rule whose words are many enough to be wrapped more than once on narrow terminals",
				Fix:      findings.Fix{Summary: "Close it.", Commands: []string{"aws ec2 revoke-security-group-ingress"}},
			},
			{
				ID: "0b", Check: "unused-group", Title: "Security group is unused", Severity: findings.Low, BaseSeverity: findings.Low, Status: "open",
				AccountID: "012345678901", Region: "eu-west-1", GroupID: "sg-2", GroupName: "-1", ResourceID: "sg-2", Message: "no interface carries sg-2",
			},
		},
		NotEvaluated: []findings.NotEvaluated{{Check: "unused-group", AccountID: "012345678901", Region: "us-east-1", Reason: "security groups were not read"}},
	}
	r.Finish()
	return r
}

func write(t *testing.T, format string, r *findings.Report, o output.Options) string {
	t.Helper()
	f, ok := output.Lookup(format)
	if !ok {
		t.Fatalf("no format %s", format)
	}
	if f.Lists && o.Tables == nil {
		o.Tables = listed()
	}
	var out bytes.Buffer
	if err := f.Write(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// listed are tables of an inventory in which every text is hostile, and which
// could not be read in full.
func listed() *tables.Tables {
	prefix := func(s string) inventory.Peer { return inventory.PrefixPeer(netip.MustParsePrefix(s)) }
	at := func(n string) string { return hostile + n }
	tags := []inventory.Tag{{Key: at("key"), Value: at("value")}, {Key: "=1+1", Value: "x"}}
	region := &inventory.Region{
		AccountID: "012345678901", AccountName: at("account"), Partition: "aws", Name: "eu-west-1",
		Read: inventory.DepthNetwork.Parts(), Asked: inventory.DepthNetwork.Parts(),
		Gaps: []inventory.Gap{{Part: inventory.PartVPCs, Operation: "ec2:DescribeVpcs", Kind: inventory.Denied, Code: at("code"), Message: at("message")}},
		Groups: []inventory.Group{
			{ID: "sg-1", Name: at("group"), VPC: "vpc-1", Owner: "012345678901", Description: at("description"), Tags: tags, Rules: []inventory.Rule{
				{Traffic: inventory.Ports(inventory.TCP, 22, 3389), Peer: prefix("0.0.0.0/0"), Description: "@here", IDs: []string{"sgr-1", "sgr-2"}, Tags: tags},
				{Traffic: inventory.All, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-2"}}, Description: at("rule")},
				{Traffic: inventory.All, Peer: inventory.Peer{List: "pl-1"}},
			}},
			{ID: "sg-2", Name: "=1+1", VPC: "vpc-1", Owner: "012345678901"},
		},
		PrefixLists: []inventory.PrefixList{{ID: "pl-1", Name: at("list")}},
		Interfaces:  []inventory.Interface{{ID: "eni-1", Groups: []string{"sg-1", "sg-2"}, Description: at("interface"), Type: at("type"), Tags: tags}},
	}
	inv := &inventory.Inventory{Caller: inventory.Caller{AccountID: "012345678901", Partition: "aws"}, Depth: inventory.DepthNetwork, Regions: []*inventory.Region{region}}
	inv.Normalize()
	return tables.New(inv, report(), tables.Options{Services: func(inventory.Traffic) []string { return []string{at("service")} }})
}

// The bytes of each format, at the widths that people have. Written anew with
// go test ./output -update.
func TestGolden(t *testing.T) {
	cases := map[string]struct {
		format string
		o      output.Options
	}{
		"json": {"json", output.Options{}}, "ndjson": {"ndjson", output.Options{}}, "csv": {"csv", output.Options{}},
		"rules-csv": {"rules-csv", output.Options{}}, "groups-csv": {"groups-csv", output.Options{}}, "interfaces-csv": {"interfaces-csv", output.Options{}},
		"rules-ndjson": {"rules-ndjson", output.Options{}}, "groups-ndjson": {"groups-ndjson", output.Options{}}, "interfaces-ndjson": {"interfaces-ndjson", output.Options{}},
		"parquet": {"parquet", output.Options{}}, "rules-parquet": {"rules-parquet", output.Options{}}, "groups-parquet": {"groups-parquet", output.Options{}}, "interfaces-parquet": {"interfaces-parquet", output.Options{}},
		"table-pipe": {"table", output.Options{}}, "table-60": {"table", output.Options{Width: 60}}, "table-80": {"table", output.Options{Width: 80}},
		"table-200": {"table", output.Options{Width: 200}}, "table-wide": {"table", output.Options{Width: 200, Wide: true}},
		"table-by-region": {"table", output.Options{Width: 80, GroupBy: "region"}}, "table-columns": {"table", output.Options{Width: 80, Columns: []string{"id", "check", "rule"}}},
		"table-80-color": {"table", output.Options{Width: 80, Color: true}},
	}
	golden := map[string]bool{"html": true, "xlsx": true} // compressed: packages page and sheet, and TestWorkbook, test them
	for _, tc := range cases {
		golden[tc.format] = true
	}
	for format := range machines { // TestMachineGolden
		golden[format] = true
	}
	for _, f := range output.Formats() {
		if !golden[f.Name] && machines[f.Name] == nil { // TestMachineGolden has those
			t.Errorf("the format %s has no golden file", f.Name)
		}
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			got := write(t, tc.format, report(), tc.o)
			if isParquet(tc.format) {
				got = parquetText(t, got)
			}
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Ids, addresses and ports are whole at every width, and a terminal is not
// overrun where the free text can give way.
func TestTableNeverCuts(t *testing.T) {
	r := report()
	for width := range 260 {
		compact := write(t, "table", r, output.Options{Width: width})
		text := write(t, "table", r, output.Options{Width: width, Wide: true})
		for _, whole := range []string{"sg-1", "2001:0db8:1111:2222:3333:4444:5555:6666/128", "22-3389", "CRITICAL", "reachable", "eu-west-1", "ec2:DescribeSecurityGroups"} {
			if !strings.Contains(text, whole) {
				t.Fatalf("at width %d %q is cut:\n%s", width, whole, text)
			}
			if rule := whole[0] == '2'; !rule && !strings.Contains(compact, whole) {
				t.Fatalf("at width %d %q is cut:\n%s", width, whole, compact)
			}
		}
		if strings.ContainsAny(compact, "\x1b\r") {
			t.Fatalf("at width %d control characters of a name reach the terminal", width)
		}
		if strings.ContainsAny(text, "\x1b\r") {
			t.Fatalf("at width %d control characters of a name reach the terminal", width)
		}
	}
}

func TestCSVOpensCleanly(t *testing.T) {
	text := write(t, "csv", report(), output.Options{})
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], output.Columns) {
		t.Errorf("header: %q", rows[0])
	}
	if len(rows) != 1+2+1+1 {
		t.Fatalf("%d rows, want a header, two findings, the region that was not read, and the check that was not evaluated", len(rows))
	}
	for _, row := range rows[1:] {
		if len(row) != len(output.Columns) {
			t.Errorf("%d cells", len(row))
		}
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				t.Errorf("a spreadsheet would run %q", cell)
			}
		}
	}
	if last := rows[3]; last[slices.Index(output.Columns, "status")] != "not-evaluated" || last[slices.Index(output.Columns, "region")] != "us-east-1" {
		t.Errorf("the unread region: %q", last)
	}
	if last := rows[4]; last[slices.Index(output.Columns, "check")] != "unused-group" || last[slices.Index(output.Columns, "message")] != "security groups were not read" {
		t.Errorf("what was not evaluated: %q", last)
	}
	if lines := strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n"); len(lines) != 5 || strings.Contains(strings.Join(lines, ""), "\n") {
		t.Error("a cell breaks its line")
	}
}

func TestNDJSONIsOneRecordALine(t *testing.T) {
	kinds := map[string]int{}
	for line := range strings.Lines(write(t, "ndjson", report(), output.Options{})) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		kinds[record["record"].(string)]++
	}
	want := map[string]int{"run": 1, "coverage": 2, "finding": 2, "not_evaluated": 1, "summary": 1}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Error(diff)
	}
}

var errFull = errors.New("no space left")

// full takes n bytes and then no more.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.left {
		n := f.left
		f.left = 0
		return n, errFull
	}
	f.left -= len(p)
	return len(p), nil
}

// Wherever the disk is full, the error comes back, wrapped. Long formats are
// tried at 400 places.
func TestFullDisk(t *testing.T) {
	for _, f := range output.Formats() {
		o := output.Options{Tables: listed()}
		var out bytes.Buffer
		if err := f.Write(&out, report(), o); err != nil {
			t.Fatal(err)
		}
		places := repeat.Times(400)
		if f.Name == "xlsx" { // a workbook takes long to make
			places = 40
		}
		for n := 0; n < out.Len(); n += max(1, out.Len()/places) {
			if err := f.Write(&full{n}, report(), o); !errors.Is(err, errFull) {
				t.Fatalf("%s with room for %d bytes: %v", f.Name, n, err)
			}
		}
	}
}

func TestSaveIsAllOrNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "report.json")
	if err := os.WriteFile(file, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	broken := &output.Format{Name: "broken", Write: func(w io.Writer, _ *findings.Report, _ output.Options) error {
		_, _ = io.WriteString(w, "half")
		return errFull
	}}
	if err := output.Save(file, broken, report(), output.Options{}); !errors.Is(err, errFull) {
		t.Errorf("saving: %v", err)
	}
	if text, _ := os.ReadFile(file); string(text) != "old" {
		t.Errorf("a report that failed has left %q", text)
	}
	f, _ := output.Lookup("json")
	if err := output.Save(filepath.Join(t.TempDir(), "missing", "x.json"), f, report(), output.Options{}); err == nil {
		t.Error("a folder that is not there is no error")
	}
	if err := output.Save(file, f, report(), output.Options{}); err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(file)
	if !json.Valid(text) {
		t.Error("the file is not whole")
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(file), "*")); len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
}

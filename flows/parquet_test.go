package flows_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/sgaudit/sgaudit/flows"
)

// numberFields are the fields that AWS writes as integers: of 32 bits, and of 64.
var numberFields = map[string]int{
	"version": 32, "srcport": 32, "dstport": 32, "protocol": 32, "tcp-flags": 32, "traffic-path": 32, "encryption-status": 32,
	"packets": 64, "bytes": 64, "start": 64, "end": 64,
}

// asParquet writes the lines of a flow log, of which the first is the header, as AWS
// writes them as Parquet: names with underscores, integers as such, "-" as null among
// integers. Among texts it is null where dash is false. A value that is not a number
// makes a column of text.
func asParquet(t testing.TB, text string, dash bool, options ...parquet.WriterOption) []byte {
	t.Helper()
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	names := strings.Fields(lines[0])
	rows := make([][]string, 0, len(lines)-1)
	bits := map[int]int{}
	for i, n := range names {
		bits[i] = numberFields[n]
	}
	for _, line := range lines[1:] {
		row := strings.Fields(line)
		if len(row) != len(names) {
			t.Fatalf("%q has not the columns of %q", line, lines[0])
		}
		for i, value := range row {
			if _, err := strconv.ParseInt(value, 10, max(bits[i], 1)); err != nil && value != "-" {
				bits[i] = 0
			}
		}
		rows = append(rows, row)
	}
	group := parquet.Group{}
	for i, n := range names {
		node := parquet.Encoded(parquet.String(), &parquet.RLEDictionary)
		if bits[i] > 0 {
			node = parquet.Int(bits[i])
		}
		group[strings.ReplaceAll(n, "-", "_")] = parquet.Optional(node)
	}
	schema := parquet.NewSchema("flow_logs", group)
	place := map[string]int{}
	for i, path := range schema.Columns() {
		place[path[0]] = i
	}
	var out bytes.Buffer
	w := parquet.NewGenericWriter[any](&out, append([]parquet.WriterOption{schema, parquet.Compression(&parquet.Gzip)}, options...)...)
	for _, values := range rows {
		row := make(parquet.Row, len(names))
		for i, value := range values {
			at := place[strings.ReplaceAll(names[i], "-", "_")]
			n, _ := strconv.ParseInt(value, 10, 64)
			switch {
			case value == "-" && (bits[i] > 0 || !dash):
				row[at] = parquet.NullValue().Level(0, 0, at)
			case bits[i] == 32:
				row[at] = parquet.Int32Value(int32(n)).Level(0, 1, at)
			case bits[i] == 64:
				row[at] = parquet.Int64Value(n).Level(0, 1, at)
			default:
				row[at] = parquet.ByteArrayValue([]byte(value)).Level(0, 1, at)
			}
		}
		if _, err := w.WriteRows([]parquet.Row{row}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func writeBytes(t testing.TB, folder, name string, text []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The same records make the same summary, to the row, as text and as Parquet, in each
// compression, with absent values as null and as "-", and in folders of both kinds, with
// and without the layout of Hive.
func TestParquetIsText(t *testing.T) {
	lines := randomLines(rand.New(rand.NewPCG(11, 1)), 12000)
	whole := header + "\n" + strings.Join(lines, "\n") + "\n"
	want := text(read(t, flows.Options{}, write(t, t.TempDir(), "x.log", whole)))
	for name, codec := range map[string]compress.Codec{"none": &parquet.Uncompressed, "snappy": &parquet.Snappy, "gzip": &parquet.Gzip, "zstd": &parquet.Zstd} {
		for _, dash := range []bool{false, true} {
			path := writeBytes(t, t.TempDir(), "x.log.parquet", asParquet(t, whole, dash, parquet.Compression(codec), parquet.PageBufferSize(1<<15), parquet.MaxRowsPerRowGroup(5000)))
			s := read(t, flows.Options{}, path)
			if got := text(s); got != want || len(s.Notes) > 0 {
				t.Fatalf("%s, dash %v: %s; %v", name, dash, firstDifference(got, want), s.Notes)
			}
		}
	}
	mixed := t.TempDir()
	parts := []string{
		"AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=10/day=01/hour=00/123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_1a2b3c.log.parquet",
		"AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/10/02/123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261002T0000Z_1a2b3c.log.gz",
		"other/no-ending-of-aws.parquet", "other/x.log",
	}
	for i, name := range parts {
		part := header + "\n" + strings.Join(lines[i*3000:(i+1)*3000], "\n") + "\n"
		if strings.HasSuffix(name, ".parquet") {
			writeBytes(t, mixed, name, asParquet(t, part, i == 0))
		} else {
			write(t, mixed, name, part)
		}
	}
	s := read(t, flows.Options{}, mixed)
	s.Notes = slices.DeleteFunc(s.Notes, ofAnotherDay)
	if got := text(s); got != want || len(s.Notes) > 0 {
		t.Errorf("a folder of both kinds: %s; %v", firstDifference(got, want), s.Notes)
	}
}

// What a Parquet file says about itself is not trusted, and what cannot be read of it is
// said with the file; the rest of the folder is read.
func TestDamagedParquet(t *testing.T) {
	const name = "records.log.parquet"
	lines := randomLines(rand.New(rand.NewPCG(12, 1)), 9000)
	good := asParquet(t, header+"\n"+strings.Join(lines, "\n")+"\n", true, parquet.MaxRowsPerRowGroup(3000))
	broken := bytes.Clone(good)
	copy(broken[len(broken)*2/3:], make([]byte, 4000))
	for what, c := range map[string]struct {
		file []byte
		note string
		most uint64
	}{
		"cut off":          {good[:len(good)/2], "not a Parquet file, or it is cut off", 0},
		"empty":            {nil, "not a Parquet file", 0},
		"text":             {[]byte(v2Header + "\n" + v2Line + "\n"), "not a Parquet file", 0},
		"damaged midway":   {broken, "damaged", 6000},
		"without a column": {asParquet(t, strings.Replace(v2Header, "dstport", "port", 1)+"\n"+v2Line+"\n", false), "it lacks dstport", 0},
	} {
		folder := t.TempDir()
		write(t, folder, "a.log", v2Header+"\n"+v2Back+"\n")
		path := writeBytes(t, folder, name, c.file)
		s := read(t, flows.Options{Addresses: ownAddress, Now: time.Unix(begin, 0).AddDate(0, 2, 0)}, folder)
		if s.Records < 1 || s.Records > c.most+1 || len(s.Notes) != 1 || s.Notes[0].File != path || !s.Notes[0].Loss || !strings.Contains(s.Notes[0].Text, c.note) {
			t.Errorf("%s: %d records, %v, want %s", what, s.Records, s.Notes, c.note)
		}
	}
}

// Numbers may be texts, and texts numbers, as tables that were made of flow logs have
// them; what has not the form of its column is left out, with its row.
func TestParquetForms(t *testing.T) {
	type wide struct {
		Interface string  `parquet:"interface_id"`
		Direction string  `parquet:"flow_direction"`
		Source    string  `parquet:"srcaddr"`
		Target    string  `parquet:"dstaddr"`
		SrcPort   string  `parquet:"srcport"`
		DstPort   int64   `parquet:"dstport"`
		Protocol  int64   `parquet:"protocol"`
		Start     int64   `parquet:"start"`
		End       int64   `parquet:"end"`
		Action    string  `parquet:"action"`
		Account   int64   `parquet:"account-id"`
		Status    *string `parquet:"log_status,optional"`
	}
	row := wide{"eni-0a", "ingress", "10.0.1.7", "10.0.0.5", "40000", 443, 6, begin, begin + 60, "ACCEPT", 123456789012, nil}
	rows := slices.Repeat([]wide{row}, 7)
	rows[2].DstPort, rows[3].SrcPort, rows[4].Protocol, rows[5].Start, rows[6].End = 70000, "x", -1, -5, 1<<45
	var out bytes.Buffer
	w := parquet.NewGenericWriter[wide](&out)
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := writeBytes(t, t.TempDir(), "x.parquet", out.Bytes())
	s := read(t, flows.Options{}, path)
	if s.Records != 2 || len(s.Notes) != 1 || fmt.Sprint(s.Accounts) != "[{123456789012 2}]" || s.Notes[0].String() != path+", row 3: a value has not the form of its column: the record is left out (5 such rows)" {
		t.Errorf("%d records, %v, %v", s.Records, s.Accounts, s.Notes)
	}
}

package flows_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

const (
	v2Header = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
	v2Line   = "2 123456789012 eni-0a 10.0.1.7 10.0.0.5 40000 443 6 10 840 1790812800 1790812860 ACCEPT OK"
	v2Back   = "2 123456789012 eni-0a 10.0.0.5 10.0.1.7 443 40000 6 8 9000 1790812800 1790812860 ACCEPT OK"
)

func ownAddress(string) []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("10.0.0.5/32"), netip.MustParsePrefix("2600:1f18:0:1:2::/80")}
}

// valueOf is a value for a field that is of no use here.
func valueOf(field string) string {
	known := map[string]string{
		"version": "11", "account-id": "123456789012", "interface-id": "eni-0a", "srcaddr": "10.0.1.7", "dstaddr": "10.0.0.5", "srcport": "40000", "dstport": "443", "protocol": "6",
		"packets": "10", "bytes": "840", "start": "1790812800", "end": "1790812860", "action": "ACCEPT", "log-status": "OK", "tcp-flags": "3", "pkt-srcaddr": "10.0.1.7", "pkt-dstaddr": "10.0.0.5",
		"flow-direction": "ingress",
	}
	if v, found := known[field]; found {
		return v
	}
	return "x%2Dy"
}

// A record with every field of versions 2 to 11 is read, whatever their order, by the
// header of its file.
func TestFieldsInAnyOrder(t *testing.T) {
	names := flows.Fields()
	if len(names) != 54 {
		t.Errorf("%d fields, and versions 2 to 11 have 54", len(names))
	}
	for turn := range names {
		turned := append(append([]string{}, names[turn:]...), names[:turn]...)
		var values []string
		for _, n := range turned {
			values = append(values, valueOf(n))
		}
		path := write(t, t.TempDir(), "x.log.gz", strings.Join(turned, " ")+"\n"+strings.Join(values, " ")+"\n")
		s := read(t, flows.Options{}, path)
		list := rows(s)
		if len(list) != 1 || len(s.Notes) != 0 {
			t.Fatalf("%v: %v, %v", turned, list, s.Notes)
		}
		if f := list[0]; f.Interface != "eni-0a" || f.FirstPort != 443 || f.Remote.String() != "10.0.1.7/32" || f.Certainty != flows.Certain || f.Packets != 10 || f.Bytes != 840 || f.LastPort != 443 {
			t.Fatalf("%v: %+v", turned, f)
		}
	}
}

// Each kind of bad input is said with its file, its line and the number of such
// lines, and everything else is read.
func TestBadInput(t *testing.T) {
	const name = "123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_1a2b3c.log"
	good := v2Header + "\n" + v2Line + "\n"
	cut := gzipped(t, good+strings.Repeat(v2Back+"\n", 5000))
	for what, c := range map[string]badInput{
		"an unknown column":                  {file: "x.log", text: v2Header + " mood\n" + v2Line + " fine\n", records: 1, line: 1, note: `"mood" is not a field`},
		"a header in another order":          {file: "x.log", text: "interface-id start end action srcaddr dstaddr srcport dstport protocol flow-direction\neni-0a 1790812800 1790812860 ACCEPT 10.0.1.7 10.0.0.5 40000 443 6 ingress\n", records: 1, line: 0, note: ""},
		"a header that lacks a column":       {file: "x.log", text: strings.Replace(v2Header, " dstport", "", 1) + "\n" + v2Line + "\n", records: 0, line: 1, note: "it lacks dstport"},
		"a column that comes twice":          {file: "x.log", text: v2Header + " srcaddr\n" + v2Line + " 10.0.1.7\n", records: 0, line: 1, note: `"srcaddr" twice`},
		"two formats in one file":            {file: "x.log", text: good + "interface-id start end action srcaddr dstaddr srcport dstport protocol flow-direction\neni-0a 1790812800 1790812860 ACCEPT 10.0.1.7 10.0.0.5 40000 443 6 ingress\n", records: 2, line: 0, note: ""},
		"too few columns":                    {file: "x.log", text: good + "2 1234\n" + v2Back + "\n2 1\n", records: 2, line: 3, note: "more or fewer columns than the header: it is left out (2 such lines)"},
		"too many columns":                   {file: "x.log", text: good + v2Line + " OK\n", records: 1, line: 3, note: "more or fewer columns"},
		"a port that is too high":            {file: "x.log", text: good + strings.Replace(v2Line, "40000", "70000", 1) + "\n", records: 1, line: 3, note: "has not the form of its column"},
		"an address that is none":            {file: "x.log", text: good + strings.Replace(v2Line, "10.0.1.7", "10.0.1.777", 1) + "\n", records: 1, line: 3, note: "has not the form of its column"},
		"an address with a zone":             {file: "x.log", text: good + strings.Replace(v2Line, "10.0.1.7", "fe80::1%eth0", 1) + "\n", records: 1, line: 3, note: "has not the form of its column"},
		"an id that is none":                 {file: "x.log", text: good + strings.Replace(v2Line, "eni-0a", "eni-$(id)", 1) + "\n", records: 1, line: 3, note: "has not the form of its column"},
		"a time before flow logs":            {file: "x.log", text: good + strings.Replace(v2Line, "1790812800 1790812860", "12 13", 1) + "\n", records: 1, line: 3, note: "the time of the record is impossible"},
		"a time in the future":               {file: "x.log", text: good + strings.Replace(v2Line, "1790812800 1790812860", "1990812800 1990812860", 1) + "\n", records: 1, line: 3, note: "the time of the record is impossible"},
		"an end before the start":            {file: "x.log", text: good + strings.Replace(v2Line, "1790812800 1790812860", "1790812860 1790812800", 1) + "\n", records: 1, line: 3, note: "the time of the record is impossible"},
		"a direction that cannot be told":    {file: "x.log", text: good + strings.Replace(v2Line, "10.0.0.5", "10.0.0.99", 1) + "\n", records: 1, line: 3, note: "has no flow-direction"},
		"no values and no log-status":        {file: "x.log", text: strings.NewReplacer(" log-status", "", " OK", "").Replace(good) + "2 123456789012 eni-0a - - - - - - - 1790812860 1790812920 -\n", records: 2, line: 3, note: "its hours do not count as recorded"},
		"a log-status that is absent":        {file: "x.log", text: good + "2 123456789012 eni-0a - - - - - - - 1790812860 1790812920 - -\n", records: 2, line: 3, note: "its hours do not count as recorded"},
		"some values and no log-status":      {file: "x.log", text: good + "2 123456789012 eni-0a 10.0.1.7 - - - - - - 1790812860 1790812920 - -\n", records: 1, line: 3, note: "has not the form of its column"},
		"a regional NAT gateway":             {file: "x.log", text: good + strings.Replace(v2Line, "eni-0a", "-", 1) + "\n", records: 1, line: 3, note: "names no interface"},
		"a file that is cut off":             {file: "x.log.gz", text: string(cut[:len(cut)*2/3]), records: 0, line: 0, note: "damaged or cut off"},
		"a file that is no gzip file":        {file: "y.gz", text: "\x1f\x8bnothing of it", records: 0, line: 0, note: "begins like a gzip file"},
		"a line without end":                 {file: "x.log", text: good + strings.Repeat("9", 1<<19), records: 1, line: 3, note: "longer than 256 KiB"},
		"no header, default format":          {file: "x.log", text: v2Line + "\n", records: 1, line: 0, note: ""},
		"no header, a format that is known":  {file: name, text: "eni-0a 10.0.1.7 10.0.0.5 40000 443 6 1790812800 1790812860 ACCEPT\n", records: 1, line: 0, note: ""},
		"no header, another format":          {file: "x.log", text: "eni-0a 10.0.1.7 10.0.0.5 40000 443 6 1790812800 1790812860 ACCEPT\n", records: 0, line: 1, note: "no header"},
		"records as JSON":                    {file: "x.log", text: `{"message": "` + v2Line + `"}` + "\n" + `{"message":"` + v2Back + `\n"}{"message":"` + v2Line + `"}`, records: 3, line: 0, note: ""},
		"JSON with a header":                 {file: "x.log", text: `{"message": "` + v2Header + `"}` + "\n" + `{"message": "` + v2Line + `"}`, records: 1, line: 0, note: ""},
		"other JSON":                         {file: "x.log", text: `{"eventVersion": "1.08"}` + "\n", records: 0, line: 1, note: "it holds JSON that has no records"},
		"other JSON among records":           {file: "x.log", text: good + `{"message": 7}` + "\n" + `{"message": "{}"}` + "\n" + v2Back + "\n", records: 2, line: 3, note: "that has no record of a flow log"},
		"JSON that is cut off":               {file: "x.log", text: good + `{"message": "2 1234`, records: 1, line: 3, note: "that has no record of a flow log"},
		"records of another account":         {file: "x.log", text: good + strings.Replace(v2Line, "123456789012", "999988887777", 1) + "\n", records: 2, line: 0, note: ""},
		"a clock that jumps back":            {file: "x.log", text: good + strings.Replace(v2Line, "1790812800 1790812860", "1790726400 1790726460", 1) + "\n", records: 2, line: 0, note: ""},
		"times of CloudWatch Logs":           {file: "x.log", text: "2026-10-01T00:00:00.000Z " + v2Line + "\n2026-10-01T00:00:01.000Z " + v2Back + "\n", records: 2, line: 0, note: ""},
		"line breaks of Windows":             {file: "x.log", text: strings.ReplaceAll(good, "\n", "\r\n"), records: 1, line: 0, note: ""},
		"no line break at the end":           {file: "x.log", text: good + v2Back, records: 1, line: 3, note: "the last line has no line break at its end"},
		"a record alone without a break":     {file: "x.log", text: v2Line, records: 0, line: 1, note: "put a line break at its end"},
		"cut off in a header":                {file: "x.log", text: good + v2Header[:40], records: 1, line: 3, note: "the last line has no line break at its end"},
		"a damaged Parquet":                  {file: "x.log.parquet", text: "PAR1", records: 0, line: 0, note: "it is not a Parquet file, or it is cut off"},
		"an empty file":                      {file: "x.log", text: "", records: 0, line: 0, note: ""},
		"lines that hold terminal sequences": {file: "x.log", text: good + "\x1b[2J\n", records: 1, line: 3, note: "more or fewer columns"},
	} {
		c.name = what
		for form, make := range map[string]func(*testing.T, badInput) (string, *shelf){"text": badText, "Parquet": badParquet, "S3": badObject, "Parquet in S3": badParquetObject} {
			if parquet := strings.HasPrefix(form, "Parquet"); parquet && c.textOnly() {
				continue
			}
			c.check(t, form, make)
		}
	}
}

// badInput is a file that is not as it should be, and what is said about it.
type badInput struct {
	file, text string
	records    uint64
	line       int
	note       string
	name       string
}

// textOnly reports whether a Parquet file cannot be wrong in that way.
func (c *badInput) textOnly() bool {
	lines := strings.Split(strings.TrimRight(c.text, "\n"), "\n")
	columns := strings.Fields(lines[0])
	distinct := map[string]bool{}
	for _, line := range lines {
		if len(strings.Fields(line)) != len(columns) {
			return true
		}
	}
	for _, name := range columns {
		distinct[name] = true
	}
	return len(lines) < 2 || !strings.HasSuffix(c.text, "\n") || c.file != "x.log" || len(distinct) < len(columns) || strings.Contains(c.text, "\r") || strings.ContainsRune(c.text, '{') || !strings.Contains(lines[0], "srcaddr") || strings.Contains(strings.Join(lines[1:], ""), "srcaddr")
}

func badText(t *testing.T, c badInput) (string, *shelf) {
	folder := t.TempDir()
	write(t, folder, "a.log", v2Header+"\n"+v2Back+"\n")
	writeBytes(t, folder, c.file, []byte(c.text))
	return folder, nil
}

func badParquet(t *testing.T, c badInput) (string, *shelf) {
	folder := t.TempDir()
	write(t, folder, "a.log", v2Header+"\n"+v2Back+"\n")
	writeBytes(t, folder, c.file+".parquet", asParquet(t, c.text, true))
	return folder, nil
}

func badObject(t *testing.T, c badInput) (string, *shelf) {
	folder, _ := badText(t, c)
	return "s3://our-logs/flows", shelved(t, folder, "flows/")
}

func badParquetObject(t *testing.T, c badInput) (string, *shelf) {
	folder, _ := badParquet(t, c)
	return "s3://our-logs/flows", shelved(t, folder, "flows/")
}

func (c *badInput) check(t *testing.T, form string, make func(*testing.T, badInput) (string, *shelf)) {
	t.Helper()
	what := c.name + ", as " + form
	path, bucket := make(t, *c)
	o := flows.Options{
		Addresses: ownAddress, Now: time.Unix(begin, 0).AddDate(0, 1, 0),
		Formats: map[string]string{"fl-0123456789abcdef0": "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${start} ${end} ${action}"},
	}
	if bucket != nil {
		o = bucket.options(o)
	}
	file, line, note := path+"/"+c.file, c.line, c.note
	if strings.HasPrefix(form, "Parquet") {
		file += ".parquet"
		line = max(0, line-1) // rows are counted from the first record
		note = strings.ReplaceAll(note, "such lines", "such rows")
	}
	s := read(t, o, path)
	if c.name == "a file that is cut off" {
		if s.Records < 1000 || s.Records > 5000 {
			t.Errorf("%s: %d records were read of it", what, s.Records)
		}
	} else if s.Records != c.records+1 {
		t.Errorf("%s: %d records, want %d: %v", what, s.Records, c.records+1, s.Notes)
	}
	switch {
	case note == "" && len(s.Notes) > 0:
		t.Errorf("%s: %v", what, s.Notes)
	case note != "" && (len(s.Notes) != 1 || !strings.Contains(s.Notes[0].String(), note) || s.Notes[0].File != file || c.line > 0 && s.Notes[0].Line != line):
		t.Errorf("%s: %v, want %s in line %d of %s", what, s.Notes, note, line, file)
	}
	for _, n := range s.Notes {
		if strings.Contains(n.String(), "\x1b") {
			t.Errorf("%s: %q", what, n)
		}
	}
}

// Files without a header are read by the format that was given, also if each record is the
// message of JSON.
func TestGivenFormat(t *testing.T) {
	const record = "eni-0a 10.0.1.7 10.0.0.5 40000 443 6 1790812800 1790812860 ACCEPT"
	format := "${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${start} ${end} ${action}"
	for what, text := range map[string]string{
		"text": record + "\n", "an export of CloudWatch Logs": "2026-10-01T00:00:00.000Z " + record + "\n", "JSON": `{"message":"` + record + `"}`,
	} {
		folder := t.TempDir()
		write(t, folder, "x.log", text)
		if s := read(t, flows.Options{Addresses: ownAddress, Format: format}, folder); s.Records != 1 || len(s.Notes) > 0 {
			t.Errorf("%s: %d records, %v", what, s.Records, s.Notes)
		}
		if s := read(t, flows.Options{Addresses: ownAddress}, folder); s.Records != 0 || len(s.Notes) != 1 || !strings.Contains(s.Notes[0].Text, "--log-format") {
			t.Errorf("%s without a format: %d records, %v", what, s.Records, s.Notes)
		}
	}
	for format, good := range map[string]bool{flows.DefaultFormat: true, "": false, "version srcaddr": false, "${version} ${srcaddr}": false, format + " ${mood}": true} {
		if err := flows.CheckFormat(format); (err == nil) != good {
			t.Errorf("%q: %v", format, err)
		}
	}
}

// One record is seen as part of the connection that it belongs to.
func TestWhoOpened(t *testing.T) {
	const form = "interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end\n"
	for what, c := range map[string]struct{ records, want string }{
		"a connection to us, by flags":         {"ingress 9.9.9.9 10.0.0.5 5000 50051 6 3 ACCEPT;egress 10.0.0.5 9.9.9.9 50051 5000 6 19 ACCEPT", "ingress tcp/50051 certain replies 1 of 2"},
		"a connection of ours, by flags":       {"egress 10.0.0.5 9.9.9.9 22 50051 6 2 ACCEPT;ingress 9.9.9.9 10.0.0.5 50051 22 6 18 ACCEPT", "egress tcp/50051 certain replies 1 of 2"},
		"a closed port, RST with ACK":          {"ingress 9.9.9.9 10.0.0.5 5000 22 6 2 ACCEPT;egress 10.0.0.5 9.9.9.9 22 5000 6 20 ACCEPT", "ingress tcp/22 certain replies 0 of 1"},
		"a closed port, RST":                   {"ingress 9.9.9.9 10.0.0.5 5000 50051 6 2 ACCEPT;egress 10.0.0.5 9.9.9.9 50051 5000 6 4 ACCEPT", "ingress tcp/50051 certain replies 0 of 1"},
		"a closed port of the other side":      {"egress 10.0.0.5 9.9.9.9 5000 22 6 2 ACCEPT;ingress 9.9.9.9 10.0.0.5 22 5000 6 20 ACCEPT", "egress tcp/22 certain replies 0 of 1"},
		"a connection that RST and FIN end":    {"ingress 9.9.9.9 10.0.0.5 5000 22 6 2 ACCEPT;egress 10.0.0.5 9.9.9.9 22 5000 6 5 ACCEPT", "ingress tcp/22 certain replies 0 of 1;ingress tcp/22 certain replies 1 of 1"},
		"its later records":                    {"ingress 9.9.9.9 10.0.0.5 5000 50051 6 2 ACCEPT;egress 10.0.0.5 9.9.9.9 50051 5000 6 0 ACCEPT;ingress 9.9.9.9 10.0.0.5 5000 50051 6 1 ACCEPT", "ingress tcp/50051 certain replies 0 of 1;ingress tcp/50051 certain replies 1 of 2"},
		"a service port, without flags":        {"ingress 9.9.9.9 10.0.0.5 5000 443 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 443 5000 6 - ACCEPT", "egress tcp/5000 unlikely replies 1 of 2;ingress tcp/443 likely replies 1 of 2"},
		"a client port, without flags":         {"ingress 9.9.9.9 10.0.0.5 50000 443 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 443 50000 6 - ACCEPT", "ingress tcp/443 likely replies 1 of 2"},
		"a client of NFS, without flags":       {"ingress 9.9.9.9 10.0.0.5 797 2049 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 2049 797 6 - ACCEPT", "egress tcp/797 either replies 1 of 2;ingress tcp/2049 either replies 1 of 2"},
		"a client of GlusterFS, mid-life":      {"ingress 9.9.9.9 10.0.0.5 1013 49152 6 0 ACCEPT;egress 10.0.0.5 9.9.9.9 49152 1013 6 0 ACCEPT", "egress tcp/1013 either replies 1 of 2;ingress tcp/49152 either replies 1 of 2"},
		"one low port and several bricks":      {"ingress 9.9.9.9 10.0.0.5 1013 49152 6 0 ACCEPT;egress 10.0.0.5 9.9.9.9 49152 1013 6 0 ACCEPT;ingress 9.9.9.9 10.0.0.5 1013 49153 6 0 ACCEPT;egress 10.0.0.5 9.9.9.9 49153 1013 6 0 ACCEPT", "egress tcp/1013 either replies 2 of 4;ingress tcp/49152 unlikely replies 1 of 2;ingress tcp/49153 unlikely replies 1 of 2"},
		"LDAPS, mid-life":                      {"ingress 9.9.9.9 10.0.0.5 40000 636 6 0 ACCEPT;egress 10.0.0.5 9.9.9.9 636 40000 6 0 ACCEPT", "egress tcp/40000 unlikely replies 1 of 2;ingress tcp/636 likely replies 1 of 2"},
		"LDAPS from two ports":                 {"ingress 9.9.9.9 10.0.0.5 40000 636 6 0 ACCEPT;egress 10.0.0.5 9.9.9.9 636 40000 6 0 ACCEPT;ingress 9.9.9.9 10.0.0.5 40001 636 6 0 ACCEPT", "ingress tcp/636 likely replies 1 of 3"},
		"syslog from port 514 to 1514":         {"ingress 9.9.9.9 10.0.0.5 514 1514 17 - ACCEPT", "egress udp/514 unlikely replies 1 of 1;ingress udp/1514 either replies 0 of 1"},
		"from a service's port, one way":       {"ingress 9.9.9.9 10.0.0.5 161 40000 17 - ACCEPT", "egress udp/161 unlikely replies 1 of 1;ingress udp/40000 either replies 0 of 1"},
		"the same to two ports":                {"egress 10.0.0.5 9.9.9.9 161 40000 17 - ACCEPT;egress 10.0.0.5 9.9.9.9 161 40001 17 - ACCEPT", "egress udp/32768-65535 either replies 0 of 2;ingress udp/161 unlikely replies 2 of 2"},
		"SYN-ACK that nobody asked for":        {"ingress 9.9.9.9 10.0.0.5 443 5000 6 18 ACCEPT", "egress tcp/443 unlikely replies 1 of 1;ingress tcp/5000 unlikely replies 0 of 1"},
		"the same to two ports, SYN-ACK":       {"ingress 9.9.9.9 10.0.0.5 443 5000 6 18 ACCEPT;ingress 9.9.9.9 10.0.0.5 443 5001 6 18 ACCEPT", "egress tcp/443 unlikely replies 2 of 2;ingress tcp/all unlikely replies 0 of 2"},
		"SYN-ACK of a connection that sent":    {"ingress 9.9.9.9 10.0.0.5 443 5000 6 18 ACCEPT;egress 10.0.0.5 9.9.9.9 5000 443 6 0 ACCEPT", "egress tcp/443 certain replies 0 of 1;egress tcp/443 certain replies 1 of 1"},
		"two connections of one pair of ports": {"ingress 9.9.9.9 10.0.0.5 40000 22 6 0 ACCEPT;egress 10.0.0.5 9.9.9.9 51000 40000 6 2 ACCEPT;ingress 9.9.9.9 10.0.0.5 40000 51000 6 18 ACCEPT", "egress tcp/40000 certain replies 1 of 2;ingress tcp/22 likely replies 0 of 1"},
		"a DNS query of ours":                  {"egress 10.0.0.5 9.9.9.9 40000 53 17 - ACCEPT;ingress 9.9.9.9 10.0.0.5 53 40000 17 - ACCEPT", "egress udp/53 likely replies 1 of 2"},
		"a user port, without flags":           {"ingress 9.9.9.9 10.0.0.5 40000 8080 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 8080 40000 6 - ACCEPT", "egress tcp/40000 unlikely replies 1 of 2;ingress tcp/8080 likely replies 1 of 2"},
		"many clients' ports to a high port":   {"ingress 9.9.9.9 10.0.0.5 40000 50051 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 50051 40000 6 - ACCEPT;ingress 9.9.9.9 10.0.0.5 40001 50051 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 50051 40001 6 - ACCEPT", "ingress tcp/50051 either replies 2 of 4"},
		"two high ports":                       {"ingress 9.9.9.9 10.0.0.5 40000 50051 6 - ACCEPT;egress 10.0.0.5 9.9.9.9 50051 40000 6 - ACCEPT", "egress tcp/40000 either replies 1 of 2;ingress tcp/50051 either replies 1 of 2"},
		"NTP on both sides":                    {"ingress 9.9.9.9 10.0.0.5 123 123 17 - ACCEPT;egress 10.0.0.5 9.9.9.9 123 123 17 - ACCEPT", "egress udp/123 either replies 1 of 2;ingress udp/123 either replies 1 of 2"},
		"a ping that has no answer":            {"ingress 9.9.9.9 10.0.0.5 0 0 1 - ACCEPT", "ingress icmp/all either replies 0 of 1"},
		"a ping with its answer":               {"ingress 9.9.9.9 10.0.0.5 0 0 1 - ACCEPT;egress 10.0.0.5 9.9.9.9 0 0 1 - ACCEPT", "egress icmp/all either replies 1 of 2;ingress icmp/all either replies 1 of 2"},
		"what was turned away":                 {"ingress 9.9.9.9 10.0.0.5 5000 22 6 2 REJECT", "ingress tcp/22 certain rejected replies 0 of 1"},
		"a late packet, turned away":           {"ingress 9.9.9.9 10.0.0.5 5000 22 6 4 REJECT", ""},
		"a reply that a network ACL refuses":   {"egress 10.0.0.5 9.9.9.9 22 5000 6 18 REJECT", ""},
		"a syslog stream that has no answers":  {"egress 10.0.0.5 9.9.9.9 40000 5140 17 - ACCEPT", "egress udp/5140 likely replies 0 of 1"},
		"a reply of a connection behind a NAT": {"egress 10.0.0.5 9.9.9.9 5432 9000 6 0 ACCEPT;ingress 9.9.9.9 10.0.0.5 9000 5432 6 2 ACCEPT", "ingress tcp/5432 certain replies 0 of 1;ingress tcp/5432 certain replies 1 of 1"},
	} {
		var b strings.Builder
		b.WriteString(form)
		for _, r := range strings.Split(c.records, ";") {
			fmt.Fprintf(&b, "eni-0a %s 1 40 1790812800 1790812860\n", r)
		}
		var got []string
		for _, f := range rows(read(t, flows.Options{}, write(t, t.TempDir(), "x.log", b.String()))) {
			rejected := ""
			if f.Rejected {
				rejected = "rejected "
			}
			got = append(got, fmt.Sprintf("%s %s %s %sreplies %d of %d", f.Direction, f.Traffic(), f.Certainty, rejected, f.Replies, f.Records))
		}
		if g := strings.Join(slices.Sorted(slices.Values(got)), ";"); g != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", what, g, c.want)
		}
	}
}

// The side of a record without flow-direction is certain by the interface's addresses.
func TestDirectionByAddress(t *testing.T) {
	s := read(t, flows.Options{Addresses: ownAddress}, write(t, t.TempDir(), "x.log", v2Header+"\n"+v2Line+"\n"+v2Back+"\n"))
	list := rows(s)
	if len(list) != 1 || list[0].Direction.String() != "ingress" || list[0].FirstPort != 443 || list[0].Replies != 1 || list[0].Remote.String() != "10.0.1.7/32" {
		t.Errorf("%+v", list)
	}
	// So it is by the prefixes that are delegated to it.
	for pod, known := range map[string]bool{"2600:1f18:0:1:2::9": true, "2600:1f18:0:1:2:ffff:ffff:ffff": true, "2600:1f18:0:1:3::": false} {
		s := read(t, flows.Options{Addresses: ownAddress}, write(t, t.TempDir(), "x.log", v2Header+"\n"+strings.Replace(strings.Replace(v2Line, "10.0.0.5", pod, 1), "10.0.1.7", "2600:1f18:0:7::1", 1)+"\n"))
		list := rows(s)
		if got := len(list) == 1 && list[0].Direction.String() == "ingress" && list[0].Remote.String() == "2600:1f18:0:7::1/128"; got != known {
			t.Errorf("%s: %+v, %v", pod, list, s.Notes)
		}
	}
}

// Hours are covered by records and by NODATA, not by SKIPDATA, not by lines without values
// and log-status, and not by the files of a flow log that records rejected traffic only.
func TestCoveredHours(t *testing.T) {
	const rejects = "123456789012_vpcflowlogs_eu-west-1_fl-0aaaaaaaaaaaaaaaa_20261001T0000Z_1a2b3c.log"
	line := func(start, end int, rest string) string {
		return fmt.Sprintf("2 123456789012 eni-0a - - - - - - - %d %d - %s\n", begin+start, begin+end, rest)
	}
	folder := t.TempDir()
	write(t, folder, "x.log", v2Header+"\n"+v2Line+"\n"+line(3600, 4200, "NODATA")+line(6900, 7200, "SKIPDATA")+line(86000, 87000, "NODATA"))
	write(t, folder, "bare.log", strings.Replace(v2Header, " log-status", "", 1)+"\n"+strings.ReplaceAll(line(18000, 18600, "")+line(21600, 22200, ""), " \n", "\n"))
	write(t, folder, rejects, v2Header+"\n"+line(10800, 11400, "NODATA"))
	s := read(t, flows.Options{Addresses: ownAddress, RejectOnly: map[string]bool{"fl-0aaaaaaaaaaaaaaaa": true}}, folder)
	e := s.Interface("eni-0a")
	if e == nil || !e.Accepted {
		t.Fatalf("%+v", e)
	}
	for _, c := range []struct{ from, to, covered, skipped int }{{0, 24, 3, 3}, {0, 48, 4, 3}, {1, 2, 1, 1}, {2, 5, 0, 0}, {2, 20, 0, 2}, {23, 25, 2, 0}} {
		covered, skipped := e.Covered(begin+int64(c.from)*3600, begin+int64(c.to)*3600)
		if covered != c.covered || skipped != c.skipped {
			t.Errorf("hours %d to %d: %d covered, %d skipped, want %d and %d", c.from, c.to, covered, skipped, c.covered, c.skipped)
		}
	}
}

// The window leaves out records, and files by the time in their names.
func TestWindow(t *testing.T) {
	folder := t.TempDir()
	write(t, folder, "x.log", v2Header+"\n"+v2Line+"\n")
	write(t, folder, "AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/08/01/123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20260801T0000Z_1a2b3c.log", "not even a record\n")
	at := func(seconds int64) time.Time { return time.Unix(begin+seconds, 0) }
	for _, c := range []struct {
		since, until     time.Time
		records, outside uint64
	}{{at(0), at(100), 1, 0}, {at(61), time.Time{}, 0, 1}, {at(-500), at(0), 0, 1}, {at(30), at(40), 1, 0}} {
		s := read(t, flows.Options{Addresses: ownAddress, Since: c.since, Until: c.until}, folder)
		if s.Records != c.records || s.Outside != c.outside || !c.since.IsZero() && len(s.Notes) > 0 {
			t.Errorf("%v to %v: %d records and %d outside, want %d and %d; %v", c.since, c.until, s.Records, s.Outside, c.records, c.outside, s.Notes)
		}
	}
}

// A file that is given twice counts once; a path that is not there, and a folder
// without flow logs, are errors.
func TestPaths(t *testing.T) {
	folder := t.TempDir()
	path := write(t, folder, "x.log", v2Header+"\n"+v2Line+"\n")
	if err := os.Symlink(path, filepath.Join(folder, "again.log")); err != nil {
		t.Fatal(err)
	}
	if s := read(t, flows.Options{Addresses: ownAddress}, folder, path); s.Records != 1 {
		t.Errorf("%d records of one file", s.Records)
	}
	if _, err := flows.Read(t.Context(), []string{path + ".none"}, flows.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := flows.Read(t.Context(), []string{t.TempDir()}, flows.Options{}); !errors.Is(err, flows.ErrNoFiles) {
		t.Error(err)
	}
	write(t, folder, "long.log", v2Header+"\n"+strings.Repeat(v2Line+"\n", 10000))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := flows.Read(ctx, []string{folder}, flows.Options{Addresses: ownAddress}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Symbolic links to folders are followed, also where the folder itself is one, and in
// circles once. One that leads nowhere is named.
func TestLinkedFolders(t *testing.T) {
	for what, c := range map[string]struct {
		links   map[string]string // by name
		path    string
		records uint64
		note    string
	}{
		"a folder in the folder": {map[string]string{"logs/2026-09": "../real"}, "logs", 2, ""},
		"the folder itself":      {map[string]string{"link": "real"}, "link", 1, ""},
		"a link to a link":       {map[string]string{"link": "other", "other": "real"}, "link", 1, ""},
		"the folder above":       {map[string]string{"logs/up": "..", "logs/self": "."}, "logs", 2, ""},
		"two names of a folder":  {map[string]string{"logs/a": "../real", "logs/b": "../real"}, "logs", 2, ""},
		"nothing":                {map[string]string{"logs/gone": "../none"}, "logs", 1, "logs/gone: the symbolic link leads to nothing that can be read"},
		"a file that is gone":    {map[string]string{"logs/gone.log": "none.log"}, "logs", 1, "logs/gone.log: the symbolic link leads to nothing that can be read"},
	} {
		folder := t.TempDir()
		write(t, folder, "logs/x.log", v2Header+"\n"+v2Line+"\n")
		write(t, folder, "real/y.log", v2Header+"\n"+v2Back+"\n")
		for name, to := range c.links {
			if err := os.Symlink(to, filepath.Join(folder, name)); err != nil {
				t.Fatal(err)
			}
		}
		s := read(t, flows.Options{Addresses: ownAddress}, filepath.Join(folder, c.path))
		if s.Records != c.records || (c.note != "") != (len(s.Notes) == 1) || c.note != "" && (!strings.Contains(s.Notes[0].String(), c.note) || s.Notes[0].Loss != strings.Contains(c.note, ".log")) {
			t.Errorf("%s: %d records, want %d; notes %v, want %q", what, s.Records, c.records, s.Notes, c.note)
		}
	}
}

// Files that were delivered long after the window are not read, which is said: AWS
// delivers records late. Of files from before the window nothing is said.
func TestFilesOfLaterDays(t *testing.T) {
	folder := t.TempDir()
	for day, records := range map[string]string{"20260928": v2Line, "20261001": v2Line, "20261002": v2Back, "20261004": v2Line, "20261005": v2Back} {
		write(t, folder, "d/123456789012_vpcflowlogs_eu-west-1_fl-0a_"+day+"T0100Z_"+day+".log", v2Header+"\n"+records+"\n"+strings.Repeat("\n", len(day)+int(day[7]-'0')))
	}
	for until, want := range map[time.Time]string{
		time.Unix(begin+86400, 0):   folder + ": files that are not read, because their names say that they were delivered more than a day after the end of the window: 2. Records of the window",
		time.Unix(begin+5*86400, 0): "",
		{}:                          "",
	} {
		s := read(t, flows.Options{Addresses: ownAddress, Since: time.Unix(begin, 0), Until: until}, folder)
		s.Notes = slices.DeleteFunc(s.Notes, ofAnotherDay)
		if want == "" && len(s.Notes) > 0 || want != "" && (len(s.Notes) != 1 || !strings.HasPrefix(s.Notes[0].String(), want) || s.Notes[0].Loss) {
			t.Errorf("until %v: notes %v, want %q", until, s.Notes, want)
		}
	}
}

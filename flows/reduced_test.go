package flows_test

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

// reduced returns the rows that the query of flows/athena made of
// testdata/reduced.log in DuckDB; scripts/athena.py --record writes both.
func reduced(t *testing.T) [][]*string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", "reduced.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	var all [][]*string
	lines := strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
	if lines[0] != strings.Join(flows.ReducedColumns, "\t") {
		t.Fatalf("the columns are %s", lines[0])
	}
	for _, line := range lines[1:] {
		var row []*string
		for _, cell := range strings.Split(line, "\t") {
			if cell == "NULL" {
				row = append(row, nil)
			} else {
				row = append(row, &cell)
			}
		}
		all = append(all, row)
	}
	return all
}

func take(t *testing.T, all [][]*string) *flows.Summary {
	t.Helper()
	d := flows.NewReduction("logs.recorded")
	for _, row := range all {
		if err := d.Take(row); err != nil {
			t.Fatal(err)
		}
	}
	if d.Rows() != len(all) {
		t.Errorf("%d rows were taken, of %d", d.Rows(), len(all))
	}
	return d.Summary()
}

// saved is a summary as it is saved, without its notes and its digest.
func saved(t *testing.T, s *flows.Summary) string {
	t.Helper()
	var out bytes.Buffer
	if err := s.Save(&out); err != nil {
		t.Fatal(err)
	}
	var kept []string
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, `{"file":`) && !strings.HasPrefix(line, `{"sha256":`) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// The rows of a query amount to what Read makes of the records, in whatever order
// they come.
func TestReductionIsRead(t *testing.T) {
	own := map[string][]netip.Prefix{
		"eni-00": {netip.MustParsePrefix("10.0.0.10/32")}, "eni-01": {netip.MustParsePrefix("10.0.0.20/32"), netip.MustParsePrefix("10.0.0.21/32")}, "eni-02": {netip.MustParsePrefix("10.0.0.30/32")},
	}
	o := flows.Options{Addresses: func(id string) []netip.Prefix { return own[id] }}
	whole := read(t, o, filepath.Join("testdata", "reduced.log"))
	all := reduced(t)
	random := rand.New(rand.NewPCG(1, 2))
	for range 3 {
		s := take(t, all)
		if got, want := saved(t, s), saved(t, whole); got != want {
			t.Fatalf("the query says\n%s\nRead says\n%s", got, want)
		}
		notes := map[string]int{}
		for _, n := range s.Notes {
			if origin, _ := flows.OriginOf(n.File); origin.FlowLog != "fl-0a" {
				t.Errorf("the note does not name a file of the flow log: %s", n)
			}
			notes[n.Text] += n.Count
		}
		for _, n := range whole.Notes {
			notes[n.Text] -= n.Count
		}
		for text, difference := range notes {
			if difference != 0 {
				t.Errorf("%d more records, by the query: %s", difference, text)
			}
		}
		random.Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	}
	if len(whole.Notes) < 3 || whole.Rows() < 200 || whole.Late == 0 {
		t.Errorf("the records show little: %d notes, %d rows, %d late", len(whole.Notes), whole.Rows(), whole.Late)
	}
}

// A row that no query gives is an error that names the column, and never a row of
// something else.
func TestRowsThatNoQueryGives(t *testing.T) {
	all := reduced(t)
	find := func(what string) []*string {
		i := slices.IndexFunc(all, func(row []*string) bool { return *row[0] == what })
		if i < 0 {
			t.Fatalf("there is no row about %s", what)
		}
		return all[i]
	}
	for _, c := range []struct{ what, column, value string }{
		{"day", "what", "night"},
		{"day", "what", "NULL"},
		{"ingress", "what", "rejected-rejected-ingress"},
		{"day", "interface_id", "eni-0a'; DROP TABLE x"},
		{"day", "interface_id", "NULL"},
		{"day", "account_id", strings.Repeat("1", 65)},
		{"day", "day", "-1"},
		{"day", "day", strconv.Itoa(1<<20 + 1)},
		{"day", "records", "0"},
		{"day", "records", "many"},
		{"day", "records", "NULL"},
		{"day", "hours", strconv.Itoa(1 << 24)},
		{"day", "next_skipped", "1.5"},
		{"day", "accepted", "2"},
		{"day", "late", "18446744073709551615"},
		{"day", "first_seen", "99999999999"},
		{"day", "first_seen", "100"},
		{"day", "last_seen", "99999999999"},
		{"day", "day", "20700"},
		{"ingress", "first_seen", "100"},
		{"ingress", "last_seen", "9999999999"},
		{"ingress", "interface_id", "i-0a"},
		{"ingress", "protocol", "256"},
		{"ingress", "certainty", "4"},
		{"ingress", "certainty", "NULL"},
		{"egress", "port", "65536"},
		{"egress", "remote", "10.0.0.0/8"},
		{"egress", "remote", "fe80::1%eth0"},
		{"egress", "remote", "NULL"},
		{"egress", "records", "0"},
		{"egress", "replies", "100000"},
		{"egress", "opened", "NULL"},
		{"egress", "packets", "-1"},
		{"egress", "bytes", "1e9"},
		{"egress", "other_least", "NULL"},
		{"egress", "other_most", "65536"},
		{"egress", "last_seen", "1"},
		{"rejected-ingress", "port", "NULL"},
		{"form", "records", "NULL"},
		{"outside", "records", "x"},
	} {
		var row []*string
		if c.what == "outside" {
			row = slices.Clone(find("form"))
			row[0] = &c.what
		} else {
			row = slices.Clone(find(c.what))
		}
		row[slices.Index(flows.ReducedColumns, c.column)] = &c.value
		if c.value == "NULL" {
			row[slices.Index(flows.ReducedColumns, c.column)] = nil
		}
		d := flows.NewReduction("logs.recorded")
		if err := d.Take(row); err == nil {
			t.Errorf("%s with %s %s was taken", c.what, c.column, c.value)
		}
		if s := d.Summary(); s.Rows() != 0 || s.Records != 0 {
			t.Errorf("%s with %s %s: something of it was counted", c.what, c.column, c.value)
		}
	}
	for _, row := range [][]*string{nil, find("day")[1:], append(slices.Clone(find("day")), nil)} {
		if err := flows.NewReduction("x").Take(row); err == nil {
			t.Errorf("a row of %d columns was taken", len(row))
		}
	}
}

// Rows of times outside of the window of the query are errors, and so is a row that comes
// twice. Where a day has accepted traffic and the interface no row of it, rows are missing.
func TestRowsOfOneResult(t *testing.T) {
	all := reduced(t)
	whole := take(t, all)
	within := func(since, until int64) (failed int) {
		d := flows.NewReduction("logs.recorded")
		d.Within(time.Unix(since, 0), time.Unix(until, 0))
		for _, row := range all {
			if err := d.Take(row); err != nil {
				if !strings.Contains(err.Error(), "_seen is ") {
					t.Error(err)
				}
				failed++
			}
		}
		return failed
	}
	const day = 86400
	if n := within(whole.First, whole.Last+1); n > 0 {
		t.Errorf("%d rows are not of their own window", n)
	}
	if n := within(whole.Last+1, whole.Last+2*day); n < 100 {
		t.Errorf("%d rows before the window are errors", n)
	}
	if n := within(whole.First-9*day, whole.First); n < 100 {
		t.Errorf("%d rows after the window are errors", n)
	}
	d := flows.NewReduction("logs.recorded")
	var days [][]*string
	for _, row := range all {
		if err := d.Take(row); err != nil {
			t.Fatal(err)
		}
		what := *row[0]
		if what == "day" {
			days = append(days, row)
		}
		counted := what == "day" || strings.HasSuffix(what, "gress")
		if err := d.Take(row); counted != (err != nil && strings.Contains(err.Error(), "repeats")) {
			t.Errorf("a row about %s that comes twice: %v", what, err)
		}
	}
	s := take(t, days)
	if !slices.ContainsFunc(s.Notes, func(n flows.Note) bool { return n.Loss && strings.Contains(n.Text, "has no row of it, for eni-0") }) {
		t.Errorf("without rows of connections: %v", s.Notes)
	}
}

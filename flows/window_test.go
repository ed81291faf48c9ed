package flows_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

// A window leaves out of a summary what lies outside of it, and says nothing of times
// outside about what reaches over its edge.
func TestWithin(t *testing.T) {
	record := func(remote, times string) string {
		return "2 123456789012 eni-0a " + remote + " 10.0.0.5 40000 443 6 10 840 " + times + " ACCEPT OK\n"
	}
	path := write(t, t.TempDir(), "x.log", v2Header+"\n"+
		record("10.0.1.7", "1790812800 1790812860")+ // 00:00
		record("10.0.1.7", "1790823600 1790823660")+ // 03:00
		record("10.0.1.8", "1790812800 1790812860")+ // 00:00
		record("10.0.1.9", "1790834400 1790834460")) // 06:00
	whole := read(t, flows.Options{Addresses: ownAddress}, path)
	at := func(hour int) time.Time { return time.Unix(begin, 0).Add(time.Duration(hour) * time.Hour) }
	cut := whole.Within(at(2), at(5))
	var seen []string
	for f := range cut.All() {
		seen = append(seen, f.Remote.String())
		if f.First != at(2).Unix() || f.Last != begin+3*3600+60 {
			t.Errorf("seen from %d to %d", f.First-begin, f.Last-begin)
		}
	}
	if strings.Join(seen, " ") != "10.0.1.7/32" {
		t.Errorf("the rows are of %v", seen)
	}
	if covered, _ := cut.Interface("eni-0a").Covered(begin, begin+24*3600); covered != 1 {
		t.Errorf("%d hours are covered, want 1", covered)
	}
	if cut.First != at(2).Unix() || cut.Last != at(5).Unix() {
		t.Errorf("the window is from %d to %d", cut.First-begin, cut.Last-begin)
	}
	if want := "outside of the window, which are left out: 2; rows that reach over its edge, and count as in it: 1"; len(cut.Notes) != 1 || !strings.Contains(cut.Notes[0].Text, want) || cut.Notes[0].Loss {
		t.Errorf("notes: %v", cut.Notes)
	}
	around := whole.Within(at(1), at(2)) // a row was seen at 0 and at 3 o'clock
	for f := range around.All() {
		if f.First != begin || f.Last != begin+3*3600+60 {
			t.Errorf("seen from %d to %d", f.First-begin, f.Last-begin)
		}
	}
	if e := around.Interface("eni-0a"); around.Rows() != 1 || e.Accepted || !strings.Contains(around.Notes[0].Text, "not known whether they were seen in it: 1") {
		t.Errorf("%d rows from before the window until after it, %+v: %v", around.Rows(), e, around.Notes)
	}
	var text bytes.Buffer
	if err := around.Save(&text); err != nil {
		t.Fatal(err)
	}
	if _, err := flows.Load(text.Bytes()); err != nil {
		t.Errorf("it cannot be loaded again: %v", err)
	}
	for f := range whole.Within(at(-1), at(1)).All() {
		if f.First != begin || f.Last > begin+60 {
			t.Errorf("before the edge it was seen from %d to %d", f.First-begin, f.Last-begin)
		}
	}
	if none := whole.Within(at(8), time.Time{}); none.Records != 0 || none.Outside != 4 || none.Rows() != 0 {
		t.Errorf("%d records, %d outside, %d rows are left after the last record", none.Records, none.Outside, none.Rows())
	}
	if same := whole.Within(time.Time{}, time.Time{}); same != whole {
		t.Error("without a window something was cut")
	}
}

// A row may have been seen shortly before the window and after it, and in it not at all. Of
// flow logs that were read for the window itself each row was seen in it.
func TestAroundTheWindow(t *testing.T) {
	record := func(start, end int) string {
		return fmt.Sprintf("2 123456789012 eni-0a 10.0.1.7 10.0.0.5 40000 443 6 10 840 %d %d ACCEPT OK\n", begin+start, begin+end)
	}
	since, until := time.Unix(begin+3600, 0), time.Unix(begin+7200, 0)
	around := func(o flows.Options, lines ...string) (list []bool) {
		o.Addresses = ownAddress
		s := read(t, o, write(t, t.TempDir(), "x.log", v2Header+"\n"+strings.Join(lines, "")))
		var text bytes.Buffer
		if err := s.Save(&text); err != nil {
			t.Fatal(err)
		}
		saved, err := flows.Load(text.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for f := range saved.Within(since, until).All() {
			list = append(list, f.Around(since, until))
		}
		return list
	}
	window := flows.Options{Since: since, Until: until}
	for what, c := range map[string]struct {
		o    flows.Options
		l    []string
		want string
	}{
		"a minute before and after":         {flows.Options{}, []string{record(3500, 3560), record(7210, 7270)}, "[true]"},
		"long before and shortly after":     {flows.Options{}, []string{record(0, 60), record(7210, 7270)}, "[true]"},
		"before, and in it":                 {flows.Options{}, []string{record(3500, 3560), record(3700, 3760)}, "[false]"},
		"records over both edges":           {window, []string{record(3590, 3650), record(7190, 7250)}, "[false]"},
		"one record that is longer than it": {window, []string{record(3000, 8000)}, "[false]"},
		"records of before and after":       {window, []string{record(3500, 3560), record(7210, 7270), record(3600, 3660)}, "[false]"},
	} {
		if got := fmt.Sprint(around(c.o, c.l...)); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

// A summary of which no hour counts as recorded, and that has no row, has records of its
// window all the same.
func TestWithinWithoutHours(t *testing.T) {
	path := write(t, t.TempDir(), "renamed.log", v2Header+"\n"+fmt.Sprintf("2 123456789012 eni-0a - - - - - - - %d %d - NODATA\n", begin, begin+60))
	whole := read(t, flows.Options{Addresses: ownAddress}, path)
	if e := whole.Interface("eni-0a"); e == nil || len(e.Days) > 0 || whole.Records != 1 {
		t.Fatalf("%+v, %d records", e, whole.Records)
	}
	at := func(hour int) time.Time { return time.Unix(begin, 0).Add(time.Duration(hour) * time.Hour) }
	if s := whole.Within(at(0), at(1)); s.Records != 1 || s.Outside != 0 || s.Interface("eni-0a") == nil {
		t.Errorf("in the window: %d records, %d outside, %v", s.Records, s.Outside, s.Interfaces)
	}
	for _, hour := range []int{-2, 2} {
		if s := whole.Within(at(hour), at(hour+1)); s.Records != 0 || s.Outside != 1 {
			t.Errorf("outside of the window: %d records, %d outside", s.Records, s.Outside)
		}
	}
}

// Traffic that was accepted outside of the window does not show that a flow log records
// accepted traffic within it.
func TestAcceptedWithin(t *testing.T) {
	record := func(times, action string) string {
		return "2 123456789012 eni-0a 10.0.1.7 10.0.0.5 40000 443 6 10 840 " + times + " " + action + " OK\n"
	}
	path := write(t, t.TempDir(), "x.log", v2Header+"\n"+record("1790812800 1790812860", "ACCEPT")+record("1790834400 1790834460", "REJECT"))
	whole := read(t, flows.Options{Addresses: ownAddress}, path)
	at := func(hour int) time.Time { return time.Unix(begin, 0).Add(time.Duration(hour) * time.Hour) }
	for hour, want := range map[int]bool{0: true, 5: false} {
		if e := whole.Within(at(hour), time.Time{}).Interface("eni-0a"); e == nil || e.Accepted != want {
			t.Errorf("from hour %d: %+v, want accepted traffic: %v", hour, e, want)
		}
	}
}

// A summary with a row of a time outside of that of all its records is damaged, whatever
// its digest says.
func TestRowsOutsideOfASummary(t *testing.T) {
	var text bytes.Buffer
	s := read(t, flows.Options{Addresses: ownAddress}, write(t, t.TempDir(), "x.log", v2Header+"\n"+v2Line+"\n"))
	if err := s.Save(&text); err != nil {
		t.Fatal(err)
	}
	body, _, _ := strings.Cut(text.String(), `{"sha256"`)
	for change, good := range map[[2]string]bool{
		{`"outside":0`, `"outside":1`}:                                     true,
		{fmt.Sprint(`"first":`, begin), fmt.Sprint(`"first":`, begin+30)}:  false,
		{fmt.Sprint(`"last":`, begin+60), fmt.Sprint(`"last":`, begin+30)}: false,
	} {
		changed := strings.Replace(body, change[0], change[1], 1)
		if _, err := flows.Load(fmt.Appendf(nil, "%s{\"sha256\":\"%x\"}\n", changed, sha256.Sum256([]byte(changed)))); (err == nil) != good || changed == body {
			t.Errorf("%s: %v", change[1], err)
		}
	}
}

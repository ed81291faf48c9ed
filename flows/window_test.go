package flows_test

import (
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
	if none := whole.Within(at(8), time.Time{}); none.Records != 0 || none.Outside != 4 || none.Rows() != 0 {
		t.Errorf("%d records, %d outside, %d rows are left after the last record", none.Records, none.Outside, none.Rows())
	}
	if same := whole.Within(time.Time{}, time.Time{}); same != whole {
		t.Error("without a window something was cut")
	}
}

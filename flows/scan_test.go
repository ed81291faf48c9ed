package flows_test

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/flows"
)

const scanForm = "interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end\n"

// attempt is a SYN that a remote address sent to a port of eni-0a.
func attempt(remote string, port, packets int) string {
	return fmt.Sprintf("eni-0a ingress %s 10.0.0.5 40000 %d 6 2 ACCEPT %d 40 %d %d\n", remote, port, packets, begin, begin+60)
}

// closed is a connection that a remote address opened and closed in one interval.
func closed(remote string, port int) string {
	return strings.Replace(attempt(remote, port, 12), " 6 2 ACCEPT", " 6 3 ACCEPT", 1)
}

// answer is what eni-0a sent back from a port.
func answer(remote string, port int) string {
	return fmt.Sprintf("eni-0a egress 10.0.0.5 %s %d 40000 6 18 ACCEPT 9 900 %d %d\n", remote, port, begin, begin+60)
}

// answers returns PORTS REMOTE of each row that was answered.
func answers(s *flows.Summary) string {
	var list []string
	for f := range s.All() {
		if f.Answered() {
			list = append(list, fmt.Sprintf("%s %s", f.Traffic(), f.Remote))
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// However many ports and addresses attempts without an answer have, what was answered
// keeps its port and its address.
func TestScansFoldNoAnswers(t *testing.T) {
	lines := []string{attempt("9.9.9.9", 3389, 2), answer("9.9.9.9", 3389), attempt("9.9.9.10", 443, 2), answer("9.9.9.10", 443), closed("9.9.9.9", 3389), closed("9.9.9.10", 443), closed("9.9.9.11", 443)}
	for port := range 65536 {
		lines = append(lines, attempt("8.8.8.8", port, 1))
	}
	for i := range 6000 {
		lines = append(lines, attempt(fmt.Sprintf("9.%d.%d.7", i/256, i%256), 443, 1))
	}
	const want = "tcp/3389 9.9.9.9/32, tcp/443 9.9.9.10/32, tcp/443 9.9.9.11/32"
	r := rand.New(rand.NewPCG(3, 3))
	first := ""
	for range 3 {
		s := read(t, flows.Options{}, write(t, t.TempDir(), "x.log", scanForm+strings.Join(lines, "")))
		if addresses, ports := folded(s); addresses == 0 || ports == 0 {
			t.Fatalf("%d rows with folded addresses and %d with folded ports: the test shows nothing", addresses, ports)
		}
		if got := answers(s); got != want {
			t.Errorf("answered are %.300s, want %s", got, want)
		}
		var records, replies uint64
		for f := range s.All() {
			if !f.Exact() && f.Opened != f.Forward() {
				t.Errorf("a block counts more than attempts: %+v", f)
			}
			records, replies = records+f.Records, replies+f.Replies
		}
		if records != uint64(len(lines)) || replies != 2 {
			t.Errorf("%d records and %d replies, want %d and 2", records, replies, len(lines))
		}
		if now := text(s); first == "" {
			first = now
		} else if now != first {
			t.Error("another order gives another summary: " + firstDifference(now, first))
		}
		r.Shuffle(len(lines), func(i, k int) { lines[i], lines[k] = lines[k], lines[i] })
	}
}

// Where answers are folded and attempts are not, no attempt within the block of the answers
// counts as one that got none.
func TestFoldedAnswers(t *testing.T) {
	lines := attempt("9.9.9.9", 2000, 1)
	for port := 1024; port < 6000; port++ {
		lines += answer("9.9.9.9", port)
	}
	s := read(t, flows.Options{}, write(t, t.TempDir(), "x.log", scanForm+lines))
	for f := range s.All() {
		if !f.Answered() {
			t.Errorf("no answer: %+v", f)
		}
	}
	if addresses, ports := folded(s); addresses != 0 || ports == 0 {
		t.Errorf("%d rows with folded addresses and %d with folded ports", addresses, ports)
	}
}

// A record with a SYN, a FIN and more packets than an attempt has is not an attempt.
func TestOpenedWithoutAnswer(t *testing.T) {
	for _, c := range []struct {
		packets, flags int
		want           uint64
	}{{1, 2, 1}, {300, 2, 1}, {1, 3, 1}, {7, 3, 1}, {8, 3, 0}, {300, 3, 0}, {300, 7, 0}} {
		line := strings.Replace(attempt("9.9.9.9", 443, c.packets), " 6 2 ACCEPT", fmt.Sprintf(" 6 %d ACCEPT", c.flags), 1)
		for f := range read(t, flows.Options{}, write(t, t.TempDir(), "x.log", scanForm+line)).All() {
			if f.Opened != c.want || f.Forward() != 1 {
				t.Errorf("%d packets with flags %d: %d attempts of %d records", c.packets, c.flags, f.Opened, f.Forward())
			}
		}
	}
}

// A summary of version 1, of which a row counts attempts and answers, is read, and records
// are added to it.
func TestSummaryOfVersion1(t *testing.T) {
	old := fmt.Sprintf(`{"sgaudit_flow_summary":"1","first":%d,"last":%d,"records":3,"outside":0,"late":0}
{"interface":"eni-0a","owner":"","accepted":true,"days":[]}
{"row":[0,0,6,443,0,0,40000,3,1,2,12,990,%[1]d,%[2]d],"address":"9.9.9.10"}
`, begin, begin+60)
	s, err := flows.Load(fmt.Appendf([]byte(old), "{\"sha256\":\"%x\"}\n", sha256.Sum256([]byte(old))))
	if err != nil {
		t.Fatal(err)
	}
	s.Add(read(t, flows.Options{}, write(t, t.TempDir(), "x.log", scanForm+attempt("9.9.9.10", 443, 1)+answer("9.9.9.10", 443))))
	list := rows(s)
	if len(list) != 1 || list[0].Records != 5 || list[0].Replies != 2 || list[0].Opened != 3 || list[0].Packets != 22 {
		t.Errorf("%+v", list)
	}
	lines := ""
	for i := range 6000 {
		lines += attempt(fmt.Sprintf("9.%d.%d.7", i/256, i%256), 443, 1)
	}
	s.Add(read(t, flows.Options{}, write(t, t.TempDir(), "x.log", scanForm+lines)))
	if got := answers(s); got != "tcp/443 9.9.9.10/32" {
		t.Errorf("with a scan, answered are %.300s", got)
	}
}

package cli

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/reach"
)

// TestReachTotals: what the internet reaches, or may reach, is named; the rest is counted.
func TestReachTotals(t *testing.T) {
	a := &reachAnswer{To: "web", Port: "tcp/22", From: "internet", left: 3}
	for i, v := range []reach.Verdict{reach.NotReachable, reach.Reachable, reach.Unknown, reach.NotReachable} {
		a.Answers = append(a.Answers, reachTarget{Verdict: v, Names: reachNames{Interface: fmt.Sprintf("instance a\x1b[2J (eni-%d)", i)}})
	}
	want := `
4 interfaces of web, asked for tcp/22 from the internet:
  reachable     1: instance a\x1b[2J (eni-1)
  unknown       1: instance a\x1b[2J (eni-2)
  not reachable 2
  not asked     3
`
	if is := a.totals(); is != want {
		t.Errorf("got %s\nwant %s", is, want)
	}
	if texts := a.unexpected(reach.NotReachable); len(texts) != 2 || !strings.HasSuffix(texts[0], "(eni-1) is reachable, and not-reachable was expected") {
		t.Error(texts)
	}
	a.Answers = a.Answers[:1]
	if is := a.totals(); is != "" {
		t.Errorf("of one interface: %s", is)
	}
}

// TestTheSameWayIsToldOnce: two rules for the same sources, which a route stops, are one way.
func TestTheSameWayIsToldOnce(t *testing.T) {
	code, text, _ := run("reach", "--demo", "--to", "orders-wrong-web")
	const blocked = "NOT-REACHABLE: all traffic from private and reserved addresses (IPv4) except 10.70.0.0/16"
	if n := strings.Count(text, blocked); code != 0 || n != 1 {
		t.Errorf("exit code %d, told %d times:\n%s", code, n, text)
	}
	if n := strings.Count(text, "\n  REACHABLE: tcp/"); n != 9 {
		t.Errorf("%d ways that are open", n)
	}
}

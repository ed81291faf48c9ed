package simulate

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/drift"
)

// What is cut in part, in the other direction, or was an attempt is said apart from the
// connections that a plan cuts.
func TestCutsAreToldApart(t *testing.T) {
	s := Simulation{Drift: &drift.Drift{}, FlowLogs: &Replayed{Flows: 9, Since: "a", Until: "b", Cut: []FlowCut{
		{Traffic: "tcp/1", Attempt: true}, {Traffic: "tcp/2", Unlikely: true, Unsure: true}, {Traffic: "tcp/3", Partly: true, Unsure: true}, {Traffic: "tcp/4"},
	}}}
	const want = "Flow logs from a to b: 9 flows looked at, and the plan would cut 1. It may cut a part of 1 more, because each stands for several ports, addresses or types of ICMP. " +
		"It would cut 1 more if these were opened in the other direction than their ports suggest. It would also stop 1 attempt from the internet to connect, which never got an answer."
	if text := s.replayNote(); text != want {
		t.Error(text)
	}
	if n := s.FlowLogs.Connections(); n != 2 {
		t.Errorf("%d connections", n)
	}
	var got []string
	for _, l := range s.cutLines() {
		got = append(got, l.Heading[:strings.IndexByte(l.Heading, ' ')]+" "+l.Text)
	}
	if text := strings.Join(got, "; "); !strings.Contains(text, "Connections tcp/3 from  to ") || !strings.Contains(text, "(a part of it may be cut: it stands for several ports, addresses or types of ICMP); Connections tcp/4") || !strings.HasSuffix(text[:strings.LastIndex(text, "; Attempts tcp/1")], "(not certain)") {
		t.Error(text)
	}
	s.FlowLogs.Cut = nil
	if text := s.replayNote(); !strings.HasSuffix(text, "and the plan would cut none.") {
		t.Error(text)
	}
}

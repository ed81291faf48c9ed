package checks_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// adminUse runs the check with flow logs.
func adminUse(t *testing.T, inv *inventory.Inventory, log string) *audit.Result {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.log")
	if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	settings := audit.Defaults()
	settings.Usage = usage.Judge(inv, s, usage.Options{})
	return audit.Run(inv, audit.Options{Settings: settings, Only: []string{"admin-port-in-use-from-internet"}})
}

// Addresses of which the records do not show for certain that they opened the connection are
// reported as such. Where it is not known whether the rule is open to the internet, that is
// said: nothing passes in silence.
func TestAdminPortPerhapsInUse(t *testing.T) {
	const begin = 1790812800 // 1 October 2026
	both := func(remote string, port, local int, flags bool, at int) string {
		to, back := 0, 0
		if flags {
			to, back = 2, 18
		}
		return fmt.Sprintf("eni-1 ingress %[1]s 10.0.0.10 %[2]d %[3]d 6 %[4]d ACCEPT 200 9000 %[6]d %[7]d\neni-1 egress 10.0.0.10 %[1]s %[3]d %[2]d 6 %[5]d ACCEPT 200 9000 %[6]d %[7]d\n",
			remote, port, local, to, back, begin+at, begin+at+60)
	}
	const open = "sg-a a\n  in tcp/3389 0.0.0.0/0\n  in tcp/8000 0.0.0.0/0\neni-1 sg-a 10.0.0.10\n"
	const doubt = "where an address may have connected, the flow logs do not show"
	for what, c := range map[string]struct{ estate, log, want, evidence, notEvaluated string }{
		"surely":               {open, both("9.0.0.1", 50000, 3389, true, 0), "1 address from the internet connected to RDP, last on 2026-10-01 00:01 UTC, and got answers (tcp/3389 from 0.0.0.0/0)", "9.0.0.1 connected to tcp/3389, last", ""},
		"without a SYN":        {open, both("9.0.0.1", 20000, 3389, false, 0), "1 address from the internet may have connected to RDP, last on 2026-10-01 00:01 UTC, and got answers (tcp/3389 from 0.0.0.0/0): the flow logs do not show for certain who opened the connections", doubt, ""},
		"both":                 {open, both("9.0.0.1", 20000, 3389, false, 300) + both("9.0.0.2", 50000, 3389, true, 0), "1 address from the internet connected to RDP, last on 2026-10-01 00:01 UTC, and got answers (tcp/3389 from 0.0.0.0/0)", "9.0.0.1 may have connected to tcp/3389, last on 2026-10-01 00:06 UTC", ""},
		"another port":         {open, both("9.0.0.1", 20000, 8000, false, 0), "", "", ""},
		"a private address":    {open, both("10.0.0.9", 20000, 3389, false, 0), "", "", ""},
		"an unknown list":      {"pl-1 partners unresolved\n" + strings.ReplaceAll(open, "0.0.0.0/0", "pl-1"), both("9.0.0.1", 50000, 3389, true, 0), "", "", "the entries of prefix list pl-1 are unknown"},
		"a list without a use": {"pl-1 partners unresolved\n" + strings.ReplaceAll(open, "0.0.0.0/0", "pl-1"), both("10.0.0.9", 50000, 3389, true, 0), "", "", ""},
		"chosen addresses":     {strings.ReplaceAll(open, "0.0.0.0/0", "9.0.0.0/24"), both("9.0.0.1", 20000, 3389, false, 0), "", "", ""},
	} {
		inv := notation.MustParse("vpc-1 10.0.0.0/16\n" + c.estate).Inventory
		report := adminUse(t, inv, "interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end\n"+c.log)
		var messages, evidence, missing []string
		for i := range report.Findings {
			messages = append(messages, report.Findings[i].Message)
			evidence = append(evidence, report.Findings[i].Exposure.Evidence...)
		}
		for _, n := range report.NotEvaluated {
			missing = append(missing, n.Reason)
		}
		if got := strings.Join(messages, "; "); got != c.want || !strings.Contains(strings.Join(evidence, "\n"), c.evidence) {
			t.Errorf("%s: %q, %q, want %q", what, got, evidence, c.want)
		}
		if text := strings.Join(missing, "\n"); !strings.Contains(text, c.notEvaluated) || (text == "") != (c.notEvaluated == "") {
			t.Errorf("%s: not evaluated: %q, want %q", what, text, c.notEvaluated)
		}
	}
}

// The check reports a connection to an administration port among the attempts of a scan,
// and says so where the connections to many ports were counted by ranges of ports.
func TestAdminPortBesideOtherPorts(t *testing.T) {
	const begin = 1790812800 // 1 October 2026
	record := func(port int, back bool) string {
		if back {
			return fmt.Sprintf("eni-1 egress 10.0.0.10 8.8.8.8 %d 40000 6 18 ACCEPT 9 900 %d %d\n", port, begin, begin+60)
		}
		return fmt.Sprintf("eni-1 ingress 8.8.8.8 10.0.0.10 40000 %d 6 2 ACCEPT 2 90 %d %d\n", port, begin, begin+60)
	}
	inv := notation.MustParse("vpc-1 10.0.0.0/16\nsg-a a\n  in tcp/1024-65535 0.0.0.0/0\neni-1 sg-a 10.0.0.10\n").Inventory
	for what, c := range map[string]struct {
		answers func(port int) bool
		want    string
	}{
		"a scan, and one answer":     {func(port int) bool { return port == 3389 }, "1 address from the internet connected to RDP, last on"},
		"a scan without answers":     {func(int) bool { return false }, ""},
		"answers of many ports":      {func(port int) bool { return port < 9000 }, "1 address from the internet connected to one of many ports, among them "},
		"answers of many high ports": {func(port int) bool { return port > 54500 && port < 61000 }, ""},
	} {
		var log strings.Builder
		log.WriteString("interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end\n")
		for port := 1024; port < 65536; port++ {
			log.WriteString(record(port, false))
			if c.answers(port) {
				log.WriteString(record(port, true))
			}
		}
		report := adminUse(t, inv, log.String())
		got := ""
		for i := range report.Findings {
			got += report.Findings[i].Message
		}
		if !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

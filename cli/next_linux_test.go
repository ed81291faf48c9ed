package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// advised finds the commands of sgaudit that a text advises.
var advised = regexp.MustCompile("sgaudit (?:explain|fix|simulate|group|rules|reach) [^\n`]*")

// TestNextStepsStayInTheDemo: after a run on the demo account, each command that the end of
// the table advises reads the demo account again, and finds what the run found.
func TestNextStepsStayInTheDemo(t *testing.T) {
	workplace(t)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("CI", "")
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
	if err := os.WriteFile("trusted.yaml", []byte("trusted_cidrs: [203.0.113.0/24]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{
		{},
		{"--depth", "services"},
		{"--config", "trusted.yaml"},
		{"--region", "us-east-1"},
		{"--check", "admin-port-open-to-internet", "--depth", "services"},
	} {
		for _, verb := range [][]string{{"demo"}, {"audit", "--demo"}} {
			code, shown := onTerminal(t, 200, append(verb, flags...)...)
			if code != exitDone {
				t.Fatalf("%s %s exits %d", verb, flags, code)
			}
			commands := advised.FindAllString(shown, -1)
			if len(commands) == 0 {
				t.Errorf("%s %s advises nothing", verb, flags)
			}
			for _, command := range commands {
				command, _, _ = strings.Cut(command, "; ") // what follows is a sentence
				last := strings.HasPrefix(command, "sgaudit explain") && flags != nil && len(flags) > 0 && flags[0] == "--check"
				if strings.Contains(command, " --demo") == last {
					t.Errorf("%s %s advises %q", verb, flags, command)
				}
				code, stdout, stderr := run(strings.Fields(command)[1:]...)
				if code != exitDone {
					t.Errorf("%s %s advises %q, which exits %d: %s", verb, flags, command, code, stderr)
				}
				for _, next := range advised.FindAllString(stdout, -1) {
					if !strings.Contains(next, " --demo") {
						t.Errorf("%s advises %q", command, next)
					}
				}
				if last && !strings.Contains(stderr, "from the audit of the demo account on ") {
					t.Errorf("%s says %s", command, stderr)
				}
			}
		}
	}
	// The report of another account takes the place of the demo's, and its mark goes.
	if code, _ := onTerminal(t, 200, "audit", "--input", "now.json"); code != exitDone && code != exitFindings && code != exitIncomplete {
		t.Fatalf("audit exits %d", code)
	}
	if _, _, stderr := run("explain", "0123456789"); !strings.Contains(stderr, "from the audit of account ") {
		t.Errorf("explain says %s", stderr)
	}
}

// TestExplainTheDemo: what explain says of the demo account names it in each command, and
// where a finding needs another depth it says so.
func TestExplainTheDemo(t *testing.T) {
	for _, what := range []string{"sg-0a100011", "900d4bd5", "shop-web", "fc91ae21", "sg-0aaaaaaa", "10.0.0.1"} {
		_, stdout, stderr := run("explain", what, "--demo", "--depth", "services")
		for _, command := range advised.FindAllString(stdout+stderr, -1) {
			if !strings.Contains(command, " --demo") {
				t.Errorf("explain %s --demo advises %q", what, command)
			}
		}
	}
	if code, _, stderr := run("explain", "c3acb7", "--demo"); code != exitFailed || !strings.Contains(stderr, `at depth network the demo account has no finding "c3acb7"`) || !strings.Contains(stderr, "hint: add --depth services") {
		t.Errorf("explain exits %d: %s", code, stderr)
	}
	if code, stdout, _ := run("explain", "c3acb7", "--demo", "--depth", "services"); code != exitDone || !strings.Contains(stdout, "finding    c3acb7b2") {
		t.Errorf("explain exits %d:\n%s", code, stdout)
	}
	if code, _, stderr := run("explain", "900d4bd5", "--depth", "services"); code != exitFailed || !strings.Contains(stderr, "has no effect without --demo") {
		t.Errorf("explain exits %d: %s", code, stderr)
	}
}

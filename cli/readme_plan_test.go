package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeShowsTheFirstStep: the line that the README shows of a run of the demo
// account's plan is the first that the script reports.
func TestReadmeShowsTheFirstStep(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := regexp.MustCompile(`(?m)^ +sh plan\.sh +# \[1 of (\d+)\] (.*)$`).FindStringSubmatch(string(readme))
	if shown == nil {
		t.Fatal("the README shows no step of sh plan.sh")
	}
	code, script, stderr := run("fix", "--demo")
	if code != 0 {
		t.Fatal(stderr)
	}
	_, plan, _ := strings.Cut(script, "\nplan() {\n")
	total := regexp.MustCompile(`(?m)^total=(\d+)$`).FindStringSubmatch(plan)
	step := regexp.MustCompile(`(?m)^step (.*)$`).FindStringSubmatch(plan)
	if total == nil || step == nil {
		t.Fatalf("no step in\n%s", plan)
	}
	if said := strings.ReplaceAll(step[1], "'", ""); shown[1] != total[1] || shown[2] != said {
		t.Errorf("the README shows step 1 of %s, %q; the script reports 1 of %s, %q", shown[1], shown[2], total[1], said)
	}
}

package remedy_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// hostile are texts that a shell would obey, as a whole or behind another text.
var hostile = []string{
	"'; : >ran; '", " ; : >ran", "\n: >ran\n", "\r: >ran", "$(: >ran)", "`: >ran`", " > ran", "\u2028: >ran", "\n}\n: >ran\nplan() {\n", " # x", "\x1b[2J", "",
}

// threeGroups is an estate that has a fix of every kind.
const threeGroups = `depth services
sg-0db  db
  in tcp/5432  10.0.0.2/32  "it's the application"
sg-0app app
  in tcp/22    0.0.0.0/0
  out all      0.0.0.0/0
sg-0old old description "nobody's"
  in tcp/80    10.0.0.0/8
  in tcp/81    sg-0old
eni-1 sg-0db 10.0.0.1
eni-2 sg-0app 10.0.0.2
`

// smallReport audits it, with ids of rules.
func smallReport(t *testing.T) (*inventory.Inventory, []byte) {
	t.Helper()
	inv := notation.MustParse(threeGroups).Inventory
	for _, r := range inv.Regions {
		for i := range r.Groups {
			g := &r.Groups[i]
			for k := range g.Rules {
				g.Rules[k].IDs = []string{endpoint.RuleID(r.Name, g.ID, g.Rules[k].String())}
			}
		}
	}
	report := audited(inv, audit.Options{Settings: audit.Defaults()}, inventory.DefaultRulesPerGroup)
	report.Finish()
	report.Checks = nil // they are for readers
	kinds := map[string]bool{}
	report.Findings = slices.DeleteFunc(report.Findings, func(f findings.Finding) bool {
		more := kinds[f.Check] || len(f.Fix.Steps) == 0
		kinds[f.Check] = true
		return more
	})
	text, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	return inv, text
}

// scriptOf makes a plan of a report in JSON.
func scriptOf(text []byte) (string, error) {
	report, err := findings.Read(bytes.NewReader(text))
	if err != nil {
		return "", err
	}
	plan, err := remedy.NewPlan(report, all(report), true)
	if err != nil {
		return "", err
	}
	var script strings.Builder
	for _, d := range plan.Documents() {
		text, err := d.Shell()
		if err != nil {
			return "", err
		}
		if _, err := d.Markdown(); err != nil {
			return "", err
		}
		script.WriteString(text)
	}
	return script.String(), nil
}

// executed leaves out comments, each of which is a line of its own.
func executed(script string) string {
	var lines []string
	for line := range strings.Lines(script) {
		if !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// leaves calls f for each text of a JSON value, with its path and what sets it.
func leaves(path string, value any, set func(any), f func(path, text string, set func(any))) {
	switch v := value.(type) {
	case string:
		f(path, v, set)
	case []any:
		for i := range v {
			leaves(fmt.Sprintf("%s[%d]", path, i), v[i], func(x any) { v[i] = x }, f)
		}
	case map[string]any:
		for key := range v {
			leaves(path+"."+key, v[key], func(x any) { v[key] = x }, f)
		}
	}
}

// TestHostileReports puts hostile texts into every field of a report, with
// steps and as earlier versions wrote it, with commands alone. Either there is
// no plan, or what it runs are calls of aws and nothing else.
func TestHostileReports(t *testing.T) {
	_, text := smallReport(t)
	want, err := scriptOf(text)
	if err != nil {
		t.Fatal(err)
	}
	var old map[string]any
	if err := json.Unmarshal(text, &old); err != nil {
		t.Fatal(err)
	}
	for _, f := range old["findings"].([]any) {
		delete(f.(map[string]any)["fix"].(map[string]any), "steps")
	}
	commands, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := scriptOf(commands); err != nil || got != want {
		t.Fatalf("the commands give another plan than the steps: %v\n%s\n%s", err, got, want)
	}
	folder := t.TempDir()
	refused, same, ran := 0, 0, map[string]bool{}
	for _, source := range [][]byte{text, commands} {
		var report any
		if err := json.Unmarshal(source, &report); err != nil {
			t.Fatal(err)
		}
		leaves("", report, nil, func(path, was string, set func(any)) {
			for _, h := range hostile {
				for _, value := range []string{h, was + h} {
					set(value)
					damaged, err := json.Marshal(report)
					if err != nil {
						t.Fatal(err)
					}
					script, err := scriptOf(damaged)
					switch {
					case err != nil:
						if strings.ContainsAny(err.Error(), "\n\r\x1b\u2028") {
							t.Errorf("%s: %q is told as it is: %s", path, value, err)
						}
						refused++
					case executed(script) == executed(want):
						same++
					case !ran[executed(script)]:
						ran[executed(script)] = true
						runs(t, folder, path, value, script)
					}
				}
			}
			set(was)
		})
	}
	t.Logf("%d reports refused, %d with the same plan, %d other plans run", refused, same, len(ran))
	if refused < 500 || same < 500 || len(ran) < 20 {
		t.Error("the texts reach too little")
	}
}

// stepReport is what a plan prints before a step.
var stepReport = regexp.MustCompile(`^\[\d+ of \d+\] (.* \((new group|[a-z0-9_-]+)\)|[a-z0-9_-]+) (authorize|revoke|create-group|delete-group|look-up|set-interface-groups)( (all traffic|[a-z0-9./:-]+) (from|to) (.* \((new group|[a-z0-9_-]+)\)|[a-z0-9./:_-]+)( and \d+ more)?)?$`)

// runs carries a script out with a function in the place of aws, and nothing
// else in PATH.
func runs(t *testing.T, folder, path, value, script string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, "plan.sh"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	const prelude = `aws() {
	case "$1 $2" in
	"sts get-caller-identity") echo 111122223333 ;;
	"ec2 create-security-group" | "ec2 describe-security-groups") echo sg-777 ;;
	ec2\ *) ;;
	*) exit 9 ;;
	esac
}
. ./plan.sh
`
	for _, args := range [][]string{nil, {"--undo"}} {
		cmd := exec.Command("/bin/sh", append([]string{"-c", prelude, "plan.sh"}, args...)...)
		cmd.Dir, cmd.Env = folder, []string{"PATH=/nowhere"}
		out, err := cmd.CombinedOutput()
		lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		for i, line := range lines { // one for each step, and nothing else
			if want := fmt.Sprintf("[%d of %d] ", i+1, len(lines)); len(out) > 0 && (!strings.HasPrefix(line, want) || !stepReport.MatchString(line)) {
				err = fmt.Errorf("the line %q is not the report of a step", line)
			}
		}
		if err != nil {
			t.Fatalf("%s as %q: %v %s\n%s", path, value, err, out, script)
		}
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == "plan.sh" }) || len(entries) != 1 {
			t.Fatalf("%s as %q: something ran\n%s", path, value, script)
		}
	}
}

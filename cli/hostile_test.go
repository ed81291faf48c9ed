package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/drift"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/simulate"
	"github.com/sgaudit/sgaudit/words"
)

// hostile holds what a terminal obeys and what a reader cannot see, and begins
// a line that looks like one of the program's. A snapshot and a report can hold
// all of it; XML, and so a live account, all but the first characters.
const (
	hostileXML = "x\u009b2J\u0085\u2028\u202e\u2066\u200b\ufeff\u00ad\U000e0041\nFORGED: audited in full\r\nFORGED"
	hostile    = "\x1b]0;owned\a\x7f" + hostileXML
)

// hostileEstate is an account in which every name and text is the given one.
func hostileEstate(text string) string {
	q := fmt.Sprintf("%q", text)
	return strings.ReplaceAll(`account 111122223333
region us-east-1
sg-1 Q vpc vpc-1 description Q tag Name=Q tag "Team=X"
  in tcp/22 0.0.0.0/0 Q id sgr-1
  in tcp/443 sg-2 Q id sgr-2
  in tcp/1000-4000 pl-1 Q id sgr-3
  in tcp/5432 10.0.0.0/8 "until 2020-01-01 X" id sgr-4
  out all 0.0.0.0/0 Q
sg-2 Q vpc vpc-1 description Q
sg-3 Q vpc vpc-1
eni-1 sg-1 10.0.0.10 public 198.51.100.7 vpc vpc-1 subnet subnet-1 description Q attached-by Q requester Q instance i-1 tag Name=Q
eni-2 sg-1,sg-2 10.0.0.11 vpc vpc-1 subnet subnet-1 description Q tag Name=Q
pl-1 Q 0.0.0.0/0
vpc-1 10.0.0.0/16 tag Name=Q
subnet-1 10.0.0.0/24 vpc vpc-1 tag Name=Q
rtb-1 vpc vpc-1 main
  route 0.0.0.0/0 igw-1
igw-1 vpc vpc-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
lt-1 Q sg-3
load-balancer application Q internet-facing vpc vpc-1 sg-1
function Q vpc vpc-1 sg-1
web-acl Q
recorder Q stopped
region eu-west-1
unread groups denied Q Q
region eu-west-2
unread groups failed Q Q
`, "Q", q)
}

// workplace is a folder with the files that the command lines name.
func workplace(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "SGAUDIT_CONFIG", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"} {
		t.Setenv(name, "")
		os.Unsetenv(name)
	}
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none"} {
		t.Setenv(name, value)
	}
	write := func(name string, text []byte) {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	save := func(name, estate string) {
		e, err := notation.Parse(name, estate)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		s := &inventory.Snapshot{Tool: hostile, TakenAt: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Inventory: e.Inventory}
		if err := s.Save(&out); err != nil {
			t.Fatal(err)
		}
		write(name, out.Bytes())
	}
	estate := hostileEstate(hostile)
	save("now.json", estate)
	save("old.json", strings.Replace(strings.Replace(estate, "  in tcp/443 sg-2", "  in tcp/444 sg-2", 1), "in tcp/22 0.0.0.0/0", "in tcp/23 0.0.0.0/0", 1))
	write("estate.sg", []byte(hostileEstate(hostileXML)))
	write("wrong.sg", []byte("sg-1 x "+fmt.Sprintf("%q", hostile)+"\n"))
	write("config.yaml", fmt.Appendf(nil, "bastions: [%q]\nexceptions:\n- {reason: %q, group: sg-9, expires: 2020-01-01, owner: %[1]q}\n", hostileXML, hostileXML))
	write("wrong.yaml", fmt.Appendf(nil, "%q: 1\npublic_ports: [%[1]q]\nchecks: {enable: [%[1]q]}\nseverities: {unused-group: %[1]q}\nexceptions: [{reason: x, group: \"[\\u202e\", source: %[1]q}]\n", hostileXML))
	write("flows.log", []byte("version account-id interface-id flow-direction srcaddr dstaddr srcport dstport protocol action start end log-status "+strings.NewReplacer("\n", "", "\r", "", " ", "").Replace(hostile)+"\n5 "+hostile+"\n5 999988887777 eni-1 ingress 9.9.9.9 10.0.0.10 40000 22 6 ACCEPT 1790812800 1790812860 OK x\n"))
	write("plan.sh", []byte("aws ec2 revoke-security-group-ingress --region us-east-1 --group-id sg-1 --security-group-rule-ids sgr-2\n"))
	write("wrong.sh", []byte("aws ec2 revoke-security-group-ingress --region us-east-1 --group-id 'sg-1"+hostile+"' --security-group-rule-ids sgr-2\n"))
	if code, _, stderr := run("audit", "--from", "now.json", "-o", "json=report.json"); code != exitIncomplete {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	// A stranger's report can hold anything in any of its texts.
	text, err := os.ReadFile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	var report findings.Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	poison(reflect.ValueOf(&report).Elem())
	report.SchemaVersion = findings.SchemaVersion
	if text, err = json.Marshal(report); err != nil {
		t.Fatal(err)
	}
	write("stranger.json", text)
	if err := os.Mkdir("history", 0o700); err != nil {
		t.Fatal(err)
	}
	write("history/20300101T000000Z.report.json", text)
}

// poison appends the hostile text to every text of a value.
func poison(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + hostile)
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			poison(v.Index(i))
		}
	case reflect.Map:
		for _, k := range v.MapKeys() {
			if v.Type().Elem().Kind() == reflect.String {
				v.SetMapIndex(k, reflect.ValueOf(v.MapIndex(k).String()+hostile))
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				poison(v.Field(i))
			}
		}
	}
}

// run runs the program and returns what it wrote.
func run(args ...string) (code int, stdout, stderr string) {
	var files [3]*os.File
	for i := range files {
		f, err := os.CreateTemp("", "stream")
		if err != nil {
			panic(err)
		}
		defer os.Remove(f.Name())
		defer f.Close()
		files[i] = f
	}
	code = Run(context.Background(), append([]string{"sgaudit"}, args...), files[0], files[1], files[2])
	out, _ := os.ReadFile(files[1].Name())
	errs, _ := os.ReadFile(files[2].Name())
	return code, string(out), string(errs)
}

// TestNoVerbObeysTexts runs every verb over names, texts, files and arguments
// that hold control characters and more, and looks at each byte of both
// streams.
func TestNoVerbObeysTexts(t *testing.T) {
	workplace(t)
	estate, err := notation.Parse("estate.sg", hostileEstate(hostileXML))
	if err != nil {
		t.Fatal(err)
	}
	server, err := endpoint.Serve(estate.Inventory, endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	reportText, err := os.ReadFile("report.json")
	if err != nil {
		t.Fatal(err)
	}
	var report findings.Report
	if err := json.Unmarshal(reportText, &report); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run("audit", "--endpoint-url", server.URL, "-o", "part=account.part"); code != exitIncomplete {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	part, err := os.ReadFile("account.part")
	if err != nil {
		t.Fatal(err)
	}
	q, _ := json.Marshal(hostile)
	stranger := strings.Replace(string(part), `"flags":[]`, fmt.Sprintf(`"flags":[[%s,%[1]s],["check",%[1]s]],"config_name":%[1]s,"config":%[1]s`, q), 1)
	line, rest, _ := strings.Cut(stranger, "\n")
	line = line[:strings.LastIndex(line, `,"sha256":`)]
	stranger = fmt.Sprintf("%s,\"sha256\":\"%x\"}\n%s", line, sha256.Sum256([]byte(line)), rest) // a stranger knows how
	if err := os.WriteFile("stranger.part", []byte(stranger), 0o600); err != nil || stranger == string(part) {
		t.Fatalf("no stranger's part: %v", err)
	}
	// Of each verb some command lines; "+" before one says that it must show the
	// hostile text, escaped.
	lines := map[string][][]string{
		"audit": {
			{"+", "audit", "--shard", hostile, "-o", "part=x"},
			{"+", "audit", "-o", "part=none/" + hostile},
			{"+", "audit", "--from", "now.json"},
			{"+", "audit", "--from", "now.json", "-o", "csv"},
			{"+", "audit", "--from", "now.json", "-o", "json"},
			{"+", "audit", "--from", "now.json", "-o", "ndjson"},
			{"+", "audit", "--from", "now.json", "--baseline", "stranger.json", "--config", "config.yaml", "--framework", "cis-5.0"},
			{"+", "audit", "--endpoint-url", server.URL, "--depth", "services"},
			{"+", "audit", "--endpoint-url", server.URL, "--debug", "-o", "csv"},
			{"+", "audit", "--from", "now.json", "--config", "wrong.yaml"},
			{"+", "audit", "--from", "none" + hostile},
			{"+", "audit", "--from", "now.json", "-o", "csv=none" + hostile + "/x"},
			{"+", "audit", "--profile", hostile},
			{"+", "audit", "--region", hostile, "--check", hostile, "--fail-on", hostile, "-o", hostile, "--max-rps", hostile},
			{"+", "audit", hostile},
			{"+", "audit", "--" + hostile},
			{"+", hostile},
		},
		"demo": {
			{"+", "demo", "--estate", "estate.sg"},
			{"+", "demo", "--estate", "wrong.sg"},
			{"+", "demo", "--estate", hostile},
			{"+", "demo", "--address", hostile},
		},
		"snapshot": {
			{"+", "snapshot", "--endpoint-url", server.URL, "-o", "-"},
			{"+", "snapshot", "--endpoint-url", server.URL, "-o", "none/" + hostile},
		},
		"diff": {
			{"diff", "old.json", "now.json"},
			{"diff", "old.json", "now.json", "-o", "json"},
			{"diff", "old.json", "now.json", "-o", "markdown"},
			{"+", "diff", "old.json", hostile},
			{"diff", "old.json", "stranger.json"},
		},
		"graph": {
			{"+", "graph", "--input", "now.json"},
			{"+", "graph", "--input", "now.json", "-o", "dot"},
			{"+", "graph", "--input", "now.json", "-o", "mermaid"},
			{"+", "graph", "--input", "now.json", "-o", "json"},
			{"+", "graph", "--input", "now.json", "--group", "sg-1"},
			{"+", "graph", "--input", "now.json", "--view", "board"},
			{"+", "graph", "--input", "now.json", "--view", "matrix"},
			{"+", "graph", "--input", "now.json", "--view", "column"},
			{"+", "graph", "--input", "now.json", "--vpc", hostile, "--group", hostile},
			{"+", "graph", "--input", hostile, "-o", hostile},
		},
		"fix": {
			{"+", "fix", "--from", "now.json"},
			{"+", "fix", "--from", "now.json", "--format", "terraform"},
			{"+", "fix", "--from", "now.json", "--format", "markdown"},
			{"+", "fix", "--from", "report.json"},
			{"fix", "--from", "stranger.json"},
			{"+", "fix", "--from", "now.json", "--finding", hostile},
		},
		"simulate": {
			{"+", "simulate", "plan.sh", "--from", "now.json"},
			{"simulate", "plan.sh", "--from", "now.json", "-o", "json"},
			{"+", "simulate", "wrong.sh", "--from", "now.json"},
			{"+", "simulate", hostile, "--from", "now.json"},
			{"+", "simulate", "plan.sh", "--from", "now.json", "--flows", "flows.log"},
		},
		"usage": {
			{"+", "usage", "--input", "now.json", "--flow-logs", "flows.log"},
			{"usage", "--input", "now.json", "--flow-logs", "flows.log", "-o", "json", "-o", "csv=usage.csv"},
			{"+", "usage", "--input", "now.json"},
			{"+", "usage", "--input", "now.json", "--flow-logs", hostile, "--since", hostile, "--verdict", hostile, "--max-sources", hostile},
			{"+", "usage", "--input", "now.json", "--flow-logs", hostile},
			{"+", "usage", "--input", "now.json", "--summary", "wrong.sh"},
		},
		"except": {
			{"+", "except", report.Findings[0].ID, "--from", "report.json", "--config", "new.yaml", "--reason", hostile, "--owner", hostile},
			{"+", "except", report.Findings[0].ID, "--from", "stranger.json", "--config", "config.yaml", "--reason", "x"},
			{"+", "except", hostile, "--from", "report.json", "--config", "config.yaml", "--reason", "x"},
		},
		"show": {
			{"+", "show", "stranger.json"},
			{"+", "show", "stranger.json", "-o", "markdown"},
			{"+", "show", "report.json", "-o", "json"},
			{"+", "show", "report.json", "--group", hostile + "*"},
			{"+", "show", "report.json", "--check", hostile, "--account", hostile, "--region", hostile, "--status", hostile},
			{"+", "show", hostile},
		},
		"merge": {
			{"+", "merge", "stranger.json"},
			{"+", "merge", "stranger.json", "stranger.json"},
			{"+", "merge", "report.json", hostile},
			{"+", "merge", "account.part"},
			{"+", "merge", "stranger.part"},
			{"merge", "account.part", "stranger.part"},
			{"+", "merge", "account.part", hostile},
		},
		"plan-shards": {
			{"+", "plan-shards", "--org", "--role-name", hostile, "--shards", hostile},
			{"+", "plan-shards", "--accounts-file", hostile, "--shards", "2"},
			{"plan-shards", "--org", "--role-name", "audit", "--shards", "2", "--endpoint-url", server.URL},
		},
		"ddl": {{"ddl", "parquet"}, {"+", "ddl", hostile}, {"+", "ddl", "parquet", "--location", hostile}},
		"rules": {
			{"+", "rules", "--input", "now.json"},
			{"rules", "--input", "now.json", "-o", "csv"},
			{"rules", "--input", "now.json", "-o", "json"},
			{"+", "rules", "--endpoint-url", server.URL},
			{"+", "rules", "--input", "now.json", "--source", hostile},
			{"+", "rules", "--input", "now.json", "--port", hostile},
			{"rules", "--input", "now.json", "--group", hostile, "--vpc", hostile, "--tag", hostile},
		},
		"interfaces": {{"+", "interfaces", "--input", "now.json"}, {"interfaces", "--input", "now.json", "-o", "json"}, {"+", "interfaces", "--input", hostile}},
		"group":      {{"+", "group", "sg-1", "--input", "now.json"}, {"group", "sg-1", "--input", "now.json", "-o", "json"}, {"+", "group", hostile, "--input", "now.json"}},
		"trend":      {{"+", "trend", "history"}, {"+", "trend", "history", "-o", "json"}, {"+", "trend", hostile}},
		"checks":     {{"checks"}, {"checks", "-o", "json"}, {"+", "checks", "--framework", hostile}},
		"explain":    {{"explain", "unused-group"}, {"+", "explain", report.Findings[0].ID, "--from", "stranger.json"}, {"+", "explain", hostile}, {"+", "explain", "0", "--from", hostile}},
		"reach": {
			{"+", "reach", "--to", "eni-1", "--snapshot", "now.json"},
			{"reach", "--to", "eni-1", "--snapshot", "now.json", "-o", "json"},
			{"+", "reach", "--to", "eni-1", "--endpoint-url", server.URL},
			{"+", "reach", "--to", hostile, "--from", hostile, "--port", hostile},
		},
		"doctor":     {{"+", "doctor", "--endpoint-url", server.URL}, {"+", "doctor", "--endpoint-url", server.URL, "-o", "json"}, {"+", "doctor", "-o", hostile}},
		"config":     {{"+", "config", "show", "--config", "config.yaml"}, {"+", "config", "check", "--config", "wrong.yaml"}, {"+", "config", hostile}},
		"policy":     {{"policy"}, {"+", "policy", "--depth", hostile}},
		"completion": {{"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"}, {"completion", "powershell"}, {"+", "completion", hostile}},
		"version":    {{"version"}},
		"help":       {{"help"}, {"help", "audit"}, {"+", "help", hostile}},
	}
	app := testProgram().app()
	app.Setup()
	for _, verb := range app.Commands {
		if len(lines[verb.Name]) == 0 {
			t.Errorf("sgaudit %s: no command line is tried", verb.Name)
		}
		for _, line := range lines[verb.Name] {
			shows := line[0] == "+"
			if shows {
				line = line[1:]
			}
			code, stdout, stderr := run(line...)
			if code == exitDone && stdout == "" && stderr == "" {
				t.Errorf("sgaudit %q wrote nothing", line)
			}
			look(t, line, "standard output", stdout)
			look(t, line, "standard error", stderr)
			if slices.Contains(line, "json") || slices.Contains(line, "ndjson") || line[0] == "snapshot" {
				// The escapes must be those of JSON.
				for decoder := json.NewDecoder(strings.NewReader(stdout)); decoder.More(); {
					var value any
					if err := decoder.Decode(&value); err != nil {
						t.Errorf("sgaudit %q: %v", line, err)
						break
					}
				}
			}
			if shows && !strings.Contains(stdout+stderr, `\u202e`) {
				t.Errorf("sgaudit %q does not show the hostile text:\n%s%s", line, stdout, stderr)
			}
		}
	}
	for _, name := range []string{"new.yaml", "config.yaml"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		look(t, []string{"except"}, name, string(text))
	}
}

// TestAnswersObeyNoTexts fills every text of what the verbs answer, which
// includes fields that hold checked values today, and looks at each form.
func TestAnswersObeyNoTexts(t *testing.T) {
	d, r, tr, doc := &drift.Drift{}, &reachAnswer{}, history.NewTrend(), &diagnosis{}
	s := &simulate.Simulation{Drift: d}
	for _, v := range []any{d, r, s, tr, doc} {
		flood(reflect.ValueOf(v).Elem())
	}
	for name, text := range map[string]string{
		"diff": d.Text(), "diff as Markdown": d.Markdown(), "reach": r.text(), "simulate": s.Text(), "trend": tr.Text(0), "doctor": doc.text(),
	} {
		look(t, []string{name}, "the text", text)
		if !strings.Contains(text, "u202e") {
			t.Errorf("%s does not show the hostile text:\n%s", name, text)
		}
	}
}

// flood makes every text of a value hostile, and two of every item of a list.
func flood(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(hostile)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		flood(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			flood(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				flood(v.Field(i))
			}
		}
	}
}

// look wants text without a character that hides, but for the ends of lines and
// tabs, and without a line that a value has begun.
func look(t *testing.T, line []string, name, text string) {
	t.Helper()
	for i, l := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		if words.Block(l) != l {
			t.Errorf("sgaudit %q: %s, line %d: %+q", line, name, i+1, words.Cut(l, 500))
		}
		if strings.HasPrefix(strings.TrimLeft(l, " │#-"), "FORGED") {
			t.Errorf("sgaudit %q: %s, line %d: a value has begun a line: %s", line, name, i+1, l)
		}
	}
}

// TestVerbsHoldTheirChoices gives each verb a word that its flag does not take.
func TestVerbsHoldTheirChoices(t *testing.T) {
	workplace(t)
	app := testProgram().app()
	app.Setup()
	for _, verb := range app.Commands {
		for _, flag := range verb.Flags {
			f, ok := flag.(*choiceFlag)
			if !ok {
				continue
			}
			arguments := strings.Fields(strings.NewReplacer("[PLAN]", "plan.sh", "REPORT", "report.json").Replace(verb.ArgsUsage))
			line := slices.Concat([]string{verb.Name}, arguments, []string{"--" + f.Name, "nonsense"})
			if code, _, stderr := run(line...); code != exitFailed || !strings.Contains(stderr, fmt.Sprintf("unknown %s \"nonsense\": known are %s", f.kind, strings.Join(f.words, ", "))) {
				t.Errorf("sgaudit %v: exit code %d, %s", line, code, stderr)
			}
		}
	}
}

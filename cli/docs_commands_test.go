package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/fixtures/traffic"
)

// notRun are the commands of the pages that this test does not run, by their first
// word, with the reason. docs/releases.md shows the table.
var notRun = []struct{ word, why string }{
	{"aws", "changes or reads a real account; `scripts/aws-cli.sh`, `scripts/plan.py` and `scripts/lab.py` run the AWS CLI against moto"},
	{"bash", "`bash .ci/run` runs everything, this test too"},
	{"cosign", "needs a published release"},
	{"cp", "copies files"},
	{"docker", "needs a container engine; `scripts/container.sh` runs the image with buildah"},
	{"gh", "needs GitHub"},
	{"git", "needs the tag of a release; `scripts/release.py --again` compares two builds"},
	{"go", "`.ci/run` builds, tests and measures; the demo is run as sgaudit"},
	{"install", "writes into folders of the system"},
	{"jq", "needs jq"},
	{"kubectl", "needs a cluster; `scripts/deploy.py` checks the manifests"},
	{"sbatch", "needs Slurm; `scripts/deploy.py` runs the tasks of an array"},
	{"scripts/build.sh", "`.ci/run` runs it"},
	{"sh", "`scripts/plan.py` runs plans against moto"},
	{"sha256sum", "needs a published release; `scripts/pipelines.sh` verifies one of its own"},
	{"systemctl", "needs systemd; `scripts/deploy.py` checks the units"},
	{"terraform", "`scripts/terraform.py` runs it, with its AWS provider against moto"},
	{"useradd", "adds a user to the system"},
	{"zstd", "needs zstd"},
}

// noCommands begin the lines of a page that look like commands and are none.
var noCommands = map[string][]string{
	"../README.md":            {"mkdir -p saved/", "17 3 * * *  out="},                                                                              // prepare makes it; TestNightlyLine runs the line for cron
	"../docs/lab.md":          {"account 1", "region eu", "sgaudit demo --serve", "export AWS_ENDPOINT_URL", "export AWS_DEFAULT_REGION", "VPC=$("}, // the estate of scripts/lab.py, how it is served, and variables
	"../docs/concepts.md":     {"base severity", "reachable", "not-reachable", "unattached", "unknown", "source is"},
	"../docs/formats.md":      {"SELECT ", "WHERE "},                                // of Athena and DuckDB: scripts/formats.py runs such queries
	"../docs/organisation.md": {"sgaudit: warning:", "hint:"},                       // what an audit prints
	"../docs/nightly.md":      {"SGAUDIT_MAIL_TO=", "17 3 * * *  audit  /usr/loca"}, // a crontab that starts the script
	"../docs/shards.md":       {"…", `{"shard":`},
	"../docs/usage.md":        {"sgaudit: Athena scanned"}, // what sgaudit prints
}

// refused are the commands that the demo account has to refuse, with what they say.
var refused = map[string]string{
	"sgaudit audit --profile shop --profile data         # the account of each profile": "account 123456789012 comes twice",

	// The endpoint has no Athena; scripts/athena.py runs such commands.
	"sgaudit usage --athena logs.flow_logs --since 30d --save-summary september.json.zst": "athena:GetTableMetadata in us-east-1",
	"sgaudit usage --athena logs.flow_logs --workgroup audit --max-scan 200GB":            "athena:GetTableMetadata in us-east-1",
	"sgaudit usage --input today.json.zst --athena logs.flow_logs --profile data":         "athena:GetTableMetadata in us-east-1",
}

// runElsewhere are pages with blocks of the kind sh that other tests run from the page.
var runElsewhere = map[string]string{
	"../docs/lab.md":     "scripts/lab.py",
	"../docs/nightly.md": "TestNightlyScript",
}

// TestCommandsOfTheDocs runs every command of sgaudit in the README and in the pages of
// docs and deploy, one after the other in one folder for each page, with the demo account
// on loopback. None may be a mistake of use or fail to finish. Every other command has to
// be one of notRun.
func TestCommandsOfTheDocs(t *testing.T) {
	pages := []string{"../README.md", "../CONTRIBUTING.md"}
	for _, glob := range []string{"../docs/*.md", "../deploy/*/README.md"} {
		found, err := filepath.Glob(glob)
		if err != nil || len(found) < 4 {
			t.Fatalf("%s: %d pages, %v", glob, len(found), err)
		}
		pages = append(pages, found...)
	}
	texts := map[string]string{}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		texts[page] = string(text)
	}
	plan, err := os.ReadFile("testdata/plans/ssh-open.json")
	if err != nil {
		t.Fatal(err)
	}
	home, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	workplace(t)
	server, err := serveEstate("demo.sg", estates.Demo(), endpoint.Options{Objects: demoBucket(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	t.Setenv("AWS_ENDPOINT_URL", server.URL)
	desk := t.TempDir()
	t.Chdir(desk)
	prepare(t, plan)
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(desk, "config"))
	ran, used := 0, map[string]bool{}
	for _, page := range pages {
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS(desk)); err != nil {
			t.Fatal(err)
		}
		t.Chdir(folder)
		for _, line := range commandsOf(texts[page], runElsewhere[page] == "") {
			if slices.ContainsFunc(noCommands[page], func(begin string) bool { return strings.HasPrefix(line, begin) }) {
				continue
			}
			own, words := ownCommand(line, folder)
			if own == nil {
				i := slices.IndexFunc(notRun, func(n struct{ word, why string }) bool { return n.word == words })
				if i < 0 {
					t.Errorf("%s: nothing runs %q: make it a command of sgaudit, or add it to notRun or noCommands", page, line)
					continue
				}
				used[words] = true
				continue
			}
			ran++
			if code, _, stderr := run(own...); code == exitFailed && (refused[line] == "" || !strings.Contains(stderr, refused[line])) {
				t.Errorf("%s: %s\n%s", page, line, stderr)
			}
		}
	}
	if ran < 60 {
		t.Errorf("only %d commands were run", ran)
	}
	table := "| command | why no test runs it as it is there |\n| --- | --- |\n"
	for _, n := range notRun {
		if !used[n.word] {
			t.Errorf("no page has a command %s: take it out of notRun", n.word)
		}
		table += fmt.Sprintf("| `%s` | %s |\n", n.word, n.why)
	}
	t.Chdir(home)
	held(t, "../docs/releases.md", "<!-- not run -->\n", table)
}

// prepare writes the files that pages mention and do not make themselves.
func prepare(t *testing.T, plan []byte) {
	t.Helper()
	must := func(args ...string) {
		t.Helper()
		if code, _, stderr := run(args...); code == exitFailed {
			t.Fatalf("sgaudit %s: %s", strings.Join(args, " "), stderr)
		}
	}
	write := func(name string, content []byte) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"account", "today", "monday", "tuesday"} {
		must("snapshot", "--demo", "-o", name+".json.zst")
	}
	must("audit", "--demo", "-o", "json=report.json")
	must("audit", "--demo", "-o", "json=yesterday.json")
	must("audit", "--demo", "--region", "us-east-1", "-o", "json=shop.json") // merge takes reports of different regions
	must("audit", "--demo", "--region", "eu-west-1", "-o", "json=bank.json")
	must("fix", "--demo", "-o", "sh=plan.sh")
	must("usage", "--demo", "--save-summary", "september.json.zst")
	must("usage", "--demo", "--save-summary", "august.json.zst")
	write("plan.json", plan)
	write("sgaudit.yaml", []byte("trusted_cidrs: []\n"))
	write("accounts.csv", []byte("id,name\n123456789012,shop\n"))
	for _, profile := range []string{"shop", "data", "log-archive"} {
		write("config", append(slices.Clip(readIfThere("config")), []byte("[profile "+profile+"]\nregion = us-east-1\naws_access_key_id = AKIA"+strings.ToUpper(profile)+"\naws_secret_access_key = x\n")...))
	}
	var logs bytes.Buffer
	estate, err := notation.Parse("demo.sg", estates.Demo())
	if err != nil {
		t.Fatal(err)
	}
	if err := traffic.WriteDemo(&logs, estate.Inventory); err != nil {
		t.Fatal(err)
	}
	write("flow-logs/flows.log", logs.Bytes())
	write("saved/123456789012/eu-west-1/groups.json", []byte(`{"SecurityGroups": []}`))
	write("saved/123456789012/eu-west-1/interfaces.json", []byte(`{"NetworkInterfaces": []}`))
}

func readIfThere(name string) []byte {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return text
}

var fence = regexp.MustCompile("^ *```(.*)$")

// commandsOf returns the lines of a page that are commands: those of indented blocks,
// and of blocks of the kind sh if shells is set. A backslash or an open quote or pipe at
// the end of a line joins the next one.
func commandsOf(page string, shells bool) (commands []string) {
	kind, inside, before := "", false, ""
	open := ""
	for _, line := range strings.Split(page, "\n") {
		if m := fence.FindStringSubmatch(line); m != nil {
			inside, kind = !inside, m[1]
			continue
		}
		indented := !inside && strings.HasPrefix(line, "    ") && (before == "" || strings.HasPrefix(before, "    "))
		if !inside {
			before = line
		}
		text := strings.TrimSpace(line)
		switch {
		case !indented && (!inside || kind != "sh" || !shells), text == "" || strings.HasPrefix(text, "#"):
			continue
		}
		whole := strings.TrimSpace(open + " " + text)
		if open = ""; strings.HasSuffix(text, `\`) || strings.HasSuffix(text, "|") || strings.Count(whole, "'")%2 == 1 || strings.Contains(text, "read_parquet(") || strings.Contains(whole+" ", "; do ") && text != "done" {
			open = strings.TrimSuffix(whole, `\`)
			continue
		}
		commands = append(commands, whole)
	}
	return commands
}

var (
	comment  = regexp.MustCompile(`\s{2,}#.*$`)
	rest     = regexp.MustCompile(` *(\|\|?|>|<|&&) ?.*$`)
	assigned = regexp.MustCompile(`^([A-Z0-9_]+=\S* )+`)
	cron     = regexp.MustCompile(`^[0-9*]+ [0-9*]+ \S+ \S+ \S+  `)
	shell    = regexp.MustCompile(`'[^']*'|"[^"]*"|\S+`)
)

// ownCommand returns the arguments of a line that runs sgaudit, without what a shell does
// with its output, and with folders of the system below folder; or the first word of another line.
func ownCommand(line, folder string) (args []string, word string) {
	line = rest.ReplaceAllString(comment.ReplaceAllString(cron.ReplaceAllString(line, ""), ""), "")
	line = assigned.ReplaceAllString(line, "")
	word = strings.Fields(line + " .")[0]
	if _, command, assigns := strings.Cut(word, "=$("); assigns { // job=$(sbatch ...)
		word = command
	}
	if line == "go run . demo" {
		return []string{"demo"}, ""
	}
	if word != "sgaudit" {
		return nil, word
	}
	for _, w := range shell.FindAllString(line, -1)[1:] {
		w = strings.Trim(w, `'"`)
		for _, system := range []string{"/var/lib/", "/var/log/"} {
			if before, name, found := strings.Cut(w, system); found {
				w = before + filepath.Join(folder, strings.ReplaceAll(name, "/", "-"))
			}
		}
		args = append(args, strings.Replace(w, "../..", "saved", 1))
	}
	return args, ""
}

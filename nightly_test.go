package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// nightlyNetwork is an account with a public subnet, and an interface in it with sg-1.
const nightlyNetwork = "account 123456789012\nregion eu-west-1\nvpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/24\nigw-1 vpc vpc-1\nrtb-1 main\n  route 10.0.0.0/16 local\n  route 0.0.0.0/0 igw-1\n" +
	"acl-1 vpc vpc-1 default subnet subnet-1\n  in 100 allow all 0.0.0.0/0\n  out 100 allow all 0.0.0.0/0\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n"

// nightly is the script of docs/nightly.md in a folder of its own, with a program mail that
// keeps what it is given, or fails where there is a file fails.
type nightly struct{ folder string }

func newNightly(t *testing.T) nightly {
	t.Helper()
	page, err := os.ReadFile("docs/nightly.md")
	if err != nil {
		t.Fatal(err)
	}
	_, script, found := strings.Cut(string(page), "```sh\n")
	script, _, closed := strings.Cut(script, "```\n")
	program, err := filepath.Abs(os.Args[0])
	if err != nil || !found || !closed {
		t.Fatalf("no script in docs/nightly.md, or no program: %v", err)
	}
	if binary != "" {
		program = binary
	}
	n := nightly{t.TempDir()}
	const mail = "#!/bin/sh\n[ ! -e \"$MAIL_FAILS\" ] || exit 75\n{ echo \"subject: $2\"; echo \"to: $3\"; cat; } >\"$MAIL\"\n"
	for name, text := range map[string]string{"mail": mail, "nightly": script} {
		if err := os.WriteFile(filepath.Join(n.folder, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(program, filepath.Join(n.folder, "sgaudit")); err != nil {
		t.Fatal(err)
	}
	return n
}

// run runs the script for one night and returns its exit code, what it prints, and the mail.
func (n nightly) run(t *testing.T, text string, faults []endpoint.Fault) (code int, out, mailed string) {
	t.Helper()
	estate, err := notation.Parse("estate.sg", text)
	if err != nil {
		t.Fatal(err)
	}
	server, err := endpoint.Serve(estate.Inventory, endpoint.Options{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	mail := filepath.Join(n.folder, "mail.txt")
	os.Remove(mail)
	command := exec.Command("sh", filepath.Join(n.folder, "nightly"))
	command.Env = []string{
		"PATH=" + n.folder + ":" + os.Getenv("PATH"), "MAIL=" + mail, "MAIL_FAILS=" + filepath.Join(n.folder, "fails"),
		"SGAUDIT_HISTORY=" + filepath.Join(n.folder, "history"), "SGAUDIT_MAIL_TO=team@example.com",
		"AWS_ENDPOINT_URL=" + server.URL, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true",
	}
	printed, _ := command.CombinedOutput()
	said, _ := os.ReadFile(mail)
	return command.ProcessState.ExitCode(), string(printed), string(said)
}

// TestNightlyScript runs the script of docs/nightly.md night by night: it sends a mail
// about what is new or more severe and about what was not read, and none about what is known.
func TestNightlyScript(t *testing.T) {
	n := newNightly(t)
	const (
		known = nightlyNetwork + "sg-1 web\n  in tcp/22 0.0.0.0/0\n"
		worse = known + "  in tcp/3389 0.0.0.0/0\n"
	)
	cut := strings.Replace(worse, "  route 0.0.0.0/0 igw-1\n", "", 1)
	const news = "subject: sgaudit: new or more severe findings"
	for i, night := range []struct {
		estate string
		faults []endpoint.Fault
		code   int
		mail   []string // nil: none
	}{
		{known, nil, 1, []string{news, "to: team@example.com", "SSH (tcp/22)"}}, // in the first night everything is new
		{known, nil, 0, nil},
		{worse, nil, 1, []string{news, "RDP (tcp/3389)"}},
		{worse, []endpoint.Fault{{Action: "DescribeSecurityGroups", Denied: true}}, 3, []string{"subject: sgaudit: not everything could be read", "ec2:DescribeSecurityGroups"}},
		{worse, []endpoint.Fault{{Action: "GetCallerIdentity", Denied: true}}, 2, []string{"subject: sgaudit: the audit failed", "exit code 2"}},
		{worse, nil, 0, nil},
		{cut, nil, 0, nil},
		{worse, nil, 1, []string{news, "WORSE (was medium)", "SSH (tcp/22)", "2 more severe"}}, // reachable again
		{worse, nil, 0, nil},
	} {
		code, out, said := n.run(t, night.estate, night.faults)
		if code != night.code || out != "" || (said == "") != (night.mail == nil) {
			t.Errorf("night %d: exit code %d, want %d; it prints %q and mails %q", i+1, code, night.code, out, said)
		}
		for _, text := range night.mail {
			if !strings.Contains(said, text) {
				t.Errorf("night %d: the mail has no %q:\n%s", i+1, text, said)
			}
		}
		for line := range strings.Lines(said) {
			if strings.Contains(said, news) && len([]rune(line)) > 101 {
				t.Errorf("night %d: a line of the mail is longer than 100 characters: %q", i+1, line)
			}
		}
		if i == 2 && strings.Contains(said, "SSH (tcp/22)") {
			t.Errorf("the mail has what was known:\n%s", said)
		}
	}
}

// TestNightlyLine runs the line for cron of the README: the mail has the table and the
// messages of that run, whatever its exit code, and there is none if all is well.
func TestNightlyLine(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, line, found := strings.Cut(string(page), "\n    17 3 * * *  ")
	line, _, _ = strings.Cut(line, "\n")
	program, err := filepath.Abs(os.Args[0])
	if err != nil || !found || strings.Contains(line, "%") { // which cron reads as the end of a line
		t.Fatalf("no line for cron in README.md, or no program: %q, %v", line, err)
	}
	if binary != "" {
		program = binary
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "mail"), []byte("#!/bin/sh\ncat >\"$MAIL\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(program, filepath.Join(folder, "sgaudit")); err != nil {
		t.Fatal(err)
	}
	const closed = nightlyNetwork + "sg-1 web\n  in tcp/443 10.0.0.0/8\n"
	for _, night := range []struct {
		estate string
		faults []endpoint.Fault
		mail   string // empty: none
	}{
		{closed, nil, ""},
		{closed + "  in tcp/22 0.0.0.0/0\n", nil, "SSH (tcp/22)"},
		{closed, []endpoint.Fault{{Action: "DescribeSecurityGroups", Denied: true}}, "ec2:DescribeSecurityGroups"},
		{closed, []endpoint.Fault{{Action: "GetCallerIdentity", Denied: true}}, "caller identity"},
	} {
		estate, err := notation.Parse("estate.sg", night.estate)
		if err != nil {
			t.Fatal(err)
		}
		server, err := endpoint.Serve(estate.Inventory, endpoint.Options{Faults: night.faults})
		if err != nil {
			t.Fatal(err)
		}
		mail := filepath.Join(folder, "mail.txt")
		os.Remove(mail)
		command := exec.Command("sh", "-c", line)
		command.Env = []string{
			"PATH=" + folder + ":" + os.Getenv("PATH"), "MAIL=" + mail, "HOME=" + folder,
			"AWS_ENDPOINT_URL=" + server.URL, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true",
		}
		out, _ := command.CombinedOutput()
		server.Close()
		said, _ := os.ReadFile(mail)
		if len(out) > 0 || (len(said) == 0) != (night.mail == "") || !strings.Contains(string(said), night.mail) {
			t.Errorf("the mail has no %q:\n%s\nand the line prints %q", night.mail, said, out)
		}
	}
}

// TestNightlyMailFails holds that a mail that cannot be sent is an error of the script on
// standard error, that its text is sent in the next night, when it is not new any more, and
// that it is sent once.
func TestNightlyMailFails(t *testing.T) {
	const known = nightlyNetwork + "sg-1 web\n  in tcp/22 0.0.0.0/0\n"
	n := newNightly(t)
	fails := filepath.Join(n.folder, "fails")
	unsent := filepath.Join(n.folder, "history", "unsent.txt")
	for i, night := range []struct {
		estate string
		fails  bool
		code   int
		says   string   // on standard error; empty: nothing
		mail   []string // nil: none
	}{
		{known, true, 4, `the mail "sgaudit: new or more severe findings" to team@example.com could not be sent`, nil},
		{known, true, 4, `the mail "sgaudit: the mail of an earlier night"`, nil},
		{known + "  in tcp/3389 0.0.0.0/0\n", true, 4, `the mail "sgaudit: new or more severe findings"`, nil},
		{known + "  in tcp/3389 0.0.0.0/0\n", false, 0, "", []string{"subject: sgaudit: the mail of an earlier night", "SSH (tcp/22)", "RDP (tcp/3389)"}},
		{known + "  in tcp/3389 0.0.0.0/0\n", false, 0, "", nil},
	} {
		os.Remove(fails)
		if night.fails {
			if err := os.WriteFile(fails, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		code, out, mail := n.run(t, night.estate, nil)
		if code != night.code || !strings.Contains(out, night.says) || (out == "") != (night.says == "") || (mail == "") != (night.mail == nil) {
			t.Errorf("night %d: exit code %d, want %d; it prints %q and mails %q", i+1, code, night.code, out, mail)
		}
		if _, err := os.Stat(unsent); (err == nil) != night.fails || night.fails && !strings.Contains(out, unsent) {
			t.Errorf("night %d: unsent.txt: %v; it prints %q", i+1, err, out)
		}
		for _, text := range night.mail {
			if strings.Count(mail, text) != 1 {
				t.Errorf("night %d: the mail has %q %d times, want once:\n%s", i+1, text, strings.Count(mail, text), mail)
			}
		}
	}
	// Where the folder of the history cannot be made, nothing can be kept: the error is printed.
	if err := os.WriteFile(fails, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(n.folder, "history")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(n.folder, "history"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := n.run(t, known, nil); code != 4 || !strings.Contains(out, "sgaudit did not run: ") || !strings.Contains(out, "could not be sent") {
		t.Errorf("exit code %d, want 4; it prints %q", code, out)
	}
}

// TestNightlyUnit holds what the unit of systemd needs so that mail leaves its sandbox,
// and that a mail that could not be sent is a failed unit.
func TestNightlyUnit(t *testing.T) {
	text, err := os.ReadFile("deploy/systemd/sgaudit.service")
	if err != nil {
		t.Fatal(err)
	}
	set := map[string]string{}
	for _, line := range strings.Split(string(text), "\n") {
		if key, value, found := strings.Cut(line, "="); found && !strings.HasPrefix(line, "#") {
			set[key] = value
		}
	}
	for _, key := range []string{"NoNewPrivileges", "DynamicUser", "RestrictSUIDSGID"} { // postdrop runs with the rights of its group
		if value, there := set[key]; there {
			t.Errorf("%s=%s: no mail can be sent", key, value)
		}
	}
	if set["ProtectSystem"] != "strict" || !strings.Contains(set["ReadWritePaths"], "-/var/spool/postfix/maildrop") {
		t.Errorf("ProtectSystem=%s with ReadWritePaths=%s: postdrop cannot write", set["ProtectSystem"], set["ReadWritePaths"])
	}
	if set["SuccessExitStatus"] != "1 3" {
		t.Errorf("SuccessExitStatus=%s: 4 is a mail that could not be sent", set["SuccessExitStatus"])
	}
	users, err := os.ReadFile("deploy/systemd/sysusers.conf")
	if err != nil || !strings.Contains(string(users), "\nu "+set["User"]+" - ") {
		t.Errorf("sysusers.conf does not make the user %q: %v", set["User"], err)
	}
}

// TestNightlyTwice starts the script while it runs: each run mails what it found itself.
// The program is a stand-in that starts the second run after it has written its table.
func TestNightlyTwice(t *testing.T) {
	n := newNightly(t)
	const program = `#!/bin/sh
[ ! "$SECOND" ] || { echo "another run writes" >&2; exit 2; }
for word in "$@"; do case $word in table=*) echo "a new finding" >"${word#table=}" ;; esac; done
SECOND=yes MAIL=$MAIL.second sh "$NIGHTLY"
exit 1
`
	os.Remove(filepath.Join(n.folder, "sgaudit"))
	if err := os.WriteFile(filepath.Join(n.folder, "sgaudit"), []byte(program), 0o755); err != nil {
		t.Fatal(err)
	}
	mail := filepath.Join(n.folder, "mail.txt")
	command := exec.Command("sh", filepath.Join(n.folder, "nightly"))
	command.Env = []string{
		"PATH=" + n.folder + ":" + os.Getenv("PATH"), "MAIL=" + mail, "MAIL_FAILS=" + filepath.Join(n.folder, "fails"),
		"NIGHTLY=" + filepath.Join(n.folder, "nightly"), "SGAUDIT_HISTORY=" + filepath.Join(n.folder, "history"),
	}
	printed, _ := command.CombinedOutput()
	first, _ := os.ReadFile(mail)
	second, _ := os.ReadFile(mail + ".second")
	if command.ProcessState.ExitCode() != 1 || !strings.Contains(string(first), "a new finding") || strings.Contains(string(first), "another run") || !strings.Contains(string(second), "another run writes") {
		t.Errorf("it prints %q, and mails %q and %q", printed, first, second)
	}
	left, err := os.ReadDir(filepath.Join(n.folder, "history"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if e.IsDir() {
			t.Errorf("%s is left", e.Name())
		}
	}
}

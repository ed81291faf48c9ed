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

// TestNightlyScript runs the script of docs/nightly.md night by night, with a program
// mail that keeps what it is given: it sends a mail about what is new and about what was
// not read, and none about what is known.
func TestNightlyScript(t *testing.T) {
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
	folder := t.TempDir()
	for name, text := range map[string]string{"mail": "#!/bin/sh\n{ echo \"subject: $2\"; echo \"to: $3\"; cat; } >\"$MAIL\"\n", "nightly": script} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(program, filepath.Join(folder, "sgaudit")); err != nil {
		t.Fatal(err)
	}
	const (
		network = "account 123456789012\nregion eu-west-1\nvpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/24\nigw-1 vpc vpc-1\nrtb-1 main\n  route 10.0.0.0/16 local\n  route 0.0.0.0/0 igw-1\n" +
			"acl-1 vpc vpc-1 default subnet subnet-1\n  in 100 allow all 0.0.0.0/0\n  out 100 allow all 0.0.0.0/0\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n"
		known = network + "sg-1 web\n  in tcp/22 0.0.0.0/0\n"
		worse = known + "  in tcp/3389 0.0.0.0/0\n"
	)
	for i, night := range []struct {
		estate string
		faults []endpoint.Fault
		code   int
		mail   []string // nil: none
	}{
		{known, nil, 1, []string{"subject: sgaudit: new findings", "to: team@example.com", "SSH (tcp/22)"}}, // in the first night everything is new
		{known, nil, 0, nil},
		{worse, nil, 1, []string{"subject: sgaudit: new findings", "RDP (tcp/3389)"}},
		{worse, []endpoint.Fault{{Action: "DescribeSecurityGroups", Denied: true}}, 3, []string{"subject: sgaudit: not everything could be read", "ec2:DescribeSecurityGroups"}},
		{worse, []endpoint.Fault{{Action: "GetCallerIdentity", Denied: true}}, 2, []string{"subject: sgaudit: the audit failed", "exit code 2"}},
		{worse, nil, 0, nil},
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
		command := exec.Command("sh", filepath.Join(folder, "nightly"))
		command.Env = []string{
			"PATH=" + folder + ":" + os.Getenv("PATH"), "MAIL=" + mail, "SGAUDIT_HISTORY=" + filepath.Join(folder, "history"), "SGAUDIT_MAIL_TO=team@example.com",
			"AWS_ENDPOINT_URL=" + server.URL, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_REGION=eu-west-1", "AWS_EC2_METADATA_DISABLED=true",
		}
		out, _ := command.CombinedOutput()
		server.Close()
		said, _ := os.ReadFile(mail)
		if code := command.ProcessState.ExitCode(); code != night.code || len(out) > 0 || (len(said) == 0) != (night.mail == nil) {
			t.Errorf("night %d: exit code %d, want %d; it prints %q and mails %q", i+1, code, night.code, out, said)
		}
		for _, text := range night.mail {
			if !strings.Contains(string(said), text) {
				t.Errorf("night %d: the mail has no %q:\n%s", i+1, text, said)
			}
		}
		if i == 2 && strings.Contains(string(said), "SSH (tcp/22)") {
			t.Errorf("the mail has what was known:\n%s", said)
		}
	}
}

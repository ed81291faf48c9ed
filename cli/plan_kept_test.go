package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEarlierPlanIsKept: a plan takes the place of another one that has other changes only
// after that one, which holds their undo, was kept beside it.
func TestEarlierPlanIsKept(t *testing.T) {
	folder := t.TempDir()
	plan := filepath.Join(folder, "plan.sh")
	fix := func(arguments ...string) string {
		t.Helper()
		code, _, stderr := run(append([]string{"fix", "--demo", "-o", "sh=" + plan}, arguments...)...)
		if code != exitDone {
			t.Fatalf("fix %v exits %d: %s", arguments, code, stderr)
		}
		return stderr
	}
	content := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	files := func() string {
		list, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, e := range list {
			names = append(names, e.Name())
		}
		return strings.Join(names, " ")
	}

	fix("--finding", "900d4b")
	one := content(plan)
	fix()
	if got := files(); got != "plan.sh" {
		t.Errorf("the new plan has the changes of the old one, and there are %s", got)
	}
	whole := content(plan)
	if err := os.Symlink(filepath.Join(folder, "elsewhere"), plan+".1"); err != nil {
		t.Fatal(err)
	}
	stderr := fix("--finding", "900d4b")
	if got := files(); got != "plan.sh plan.sh.1 plan.sh.2" {
		t.Fatalf("there are %s", got)
	}
	if content(plan+".2") != whole || !hasCommandsOf(content(plan), one) {
		t.Error("plan.sh.2 is not the plan that was there, or plan.sh not the new one")
	}
	if !strings.Contains(stderr, "the plan that was in "+plan+" is kept as "+plan+".2, with the undo of its changes: sh "+plan+".2 --undo") {
		t.Errorf("standard error is %s", stderr)
	}
	if info, err := os.Stat(plan + ".2"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("plan.sh.2: %v, %v", info.Mode(), err)
	}
	fix()
	fix("--finding", "900d4b") // the whole plan is in plan.sh.2 already
	if got := files(); got != "plan.sh plan.sh.1 plan.sh.2" {
		t.Errorf("a plan is kept twice: there are %s", got)
	}
	fix("--check", "missing-vpc-endpoint") // a plan without changes
	fix("--finding", "900d4b")
	if got := files(); got != "plan.sh plan.sh.1 plan.sh.2" {
		t.Errorf("a plan without changes is kept, or one that plan.sh.2 has: there are %s", got)
	}
}

// TestFileThatIsNoPlanIsReplaced: what else has the name of a plan is replaced as before.
func TestFileThatIsNoPlanIsReplaced(t *testing.T) {
	folder := t.TempDir()
	plan := filepath.Join(folder, "plan.sh")
	if err := os.WriteFile(plan, []byte("#!/bin/sh\nrun aws ec2 delete-security-group\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := run("fix", "--demo", "-o", plan); code != exitDone || strings.Contains(stderr, "kept") {
		t.Fatalf("fix exits %d: %s", code, stderr)
	}
	if list, _ := os.ReadDir(folder); len(list) != 1 {
		t.Errorf("there are %v", list)
	}
}

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sgaudit": main})
}

// binary is the program that the scripts run, from the variable SGAUDIT_BINARY.
// Without it they run this test's own, which under -race takes several times as long.
var binary = os.Getenv("SGAUDIT_BINARY")

// TestScripts runs the real program. The scripts have these commands of their
// own:
//
//	serve ESTATE [FAULT...]          serves an estate and sets $ENDPOINT; a fault is
//	                                 region=NAME, action=NAME, account=ID, hang, expired,
//	                                 denied, throttle=N, joined by commas
//	exits CODE COMMAND...            runs a command and wants this exit code
//	closes CODE COMMAND...           the same, with a standard output that no process reads
//	interrupts CODE TEXT COMMAND...  sends Ctrl-C once the text was printed; leaves
//	                                 interrupted.out and interrupted.err
//	kills TEXT COMMAND...            sends Ctrl-C once the text was printed, which must not
//	                                 end the command, and again, which must
//	lines NAME N                     wants N lines in stdout, stderr or a file
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "cli/testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("AWS_ACCESS_KEY_ID", "test")
			env.Setenv("AWS_SECRET_ACCESS_KEY", "test")
			env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else each program ends a second after it is done
			docs, err := filepath.Abs("docs")
			env.Setenv("DOCS", docs)
			if err != nil || binary == "" {
				return err
			}
			folder := filepath.Join(env.WorkDir, ".bin")
			env.Setenv("PATH", folder+string(os.PathListSeparator)+env.Getenv("PATH"))
			return errors.Join(os.Mkdir(folder, 0o755), os.Symlink(binary, filepath.Join(folder, "sgaudit")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"serve": serve, "exits": exits, "closes": closes, "interrupts": interrupts, "kills": kills, "lines": lines,
		},
	})
}

func need(ts *testscript.TestScript, neg bool, args []string, n int, usage string) {
	if neg || len(args) < n {
		ts.Fatalf("usage: %s", usage)
	}
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "exits CODE COMMAND...")
	checkCode(ts, args[0], ts.Exec(args[1], args[2:]...))
}

func checkCode(ts *testscript.TestScript, want string, err error) {
	got := "0"
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		got = strconv.Itoa(exit.ExitCode())
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %s, want %s", got, want)
	}
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "lines NAME N")
	text := ts.ReadFile(args[0])
	if n := strings.Count(text, "\n"); strconv.Itoa(n) != args[1] {
		ts.Fatalf("%s has %d lines, want %s", args[0], n, args[1])
	}
}

// command makes a command as the script would run it.
func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	program := args[0]
	if program == "sgaudit" && binary != "" {
		program = binary
	}
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "PATH", "ENDPOINT", "GORACE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

func closes(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "closes CODE COMMAND...")
	r, w, err := os.Pipe()
	ts.Check(err)
	ts.Check(r.Close())
	defer w.Close()
	cmd := command(ts, args[1:])
	cmd.Stdout = w
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err = cmd.Run()
	ts.Logf("[stderr]\n%s", stderr.String())
	if strings.Contains(stderr.String(), "pipe") {
		ts.Fatalf("the closed pipe was complained about")
	}
	checkCode(ts, args[0], err)
}

// watched passes on when a text has come by.
type watched struct {
	mu   sync.Mutex
	text bytes.Buffer
	want string
	seen func()
}

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text.Write(p)
	if strings.Contains(w.text.String(), w.want) {
		w.seen()
	}
	return len(p), nil
}

// running is a command that is watched while it runs.
type running struct {
	cmd            *exec.Cmd
	stdout, stderr *watched
	done           chan error
}

// startUntil starts a command and returns once it has printed the text.
func startUntil(ts *testscript.TestScript, text string, args []string) *running {
	cmd := command(ts, args)
	seen := make(chan struct{})
	tell := sync.OnceFunc(func() { close(seen) })
	r := &running{cmd, &watched{want: text, seen: tell}, &watched{want: text, seen: tell}, make(chan error, 1)}
	cmd.Stdout, cmd.Stderr = r.stdout, r.stderr
	ts.Check(cmd.Start())
	go func() { r.done <- cmd.Wait() }()
	select {
	case <-seen:
	case err := <-r.done:
		ts.Fatalf("ended before %q was told: %v\n%s", text, err, r.stderr.text.String())
	case <-time.After(patience):
		_ = cmd.Process.Kill()
		ts.Fatalf("%q was never told", text)
	}
	return r
}

const patience = 20 * time.Second

func interrupts(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 3, "interrupts CODE TEXT COMMAND...")
	r := startUntil(ts, args[1], args[2:])
	ts.Check(r.cmd.Process.Signal(syscall.SIGINT))
	select {
	case err := <-r.done:
		ts.Logf("[stdout]\n%s[stderr]\n%s", r.stdout.text.String(), r.stderr.text.String())
		ts.Check(os.WriteFile(ts.MkAbs("interrupted.out"), r.stdout.text.Bytes(), 0o666))
		ts.Check(os.WriteFile(ts.MkAbs("interrupted.err"), r.stderr.text.Bytes(), 0o666))
		checkCode(ts, args[0], err)
	case <-time.After(patience):
		_ = r.cmd.Process.Kill()
		ts.Fatalf("did not end after Ctrl-C")
	}
}

func kills(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 2, "kills TEXT COMMAND...")
	r := startUntil(ts, args[0], args[1:])
	ts.Check(r.cmd.Process.Signal(syscall.SIGINT))
	select {
	case err := <-r.done:
		ts.Fatalf("the first Ctrl-C ended it: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	ts.Check(r.cmd.Process.Signal(syscall.SIGINT))
	select {
	case err := <-r.done:
		checkCode(ts, "-1", err) // Go's code for death by a signal
	case <-time.After(patience):
		_ = r.cmd.Process.Kill()
		ts.Fatalf("did not die of the second Ctrl-C")
	}
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	need(ts, neg, args, 1, "serve ESTATE [FAULT...]")
	estate, err := notation.Parse(args[0], ts.ReadFile(args[0]))
	ts.Check(err)
	var faults []endpoint.Fault
	for _, text := range args[1:] {
		faults = append(faults, parseFault(ts, text))
	}
	server, err := endpoint.Serve(estate.Inventory, endpoint.Options{Faults: faults})
	ts.Check(err)
	ts.Defer(func() {
		ts.Check(server.Close())
		if v := server.Violations(); len(v) > 0 {
			ts.Fatalf("the client did what it should not: %v", v)
		}
	})
	ts.Setenv("ENDPOINT", server.URL)
}

func parseFault(ts *testscript.TestScript, text string) (f endpoint.Fault) {
	for word := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(word, "=")
		switch key {
		case "region":
			f.Region = value
		case "action":
			f.Action = value
		case "hang":
			f.Hang = true
		case "answers": // one of endpoint.NonAnswers
			f.NonAnswer = value
		case "expired":
			f.Expired = true
		case "denied":
			f.Denied = true
		case "throttle": // the first N calls
			f.Throttle = true
			f.Times, _ = strconv.Atoi(value)
		case "account":
			f.Account = value
		default:
			ts.Fatalf("unknown fault %q", word)
		}
	}
	return f
}

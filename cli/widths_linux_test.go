package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// terminal opens a terminal of so many columns: screen is what a program writes to, and
// master gives what was written, until screen is closed.
func terminal(t *testing.T, width int) (master, screen *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	number, err := unix.IoctlGetUint32(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	screen, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { screen.Close() })
	if err := unix.IoctlSetWinsize(int(screen.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Col: uint16(width), Row: 50}); err != nil {
		t.Fatal(err)
	}
	return master, screen
}

// onTerminal runs a command line with a terminal of so many columns as its standard
// output, and returns what was written to it.
func onTerminal(t *testing.T, width int, args ...string) (code int, text string) {
	t.Helper()
	master, screen := terminal(t, width)
	defer master.Close() // a test opens hundreds
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer stderr.Close()
	read := make(chan string)
	go func() {
		all, _ := io.ReadAll(master) // ends with an error when the other side is closed
		read <- string(all)
	}()
	code = Run(context.Background(), append([]string{"sgaudit", "--color", "never"}, args...), os.Stdin, screen, stderr)
	screen.Close()
	return code, strings.ReplaceAll(<-read, "\r\n", "\n")
}

// addressOrID finds ids of resources and of findings, and addresses with their block.
var addressOrID = regexp.MustCompile(`\b(?:sg|vpc|subnet|acl|rtb|eni|i|pl)-[0-9a-f]{8}\b|\b[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(?:/[0-9]+)?\b`)

// TestNothingIsWiderThanTheTerminal runs the verbs that list and answer on terminals of
// 80, 120 and 200 columns: no line is wider, and every id and address that a pipe gets is
// there.
func TestNothingIsWiderThanTheTerminal(t *testing.T) {
	workplace(t)
	t.Setenv("COLUMNS", "")
	write := func(name, text string) {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("now.sg", estates.Demo())
	write("before.sg", strings.NewReplacer("in tcp/22 0.0.0.0/0", "in tcp/22 192.0.2.0/24").Replace(estates.Demo()))
	for _, c := range [][]string{{"snapshot", "--demo", "-o", "now.json"}, {"fix", "--demo", "-o", "sh=fix.sh"}, {"audit", "--demo", "--history", "runs", "-o", "json=report.json"}} {
		if code, _, stderr := run(c...); code != 0 {
			t.Fatalf("%v: exit code %d: %s", c, code, stderr)
		}
	}
	for _, line := range []string{
		"audit --demo --all", "rules --demo", "interfaces --demo", "usage --demo", "usage --demo --verdict not-known", "trend runs", "checks", "checks --framework nist-800-53", "diff before.sg now.sg",
		"group shop-web --demo", "group shop-application --demo", "simulate --input now.json fix.sh",
		"reach --demo --to shop-web-a --from internet", "reach --demo --to kind:database --from internet", "reach --demo --to shop-postgres",
		"explain 900d4b --input report.json", "explain sg-0a100011 --input report.json", "explain tcp/22", "explain EC2.19", "explain unused-group", "explain internal-load-balancer-open",
	} {
		args := strings.Fields(line)
		_, piped, _ := run(args...)
		for _, width := range []int{80, 120, 200} {
			code, shown := onTerminal(t, width, args...)
			if code != 0 || shown == "" {
				t.Fatalf("%s at %d columns: exit code %d", line, width, code)
			}
			for row := range strings.SplitSeq(shown, "\n") {
				if n := utf8.RuneCountInString(row); n > width && !strings.HasPrefix(row, "  aws ec2 ") { // a command stays on one line
					t.Errorf("%s at %d columns: a line has %d: %s", line, width, n, row)
				}
			}
			if args[0] == "audit" || line == "usage --demo" {
				continue // the table of findings leaves out what explain shows, and that of usage counts what is not known
			}
			for _, word := range addressOrID.FindAllString(piped, -1) {
				if !strings.Contains(shown, word) {
					t.Errorf("%s at %d columns: %s is not there", line, width, word)
				}
			}
		}
	}
}

// TestListsHaveEveryRow counts the rows of the lists on a terminal and in a pipe, where a
// row is one line.
func TestListsHaveEveryRow(t *testing.T) {
	workplace(t)
	t.Setenv("COLUMNS", "")
	for line, row := range map[string]*regexp.Regexp{
		"rules --demo":                     regexp.MustCompile(`(?m)^  (?:[a-z0-9/-]+|all traffic) (?:from|to) \S`),
		"usage --demo --verdict not-known": regexp.MustCompile(`(?m)^  (?:[a-z0-9/-]+|all traffic) (?:from|to) \S`),
		"interfaces --demo":                regexp.MustCompile(`(?m)^  [A-Za-z].*(?:reachable|unattached|unknown) +[0-9]`),
		"checks":                           regexp.MustCompile(`(?m)^  [a-z-]+ +(?:critical|high|medium|low|info) +o`),
	} {
		_, piped, _ := run(strings.Fields(line)...)
		_, shown := onTerminal(t, 80, strings.Fields(line)...)
		want := strings.Count(piped, "\n") - 1
		if n := len(row.FindAllString(shown, -1)); n != want || want < 20 {
			t.Errorf("%s: %d rows at 80 columns, and %d in a pipe:\n%s", line, n, want, shown)
		}
		_, wide := onTerminal(t, 80, append(strings.Fields(line), "--wide")...)
		if n := strings.Count(wide, "\n"); n < want {
			t.Errorf("%s --wide: %d lines for %d rows", line, n, want)
		}
	}
	_, shown := onTerminal(t, 80, "usage", "--demo")
	_, piped, _ := run("usage", "--demo")
	rules := regexp.MustCompile(`(?m)^  (?:[a-z0-9/-]+|all traffic) (?:from|to) \S`)
	n := len(rules.FindAllString(shown, -1))
	for _, m := range regexp.MustCompile(`(?m)^  ([0-9]+) × `).FindAllStringSubmatch(shown, -1) {
		folded, err := strconv.Atoi(m[1])
		if err != nil {
			t.Fatal(err)
		}
		n += folded
	}
	if want := strings.Count(piped, "\n") - 1; n != want {
		t.Errorf("usage shows and counts %d rules at 80 columns, and a pipe gets %d:\n%s", n, want, shown)
	}
	for word, meaning := range verdictMeanings {
		if text := word + strings.Repeat(" ", 13-len(word)) + meaning[:20]; strings.Count(shown, text) != 1 || strings.Index(shown, text) > strings.Index(shown, "  RULE ") || strings.Contains(piped, text) {
			t.Errorf("usage explains %s %d times on a terminal", word, strings.Count(shown, text))
		}
	}
}

// TestListsNameTheWorstFinding: a row with findings names the gravest by the id that explain
// takes, and its severity.
func TestListsNameTheWorstFinding(t *testing.T) {
	workplace(t)
	t.Setenv("COLUMNS", "")
	for line, rows := range map[string]map[string]string{ // by what stands in the row on a terminal, and in a pipe
		"rules --demo --group shop-web --port tcp/22":    {"worst finding: 900d4b critical; described: \"temporary": `reachable +2 +900d4b critical +temporary`},
		"rules --demo --group orders-wrong-web --open":   {"finding: d0615a critical; described: \"offices\"": `reachable +1 +d0615a critical +offices`, "reachable      0\n    described: \"redirect to https\"": `reachable +0 +redirect`},
		"interfaces --demo --group shop-web":             {"worst finding: 900d4b critical; private": `reachable +2 +900d4b critical +shop-web`},
		"interfaces --demo --group shop-application":     {"private: 10.10.10.21, 10.10.10.121;\n": `10.10.10.21; 10.10.10.121`},
		"rules --demo --group launch-wizard-1 --open":    {"  all traffic from 0.0.0.0/0  unattached": `ingress +all +all +0.0.0.0/0`},
		"interfaces --demo --group orders-wrong-bastion": {"reachable      0\n": `reachable +0 +orders-wrong-bastion`},
	} {
		_, shown := onTerminal(t, 80, strings.Fields(line)...)
		_, piped, _ := run(strings.Fields(line)...)
		for text, row := range rows {
			if shown = strings.ReplaceAll(shown, "\r", ""); !strings.Contains(shown, text) {
				t.Errorf("%s: %q is not there:\n%s", line, text, shown)
			}
			if !regexp.MustCompile(row).MatchString(piped) {
				t.Errorf("%s: no row is %s:\n%s", line, row, piped)
			}
		}
	}
}

// TestListsNameTheAccount: where an inventory has several accounts, each row of a list is
// below or beside the name and the id of its own; where it has one, no row names it.
func TestListsNameTheAccount(t *testing.T) {
	workplace(t)
	t.Setenv("COLUMNS", "")
	one := "account 111122223333 shop\nregion us-east-1\nsg-1 web\n  in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.1\n"
	for name, text := range map[string]string{"one.sg": one, "two.sg": one + strings.NewReplacer("111122223333", "444455556666", "shop", "payments", "sg-1", "sg-2", "eni-1", "eni-2").Replace(one)} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, verb := range []string{"rules", "interfaces"} {
		for _, width := range []int{0, 60, 80, 120, 200} {
			show := func(file string) string {
				if width == 0 {
					_, text, _ := run(verb, "--input", file)
					return text
				}
				_, text := onTerminal(t, width, verb, "--input", file)
				return text
			}
			two := show("two.sg")
			for _, account := range []string{"shop (111122223333)", "payments (444455556666)"} {
				if !strings.Contains(two, account) {
					t.Errorf("%s at %d columns does not name %s:\n%s", verb, width, account, two)
				}
			}
			if text := show("one.sg"); strings.Contains(text, "shop") || strings.Contains(text, "ACCOUNT") {
				t.Errorf("%s at %d columns names the only account:\n%s", verb, width, text)
			}
		}
	}
}

// TestMessagesFitTheTerminal: lines of standard error are wrapped to a terminal.
func TestMessagesFitTheTerminal(t *testing.T) {
	master, screen := terminal(t, 60)
	Run(t.Context(), []string{"sgaudit", "audit", "--input", filepath.Join("nowhere", "missing.json")}, os.Stdin, os.Stdout, screen)
	screen.Close()
	text, _ := io.ReadAll(master) // the end of a closed terminal is an error
	said := strings.ReplaceAll(string(text), "\r", "")
	if !strings.Contains(said, "\nhint: give a snapshot") {
		t.Errorf("it says\n%s", said)
	}
	for line := range strings.Lines(said) {
		if len(line) > 61 {
			t.Errorf("%q is wider than 60 columns", line)
		}
	}
}

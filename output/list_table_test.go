package output_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/output"
)

// longRules returns the wide and the compact form of a list of rules in two accounts, the last
// of which says what could not be read.
func longRules() (wide, compact output.ListRows) {
	long := strings.Repeat("awseb-stack-", 8) + "1ABCDEF (sg-0123456789abcdef0)"
	wide = output.ListRows{
		Columns: []output.ListColumn{{Title: "ACCOUNT"}, {Title: "GROUP"}, {Title: "RULE"}, {Title: "EXPOSURE"}, {Title: "NOTE"}},
		Rows: [][]string{
			{"shop (111122223333)", "web (sg-1)", "tcp/22 from 0.0.0.0/0", "reachable", "offices until the move of the offices is over, and not a day longer than that"},
			{"shop (111122223333)", "web (sg-1)", "tcp/443 from " + long, "not-reachable", ""},
			{"payments (444455556666)", "web (sg-1)", "tcp/22 from 0.0.0.0/0", "reachable", "a"},
			{"payments (444455556666)", "", "", "", "ec2:DescribeSecurityGroups could not be read"},
		},
	}
	compact = output.ListRows{Columns: slices.Clone(wide.Columns)}
	compact.Columns[0].Place, compact.Columns[1].Place, compact.Columns[4].Place = output.Heading, output.Heading, output.Below
	for _, row := range wide.Rows {
		compact.Rows = append(compact.Rows, slices.Clone(row))
	}
	return wide, compact
}

func listText(t *testing.T, width int) string {
	t.Helper()
	wide, compact := longRules()
	var out bytes.Buffer
	if err := output.List(&out, wide, compact, width, "--wide shows more"); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A terminal that is too narrow for the table gets the compact form, in which rows stand
// below what they have in common, and long names are broken and not cut.
func TestListFitsTheTerminal(t *testing.T) {
	const want = `  RULE                                                             EXPOSURE
shop (111122223333), web (sg-1)
  tcp/22 from 0.0.0.0/0                                            reachable
    note: offices until the move of the offices is over, and not a day longer
    than that
  tcp/443 from                                                     not-reachable
  awseb-stack-awseb-stack-awseb-stack-awseb-stack-awseb-stack-aws
  eb-stack-awseb-stack-awseb-stack-1ABCDEF
  (sg-0123456789abcdef0)
payments (444455556666), web (sg-1)
  tcp/22 from 0.0.0.0/0                                            reachable
    note: a
payments (444455556666)
    note: ec2:DescribeSecurityGroups could not be read

--wide shows more
`
	if text := listText(t, 80); text != want {
		t.Errorf("got:\n%s\nwant:\n%s", text, want)
	}
	for _, width := range []int{60, 80, 120, 200} {
		for row := range strings.SplitSeq(listText(t, width), "\n") {
			if n := utf8.RuneCountInString(row); n > width {
				t.Errorf("at %d columns a line has %d: %s", width, n, row)
			}
		}
	}
	if text := listText(t, 150); !strings.Contains(text, "  reachable      note: a\n") {
		t.Errorf("what has room behind the row is not there:\n%s", text)
	}
	if text := listText(t, 0); strings.Count(text, "\n") != 5 || strings.Contains(text, "--wide") {
		t.Errorf("a pipe does not get one line for each row:\n%s", text)
	}
	if text := listText(t, 300); !strings.HasPrefix(text, "╭") || strings.Contains(text, "--wide") {
		t.Errorf("a wide terminal does not get the table:\n%s", text)
	}
}

// A list without rows is a header in a pipe, and nothing on a terminal.
func TestListWithoutRows(t *testing.T) {
	wide, compact := longRules()
	wide.Rows, compact.Rows = nil, nil
	for _, width := range []int{0, 80, 300} {
		var out bytes.Buffer
		if err := output.List(&out, wide, compact, width, "--wide shows more"); err != nil {
			t.Fatal(err)
		}
		if text := out.String(); (width == 0) != strings.HasPrefix(text, "ACCOUNT") || width > 0 && text != "" {
			t.Errorf("at %d columns: %q", width, text)
		}
	}
}

// Lines of an answer go on below their last column, and commands stay on one line.
func TestFit(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"short\n", "short\n"},
		{"  ok  one two three four five six seven\n", "  ok  one two three four five\n      six seven\n"},
		{"  1  \x1b[31mab\x1b[0m  one two three four five six\n", "  1  \x1b[31mab\x1b[0m  one two three four\n         five six\n"},
		{"  one two three four five six seven eight\n", "  one two three four five six\n      seven eight\n"},
		{"  aws ec2 revoke-security-group-ingress --group-id sg-1\n", "  aws ec2 revoke-security-group-ingress --group-id sg-1\n"},
		{"  group_1=$(aws ec2 create-security-group --region us-east-1)\n", "  group_1=$(aws ec2 create-security-group --region us-east-1)\n"},
		{"  # a reason that is longer than a line\n", "  # a reason that is longer\n  # than a line\n"},
		{"  # aws ec2 delete-security-group --group-id sg-1\n", "  # aws ec2 delete-security-group --group-id sg-1\n"},
		{"a-word-that-is-longer-than-the-terminal and more", "a-word-that-is-longer-than-the-terminal\n    and more"},
	} {
		if got := output.Fit(c.text, 29); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
		if got := output.Fit(c.text, 0); got != c.text {
			t.Errorf("a pipe gets %q for %q", got, c.text)
		}
	}
}

package output_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// TestCommandsOfARow: the commands of a fix are one line for a shell, and are not there
// where what guards a spreadsheet against formulas would change them: an apostrophe in a
// text of a shell ends it, and the rest of the description would be run.
func TestCommandsOfARow(t *testing.T) {
	const add, revoke, remove = "aws ec2 authorize-security-group-ingress --ip-permissions '[{\"IpProtocol\":\"tcp\"}]'", "aws ec2 revoke-security-group-ingress --group-id sg-1", "aws ec2 delete-security-group --group-id sg-1"
	explain := "# sgaudit explain 0123456789abcdef0123 prints the commands"
	for _, c := range []struct {
		commands []string
		want     string
	}{
		{nil, ""},
		{[]string{add, revoke}, add + " && " + revoke},
		{[]string{revoke, remove}, revoke + " # the report does not say where users of the group were searched: run sgaudit fix --depth services --with-deletes: " + remove},
		{[]string{remove}, "# the report does not say where users of the group were searched: run sgaudit fix --depth services --with-deletes: " + remove},
		{[]string{"aws ec2 x --description 'a;=$(reboot)'"}, explain},
		{[]string{"aws ec2 x --description 'a\u202eb'"}, explain},
		{[]string{"aws ec2 x --description 'a\nb'"}, explain},
		{[]string{"aws ec2 x " + strings.Repeat("-", 33_000)}, explain},
	} {
		f := findings.Finding{ID: "0123456789abcdef0123", Check: "unused-group", Fix: findings.Fix{Commands: c.commands}}
		if got := output.Row(&f)[slices.Index(output.Columns, "commands")]; got != c.want {
			t.Errorf("%.100q: the cell has %q, want %q", c.commands, got, c.want)
		}
	}
	if last := output.Columns[len(output.Columns)-1]; last != "severity_before" {
		t.Errorf("the last column is %s: new columns stand behind the older ones", last)
	}
}

package output

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestExplainDeletion: the deletion of a group is a comment in what explain prints, with
// the reason that keeps it out of a plan; what has to be revoked before is not.
func TestExplainDeletion(t *testing.T) {
	const revoke, remove = "aws ec2 revoke-security-group-ingress --group-id sg-2 --security-group-rule-ids sgr-1", "aws ec2 delete-security-group --group-id sg-1"
	for reason, u := range map[string]*findings.Unused{
		"other unused groups reference it: run the revoke commands of this finding, then run sgaudit fix --depth services --with-deletes":        {Grade: findings.Unattached, FullSearch: true},
		"idle services that may use it were not searched, which needs --depth services as well: run sgaudit fix --depth services --with-deletes": {Grade: findings.Unreferenced, FullSearch: true},
		"only sgaudit fix --with-deletes writes deletions into a plan, so that none is run by accident":                                          {Grade: findings.NotHeld, FullSearch: true},
	} {
		f := &findings.Finding{Check: "unused-group", GroupID: "sg-1", ResourceID: "sg-1", Unused: u, Fix: findings.Fix{Summary: "Delete it.", Commands: []string{revoke, remove}}}
		text := Explain(f, "")
		if want := "\n  " + revoke + "\n  # " + reason + "\n  # " + remove + "\n"; !strings.Contains(text, want) {
			t.Errorf("explain prints\n%s\nwant\n%s", text, want)
		}
	}
}

// TestExplainUndoOfADeletion: explain prints the undo of the commands that are not comments
// alone, which needs no group that is created again. That of a deletion is a comment.
func TestExplainUndoOfADeletion(t *testing.T) {
	const again = "group_1=$(aws ec2 create-security-group --region us-east-1)"
	revoke := change.Step{Verb: change.Revoke, Account: "111122223333", Region: "us-east-1", Group: "sg-2", IDs: []string{"sgr-1"}, Rules: []inventory.Rule{{
		Traffic: inventory.Traffic{Protocol: inventory.TCP, First: 22, Last: 22}, Peer: inventory.Peer{Group: &inventory.GroupRef{ID: "sg-1"}}, IDs: []string{"sgr-1"},
	}}}
	remove := change.Step{Verb: change.Delete, Account: "111122223333", Region: "us-east-1", Group: "sg-1"}
	f := &findings.Finding{Check: "unused-group", Fix: findings.Fix{Steps: []change.Step{revoke, remove}, Commands: []string{revoke.Command(), remove.Command()}, Undo: []string{"aws ec2 authorize-security-group-ingress --group-id \"$group_1\"", again}}}
	_, undo, _ := strings.Cut(Explain(f, ""), "\nUndo\n")
	lines := strings.Split(undo, "\n")
	if !strings.HasPrefix(lines[0], "  aws ec2 authorize-security-group-ingress --region us-east-1 --group-id sg-2 ") || lines[1] != "  # if the group was deleted too, run these instead:" || lines[2] != "  # "+again {
		t.Errorf("explain prints\n%s", undo)
	}
	f.Fix.Steps, f.Fix.Commands, f.Fix.Undo = f.Fix.Steps[1:], f.Fix.Commands[1:], f.Fix.Undo[1:]
	if _, undo, _ = strings.Cut(Explain(f, ""), "\nUndo\n"); undo != "  # "+again+"\n" {
		t.Errorf("where all is a comment, explain prints\n%s", undo)
	}
}

// TestExplainCommandInANote: what to do first stands above the commands of the fix, and a
// command in it has a line of its own, which a terminal does not wrap.
func TestExplainCommandInANote(t *testing.T) {
	f := &findings.Finding{Fix: findings.Fix{Summary: "Revoke it.", Commands: []string{"aws ec2 revoke-security-group-ingress --group-id sg-1"}, Notes: []string{"first run this: aws ec2 authorize-security-group-ingress --group-id sg-1", "ask first"}}}
	want := "\nBefore you start\n  first run this:\n    aws ec2 authorize-security-group-ingress --group-id sg-1\n  ask first\n\nCommands\n  aws ec2 revoke-security-group-ingress --group-id sg-1\n"
	if text := Fit(Explain(f, ""), 40); !strings.Contains(text, want) {
		t.Errorf("explain prints\n%s", text)
	}
	f.Fix.Commands = nil
	if text := Explain(f, ""); !strings.Contains(text, "\nBy hand\n  first run this:\n") || strings.Contains(text, "Before you start") {
		t.Errorf("of a fix without commands, explain prints\n%s", text)
	}
}

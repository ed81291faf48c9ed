package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestDeployedRole holds the roles of deploy/ to sgaudit policy: exactly its actions,
// in the accounts and in the task that assumes their roles. With -update it writes them.
func TestDeployedRole(t *testing.T) {
	actions := awsclient.Actions(inventory.DepthServices)
	document, err := policy([]statement{{Sid: "SgauditReads", Effect: "Allow", Action: actions, Resource: "*"}})
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "../deploy/role/policy.json", func(string) string { return document })
	hold(t, "../deploy/role/role.yaml", func(text string) string {
		return withActions(t, text, "# sgaudit policy --depth services", actions)
	})
	hold(t, "../deploy/batch/batch.yaml", func(text string) string {
		return withActions(t, text, "# sgaudit policy --role-name NAME", awsclient.OrganizationActions)
	})
}

// withActions puts the actions in the place of the list behind a comment.
func withActions(t *testing.T, text, comment string, actions []string) string {
	t.Helper()
	head, rest, found := strings.Cut(text, comment+"\n")
	if !found {
		t.Fatalf("the comment %s is missing", comment)
	}
	indent := head[strings.LastIndexByte(head, '\n')+1:]
	for strings.HasPrefix(rest, indent+"- ") {
		_, rest, _ = strings.Cut(rest, "\n")
	}
	list := ""
	for _, action := range actions {
		list += indent + "- " + action + "\n"
	}
	return head + comment + "\n" + list + rest
}

// hold compares a file with what it has to be, or with -update writes it.
func hold(t *testing.T, file string, want func(text string) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if now := want(string(text)); now != string(text) {
		if !*update {
			t.Errorf("%s differs from sgaudit policy: go test ./cli -run TestDeployedRole -update writes it", file)
		} else if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

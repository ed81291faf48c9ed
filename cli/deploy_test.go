package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestDeployedRole holds the roles of deploy/role to sgaudit policy: exactly its
// actions. With -update it writes them.
func TestDeployedRole(t *testing.T) {
	actions := awsclient.Actions(inventory.DepthServices)
	document, err := policy(actions)
	if err != nil {
		t.Fatal(err)
	}
	hold(t, "../deploy/role/policy.json", func(string) string { return document })
	const before, after = "                  # sgaudit policy --depth services\n", "\nOutputs:"
	hold(t, "../deploy/role/role.yaml", func(text string) string {
		head, rest, found := strings.Cut(text, before)
		_, tail, ends := strings.Cut(rest, after)
		if !found || !ends {
			t.Fatalf("role.yaml has no place for the actions")
		}
		return head + before + "                  - " + strings.Join(actions, "\n                  - ") + "\n" + after + tail
	})
}

// hold compares a file with what it has to be, or with -update writes it.
func hold(t *testing.T, file string, want func(text string) string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !(*update && os.IsNotExist(err)) {
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

package cli

import (
	"os"
	"regexp"
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

// commandWords finds the verbs and flags of sgaudit in the files for engines: in a list
// of YAML, of AWS Batch or of Step Functions, and in the line of a shell script.
var commandWords = regexp.MustCompile(`(?:- |\[|'|sgaudit )(audit|merge)\b|[ '](--[a-z-]+)`)

// TestDeployedCommands holds what the files for engines start to the flags of the verbs.
func TestDeployedCommands(t *testing.T) {
	app := testProgram().app()
	app.Setup()
	known := map[string]bool{}
	for _, verb := range app.Commands {
		for _, f := range verb.Flags {
			for _, name := range f.Names() {
				known[verb.Name+" --"+name] = true
			}
		}
	}
	for file, verbs := range map[string]string{
		"kubernetes/job.yaml": "audit", "kubernetes/merge.yaml": "merge", "kubernetes/cronjob.yaml": "audit merge",
		"batch/batch.yaml": "audit merge", "step-functions/state-machine.yaml": "audit merge", "slurm/audit.sbatch": "audit",
	} {
		text, err := os.ReadFile("../deploy/" + file)
		if err != nil {
			t.Fatal(err)
		}
		var seen []string
		flags := map[string]int{}
		for line := range strings.Lines(string(text)) {
			if strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			for _, m := range commandWords.FindAllStringSubmatch(line, -1) {
				if m[1] != "" {
					seen = append(seen, m[1])
					continue
				}
				verb := seen[len(seen)-1]
				flags[verb]++
				if !known[verb+" "+m[2]] {
					t.Errorf("%s: sgaudit %s has no flag %s", file, verb, m[2])
				}
			}
		}
		if strings.Join(seen, " ") != verbs || strings.Contains(verbs, "audit") && flags["audit"] != 5 {
			t.Errorf("%s: found %v with %v, want %s", file, seen, flags, verbs)
		}
	}
}

// TestKubernetesReferences: what the Jobs refer to is made by files that the page applies
// before them, and several pods can write to the volume at once.
func TestKubernetesReferences(t *testing.T) {
	page, err := os.ReadFile("../deploy/kubernetes/README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, _, found := strings.Cut(string(page), "    kubectl apply -f job.yaml\n")
	_, applied, prepares := strings.Cut(before, "    kubectl apply")
	if !found || !prepares {
		t.Fatal("the page applies job.yaml first, or never")
	}
	applied, _, _ = strings.Cut(applied, "\n")
	made := map[string]bool{}
	for _, file := range strings.Fields(strings.ReplaceAll(applied, " -f", "")) {
		text := manifest(t, file)
		for _, m := range regexp.MustCompile(`(?m)^kind: (\w+)\nmetadata:\n  name: (\S+)$`).FindAllStringSubmatch(text, -1) {
			made[m[1]+" "+m[2]] = true
			if m[1] == "PersistentVolumeClaim" && !strings.Contains(text, "accessModes: [ReadWriteMany]\n") {
				t.Errorf("%s: pods on several nodes cannot write to the volume", file)
			}
		}
	}
	for kind, reference := range map[string]string{"ServiceAccount": "serviceAccountName", "PersistentVolumeClaim": "claimName", "StorageClass": "storageClassName"} {
		for _, file := range []string{"job.yaml", "merge.yaml", "cronjob.yaml", "pvc.yaml"} {
			for _, m := range regexp.MustCompile(reference+`: (\S+)`).FindAllStringSubmatch(manifest(t, file), -1) {
				if !made[kind+" "+m[1]] {
					t.Errorf("%s refers to the %s %s, which no file makes that the page applies before (%v)", file, kind, m[1], made)
				}
			}
		}
	}
}

// manifest is the text of a file for Kubernetes.
func manifest(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile("../deploy/kubernetes/" + file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

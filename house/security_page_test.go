package house_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// holder is what docs/security.md says that holds a claim: a test or a script.
var holder = regexp.MustCompile("`(Test[A-Za-z0-9]+|(?:scripts|house)/[a-z_.-]+)`")

// TestSecurityPage holds docs/security.md to the tests: each claim of a table with
// the column "held by" names some, and each that is named exists.
func TestSecurityPage(t *testing.T) {
	t.Chdir(root)
	text, err := os.ReadFile("docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := testNames(t)
	claims := 0
	inTable := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		for _, match := range holder.FindAllStringSubmatch(line, -1) {
			if _, err := os.Stat(match[1]); !tests[match[1]] && err != nil {
				t.Errorf("the page names %s, which does not exist", match[1])
			}
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		switch last := strings.TrimSpace(cells[len(cells)-1]); {
		case !strings.HasPrefix(line, "|"):
			inTable = false
		case last == "held by":
			inTable = true
		case inTable && last != "---":
			claims++
			if !holder.MatchString(last) {
				t.Errorf("nothing holds the claim %s", cells[0])
			}
		}
	}
	if claims < 20 {
		t.Errorf("only %d claims were found: the test reads another page than is there", claims)
	}
}

// TestNoOtherProgram looks through everything that is linked into the program for what
// can start another one: the SDK alone does, for credential_process.
func TestNoOtherProgram(t *testing.T) {
	list := exec.Command("go", "list", "-deps", "-f", `{{$p := .ImportPath}}{{range .Imports}}{{if or (eq . "os/exec") (eq . "plugin")}}{{$p}}{{"\n"}}{{end}}{{end}}`, ".")
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Fields(string(out)), []string{"github.com/aws/aws-sdk-go-v2/credentials/processcreds"}; !slices.Equal(got, want) {
		t.Errorf("packages that can start programs: %v, want %v", got, want)
	}
}

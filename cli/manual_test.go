package cli

import (
	"strings"
	"testing"

	urfave "github.com/urfave/cli/v2"
)

// TestManualNamesEverything holds that the man page and the reference have every verb
// and every flag that is not hidden.
func TestManualNamesEverything(t *testing.T) {
	files, err := Manual()
	if err != nil {
		t.Fatal(err)
	}
	_, stdout, _ := run("help")
	verbs := 0
	for _, verb := range (&program{}).app().Commands {
		if verb.Hidden {
			continue
		}
		verbs++
		if !strings.Contains(stdout, verb.Name) {
			t.Errorf("the help does not name %s", verb.Name)
		}
		_, section, found := strings.Cut(files["reference.md"], "\n## "+verb.Name+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		if !found || !strings.Contains(files["sgaudit.1"], ".SH "+verb.Name+"\n") && !strings.Contains(files["sgaudit.1"], "\n"+verb.Name) {
			t.Errorf("%s is not in the man page and the reference", verb.Name)
		}
		for _, f := range verb.Flags {
			if v, ok := f.(urfave.VisibleFlag); ok && !v.IsVisible() {
				continue
			}
			if name := "`--" + f.Names()[0]; !strings.Contains(section, name+"`") && !strings.Contains(section, name+" ") {
				t.Errorf("the reference of %s does not have --%s", verb.Name, f.Names()[0])
			}
		}
	}
	if verbs < 20 {
		t.Errorf("%d verbs", verbs)
	}
}

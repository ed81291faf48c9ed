package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// TestReleasesAreBuiltAsTheBinary: what is released has the tags and the compiler flags of
// the binary that the scripts run, and of which scripts/size.sh watches the size.
func TestReleasesAreBuiltAsTheBinary(t *testing.T) {
	script, err := os.ReadFile(filepath.Join(root, "scripts", "build.sh"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, ".goreleaser.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Builds []struct{ Tags, Gcflags []string }
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		t.Fatal(err)
	}
	var gcflags []string
	for _, m := range regexp.MustCompile(`-gcflags='([^']+)'`).FindAllStringSubmatch(string(script), -1) {
		gcflags = append(gcflags, m[1])
	}
	tags := strings.Split(regexp.MustCompile(`-tags (\S+)`).FindStringSubmatch(string(script))[1], ",")
	for _, b := range config.Builds {
		if got, want := slices.Sorted(slices.Values(b.Gcflags)), slices.Sorted(slices.Values(gcflags)); !slices.Equal(got, want) {
			t.Errorf("a release is compiled with %q, and the binary with %q", got, want)
		}
		if !slices.Equal(b.Tags, tags) {
			t.Errorf("a release has the tags %q, and the binary %q", b.Tags, tags)
		}
	}
	if len(config.Builds) == 0 || len(gcflags) == 0 {
		t.Error("nothing was compared")
	}
}

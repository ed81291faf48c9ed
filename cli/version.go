package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"

	urfave "github.com/urfave/cli/v2"
)

// The linker sets the version and the commit of a released build:
//
//	go build -ldflags "-X github.com/sgaudit/sgaudit/cli.release=1.2.3 -X github.com/sgaudit/sgaudit/cli.releasedFrom=COMMIT"
var release, releasedFrom string

// version returns the version of the build. Without a release it is that of
// the module, which go install records, or the commit it was built from.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	text := "devel"
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			text += "-" + s.Value[:min(12, len(s.Value))]
		}
	}
	return text
}

func (p *program) versionVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "version",
		Usage: "print the version, the commit it was built from, and the version of Go",
		Action: func(*urfave.Context) error {
			return p.console.Print(fmt.Sprintf("sgaudit %s, commit %s, %s %s/%s\n", version(), commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH))
		},
	}
}

// commit returns the commit that the build was made from, with a mark where its
// files had been changed, or unknown: archives and go install record none.
func commit() string {
	if releasedFrom != "" {
		return releasedFrom
	}
	text, changed := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				text = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = " (changed)"
			}
		}
	}
	return text + changed
}

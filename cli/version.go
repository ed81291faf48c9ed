package cli

import "runtime/debug"

// release is the version of a released build; the linker sets it:
//
//	go build -ldflags "-X github.com/sgaudit/sgaudit/cli.release=1.2.3"
var release string

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

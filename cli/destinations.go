package cli

import (
	"os"
	"path/filepath"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/output"
)

// destinations are the files that one run writes to, standard output among
// them. The zero value has none.
type destinations struct {
	names map[string]bool
	files []os.FileInfo // of those that exist
}

// claim takes a file, or standard output where the name is empty. It is false
// if something else goes there already, by whatever name: through another
// path, a link, /dev/stdout, or a redirection of standard output. Anything may
// go to the null device.
func (d *destinations) claim(file string) bool {
	var info os.FileInfo
	var err error
	name := ""
	if file == "" {
		info, err = os.Stdout.Stat()
	} else {
		name = realPath(file)
		info, err = os.Stat(file)
	}
	if err == nil {
		if null, err := os.Stat(os.DevNull); err == nil && os.SameFile(info, null) {
			return true
		}
		for _, other := range d.files {
			if os.SameFile(info, other) {
				return false
			}
		}
		d.files = append(d.files, info)
	}
	if d.names[name] {
		return false
	}
	if d.names == nil {
		d.names = map[string]bool{}
	}
	d.names[name] = true
	return true
}

// notInput refuses to write in place of a file that a run reads and that no flag or
// argument names. See keepInputs for the others.
func notInput(files []string, input string) error {
	for _, file := range files {
		if sameFile(file, input) {
			return console.Usage("give the output a name of its own", "--output %s is the input file", file)
		}
	}
	return nil
}

// filesOf are the files that targets go to.
func filesOf(targets []target) (files []string) {
	for _, t := range targets {
		if t.file != "" {
			files = append(files, t.file)
		}
	}
	return files
}

// realPath resolves links, also those that lead to a file that is not there yet.
func realPath(file string) string {
	file = output.Target(file)
	if full, err := filepath.Abs(file); err == nil {
		return full
	}
	return filepath.Clean(file)
}

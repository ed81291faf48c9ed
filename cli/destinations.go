package cli

import (
	"os"
	"path/filepath"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/flows"
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

// notInput refuses to write in place of the file that a run reads, by links too:
// a snapshot that a picture has replaced is lost.
func notInput(files []string, input string) error { return flagNotInput("output", files, input) }

// flagNotInput is notInput for the files of a flag.
func flagNotInput(flag string, files []string, input string) error {
	read, err := os.Stat(input)
	if err != nil || !read.Mode().IsRegular() {
		return nil
	}
	for _, file := range files {
		if info, err := os.Stat(file); err == nil && os.SameFile(info, read) {
			return console.Usage("give the output a name of its own", "--%s %s is the input file", flag, file)
		}
	}
	return nil
}

// notFlowLogs refuses to write in place of flow logs and summaries that a run reads: files,
// and those in folders that would be read.
func notFlowLogs(flag string, files, inputs []string) error {
	for _, input := range inputs {
		if info, err := os.Stat(input); err == nil && info.IsDir() {
			for _, file := range files {
				inside, err := filepath.Rel(realPath(input), realPath(file))
				if _, missing := os.Stat(file); err == nil && missing == nil && filepath.IsLocal(inside) && flows.IsFileName(file) {
					return console.Usage("give the output a name of its own", "--%s %s is one of the flow logs in %s", flag, file, input)
				}
			}
		}
		if err := flagNotInput(flag, files, input); err != nil {
			return err
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

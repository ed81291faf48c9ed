package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/flows"
)

// readingFiles are the flags that name what a run reads, of all verbs, each with what it is
// called in messages. TestFlagsOfFiles holds that a flag that takes a file is one of them or
// one of writingFiles.
var readingFiles = map[string]string{
	"input": "the input file", "usage": "the input file", "flow-logs": "the input file", "summary": "the input file", "flows": "the input file",
	"terraform": "the input file", "change-set": "the input file",
	"config": "the configuration file", "accounts-file": "the file of the accounts", "baseline": "the baseline",
}

// flowLogFlags are those of readingFiles that take folders of flow logs.
var flowLogFlags = []string{"usage", "flow-logs", "flows"}

// writingFiles are the flags that name what a run writes.
var writingFiles = []string{"output", "output-dir", "save-summary", "svg", "history"}

// keepInputs refuses to write in place of a file that the run reads, by links too, and into
// a folder of flow logs a file that the next run would take for one of them. It knows every
// verb by its flags; the arguments of a verb are files that it reads, if they are files.
// The JSON report may replace the baseline: it is the baseline of the next run.
func keepInputs(c *urfave.Context) error {
	reads := map[string][]string{"the input file": slices.Clone(c.Args().Slice())}
	var folders []string
	for flag, what := range readingFiles {
		reads[what] = append(reads[what], flagTexts(c, flag)...)
	}
	for _, flag := range flowLogFlags {
		folders = append(folders, flagTexts(c, flag)...)
	}
	var errs []error
	for _, flag := range writingFiles {
		for _, file := range writtenBy(c, flag) {
			for _, what := range slices.Sorted(maps.Keys(reads)) {
				if what == readingFiles["baseline"] && isJSONReport(c, flag, file) {
					continue
				}
				if slices.ContainsFunc(reads[what], func(input string) bool { return sameFile(file, input) }) {
					errs = append(errs, console.Usage("give the output a name of its own", "--%s %s is %s", flag, file, what))
				}
			}
			for _, folder := range folders {
				errs = append(errs, notAmongFlowLogs(flag, file, folder))
			}
		}
	}
	return console.Combine(errs...)
}

// flagTexts are the values of a flag that may be repeatable; none where the verb does not have it.
func flagTexts(c *urfave.Context, flag string) []string {
	if list := c.StringSlice(flag); list != nil {
		return list
	}
	if text := c.String(flag); text != "" {
		return []string{text}
	}
	return nil
}

// writtenBy are the files that a flag makes a verb write.
func writtenBy(c *urfave.Context, flag string) (list []string) {
	switch flag {
	case "output":
		for _, value := range c.StringSlice(flag) {
			_, file, given := strings.Cut(value, "=")
			if !given && (c.Command.Name == "snapshot" || c.Command.Name == "fix") {
				file = value // the name of a file alone
			}
			if file != "" && file != "-" {
				list = append(list, file)
			}
		}
	case "output-dir":
		if folder := c.String(flag); folder != "" {
			for _, value := range reportValues(c) {
				if !strings.Contains(value, "=") {
					list = append(list, filepath.Join(folder, FileName(value)))
				}
			}
		}
	case "history": // its files have names of their own
	default:
		if file := c.String(flag); file != "" {
			list = append(list, file)
		}
	}
	return list
}

// isJSONReport reports whether a file that a flag makes a verb write is the report as JSON.
func isJSONReport(c *urfave.Context, flag, file string) bool {
	return flag == "output" && slices.Contains(c.StringSlice(flag), "json="+file) ||
		flag == "output-dir" && filepath.Base(file) == FileName("json")
}

// sameFile reports whether an output is the regular file of an input.
func sameFile(file, input string) bool {
	read, err := os.Stat(input)
	if err != nil || !read.Mode().IsRegular() {
		return false
	}
	info, err := os.Stat(file)
	return err == nil && os.SameFile(info, read)
}

// notAmongFlowLogs refuses a file that a run of the flow logs in a folder reads, or that
// the next run would read: with a name as theirs in it or in a folder that a link in it
// leads to, or behind such a link.
func notAmongFlowLogs(flag, file, folder string) error {
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() || !amongFlowLogs(file, folder) {
		return nil
	}
	if _, err := os.Stat(file); err == nil {
		return console.Usage("give the output a name of its own", "--%s %s is one of the flow logs in %s", flag, file, folder)
	}
	return console.Usage("write it into another folder", "--%s %s is in the folder of flow logs %s: the next run would read it as one of them", flag, file, folder)
}

// amongFlowLogs reports whether a file, or what it leads to, is one that is read with a folder.
func amongFlowLogs(file, folder string) bool {
	places := []string{realPath(file), filepath.Join(realPath(filepath.Dir(file)), filepath.Base(file))}
	isIn := func(folder string) bool {
		return slices.ContainsFunc(places, func(place string) bool {
			inside, err := filepath.Rel(folder, place)
			return err == nil && filepath.IsLocal(inside) && flows.IsFileName(place)
		})
	}
	return isIn(realPath(folder)) || slices.ContainsFunc(flows.Links(folder), func(link string) bool {
		target := realPath(link)
		if info, err := os.Stat(target); err == nil && info.IsDir() {
			return isIn(target)
		}
		return slices.Contains(places, target)
	})
}

package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// target is one place that the report goes to.
type target struct {
	format *output.Format
	file   string // empty: standard output
	folder bool   // file is a folder, which gets a file for each region
}

// formatNames lists the formats for help and errors.
func formatNames() string { return strings.Join(knownFormats(), ", ") }

func knownFormats() []string {
	var names []string
	for _, f := range output.Formats() {
		names = append(names, f.Name)
	}
	return names
}

// endings of the files that --output-dir makes; others are the format's name.
var endings = map[string]string{
	"table": "txt", "junit": "xml", "prometheus": "prom", "markdown": "md",
	"rules-csv": "rules.csv", "groups-csv": "groups.csv", "interfaces-csv": "interfaces.csv",
	"rules-ndjson": "rules.ndjson", "groups-ndjson": "groups.ndjson", "interfaces-ndjson": "interfaces.ndjson",
	"rules-parquet": "rules.parquet", "groups-parquet": "groups.parquet", "interfaces-parquet": "interfaces.parquet",
	"codequality": "codequality.json", "ocsf": "ocsf.json", "asff": "asff.json", "slack": "slack.json", "teams": "teams.json",
}

// FileName returns the name of the file that --output-dir makes for a format.
func FileName(format string) string { return "findings." + cmp.Or(endings[format], format) }

// parseTargets reads the values of --output and --output-dir. Without any the
// report is a table on standard output; standard output takes one format, a
// file too.
func parseTargets(values []string, folder string) ([]target, error) {
	var targets []target
	var errs []error
	switch {
	case len(values) == 0 && folder == "":
		values = []string{"table"}
	case len(values) == 0:
		values = []string{"table", "csv", "json"}
	}
	if folder != "" {
		if err := makable(folder); err != nil {
			errs = append(errs, fmt.Errorf("--output-dir: %w", err))
			folder = ""
		}
	}
	var taken destinations
	for _, value := range values {
		t, err := parseTarget(value, folder, &taken)
		if err != nil {
			errs = append(errs, err)
		}
		if t.format != nil {
			targets = append(targets, t)
		}
	}
	return targets, console.Combine(errs...)
}

// parseTarget reads FORMAT[=FILE]. Without a file it is one of the folder, if there
// is a folder.
func parseTarget(value, folder string, taken *destinations) (target, error) {
	name, file, given, err := splitOutput(value, knownFormats())
	if err != nil {
		return target{}, err
	}
	format, _ := output.Lookup(name)
	if !given && folder != "" {
		file = filepath.Join(folder, FileName(name))
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return target{format: format, file: file}, nil // the folder is made when the report is written, and nothing is in it
		}
	}
	t := target{format: format, file: file}
	place := "standard output"
	if file != "" {
		if os.IsPathSeparator(file[len(file)-1]) {
			t.folder = true
			return t, divisible(format, value, file, taken)
		}
		place = filepath.Clean(file)
		if info, err := os.Stat(place); err == nil && info.IsDir() && format.Divided {
			return t, console.Usage("write it like -o "+name+"="+file+"/ for a file of each region", "--output %s: %s is a folder", value, file)
		}
		err = writable(place)
		if err != nil {
			err = fmt.Errorf("--output %s: %w", value, err)
		}
	}
	if !taken.claim(file) {
		err = console.Combine(err, console.Usage("give all but one a file of its own, as in -o csv=findings.csv", "--output %s: %s has a format already", value, place))
	}
	return t, err
}

// divisible finds out early that a format cannot be written into a folder, or that
// the folder cannot be made or has another format already.
func divisible(format *output.Format, value, folder string, taken *destinations) error {
	if !format.Divided {
		return console.Usage("write it like -o "+format.Name+"=FILE; a folder can have "+strings.Join(dividedFormats(), ", "), "--output %s: %s is written to one file", value, format.Name)
	}
	if err := makable(folder); err != nil {
		return fmt.Errorf("--output %s: %w", value, err)
	}
	if !taken.claim(folder) {
		return console.Usage("give each format a folder of its own", "--output %s: %s has a format already", value, filepath.Clean(folder))
	}
	return nil
}

// dividedFormats are those that a folder can have.
func dividedFormats() (names []string) {
	for _, f := range output.Formats() {
		if f.Divided {
			names = append(names, f.Name)
		}
	}
	return names
}

// splitOutput reads FORMAT[=FILE], of which the format is one of a list. The file
// is empty for standard output, which - stands for too; given distinguishes - from no file.
func splitOutput(value string, formats []string) (format, file string, given bool, err error) {
	format, file, given = strings.Cut(value, "=")
	switch {
	case !slices.Contains(formats, format):
		return "", "", false, console.Within("--output", console.Unknown("format", format, formats))
	case given && file == "":
		return "", "", false, console.Usage("write it like -o "+format+"=FILE", "--output %s: the file's name is missing", value)
	case file == "-":
		file = ""
	}
	return format, file, given, nil
}

// makable finds out early, without touching anything, that a folder is there or
// could be made: it can where the one above it is there.
func makable(folder string) error {
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		return fmt.Errorf("%s is not a folder", folder)
	}
	if errors.Is(err, fs.ErrNotExist) {
		if info, above := os.Stat(filepath.Dir(filepath.Clean(folder))); above == nil && info.IsDir() {
			return nil
		}
		return console.Usage("create the folder above it first", "%s cannot be made: there is no folder %s", folder, filepath.Dir(filepath.Clean(folder)))
	}
	return err
}

// writable finds out early, without touching anything, that a file could not
// be written after a long audit.
func writable(file string) error {
	folder := filepath.Dir(file)
	switch info, err := os.Stat(folder); {
	case err != nil:
		return fmt.Errorf("looking for the folder: %w", err)
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", folder)
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder", file)
	}
	return nil
}

// write brings the report to every target, and tries all of them even where
// one fails.
// The picture is made once, and only for the formats that draw.
func (p *program) write(report *findings.Report, targets []target, o output.Options, from *material) error {
	var errs []error
	if from != nil {
		o.Tables = from.list(report)
	}
	width := o.Width // that was asked for, or 0
	for _, t := range targets {
		if t.format.Draws && o.Picture == nil && from != nil {
			o.Picture = from.draw(report)
		}
		if t.folder {
			errs = append(errs, output.SaveFolder(t.file, t.format, report, o))
			continue
		}
		if t.file != "" {
			o.Width, o.Color = width, false
			if err := os.MkdirAll(filepath.Dir(t.file), 0o700); err != nil {
				errs = append(errs, err)
				continue
			}
			if err := output.Save(t.file, t.format, report, o); err != nil {
				errs = append(errs, err)
			}
			continue
		}
		errs = append(errs, p.console.Stream(func(w io.Writer) error {
			o.Width, o.Color = cmp.Or(width, p.console.Width()), p.console.Color
			return t.format.Write(w, report, o)
		}))
	}
	return errors.Join(errs...)
}

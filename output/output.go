// Package output turns a report into bytes, one file for each format. A format
// registers itself by being declared. Writers are given the finished report
// and never change it; they return the first error of the writer they are
// given, wrapped, and write the same bytes for the same report.
package output

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/tables"
)

// Options say what the place that the bytes go to can take.
type Options struct {
	Width int  // columns of the terminal; 0: no terminal, nothing is wrapped or cut
	Color bool // severities in colour

	NewOnly bool // the table lists what is new alone; it counts everything

	TagColumns []string // keys of tags that the formats with HasTags make a column of, behind their own columns

	Wide    bool     // every fact of the table in a column of its own, however wide
	Columns []string // of the wide table, of TableColumns, in this order; empty: those that differ
	Sort    []string // of TableColumns: the order of the table; empty: the worst first
	All     bool     // list each of the groups that have the same finding
	GroupBy string   // one of Groupings: a part of the table for each value; empty: severity

	// Fixes returns the command that plans the fixes of the findings of this report at or
	// above a severity, or of those with these ids; nil where there is none.
	Fixes func(least findings.Severity, ids ...string) string

	Next func(id string) string // the command that explains a finding of this report; nil where there is none

	Picture *picture.Picture // of what was audited, for the formats that draw; nil where only the report is known
	Tables  *tables.Tables   // of what was audited, for the formats that list it; nil where only the report is known
}

// Format is one way to write a report.
type Format struct {
	Name        string
	Media       string // the media type (IANA) of what it writes
	Description string
	Write       func(w io.Writer, r *findings.Report, o Options) error
	Draws       bool // it shows Options.Picture
	Lists       bool // it is a list of Options.Tables, and cannot be written without
	AddsLists   bool // it has the lists of Options.Tables beside the report
	Divided     bool // SaveFolder can write it, a file for each region
	HasTags     bool // it makes columns of Options.TagColumns, or of those of Options.Tables

	table func(*tables.Tables) *tables.Table // of a format that Athena reads: with its columns
}

var formats = map[string]*Format{}

func declare(name, media, description string, write func(io.Writer, *findings.Report, Options) error) *Format {
	f := &Format{Name: name, Media: media, Description: description, Write: write}
	formats[name] = f
	return f
}

// drawing marks a format that shows pictures.
func drawing(f *Format) *Format {
	f.Draws = true
	return f
}

// tagged marks a format that makes columns of tags.
func tagged(f *Format) *Format {
	f.HasTags = true
	return f
}

// adding marks a format that has the lists of what was audited beside the report.
func adding(f *Format) *Format {
	f.AddsLists = true
	return f
}

// Formats returns every format, sorted by name.
func Formats() []*Format {
	all := make([]*Format, 0, len(formats))
	for _, f := range formats {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b *Format) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the format of that name.
func Lookup(name string) (*Format, bool) {
	f, ok := formats[name]
	return f, ok
}

// Save writes the report to a file: beside its place first, and only a whole
// report takes the place of what was there. What is not a regular file (a
// device, a pipe) is written directly.
func Save(path string, f *Format, r *findings.Report, o Options) error {
	return Replace(path, func(w io.Writer) error { return f.Write(w, r, o) })
}

// Replace does what Save does with anything that is written. A new file may be
// read and written by its owner alone: reports, snapshots and plans show what
// is open. A file that is there keeps the mode that it has.
func Replace(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeDirectly(path, write)
	}
	path = Target(path) // a link stays, what it leads to is replaced
	mode := os.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	return writeWhole(path, mode, write, os.Rename)
}

// Create writes a new file as Replace does, for its owner alone. Where something has the
// name already, a link to a file that is not there too, it fails with fs.ErrExist.
func Create(path string, write func(io.Writer) error) error {
	return writeWhole(path, 0o600, write, func(temporary, path string) error {
		if err := os.Link(temporary, path); err == nil || errors.Is(err, fs.ErrExist) {
			return errors.Join(err, os.Remove(temporary))
		}
		if _, err := os.Lstat(path); err == nil { // a file system without links
			return errors.Join(fs.ErrExist, os.Remove(temporary))
		}
		return os.Rename(temporary, path)
	})
}

// writeWhole writes a file beside its place, and puts it there when it is whole.
func writeWhole(path string, mode fs.FileMode, write func(io.Writer) error, put func(temporary, path string) error) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			temporary.Close()
			os.Remove(temporary.Name())
			err = fmt.Errorf("writing %s: %w", path, err)
		}
	}()
	if err := write(temporary); err != nil {
		return err
	}
	if err := temporary.Chmod(mode); err != nil {
		return err
	}
	if err := temporary.Sync(); err != nil {
		return err
	}
	if err := temporary.Close(); err != nil {
		return err
	}
	return put(temporary.Name(), path)
}

// Target returns the file that is written under a name: what links lead to,
// which may not be there yet.
func Target(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	for range 40 { // as many links as Linux follows
		if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
			path = filepath.Join(folder, filepath.Base(path))
		}
		next, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		path = next
	}
	return path
}

func writeDirectly(path string, write func(io.Writer) error) error {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	err = write(file)
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

package saved

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/inventory"
)

// reader reads a file or a folder.
type reader struct {
	path     string
	opts     Options
	warn     func(string)
	left     int64 // bytes that may still be read
	folders  map[string][]*file
	passed   []string // what was passed over, and why
	unopened []string // files that were not even read, and why
	newest   time.Time
	found    map[[2]string]*Place
}

func newReader(path string, opts Options) *reader {
	s := &reader{path: path, opts: opts, warn: opts.Warn, left: files.Most, folders: map[string][]*file{}, found: map[[2]string]*Place{}}
	if s.warn == nil {
		s.warn = func(string) {}
	}
	return s
}

// walk reads every JSON file of the folder and of those below it, in the order
// of their names. What begins with a dot is not looked at; what else is not
// read is reported as ignored.
func (s *reader) walk() error {
	return filepath.WalkDir(s.path, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name != s.path && strings.HasPrefix(entry.Name(), "."):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return nil
		}
		info, err := os.Stat(name) // of what a link leads to
		lower := strings.ToLower(name)
		switch {
		case err != nil:
			return fmt.Errorf("opening a saved answer: %w", err)
		case info.IsDir():
			s.unopened = append(s.unopened, name+": it is a link to a folder, and links to folders are not followed")
			return nil
		case !info.Mode().IsRegular(): // such as a pipe, which nothing may ever write to
			s.unopened = append(s.unopened, name+": it is not a regular file")
			return nil
		case name != s.path && !strings.HasSuffix(lower, ".json") && !strings.HasSuffix(lower, ".json.gz"):
			s.unopened = append(s.unopened, name+": its name does not end in .json or .json.gz")
			return nil
		}
		text, err := files.Read(name, s.left)
		if err != nil {
			return err
		}
		s.left -= int64(len(text))
		return s.take(name, text, info.ModTime())
	})
}

// take reads one file.
func (s *reader) take(name string, text []byte, written time.Time) error {
	f, err := parse(name, text)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if f.passedOver != "" {
		s.passed = append(s.passed, fmt.Sprintf("%s: %s", name, f.passedOver))
	}
	if !f.empty() {
		s.folders[filepath.Dir(name)] = append(s.folders[filepath.Dir(name)], f)
		if s.newest.Before(written) {
			s.newest = written
		}
	}
	return nil
}

// ErrOther is what Read returns for one file that holds something else.
var ErrOther = errors.New("so the file is neither a snapshot of sgaudit nor an answer of the AWS CLI or of AWS Config")

// places puts what was read where it belongs, sorted by account and region,
// and warns of what was passed over.
func (s *reader) places() ([]*Place, error) {
	for _, folder := range sortedKeys(s.folders) {
		if err := s.place(folder, s.folders[folder]); err != nil {
			return nil, err
		}
	}
	switch {
	case len(s.found) > 0:
		for _, text := range slices.Concat(s.unopened, s.passed) {
			s.warn(text + "; it was passed over")
		}
	case len(s.passed) == 1:
		return nil, fmt.Errorf("%s, %w", s.passed[0], ErrOther)
	default:
		return nil, fmt.Errorf("%s holds no answer of the AWS CLI: JSON files with one of the keys %s", s.path, keyNames())
	}
	var places []*Place
	for _, p := range s.found {
		p.settle()
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b *Place) int { return strings.Compare(a.Account+" "+a.Region, b.Account+" "+b.Region) })
	return places, nil
}

func (s *reader) at(account, region, partition string) *Place {
	k := [2]string{account, region}
	if s.found[k] == nil {
		s.found[k] = newPlace(account, region, cmp.Or(partition, inventory.PartitionOf(region)))
	}
	return s.found[k]
}

// put gives the answers of a file to their place.
func (f *file) put(p *Place) error {
	for _, a := range f.answers {
		if a.key != entriesKey {
			p.add(a.key, a.value, a.more)
			continue
		}
		id := listName().FindString(filepath.Base(f.name))
		if id == "" {
			return fmt.Errorf("%s: entries of a prefix list do not say which: name the file after the list, like pl-0123456789abcdef0.json", f.name)
		}
		if p.entries[id] == nil {
			p.entries[id] = newPlace("", "", "")
		}
		p.entries[id].add(entriesKey, a.value, a.more)
	}
	return nil
}

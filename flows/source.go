package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/words"
)

// Origin is what the name of a file of Amazon S3 says: the account and the flow log
// that it belongs to, and when it was delivered (Amazon VPC user guide, flow log files).
type Origin struct {
	Account, Region, FlowLog string
	Time                     time.Time // the zero Time where the name does not say it
}

var awsName = words.Form(`^(\d{12})_vpcflowlogs_([a-z0-9-]{1,40})_(fl-[0-9a-f]{1,40})_(\d{8}T\d{4}Z)_[0-9a-zA-Z]+\.[0-9a-zA-Z._-]{1,60}$`)

// OriginOf reads the name of a file, whatever its ending is. It reports false where the
// name is not AWS's.
func OriginOf(name string) (Origin, bool) {
	m := awsName().FindStringSubmatch(filepath.Base(name))
	if m == nil {
		return Origin{}, false
	}
	at, err := time.Parse("20060102T1504Z", m[4])
	if err != nil {
		return Origin{}, false
	}
	return Origin{Account: m[1], Region: m[2], FlowLog: m[3], Time: at}, true
}

// source is one file to read, or one object of Amazon S3.
type source struct {
	path   string
	size   int64
	origin Origin

	named  bool   // the file itself was named, and not its folder
	bucket Bucket // nil: a file
	object Object
}

// delivered is when a file was delivered, by its name, in Unix seconds; 0 where the name does
// not say it.
func (s *source) delivered() int64 {
	if s.origin.Time.IsZero() {
		return 0
	}
	return s.origin.Time.Unix()
}

// margin is how long before or after the records of a file the time in its name may
// be: AWS delivers what is late in later files.
const margin = 24 * time.Hour

// lateText is what is missing where files that were delivered after the window are not read.
const lateText = "Records of the window that AWS delivered so late are missing: choose a later --until to read them"

// listing gathers the files to read, each once.
type listing struct {
	options *Options
	seen    map[string]bool
	folders map[string]bool // that were entered, without symbolic links
	list    []source
	notes   []Note
	unread  leftOut
	later   int // files of the folder that was given that are left out because they were delivered later than the window
}

// sources lists the files and objects of the paths, in the order of their names, each
// once. In folders it takes those with the names of flow logs, and leaves out those with a
// time in their name that is outside of the window. Notes say how many were delivered later.
func sources(ctx context.Context, paths []string, o *Options) ([]source, []Note, error) {
	l := &listing{options: o, seen: map[string]bool{}, folders: map[string]bool{}}
	for _, path := range paths {
		if IsS3(path) {
			list, notes, err := listBucket(ctx, path, o)
			if err != nil {
				return nil, nil, err
			}
			l.notes = append(l.notes, notes...)
			for _, s := range list {
				if !l.seen[s.path] {
					l.seen[s.path] = true
					l.list = append(l.list, s)
				}
			}
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, nil, fmt.Errorf("opening flow logs: %w", err)
		}
		if !info.IsDir() {
			l.take(path, info, true)
			continue
		}
		l.later, l.unread = 0, nil
		l.enter(path)
		l.notes = append(l.notes, l.unread.notes(l.list)...)
		if l.later > 0 {
			l.notes = append(l.notes, Note{File: path, Text: fmt.Sprintf("files that are not read, because their names say that they were delivered more than a day after the end of the window: %d. %s", l.later, lateText)})
		}
	}
	slices.SortFunc(l.list, func(a, b source) int { return cmp.Compare(a.path, b.path) })
	return l.list, l.notes, nil
}

func (l *listing) take(path string, info fs.FileInfo, named bool) {
	whole := withoutLinks(path)
	if l.seen[whole] {
		return
	}
	l.seen[whole] = true
	origin, _ := OriginOf(path)
	l.list = append(l.list, source{path: path, size: info.Size(), origin: origin, named: named})
}

// withoutLinks is the path of a file or folder behind all symbolic links.
func withoutLinks(path string) string {
	whole, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	if real, err := filepath.EvalSymlinks(whole); err == nil {
		return real
	}
	return whole
}

func (l *listing) lost(path, text string) {
	l.notes = append(l.notes, Note{File: path, Text: text, Loss: true})
}

// enter takes the files of a folder that may be flow logs, and those of the folders in it.
// Symbolic links are followed. A folder is entered once, so that links in a circle end.
func (l *listing) enter(folder string) {
	whole := withoutLinks(folder)
	if l.folders[whole] {
		return
	}
	l.folders[whole] = true
	entries, err := os.ReadDir(folder)
	if err != nil {
		l.lost(folder, "it could not be opened: "+reason(err))
	}
	for _, e := range entries {
		l.visit(filepath.Join(folder, e.Name()), e)
	}
}

// visit takes a file of a folder, if it is one of flow logs, or enters a folder.
func (l *listing) visit(name string, e fs.DirEntry) {
	isLink := e.Type()&fs.ModeSymlink != 0
	if e.IsDir() {
		l.enter(name)
		return
	}
	if !isLink && !isFlowLogName(name) {
		if l.options.otherEnding(name) {
			l.unread.add(name)
		}
		return
	}
	if origin, named := OriginOf(name); named && l.options.outside(origin.Time) {
		if l.options.after(origin.Time) {
			l.later++
		}
		return
	}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		l.enter(name)
	case err != nil && isLink:
		l.notes = append(l.notes, Note{File: name, Text: "the symbolic link leads to nothing that can be read: " + reason(err), Loss: isFlowLogName(name)})
	case !isFlowLogName(name):
	case err != nil || !info.Mode().IsRegular():
		l.lost(name, "it is not a file that can be read")
	default:
		l.take(name, info, false)
	}
}

// endings are those of the names of files that are taken from folders.
var endings = []string{".gz", ".log", ".txt", ".parquet", ".json"}

// firehoseName is how names of Amazon Data Firehose end: the time and a UUID, perhaps with
// an ending that says how the file is compressed.
var firehoseName = words.Form(`-\d{4}-\d{2}-\d{2}-\d{2}-\d{2}-\d{2}-[0-9a-f-]{36}$`)

// IsFileName reports whether Read takes a file of this name from a folder.
func IsFileName(name string) bool { return isFlowLogName(name) }

// isFlowLogName reports whether a file of a folder may be one of flow logs.
func isFlowLogName(name string) bool {
	return slices.Contains(endings, strings.ToLower(filepath.Ext(name))) || firehoseName().MatchString(name)
}

// Links returns the symbolic links in a folder of flow logs that Read follows: those to
// folders, and those with the name of a flow log, whatever they lead to.
func Links(folder string) (list []string) {
	entered := map[string]bool{}
	var enter func(string)
	enter = func(folder string) {
		whole := withoutLinks(folder)
		if entered[whole] {
			return
		}
		entered[whole] = true
		entries, _ := os.ReadDir(folder) // who reads the flow logs says what cannot be read
		for _, e := range entries {
			name := filepath.Join(folder, e.Name())
			isFolder := e.IsDir()
			if e.Type()&fs.ModeSymlink != 0 {
				info, err := os.Stat(name)
				if isFolder = err == nil && info.IsDir(); isFolder || isFlowLogName(name) {
					list = append(list, name)
				}
			}
			if isFolder {
				enter(name)
			}
		}
	}
	enter(folder)
	return list
}

// outside reports whether a file that was delivered at a time cannot hold records
// of the window.
func (o *Options) outside(at time.Time) bool {
	return !o.Since.IsZero() && at.Before(o.Since.Add(-margin)) || o.after(at)
}

// after reports whether a file was delivered so long after the window that it is not read.
func (o *Options) after(at time.Time) bool { return !o.Until.IsZero() && at.After(o.Until.Add(margin)) }

// reason is the reason of an error without the path, which is named beside it.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

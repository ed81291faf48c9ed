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

var awsName = words.Form(`^(\d{12})_vpcflowlogs_([a-z0-9-]{1,40})_(fl-[0-9a-f]{1,40})_(\d{8}T\d{4}Z)_[0-9a-zA-Z]+\.log(\.gz|\.parquet)?$`)

// OriginOf reads the name of a file. It reports false where the name is not AWS's.
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

	bucket Bucket // nil: a file
	object Object
}

// margin is how long before or after the records of a file the time in its name may
// be: AWS delivers what is late in later files.
const margin = 24 * time.Hour

// listing gathers the files to read, each once.
type listing struct {
	options *Options
	seen    map[string]bool
	list    []source
	notes   []Note
}

// sources lists the files and objects of the paths, in the order of their names, each
// once. In folders it takes those with the names of flow logs, and leaves out those with a
// time in their name that is outside of the window.
func sources(ctx context.Context, paths []string, o *Options) ([]source, []Note, error) {
	l := &listing{options: o, seen: map[string]bool{}}
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
			l.take(path, info)
			continue
		}
		if err := filepath.WalkDir(path, l.visit); err != nil {
			return nil, nil, fmt.Errorf("reading the folder %s: %w", path, err)
		}
	}
	slices.SortFunc(l.list, func(a, b source) int { return cmp.Compare(a.path, b.path) })
	return l.list, l.notes, nil
}

func (l *listing) take(path string, info fs.FileInfo) {
	whole, err := filepath.Abs(path)
	if err == nil {
		if real, err := filepath.EvalSymlinks(whole); err == nil {
			whole = real
		}
	}
	if l.seen[whole] {
		return
	}
	l.seen[whole] = true
	origin, _ := OriginOf(path)
	l.list = append(l.list, source{path: path, size: info.Size(), origin: origin})
}

func (l *listing) lost(path, text string) {
	l.notes = append(l.notes, Note{File: path, Text: text, Loss: true})
}

// visit takes a file of a folder, if it is one of flow logs.
func (l *listing) visit(name string, d fs.DirEntry, err error) error {
	if err != nil {
		l.lost(name, "it could not be opened: "+reason(err))
		return nil
	}
	if d.IsDir() || !isFlowLogName(name) {
		return nil
	}
	if origin, named := OriginOf(name); named && l.options.outside(origin.Time) {
		return nil
	}
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		l.lost(name, "it is not a file that can be read")
		return nil
	}
	l.take(name, info)
	return nil
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

// outside reports whether a file that was delivered at a time cannot hold records
// of the window.
func (o *Options) outside(at time.Time) bool {
	return !o.Since.IsZero() && at.Before(o.Since.Add(-margin)) || !o.Until.IsZero() && at.After(o.Until.Add(margin))
}

// reason is the reason of an error without the path, which is named beside it.
func reason(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

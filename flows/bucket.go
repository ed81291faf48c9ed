package flows

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/words"
)

// Object is one object of a bucket of Amazon S3.
type Object struct {
	Key  string
	Size int64  // bytes
	ETag string // of its content
}

// Bucket reads a bucket of Amazon S3. Its methods are called from several goroutines, and
// their errors are sentences for people.
type Bucket interface {
	// List calls page for the objects with keys that begin with a prefix, some at a time. With
	// a delimiter, keys in which it follows behind the prefix are given as folders.
	List(ctx context.Context, prefix, delimiter string, page func(objects []Object, folders []string) error) error
	// ReadRange returns so many bytes of an object from an offset on; at its end fewer.
	ReadRange(ctx context.Context, o Object, offset int64, n int) ([]byte, error)
}

const s3Scheme = "s3://"

// IsS3 reports whether a path is of Amazon S3: s3://BUCKET/PREFIX.
func IsS3(path string) bool { return strings.HasPrefix(path, s3Scheme) }

// CutS3 returns the bucket and the prefix of a path of Amazon S3.
func CutS3(path string) (bucket, prefix string) {
	bucket, prefix, _ = strings.Cut(strings.TrimPrefix(path, s3Scheme), "/")
	return bucket, prefix
}

// listers is how many folders of a bucket are listed at once.
const listers = 8

// walk lists the flow logs of one path of a bucket.
type walk struct {
	options *Options
	bucket  Bucket
	name    string
	group   *errgroup.Group

	accounts, regions map[string]bool // that are asked for; nil: all

	mu      sync.Mutex
	list    []source
	notes   []Note
	unread  leftOut
	others  map[string]bool // accounts with flow logs that were not asked for
	failure error           // the first that kept a folder from being listed
	later   bool            // something was delivered later than the window, and is not read
}

// listBucket lists the objects of a path. In the folders of AWS (AWSLogs, plain or of
// Hive, by day or by hour) it looks only into those of the accounts, regions and days that
// the options ask for; in other folders at every key.
func listBucket(ctx context.Context, path string, o *Options) ([]source, []Note, error) {
	if o.Bucket == nil {
		return nil, nil, errNoBuckets
	}
	name, prefix := CutS3(path)
	w := &walk{options: o, bucket: o.Bucket(name), name: name, accounts: o.Accounts, regions: o.Regions, others: map[string]bool{}}
	w.group, ctx = errgroup.WithContext(ctx)
	w.group.SetLimit(listers)
	w.begin(ctx, prefix)
	if err := w.group.Wait(); err != nil {
		return nil, nil, fmt.Errorf("listing flow logs: %w", err)
	}
	if len(w.list) == 0 && w.failure != nil {
		return nil, nil, fmt.Errorf("listing %s: %w", words.Plain(path), w.failure)
	}
	if w.later {
		w.notes = append(w.notes, Note{File: path, Text: "what was delivered more than a day after the end of the window is not read. " + lateText})
	}
	if len(w.others) > 0 {
		w.notes = append(w.notes, Note{File: path, Text: "flow logs of accounts that the inventory does not hold are not read: " + words.List(slices.Sorted(maps.Keys(w.others)), 3)})
	}
	w.notes = append(w.notes, w.unread.notes(w.list)...)
	return w.list, w.notes, nil
}

// begin looks at the path that was given: an object, a folder of AWS's layout or one above
// it, or any other folder.
func (w *walk) begin(ctx context.Context, prefix string) {
	folder := prefix
	if folder != "" && !strings.HasSuffix(folder, "/") {
		folder += "/"
		w.page(ctx, prefix, "/", func(objects []Object, _ []string) {
			for _, o := range objects {
				if o.Key == prefix {
					w.take(o, true)
				}
			}
		})
	}
	if strings.Contains("/"+folder, "/AWSLogs/") {
		w.named(folder)
		w.enter(ctx, folder)
		return
	}
	var found []string
	var direct []Object
	w.page(ctx, folder, "/", func(objects []Object, folders []string) {
		direct, found = append(direct, objects...), append(found, folders...)
	})
	if !slices.Contains(found, folder+"AWSLogs/") {
		if len(found) > 0 {
			w.note(Note{File: w.path(folder), Text: "it has no folder AWSLogs, in which AWS puts flow logs: every key in it was looked at"})
		}
		w.whole(ctx, folder)
		return
	}
	for _, o := range direct {
		w.take(o, false)
	}
	if others := len(found) - 1; others > 0 {
		w.note(Note{File: w.path(folder), Text: fmt.Sprintf("only the folder AWSLogs was read, and not the %s beside it: name them if they hold flow logs", words.Count(others, "folder"))})
	}
	w.enter(ctx, folder+"AWSLogs/")
}

// named adds the account and the region that a path names to those that are asked for.
func (w *walk) named(folder string) {
	_, rest, _ := strings.Cut("/"+folder, "/AWSLogs/")
	parts := strings.Split(rest, "/")
	if account := strings.TrimPrefix(parts[0], "aws-account-id="); w.accounts != nil && isDigits(account, 12) {
		w.accounts = maps.Clone(w.accounts)
		w.accounts[account] = true
	}
	if len(parts) > 3 && w.regions != nil {
		w.regions = maps.Clone(w.regions)
		w.regions[strings.TrimPrefix(parts[2], "aws-region=")] = true
	}
}

func (w *walk) path(key string) string { return s3Scheme + w.name + "/" + key }

func (w *walk) note(n Note) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notes = append(w.notes, n)
}

// page lists one folder. What fails is noted.
func (w *walk) page(ctx context.Context, prefix, delimiter string, take func(objects []Object, folders []string)) {
	err := w.bucket.List(ctx, prefix, delimiter, func(objects []Object, folders []string) error {
		take(objects, folders)
		return ctx.Err()
	})
	if err != nil && ctx.Err() == nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.failure = cmp.Or(w.failure, err)
		if !slices.ContainsFunc(w.notes, func(n Note) bool { return n.File == w.path(prefix) && n.Loss }) {
			w.notes = append(w.notes, Note{File: w.path(prefix), Text: "it could not be listed: " + err.Error(), Loss: true})
		}
	}
}

// whole takes every object under a prefix.
func (w *walk) whole(ctx context.Context, prefix string) {
	w.page(ctx, prefix, "", func(objects []Object, _ []string) {
		for _, o := range objects {
			w.take(o, false)
		}
	})
}

// enter looks into a folder of AWS's layout.
func (w *walk) enter(ctx context.Context, folder string) {
	w.group.Go(func() error {
		w.look(ctx, folder)
		return ctx.Err()
	})
}

func (w *walk) look(ctx context.Context, folder string) {
	switch w.place(folder) {
	case skipFolder:
	case wholeFolder:
		w.whole(ctx, folder)
	case openFolder:
		var below []string
		w.page(ctx, folder, "/", func(objects []Object, folders []string) {
			for _, o := range objects {
				w.take(o, false)
			}
			below = append(below, folders...)
		})
		for _, b := range below {
			next := func() error {
				w.look(ctx, b)
				return ctx.Err()
			}
			if !w.group.TryGo(next) { // all listers are busy
				w.look(ctx, b)
			}
		}
	}
}

// folderUse says what becomes of a folder.
type folderUse uint8

const (
	skipFolder  folderUse = iota // it holds nothing that was asked for
	wholeFolder                  // every object in it is listed
	openFolder                   // its folders are looked at one by one
)

// place says what becomes of a folder of AWS's layout (Amazon VPC User Guide, flow log
// files): AWSLogs/ACCOUNT/vpcflowlogs/REGION/YEAR/MONTH/DAY/, in the layout of Hive
// AWSLogs/aws-account-id=ACCOUNT/aws-service=vpcflowlogs/aws-region=REGION/year=…/month=…/day=…/,
// and in both perhaps the hour. CloudTrail of an organization has its id before the account.
func (w *walk) place(folder string) folderUse {
	_, rest, _ := strings.Cut("/"+folder, "/AWSLogs/")
	parts := strings.Split(strings.TrimSuffix(rest, "/"), "/")
	if rest == "" {
		return openFolder
	}
	value := func(i int, key string) string { return strings.TrimPrefix(parts[i], key+"=") }
	account := value(0, "aws-account-id")
	switch {
	case strings.HasPrefix(account, "o-"):
		return skipFolder
	case !isDigits(account, 12):
		return wholeFolder
	case len(parts) > 1 && value(1, "aws-service") != "vpcflowlogs":
		return skipFolder
	case w.accounts != nil && !w.accounts[account]:
		if len(parts) == 1 {
			w.mu.Lock()
			w.others[account] = true
			w.mu.Unlock()
		}
		return skipFolder
	case len(parts) < 3:
		return openFolder
	case w.regions != nil && !w.regions[value(2, "aws-region")]:
		return skipFolder
	case w.options.Since.IsZero() && w.options.Until.IsZero():
		return wholeFolder
	}
	date := [3]int{}
	for i, key := range []string{"year", "month", "day"} {
		if len(parts) <= 3+i {
			return w.within(date)
		}
		text := value(3+i, key)
		if !isDigits(text, []int{4, 2, 2}[i]) {
			return wholeFolder
		}
		for _, c := range text {
			date[i] = date[i]*10 + int(c-'0')
		}
	}
	if w.within(date) == skipFolder {
		return skipFolder
	}
	return wholeFolder
}

// within says whether a year, a month or a day has something of the window. What is 0 is
// all of it.
func (w *walk) within(date [3]int) folderUse {
	if date[0] == 0 {
		return openFolder
	}
	first := time.Date(date[0], time.Month(max(1, date[1])), max(1, date[2]), 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 0, 1)
	switch {
	case date[1] == 0:
		last = first.AddDate(1, 0, 0)
	case date[2] == 0:
		last = first.AddDate(0, 1, 0)
	}
	o := w.options
	switch {
	case o.after(first):
		w.mu.Lock()
		w.later = true
		w.mu.Unlock()
		return skipFolder
	case !o.Since.IsZero() && last.Before(o.Since.Add(-margin)):
		return skipFolder
	}
	return openFolder
}

func isDigits(text string, n int) bool {
	return len(text) == n && strings.Trim(text, "0123456789") == ""
}

// take takes an object if it is one of flow logs, or if it was named itself.
func (w *walk) take(o Object, named bool) {
	origin, known := OriginOf(o.Key)
	switch {
	case named && o.Size > 0:
	case w.options.otherEnding(o.Key):
		if (w.regions == nil || w.regions[origin.Region]) && (w.accounts == nil || w.accounts[origin.Account]) {
			w.mu.Lock()
			w.unread.add(w.path(o.Key))
			w.mu.Unlock()
		}
		return
	case !isFlowLogName(o.Key):
		return
	case known && w.options.after(origin.Time):
		w.mu.Lock()
		w.later = true
		w.mu.Unlock()
		return
	case known && (w.options.outside(origin.Time) || w.regions != nil && !w.regions[origin.Region]):
		return
	case known && w.accounts != nil && !w.accounts[origin.Account]:
		w.mu.Lock()
		w.others[origin.Account] = true
		w.mu.Unlock()
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if o.Size == 0 {
		if neverEmpty(o.Key) {
			w.notes = append(w.notes, Note{File: w.path(o.Key), Text: emptyText, Loss: true})
		}
		return
	}
	w.list = append(w.list, source{path: w.path(o.Key), size: o.Size, origin: origin, bucket: w.bucket, object: o})
}

var errNoBuckets = errors.New("paths of Amazon S3 are not read here")

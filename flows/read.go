package flows

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/files"
)

// Options say how flow logs are read. The zero Options read everything.
type Options struct {
	Since, Until time.Time // the window: records that end before it, or start after it, do not count

	// Formats are the formats of flow logs by id, as DescribeFlowLogs returns
	// them, for files without a header and with a name that says which flow log they belong to.
	Formats map[string]string
	// Format is the format of files that have neither a header nor a name that says of
	// which flow log they are; empty: the default format, where the columns fit it.
	Format string
	// RejectOnly are the flow logs of the inventory by id: true for those that record
	// rejected traffic only, of which files do not say what was accepted.
	RejectOnly map[string]bool
	// Rejecting reports whether an interface has a flow log that records rejected traffic
	// only; nil: no interface is known to have one.
	Rejecting func(id string) bool
	// Addresses returns the private addresses of an interface, and the prefixes that are
	// delegated to it, for records that do not say their direction; nil where they are not
	// known.
	Addresses func(id string) []netip.Prefix

	// Bucket returns a bucket, for paths of Amazon S3.
	Bucket func(name string) Bucket
	// Accounts and Regions are those of which flow logs are read from a bucket, as far as
	// the names of its folders and objects say it; nil: all.
	Accounts, Regions map[string]bool

	Now      time.Time                         // the zero Time: the current time
	Workers  int                               // files that are read at once; 0: one for each core
	Progress func(read, total, records uint64) // bytes of the files, and records; called from one goroutine at a time
}

// ErrNoFiles is the error of folders that hold no flow logs.
var ErrNoFiles = errors.New("no flow log files were found")

// flushAt is the number of rows that a worker keeps for itself: they bound what is
// in memory twice.
const flushAt = 1 << 18

// Read reads files, folders and buckets and reduces their records. A file that cannot
// be read is noted and does not keep the others from being read; a path that does not
// exist, or a bucket that cannot be listed at all, is an error.
func Read(ctx context.Context, paths []string, o Options) (*Summary, error) {
	list, notes, err := sources(ctx, paths, &o)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 && len(notes) == 0 {
		return nil, ErrNoFiles
	}
	list, twins, err := once(ctx, list, o.RejectOnly)
	if err != nil {
		return nil, err
	}
	notes = append(notes, twins...)
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	workers := o.Workers
	if workers <= 0 {
		workers = min(runtime.GOMAXPROCS(0), 16)
	}
	j := &job{options: &o, list: list, whole: newSummary()}
	for _, s := range list {
		j.total += uint64(s.size)
	}
	group, ctx := errgroup.WithContext(ctx)
	ready := j.fetchAhead(ctx, group)
	for range min(workers, max(1, len(list))) {
		group.Go(func() error { return j.work(ctx, ready) })
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(j.doubts)) {
		j.doubts[id].settle(&j.whole, nil)
	}
	j.whole.Notes = append(j.whole.Notes, notes...)
	j.whole.finish()
	return &j.whole, nil
}

// job is one run of Read.
type job struct {
	options *Options
	list    []source
	total   uint64
	read    atomic.Uint64
	records atomic.Uint64

	lock   sync.Mutex
	whole  Summary
	doubts map[string]*doubt // by flow log that the inventory does not hold
}

// opened is a source that a worker can begin with.
type opened struct {
	*source
	first []byte // the first part of an object
	err   error
}

// fetchAhead gives the sources to the workers, objects with their first part.
func (j *job) fetchAhead(ctx context.Context, group *errgroup.Group) <-chan opened {
	ready := make(chan opened)
	var next atomic.Int64
	var left sync.WaitGroup
	many := 1
	if slices.ContainsFunc(j.list, func(s source) bool { return s.bucket != nil }) {
		many = fetchers
	}
	for range many {
		left.Add(1)
		group.Go(func() error {
			defer left.Done()
			for {
				i := int(next.Add(1) - 1)
				if i >= len(j.list) {
					return nil
				}
				o := opened{source: &j.list[i]}
				if o.bucket != nil && (o.size <= partBytes || !isParquet(o.path, nil)) { // of large Parquet objects not all columns are needed
					o.first, o.err = o.part(ctx, 0, partBytes)
				}
				select {
				case ready <- o:
				case <-ctx.Done():
					return fmt.Errorf("reading flow logs: %w", ctx.Err())
				}
			}
		})
	}
	go func() {
		left.Wait()
		close(ready)
	}()
	return ready
}

// work reads files until none is left.
func (j *job) work(ctx context.Context, ready <-chan opened) error {
	o := j.options
	d := j.newReducer()
	in := &inflater{raw: bufio.NewReaderSize(nil, 1<<16), text: bufio.NewReaderSize(nil, 1<<18)}
	for s := range ready {
		before := d.summary.Records
		err := j.readFile(ctx, &s, d, in)
		if err != nil {
			return err
		}
		j.records.Add(d.summary.Records - before)
		if d.summary.Rows() >= flushAt {
			j.merge(d)
			d = j.newReducer()
		}
		if o.Progress != nil {
			j.lock.Lock()
			o.Progress(j.read.Load(), j.total, j.records.Load())
			j.lock.Unlock()
		}
	}
	j.merge(d)
	return nil
}

func (j *job) merge(d *reducer) {
	j.lock.Lock()
	defer j.lock.Unlock()
	for id, x := range d.doubts {
		if j.doubts == nil {
			j.doubts = map[string]*doubt{}
		}
		if mine := j.doubts[id]; mine != nil {
			mine.add(x)
		} else {
			j.doubts[id] = x
		}
	}
	s := &d.summary
	if len(j.whole.Interfaces) == 0 && len(j.whole.Notes) == 0 {
		j.whole, *s = *s, j.whole
		return
	}
	j.whole.Add(s)
}

func (j *job) newReducer() *reducer {
	o := j.options
	d := &reducer{summary: newSummary(), now: o.Now.Unix(), accounts: o.Accounts}
	if !o.Since.IsZero() {
		d.since = o.Since.Unix()
	}
	if !o.Until.IsZero() {
		d.until = o.Until.Unix()
	}
	if o.Addresses != nil {
		d.local = func(id string) []ownBlock {
			var own []ownBlock
			for _, p := range o.Addresses(id) {
				own = append(own, ownBlock{addressOf(p.Addr()), p.Bits()})
			}
			return own
		}
	}
	return d
}

// counting counts the bytes that are read.
type counting struct {
	r io.Reader
	n *atomic.Uint64
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(uint64(n))
	return n, err
}

// inflater reads one file after the other with the same buffers.
type inflater struct {
	raw, text *bufio.Reader
	gzip      *gzip.Reader
}

var errNotGzip = errors.New("it begins like a gzip file and is none")

// open returns the text of a file, decompressed if it is compressed with gzip.
func (in *inflater) open(r io.Reader) (*bufio.Reader, error) {
	in.raw.Reset(r)
	magic, _ := in.raw.Peek(2)
	if len(magic) < 2 || binary.BigEndian.Uint16(magic) != 0x1f8b {
		in.text.Reset(in.raw)
		return in.text, nil
	}
	var err error
	if in.gzip == nil {
		in.gzip, err = gzip.NewReader(in.raw)
	} else {
		err = in.gzip.Reset(in.raw)
	}
	if err != nil {
		in.gzip = nil
		return nil, errNotGzip
	}
	in.text.Reset(in.gzip)
	return in.text, nil
}

// readFile reads one file or object. Only an end of the context is an error.
func (j *job) readFile(ctx context.Context, s *opened, d *reducer, in *inflater) error {
	lost := func(text string) {
		d.summary.Notes = append(d.summary.Notes, Note{File: s.path, Text: text, Loss: true})
	}
	var content interface {
		io.Reader
		io.ReaderAt
	}
	if s.bucket != nil {
		if s.err != nil {
			if ctx.Err() != nil {
				return fmt.Errorf("reading flow logs: %w", ctx.Err())
			}
			lost("it could not be read: " + s.err.Error())
			return nil
		}
		content = s.content(ctx)
	} else {
		f, err := files.Open(ctx, s.path)
		if ctx.Err() != nil {
			if err == nil {
				f.Close()
			}
			return fmt.Errorf("reading flow logs: %w", ctx.Err())
		}
		if err != nil {
			lost("it could not be opened: " + reason(err))
			return nil
		}
		defer f.Close()
		defer context.AfterFunc(ctx, func() { f.Close() })() // a pipe may give nothing for long
		content = f
	}
	var magic [4]byte
	if n, _ := content.ReadAt(magic[:], 0); isParquet(s.path, magic[:n]) {
		err := j.readParquet(ctx, s.source, d, content)
		j.read.Add(uint64(s.size))
		return err
	}
	text, err := in.open(counting{content, &j.read})
	if err != nil {
		lost(err.Error())
		return nil
	}
	return j.readLines(ctx, s.source, d, text)
}

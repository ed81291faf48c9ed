package flows

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// tailBytes are compared first: a file of gzip ends with the check sum of its content, one
// of Parquet with the places of its columns.
const tailBytes = 1 << 12

// fingerprint is equal for two files or objects that are the same.
type fingerprint struct {
	size   int64
	etag   string // of an object
	tail   [sha256.Size]byte
	digest [sha256.Size]byte
}

// once leaves out sources with the content of another one, with a note for each: of files
// by their bytes, of objects by their ETag. Objects that AWS KMS encrypts have an ETag of
// their own each. Of those that are the same, one with a name of AWS is kept, of a flow log
// that does not record rejected traffic only if there is one, and else the first. Files are read for that only as far as they are alike in size, and then in
// their end. What cannot be read is kept.
func once(ctx context.Context, list []source, rejectOnly map[string]bool) (kept []source, notes []Note, err error) {
	fingerprints := make([]fingerprint, len(list))
	for i := range list {
		fingerprints[i] = fingerprint{size: list[i].size, etag: list[i].object.ETag}
	}
	for _, look := range []func(context.Context, string, *fingerprint) error{lookAtTail, lookAtAll} {
		if err := alike(ctx, list, fingerprints, look); err != nil {
			return nil, nil, err
		}
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	rank := func(s *source) int {
		switch {
		case s.origin.FlowLog == "":
			return 2
		case rejectOnly[s.origin.FlowLog]:
			return 1
		}
		return 0
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(rank(&list[a]), rank(&list[b])), cmp.Compare(a, b)) })
	twin := make([]bool, len(list))
	first := map[fingerprint]int{}
	for _, i := range order {
		if !hasFingerprint(&list[i]) {
			continue
		}
		if other, found := first[fingerprints[i]]; found {
			twin[i] = true
			notes = append(notes, Note{File: list[i].path, Text: "it counts once, because it is the same as another file, which is read", Other: list[other].path})
		} else {
			first[fingerprints[i]] = i
		}
	}
	for i := range list {
		if !twin[i] {
			kept = append(kept, list[i])
		}
	}
	return kept, notes, nil
}

// hasFingerprint reports whether it can be known that a source is the same as another one.
func hasFingerprint(s *source) bool { return s.size > 0 && (s.bucket == nil || s.object.ETag != "") }

// alike looks at the files that are the same by their fingerprints so far.
func alike(ctx context.Context, list []source, fingerprints []fingerprint, look func(context.Context, string, *fingerprint) error) error {
	same := map[fingerprint]int{}
	for i := range list {
		if hasFingerprint(&list[i]) {
			same[fingerprints[i]]++
		}
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range list {
		s := &list[i]
		if ctx.Err() != nil {
			break
		}
		if s.bucket != nil || !hasFingerprint(s) || same[fingerprints[i]] < 2 {
			continue
		}
		group.Go(func() error {
			before := fingerprints[i]
			if err := look(ctx, s.path, &fingerprints[i]); err != nil {
				fingerprints[i] = before
				fingerprints[i].etag = s.path // it is like no other; who reads it says why it cannot be read
			}
			return nil
		})
	}
	group.Wait() // no look is an error
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("comparing flow logs: %w", err)
	}
	return nil
}

// lookAtTail notes the end of a file.
func lookAtTail(_ context.Context, path string, p *fingerprint) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	tail := make([]byte, min(tailBytes, p.size))
	_, err = f.ReadAt(tail, p.size-int64(len(tail)))
	p.tail = sha256.Sum256(tail)
	return err
}

// lookAtAll notes all of a file.
func lookAtAll(ctx context.Context, path string, p *fingerprint) error {
	if p.size <= tailBytes {
		return nil // its tail is all of it
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	digest := sha256.New()
	for ctx.Err() == nil {
		if _, err := io.CopyN(digest, f, 1<<24); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
	}
	digest.Sum(p.digest[:0])
	return nil
}

// Package saved reads answers of AWS from files: those of the AWS CLI, and what AWS
// Config records or delivers. It finds out what a document is of by its keys and
// items, and of which account and region it is; then a Place answers the calls of
// the SDK in the place of AWS, so that the readers of live answers read saved ones.
//
// Whatever the files hold is checked: what holds nothing of ours is passed over
// with a warning, a known answer that is damaged is an error with its line, and what
// a --query left out becomes a gap (Place.Doubt).
package saved

import (
	"fmt"
	"time"
)

// Options say what files do not.
type Options struct {
	Account string            // of answers that do not name theirs; empty: such an answer is an error
	Region  string            // the same
	Warn    func(text string) // gets what was ignored; may be nil
}

// Answers are what files hold, by region.
type Answers struct {
	Places []*Place  // sorted by account and region; at least one
	Newest time.Time // when the newest of the files that hold something was written
}

// Read reads one file, or the files of a folder and those below it. What is there
// is recognised by the keys in the files or by the items; where it belongs by the folders
// (ACCOUNT/REGION/…), by what the answers say, by the names of the files, and at
// last by the options. What holds none of it is passed over, with one warning for
// each file. Errors name the file, and line and column where there is one; then
// nothing was read.
func Read(path string, opts Options) (*Answers, error) {
	s := newReader(path, opts)
	if err := s.walk(); err != nil {
		return nil, fmt.Errorf("reading saved answers: %w", err)
	}
	return s.answers()
}

// ReadText is Read for one file that has been read already: its name, its text and
// when it was written.
func ReadText(name string, text []byte, written time.Time, opts Options) (*Answers, error) {
	s := newReader(name, opts)
	if err := s.take(name, text, written); err != nil {
		return nil, err
	}
	return s.answers()
}

func (s *reader) answers() (*Answers, error) {
	places, err := s.places()
	if err != nil {
		return nil, err
	}
	return &Answers{Places: places, Newest: s.newest}, nil
}

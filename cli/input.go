package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// inputKind is what a file that was named on the command line holds.
type inputKind int

const (
	answersInput  inputKind = iota // of the AWS CLI or AWS Config, or nothing that is known
	snapshotInput                  // of sgaudit snapshot
	notationInput                  // of sgaudit snapshot in the notation
	reportInput                    // of -o json
)

// input is a file that was read once, so that it may be a pipe. A folder has
// no text.
type input struct {
	name   string
	kind   inputKind
	folder bool
	text   []byte
	taken  time.Time // when the file was written
}

// acceptedInputs says which files an account or its findings can be read from.
const acceptedInputs = "give a snapshot (sgaudit snapshot -o FILE), a report if findings are enough (sgaudit audit -o json=FILE), or a file or folder with answers of the AWS CLI or AWS Config; a plan is for sgaudit simulate"

// readInput reads a file that a snapshot, a report or saved answers may be in.
func readInput(name string) (*input, error) {
	in := &input{name: name, taken: time.Now()}
	info, err := os.Stat(name)
	if err != nil {
		return nil, console.Usage(acceptedInputs, "opening the input: %s", err)
	}
	if in.folder = info.IsDir(); in.folder {
		return in, nil
	}
	if info.Mode().IsRegular() {
		in.taken = info.ModTime()
	}
	if in.text, err = files.Read(name, files.Most); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(in.text, []byte(partBegin)) {
		return nil, console.Usage("sgaudit merge "+name+" makes a report of parts", "%s is a part of a run, which one shard has written", name)
	}
	in.kind = kindOf(in.text)
	if in.kind == answersInput && notated(name, in.text) {
		in.kind = notationInput
	}
	return in, nil
}

// kindOf says what a text is by its keys, wherever they stand.
func kindOf(text []byte) inputKind {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return answersInput
	}
	for {
		token, err := decoder.Token()
		key, ok := token.(string)
		switch {
		case err != nil || !ok:
			return answersInput
		case key == "sgaudit_snapshot":
			return snapshotInput
		case key == "schema_version":
			return reportInput
		}
		var value json.RawMessage
		if decoder.Decode(&value) != nil {
			return answersInput
		}
	}
}

// notated reports whether a text is in the notation: its name ends in .sg, or it
// is not JSON and begins with a statement that stands at the beginning.
func notated(name string, text []byte) bool {
	if strings.HasSuffix(name, "."+notationFormat) {
		return true
	}
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) == 0 || line[0] == '#' {
			continue
		}
		word, _, _ := bytes.Cut(line, []byte(" "))
		return slices.Contains([]string{"snapshot", "caller", "depth", "account", "region"}, string(word))
	}
	return false
}

// snapshot returns the inventory that the input holds, of a snapshot or of
// saved answers.
func (in *input) snapshot(opts awsclient.SavedOptions) (s *inventory.Snapshot, err error) {
	switch {
	case in.folder:
		return awsclient.Saved(in.name, opts)
	case in.kind == reportInput:
		return nil, console.Usage("sgaudit snapshot -o FILE saves what an audit reads", "%s is a report of sgaudit, which contains findings but no inventory; name a snapshot or saved answers of the AWS CLI", in.name)
	case in.kind == notationInput:
		if s, err = notation.Read(in.name, string(in.text)); err != nil {
			return nil, err
		}
		if s.TakenAt.IsZero() {
			s.TakenAt = in.taken.UTC()
		}
		s.Tool = cmp.Or(s.Tool, "hand")
		return s, nil
	case in.kind == answersInput:
		if s, err = awsclient.SavedText(in.name, in.text, in.taken, opts); errors.Is(err, awsclient.ErrNotSaved) {
			return nil, console.Usage(acceptedInputs, "%s", err)
		}
		return s, err
	}
	if s, err = inventory.Load(bytes.NewBuffer(in.text)); err != nil {
		return nil, fmt.Errorf("%s: %w", in.name, err)
	}
	return s, nil
}

// report returns the report that the input holds.
func (in *input) report() (*findings.Report, error) {
	switch {
	case in.folder:
		return nil, console.Usage("sgaudit audit -o json=FILE writes a report", "%s is a folder; name a report that sgaudit wrote with -o json", in.name)
	case in.kind == snapshotInput || in.kind == notationInput:
		return nil, console.Usage("sgaudit audit --input "+in.name+" -o json=FILE makes a report of it", "%s is a snapshot of sgaudit; name a report that sgaudit wrote with -o json", in.name)
	}
	report, err := findings.Read(bytes.NewReader(in.text))
	if err != nil {
		return nil, console.Usage("sgaudit audit -o json=FILE writes a report", "%s: %s", in.name, err)
	}
	return report, nil
}

// loadSnapshot reads a snapshot, compressed or not, whatever its name is, or
// answers of the AWS CLI and of AWS Config.
func (p *program) loadSnapshot(file string) (*inventory.Snapshot, error) {
	in, err := readInput(file)
	if err != nil {
		return nil, err
	}
	return in.snapshot(awsclient.SavedOptions{Warn: func(text string) { p.console.Warn("%s", text) }})
}

// readReport reads a report that was written by -o json.
func readReport(file string) (*findings.Report, error) {
	report, err := readPacked(file)
	if err == nil {
		report.Unpack()
	}
	return report, err
}

// readPacked is readReport for what needs the details of few findings, or writes them
// one after the other: see findings.ReadStream.
func readPacked(file string) (*findings.Report, error) {
	if report := streamReport(file); report != nil {
		return report, nil
	}
	in, err := readInput(file)
	if err != nil {
		return nil, err
	}
	return in.report()
}

// streamReport reads a report without holding its text in memory: nil where the
// file has to be read as a whole, and all that is wrong with it is reported then.
func streamReport(file string) *findings.Report {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > files.Most {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	report, err := findings.ReadStream(files.UTF8(f), info.Size())
	if err != nil {
		return nil
	}
	return report
}

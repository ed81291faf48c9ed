package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/anonymise"
	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/excerpt"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

// The formats of a snapshot; notationFormat is the ending of its files too.
const notationFormat = "sg"

var snapshotFormats = []string{"json", "zst", notationFormat}

func (p *program) snapshotVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "snapshot",
		Usage: "save what an audit reads, to audit it later with audit --input",
		Description: "It contains everything that was read, and what could not be read. The formats are json, zst (the same, compressed with zstd) and sg (text that people can read and write, with one line for each rule). " +
			"A FILE alone is written in the format that its name ends in, else as JSON. With --input an existing snapshot is written again, in another format. " +
			"Exit codes: 0 read in full, 2 could not start or finish, 3 incomplete.",
		Flags: append([]urfave.Flag{
			offering(&urfave.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Usage: "write `FORMAT[=FILE]`, repeatable: " + strings.Join(snapshotFormats, ", ") + "; a FILE alone is written in the format that its name ends in; - is standard output"},
				func() []candidate { return plainCandidates(snapshotFormats...) }),
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "take this `SNAPSHOT` of sgaudit snapshot instead of an account, or answers of the AWS CLI or AWS Config; AWS is not called", TakesFile: true},
			savedFlag(), demoFlag(),
			&urfave.StringFlag{Name: "only", Usage: "leave out everything that the findings about this `GROUP` (id or name) do not depend on"},
			&urfave.BoolFlag{Name: "anonymise", Aliases: []string{"anonymize"}, Usage: "replace names, ids, accounts, addresses, tags and descriptions by made-up ones, and keep what the findings depend on"},
		}, readFlags()...),
		Action: p.snapshot,
	}
}

// snapshotTarget is one place that a snapshot goes to; no file is standard
// output.
type snapshotTarget struct{ format, file string }

// snapshotTargets reads the values of --output.
func snapshotTargets(values []string) (targets []snapshotTarget, err error) {
	var errs []error
	if len(values) == 0 {
		errs = append(errs, console.Usage("write sgaudit snapshot -o account.json.zst", "--output is missing: where to write the snapshot"))
	}
	var taken destinations
	for _, value := range values {
		format, file, given := strings.Cut(value, "=")
		switch {
		case !slices.Contains(snapshotFormats, format):
			given, file = true, value
			format = snapshotFormats[0]
			for _, f := range snapshotFormats {
				if strings.HasSuffix(value, "."+f) {
					format = f
				}
			}
		case given && file == "":
			errs = append(errs, console.Usage("", "--output %s: the file's name is missing", value))
			continue
		}
		if file == "-" {
			file = ""
		}
		switch {
		case value == "":
			errs = append(errs, console.Usage("write sgaudit snapshot -o account.json.zst", "--output is missing: where to write the snapshot"))
			continue
		case file != "":
			if err := writable(file); err != nil {
				errs = append(errs, fmt.Errorf("--output %s: %w", value, err))
			}
		}
		if !taken.claim(file) {
			errs = append(errs, console.Usage("give each format a file of its own, as in -o sg=account.sg", "--output %s: its place has a format already", value))
		}
		targets = append(targets, snapshotTarget{format, file})
	}
	return targets, console.Combine(errs...)
}

func (p *program) snapshot(c *urfave.Context) error {
	targets, err := snapshotTargets(c.StringSlice("output"))
	src, srcErr := newSource(c, "input")
	if err := console.Combine(notEmpty(c, "input", "only"), srcErr, err); err != nil {
		return err
	}
	s, err := p.loadInventory(src)
	if err != nil {
		return err
	}
	complete := s.Inventory
	if group := c.String("only"); group != "" {
		if s, err = only(s, group, onTheSame(c, "audit", "-o", "groups-csv")); err != nil {
			return err
		}
	}
	if c.Bool("anonymise") {
		var key anonymise.Key
		_, _ = rand.Read(key[:]) // which never fails
		if s, err = anonymise.Snapshot(s, key); err != nil {
			return err
		}
	}
	var errs []error
	for _, t := range targets {
		if t.file == "" {
			errs = append(errs, p.console.Stream(func(w io.Writer) error { return writeSnapshot(w, s, t.format) }))
			continue
		}
		errs = append(errs, output.Replace(t.file, func(w io.Writer) error { return writeSnapshot(w, s, t.format) }))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return p.conclude(complete, c.Context.Err() != nil)
}

// only cuts out what the findings about a group depend on, as they are on the day
// on which the snapshot was taken. The command list shows which groups there are.
func only(s *inventory.Snapshot, group, list string) (*inventory.Snapshot, error) {
	settings := audit.Defaults()
	settings.Now = s.TakenAt.UTC().Truncate(24 * time.Hour)
	part, found, err := excerpt.About(s, group, audit.Options{Settings: settings})
	if err == nil && found == 0 {
		err = console.Usage(list+" lists the groups with their VPCs and tags", "--only %s: no security group with this id or name was read", group)
	}
	return part, err
}

// writeSnapshot writes one of snapshotFormats.
func writeSnapshot(w io.Writer, s *inventory.Snapshot, format string) error {
	switch format {
	case "zst":
		return files.Compress(w, s.Save)
	case notationFormat:
		text, err := notation.Write(s)
		if err != nil {
			return fmt.Errorf("%w; write it as json", err)
		}
		_, err = io.WriteString(w, text)
		return err
	}
	return s.Save(w)
}

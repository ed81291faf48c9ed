package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"
	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

func (p *program) snapshotVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "snapshot",
		Usage: "save what an audit would read, to be audited later with audit --from",
		Description: "The file is JSON, compressed with zstd if its name ends in .zst. It holds all that was read, and what could not be read. " +
			"Exit codes: 0 read in full, 2 could not start or finish, 3 incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write this `FILE`; - is standard output", TakesFile: true},
			demoFlag(),
		}, readFlags()...),
		Action: func(c *urfave.Context) error {
			file := c.String("output")
			opts, err := clientOptions(c)
			errs := []error{err}
			switch {
			case file == "":
				errs = append(errs, usage("write sgaudit snapshot -o account.json.zst", "--output is missing: where to write the snapshot"))
			case file != "-":
				if err := writable(file); err != nil {
					errs = append(errs, fmt.Errorf("--output %s: %w", file, err))
				}
			}
			if err := combine(errs); err != nil {
				return err
			}
			s, err := p.read(c, opts)
			if err != nil {
				return err
			}
			if file == "-" {
				out := bufio.NewWriterSize(p.stdout, 1<<16)
				if err := p.wrote(s.Save(out)); err != nil {
					return err
				}
				if err := p.wrote(out.Flush()); err != nil {
					return err
				}
			} else if err := output.Replace(file, func(w io.Writer) error { return saveSnapshot(w, s, strings.HasSuffix(file, ".zst")) }); err != nil {
				return err
			}
			return p.conclude(s.Inventory, c.Context.Err() != nil)
		},
	}
}

func saveSnapshot(w io.Writer, s *inventory.Snapshot, compress bool) error {
	if !compress {
		return s.Save(w)
	}
	z, err := zstd.NewWriter(w)
	if err != nil {
		return fmt.Errorf("compressing: %w", err)
	}
	if err := s.Save(z); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("compressing: %w", err)
	}
	return nil
}

var zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// loadSnapshot reads a snapshot, compressed or not, whatever its name is, or
// answers of the AWS CLI and of AWS Config.
func loadSnapshot(file string) (*inventory.Snapshot, error) {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return savedSnapshot(file, info.ModTime())
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("opening the snapshot: %w", err)
	}
	defer f.Close()
	buffered := bufio.NewReaderSize(f, 1<<16)
	var content io.Reader = buffered
	if begin, _ := buffered.Peek(len(zstdMagic)); bytes.Equal(begin, zstdMagic) {
		z, err := zstd.NewReader(buffered)
		if err != nil {
			return nil, fmt.Errorf("%s: decompressing: %w", file, err)
		}
		defer z.Close()
		content = z
	} else {
		text, err := io.ReadAll(buffered)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", file, err)
		}
		if awsclient.IsSaved(text) {
			taken := time.Time{}
			if info, err := f.Stat(); err == nil {
				taken = info.ModTime()
			}
			return savedSnapshot(file, taken)
		}
		content = bytes.NewReader(text)
	}
	s, err := inventory.Load(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return s, nil
}

// savedSnapshot makes a snapshot of files that others wrote.
func savedSnapshot(path string, taken time.Time) (*inventory.Snapshot, error) {
	inv, err := awsclient.Saved(path)
	if err != nil {
		return nil, err
	}
	return &inventory.Snapshot{Tool: "the AWS CLI or AWS Config", TakenAt: taken.UTC(), Inventory: inv}, nil
}

// fromSnapshot refuses the flags that mean nothing to a snapshot, and loads it.
func (p *program) fromSnapshot(c *urfave.Context, flag, account string) (*inventory.Snapshot, error) {
	if err := noAccount(c, "--"+flag); err != nil {
		return nil, err
	}
	s, err := loadSnapshot(c.String(flag))
	if err != nil {
		return nil, err
	}
	if who := s.Inventory.Caller.AccountID; account != "" && who != account {
		return nil, usage("drop --expect-account, or name the right file", "%s is of account %s, not of %s", c.String(flag), who, account)
	}
	p.voice.say("using the snapshot of account %s taken at %s by %s", s.Inventory.Caller.AccountID, s.TakenAt.Format(time.RFC3339), s.Tool)
	return s, nil
}

// readOr loads the snapshot that a flag names, or reads the account, or the
// embedded one.
func (p *program) readOr(c *urfave.Context, flag string, opts awsclient.Options) (*inventory.Snapshot, error) {
	switch {
	case !c.IsSet(flag):
		return p.read(c, opts)
	case c.Bool("demo"):
		return nil, usage("drop one of them", "--demo and --%s both say what is read", flag)
	}
	return p.fromSnapshot(c, flag, opts.ExpectAccount)
}

// noAccount refuses the flags that mean nothing where no account is read.
func noAccount(c *urfave.Context, because string) error {
	for _, name := range []string{"profile", "endpoint-url", "region", "exclude-region", "depth", "max-rps", "region-deadline"} {
		if c.IsSet(name) {
			return usage("drop one of them", "%s reads no account, so --%s has no effect", because, name)
		}
	}
	return nil
}

package cli

import (
	"fmt"
	"io"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/output"
)

func (p *program) snapshotVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "snapshot",
		Usage: "save what an audit reads, to audit it later with audit --input",
		Description: "The file is JSON, compressed with zstd if its name ends in .zst. It contains everything that was read, and what could not be read. " +
			"Exit codes: 0 read in full, 2 could not start or finish, 3 incomplete.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write this `FILE`; - is standard output", TakesFile: true},
			demoFlag(),
		}, readFlags()...),
		Action: func(c *urfave.Context) error {
			file := c.String("output")
			src, err := newSource(c, "")
			errs := []error{err}
			switch {
			case file == "":
				errs = append(errs, console.Usage("write sgaudit snapshot -o account.json.zst", "--output is missing: where to write the snapshot"))
			case file != "-":
				if err := writable(file); err != nil {
					errs = append(errs, fmt.Errorf("--output %s: %w", file, err))
				}
			}
			if err := console.Combine(errs...); err != nil {
				return err
			}
			s, err := p.loadInventory(src)
			if err != nil {
				return err
			}
			if file == "-" {
				if err := p.console.Stream(s.Save); err != nil {
					return err
				}
			} else if err := output.Replace(file, func(w io.Writer) error {
				if strings.HasSuffix(file, ".zst") {
					return files.Compress(w, s.Save)
				}
				return s.Save(w)
			}); err != nil {
				return err
			}
			return p.conclude(s.Inventory, c.Context.Err() != nil)
		},
	}
}

package cli

import (
	"fmt"
	"io"
	"slices"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/output"
)

func (p *program) ddlVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "ddl",
		Usage:     "print the statement that creates the table of a format in Athena",
		ArgsUsage: "FORMAT",
		Description: "FORMAT is one that audit and show write into a folder, as in -o parquet=lake/. Copy the folder to S3, and run the statement, and then MSCK REPAIR TABLE, in Athena. " +
			"AWS is not called, and the statement is the same for every report.",
		Flags: []urfave.Flag{
			&urfave.StringFlag{Name: "location", Category: categoryReport, Usage: "the folder in S3, `s3://BUCKET/PREFIX/`, that the files are copied to (default: a placeholder that Athena refuses)"},
		},
		Action: func(c *urfave.Context) error {
			name, known := c.Args().First(), ddlFormats()
			if !slices.Contains(known, name) {
				return console.Unknown("format", name, known)
			}
			if err := notEmpty(c, "location"); err != nil {
				return err
			}
			format, _ := output.Lookup(name)
			text, err := output.DDL(format, c.String("location"))
			if err != nil {
				return console.Usage("write it like --location s3://my-bucket/sgaudit/findings/", "--location: %v", err)
			}
			return p.console.Stream(func(w io.Writer) error {
				if _, err := io.WriteString(w, text); err != nil {
					return fmt.Errorf("writing the statement: %w", err)
				}
				return nil
			})
		},
	}
}

// ddlFormats are those that Athena reads as tables.
func ddlFormats() (names []string) {
	for _, f := range output.Formats() {
		if output.HasDDL(f) {
			names = append(names, f.Name)
		}
	}
	return names
}

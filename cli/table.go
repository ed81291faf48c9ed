package cli

import (
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/output"
)

// tableFlags choose how the table on a terminal is laid out. They have no effect
// on the other formats.
func tableFlags() []urfave.Flag {
	return []urfave.Flag{
		tagColumnFlag(),
		&urfave.BoolFlag{Name: "all", Category: categoryTable, Usage: "list every finding, also those of low severity and those that many groups have"},
		&urfave.BoolFlag{Name: "wide", Category: categoryTable, Usage: "one line for each finding, with every fact in a column of its own, as in a pipe"},
		choice(&urfave.StringFlag{Name: "group-by", Category: categoryTable, Usage: "divide the table by `WHAT`: " + strings.Join(output.Groupings(), ", ") + " (default: severity)"}, "part of a table", output.Groupings()...),
		offering(&urfave.StringSliceFlag{Name: "columns", Category: categoryTable, Usage: "the `COLUMNS` of the wide table, in this order, divided by commas: " + strings.Join(output.TableColumns(), ", ")},
			func() []candidate { return plainCandidates(output.TableColumns()...) }),
		offering(&urfave.StringSliceFlag{Name: "sort", Category: categoryTable, Usage: "sort the table by these `COLUMNS`: " + strings.Join(output.TableColumns(), ", ") + " (default: by severity, the reachable first)"},
			func() []candidate { return plainCandidates(output.TableColumns()...) }),
	}
}

// tagColumnFlag is on the verbs that write a report.
func tagColumnFlag() urfave.Flag {
	return &urfave.StringSliceFlag{Name: "tag-column", Category: categoryReport, Usage: "add a column to CSV for the tag with this `KEY`, as tag:KEY; repeatable"}
}

// tableOptions reads the flags of the table.
func tableOptions(c *urfave.Context) (o output.Options, err error) {
	var errs []error
	o.All, o.Wide, o.GroupBy = c.Bool("all"), c.Bool("wide"), c.String("group-by")
	errs = append(errs, notEmpty(c, "group-by"), checkChoice(c, "group-by"))
	names := func(flag string) []string {
		list, err := flagValues(c, flag, func(name string) error {
			if all := output.TableColumns(); !slices.Contains(all, name) {
				return console.Unknown("column", name, all)
			}
			return nil
		})
		errs = append(errs, err)
		return list
	}
	o.Columns, o.Sort = names("columns"), names("sort")
	if o.TagColumns = c.StringSlice("tag-column"); slices.Contains(o.TagColumns, "") {
		errs = append(errs, console.Usage("", "--tag-column is empty"))
	}
	if o.GroupBy != "" && (o.Wide || len(o.Columns) > 0) {
		errs = append(errs, console.Usage("drop one of them", "--group-by divides the compact table, and --wide and --columns ask for the other one"))
	}
	return o, console.Combine(errs...)
}

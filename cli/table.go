package cli

import (
	"slices"
	"strconv"
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
		&urfave.StringFlag{Name: "width", Category: categoryTable, Usage: "lay the table out for `N` columns as on a terminal, also in a file or a pipe, from 40 on (default: the terminal's)"},
		choice(&urfave.StringFlag{Name: "group-by", Category: categoryTable, Usage: "divide the table by `WHAT`: " + strings.Join(output.Groupings(), ", ") + " (default: severity)"}, "part of a table", output.Groupings()...),
		offering(&urfave.StringSliceFlag{Name: "columns", Category: categoryTable, Usage: "the `COLUMNS` of the wide table, in this order, divided by commas: " + strings.Join(output.TableColumns(), ", ")},
			func() []candidate { return plainCandidates(output.TableColumns()...) }),
		offering(&urfave.StringSliceFlag{Name: "sort", Category: categoryTable, Usage: "sort the table by these `COLUMNS`: " + strings.Join(output.TableColumns(), ", ") + " (default: by severity, the reachable first)"},
			func() []candidate { return plainCandidates(output.TableColumns()...) }),
	}
}

// tagColumnFlag is on the verbs that write a report.
func tagColumnFlag() urfave.Flag {
	return &urfave.StringSliceFlag{Name: "tag-column", Category: categoryReport, Usage: "add a column tag:KEY for the tag with this `KEY` to CSV, NDJSON, Parquet, XLSX and the lists; repeatable"}
}

// tagColumns reads the keys of tags that get a column, which needs a format that has
// columns for tags.
func tagColumns(c *urfave.Context, tagged bool, formats []string) ([]string, error) {
	keys := c.StringSlice("tag-column")
	for i, key := range keys {
		switch {
		case key == "":
			return nil, console.Usage("", "--tag-column is empty")
		case slices.Contains(keys[:i], key):
			return nil, console.Usage("", "--tag-column %s is given twice", key)
		}
	}
	if len(keys) > 0 && !tagged {
		return nil, console.Usage("add one of them, as in -o csv=FILE: "+strings.Join(formats, ", "), "--tag-column %s: none of the formats that are written has columns for tags", keys[0])
	}
	return keys, nil
}

// taggedFormats are those that make columns of tags.
func taggedFormats() (names []string) {
	for _, f := range output.Formats() {
		if f.HasTags {
			names = append(names, f.Name)
		}
	}
	return names
}

// The smallest and the largest value of --width, in columns.
const (
	leastWidth = 40
	mostWidth  = 1000
)

// tableOptions reads the flags of the table, and of the columns of the targets.
func tableOptions(c *urfave.Context, targets []target) (o output.Options, err error) {
	var errs []error
	o.All, o.Wide, o.GroupBy = c.Bool("all"), c.Bool("wide"), c.String("group-by")
	errs = append(errs, notEmpty(c, "group-by", "width"), checkChoice(c, "group-by"))
	if text := c.String("width"); text != "" {
		if o.Width, err = strconv.Atoi(text); err != nil || o.Width < leastWidth || o.Width > mostWidth {
			errs = append(errs, console.Usage("write it like --width 100", "--width %q is not a number of columns from %d to %d", text, leastWidth, mostWidth))
		}
	}
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
	tagged := len(targets) == 0 || slices.ContainsFunc(targets, func(t target) bool { return t.format.HasTags })
	o.TagColumns, err = tagColumns(c, tagged, taggedFormats())
	errs = append(errs, err)
	if o.GroupBy != "" && (o.Wide || len(o.Columns) > 0) {
		errs = append(errs, console.Usage("drop one of them", "--group-by divides the compact table, and --wide and --columns ask for the other one"))
	}
	return o, console.Combine(errs...)
}

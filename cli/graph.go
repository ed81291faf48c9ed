package cli

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/picture"
	"github.com/sgaudit/sgaudit/words"
)

var (
	graphFormats = []string{"svg", "dot", "mermaid", "json"}
	graphViews   = []string{"layers", "column", "matrix", "board"}
)

func (p *program) graphVerb() *urfave.Command {
	return &urfave.Command{
		Name:  "graph",
		Usage: "draw who can talk to whom: groups as boxes, what is open to the internet in the colour of its severity",
		Description: "The internet is the bar on the left. A group is a box with a row for each inbound traffic that its rules allow, groups that are alike are one box, " +
			"and connections flow from left to right. An arrow is traffic that arrives, a dashed line that ends at a double bar is stopped by the network, a dotted one could not be judged. " +
			"Exit codes: 0 drawn, 2 could not start or finish, 3 drawn, but some region or part could not be read.",
		Flags: append([]urfave.Flag{
			&urfave.StringFlag{Name: "input", Aliases: []string{"from"}, Category: categoryRead, Usage: "draw this `SNAPSHOT` of sgaudit snapshot instead of an account; AWS is not called", TakesFile: true},
			savedFlag(),
			demoFlag(),
			&urfave.StringSliceFlag{Name: "vpc", Category: categoryReport, Usage: "draw only this `VPC`, by its id or its name; repeatable"},
			&urfave.StringFlag{Name: "group", Category: categoryReport, Usage: "draw this `GROUP`, by its id or its name, with what may connect to it and what it may connect to"},
			choice(&urfave.StringFlag{Name: "view", Value: "layers", Category: categoryReport, Usage: "draw this `VIEW` as SVG: layers, column (for narrow pages), matrix (who reaches whom), board (VPCs by class of traffic)"}, "view", graphViews...),
			&urfave.BoolFlag{Name: "all", Category: categoryReport, Usage: "draw the VPCs without a critical or high finding too, which are one line each otherwise"},
			&urfave.BoolFlag{Name: "unfolded", Category: categoryReport, Usage: "draw every group by itself, those that are alike too"},
			offering(&urfave.StringSliceFlag{Name: "output", Aliases: []string{"o"}, Category: categoryReport, Usage: "write `FORMAT[=FILE]`, repeatable: " + strings.Join(graphFormats, ", ") + "; svg=FOLDER/ writes the board and one file for each VPC (default: svg on standard output)"},
				func() []candidate { return plainCandidates(graphFormats...) }),
			configFlag(),
		}, readFlags()...),
		Action: p.graph,
	}
}

// drawing is one place that a picture goes to.
type drawing struct{ format, file string }

func (p *program) graph(c *urfave.Context) error {
	if !c.IsSet("output") && p.console.Width() > 0 {
		return console.Usage("write it into a file: "+onTheSame(c, "graph", "-o", "svg=picture.svg"), "the picture is SVG, which a terminal does not show")
	}
	targets, err := parseDrawings(c.StringSlice("output"))
	src, srcErr := newSource(c, "input")
	if err := console.Combine(notEmpty(c, "input", "group", "config"), checkChoice(c, "view"), err, srcErr); err != nil {
		return err
	}
	conf, err := config.Read(c.String("config"))
	if err != nil {
		return err
	}
	selected, err := conf.Choose(nil, nil)
	if err != nil {
		return err
	}
	started := time.Now().UTC()
	read, err := p.loadInventory(src)
	if err != nil {
		return err
	}
	report := p.evaluate(read, selected, conf.Exceptions, started)
	report.Finish()
	drawn := picture.New(read.Inventory, report, picture.Options{
		Service: serviceOf(&selected.Settings), Bastions: selected.Settings.Bastions, Unfolded: c.Bool("unfolded") || c.IsSet("group"),
	})
	all := c.Bool("all")
	if names := c.StringSlice("vpc"); len(names) > 0 {
		if drawn, all = drawn.Only(names), true; len(drawn.VPCs) == 0 {
			return console.Usage("sgaudit graph --view board lists the VPCs", "no VPC that was read has the id or the name %s", strings.Join(names, ", "))
		}
	}
	if group := c.String("group"); group != "" {
		if drawn, all = drawn.Focus(group), true; len(drawn.VPCs) == 0 {
			hint := "groups that are not attached and have no finding are not drawn"
			known := groupNames(read.Inventory)
			if near := words.Nearest(group, known); near != "" && !slices.Contains(known, group) {
				hint = "did you mean " + words.Plain(near) + "?"
			}
			return console.Usage(hint, "no group of the picture has the id or the name %s", group)
		}
	}
	for _, text := range drawn.Omitted() {
		if drawn.LeftOut[0].Severity < findings.High {
			p.console.Say("%s", text)
		} else {
			p.console.Warn("%s", text)
		}
	}
	said, err := p.draw(drawn, c.String("view"), all, targets)
	for _, text := range said {
		p.console.Warn("%s", text)
	}
	if err != nil {
		return err
	}
	return p.conclude(read.Inventory, c.Context.Err() != nil)
}

// serviceOf names for the picture the service of a traffic, as the checks know it.
func serviceOf(settings *audit.Settings) func(inventory.Traffic) (string, picture.Class) {
	classes := map[audit.Class]picture.Class{audit.Admin: picture.Admin, audit.Database: picture.Database, audit.AllTraffic: picture.All, audit.NoClass: picture.Web}
	return func(t inventory.Traffic) (string, picture.Class) {
		name, class := settings.Listening(t)
		return name, cmp.Or(classes[class], picture.Other)
	}
}

// parseDrawings reads the values of --output.
func parseDrawings(values []string) ([]drawing, error) {
	if len(values) == 0 {
		values = []string{"svg"}
	}
	var list []drawing
	var errs []error
	var taken destinations
	for _, value := range values {
		format, file, _, err := splitOutput(value, graphFormats)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		switch {
		case strings.HasSuffix(file, "/") && format != "svg":
			errs = append(errs, console.Usage("name a file", "--output %s: only svg is written into a folder", value))
			continue
		case file != "" && !strings.HasSuffix(file, "/"):
			if err := writable(file); err != nil {
				errs = append(errs, fmt.Errorf("--output %s: %w", value, err))
			}
		}
		if !taken.claim(file) {
			errs = append(errs, console.Usage("give each format a file of its own, as in -o svg=picture.svg", "--output %s: %s has a format already", value, cmp.Or(file, "standard output")))
		}
		list = append(list, drawing{format, file})
	}
	return list, console.Combine(errs...)
}

// draw writes the picture to every target. It returns what the picture leaves
// out, each sentence once.
func (p *program) draw(drawn *picture.Picture, view string, all bool, targets []drawing) (said []string, err error) {
	note := func(list []string) {
		for _, text := range list {
			if !slices.Contains(said, text) {
				said = append(said, text)
			}
		}
	}
	for _, t := range targets {
		if strings.HasSuffix(t.file, "/") {
			left, err := drawFolder(drawn, t.file)
			note(left)
			if err != nil {
				return said, err
			}
			continue
		}
		var text string
		var left []string
		switch t.format {
		case "dot":
			text = drawn.DOT()
		case "mermaid":
			text, left = drawn.Mermaid()
		case "json":
			var out strings.Builder
			if err := drawn.JSON(&out); err != nil {
				return said, fmt.Errorf("writing the picture: %w", err)
			}
			text = string(words.JSON([]byte(out.String())))
		default:
			text, left = viewOf(drawn, view, all)
		}
		note(left)
		if t.file == "" {
			err = p.console.Print(text)
		} else {
			err = output.Replace(t.file, func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
		}
		if err != nil {
			return said, err
		}
	}
	return said, nil
}

func viewOf(drawn *picture.Picture, view string, all bool) (string, []string) {
	switch view {
	case "column":
		return drawn.Column(all)
	case "matrix":
		return drawn.Matrix(all)
	case "board":
		return drawn.Board()
	}
	return drawn.Layers(all)
}

// drawFolder writes the board and one picture for each VPC, named by the id of
// the VPC. The form of an id was checked when it was read.
func drawFolder(drawn *picture.Picture, folder string) (said []string, err error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder: %w", err)
	}
	write := func(name, text string) error {
		return output.Replace(filepath.Join(folder, name+".svg"), func(w io.Writer) error { _, err := io.WriteString(w, text); return err })
	}
	board, said := drawn.Board()
	if err := write("board", board); err != nil {
		return said, err
	}
	for _, v := range drawn.VPCs {
		one := picture.Picture{Caller: drawn.Caller, Incomplete: drawn.Incomplete, VPCs: []*picture.VPC{v}}
		svg, left := one.Layers(true)
		for _, text := range left {
			if !slices.Contains(said, text) {
				said = append(said, text)
			}
		}
		name := cmp.Or(fileName(v.ID), "no-vpc-"+fileName(v.Region))
		if len(drawn.Accounts()) > 1 || v.Account.ID != drawn.Caller {
			name = fileName(v.Account.ID) + "-" + name
		}
		if err := write(name, svg); err != nil {
			return said, err
		}
	}
	return said, nil
}

// fileName keeps what an id of AWS can hold.
func fileName(id string) string {
	kept := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, id)
	return kept
}

package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"
	"go.yaml.in/yaml/v4"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) exceptVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "except",
		Usage:     "write an exception for one finding into the configuration file",
		ArgsUsage: "FINDING",
		Description: "FINDING is the id of a finding of the report, or the beginning of it. The entry names what the finding is about and nothing else: its check, account, region, group, ports and source. " +
			"The rest of the file, comments and order included, stays as it is.",
		Flags: []urfave.Flag{
			&urfave.StringFlag{Name: "from", Usage: "take the finding from this `REPORT`, written by audit -o json=REPORT", TakesFile: true},
			&urfave.StringFlag{Name: "reason", Usage: "why it may stay, in a `SENTENCE`"},
			&urfave.StringFlag{Name: "expires", Usage: "the last `DAY` on which it may, like 2030-01-31 (default: for good)"},
			&urfave.StringFlag{Name: "owner", Usage: "`WHO` answers for it"},
			&urfave.StringFlag{Name: "ticket", Usage: "`WHERE` it was decided"},
			configFlag(),
		},
		Action: p.except,
	}
}

func (p *program) except(c *urfave.Context) error {
	name := c.String("config")
	if err := checkExceptFlags(c, name); err != nil {
		return err
	}
	f, err := findFinding(c.String("from"), c.Args().First())
	if err != nil {
		return err
	}
	if err := exceptable(f); err != nil {
		return console.Usage("audit the account yourself, and take the finding from that report", "%s: the finding %s cannot be excepted: %s", c.String("from"), f.ID, err)
	}
	text, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	before, err := parseConfig(name, text)
	if err != nil {
		return err
	}
	for i := range before.exceptions {
		if x := &before.exceptions[i]; x.Matches(f) && !x.Expired(time.Now()) {
			return fmt.Errorf("%s:%d: the exception there (%s) accepts this finding already", name, x.Line, x.Reason)
		}
	}
	entry := exceptionShown{
		Reason: c.String("reason"), Check: f.Check, Account: f.AccountID, Region: f.Region, Group: f.GroupID,
		Expires: c.String("expires"), Owner: c.String("owner"), Ticket: c.String("ticket"),
	}
	if f.ResourceID != f.GroupID {
		entry.Group, entry.Resource = "", f.ResourceID
	}
	if f.Rule != nil {
		traffic, err := audit.TrafficOf(f.Rule)
		if err != nil {
			return fmt.Errorf("finding %s: %w", f.ID, err)
		}
		entry.Ports, entry.Source = traffic.String(), f.Rule.Source
	}
	now, err := insertException(name, text, entry, words.Plain(strings.TrimSpace(f.GroupName+": "+f.Message)))
	if err != nil {
		return err
	}
	after, err := parseConfig(name, now)
	if err != nil || len(after.exceptions) != len(before.exceptions)+1 {
		return errors.Join(fmt.Errorf("%s: the exception cannot be put into this file by a program: add it by hand", name), err)
	}
	if err := output.Replace(name, func(w io.Writer) error { _, err := w.Write(now); return err }); err != nil {
		return err
	}
	p.console.Say("%s: the exception is there: %s, %s of %s, %s", name, f.Check, f.ResourceID, f.Region, entry.Reason)
	return nil
}

// checkExceptFlags returns all that is wrong with the flags of except. Name is the
// file of the configuration, empty where none is given.
func checkExceptFlags(c *urfave.Context, name string) error {
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	try(notEmpty(c, "from", "reason", "expires", "owner", "ticket"))
	if name == "" {
		try(console.Usage("name it with --config or in $"+configVariable, "there is no configuration file to write to"))
	}
	if !c.IsSet("from") {
		try(console.Usage("write one with sgaudit audit -o json=report.json", "--from is missing: the report that the finding is in"))
	}
	if !c.IsSet("reason") {
		try(console.Usage("", "--reason is missing: those who read the report want to know why"))
	}
	if c.IsSet("expires") && c.String("expires") != "" {
		day, err := parseDay(c.String("expires"))
		if err == nil && (&audit.Exception{Expires: day}).Expired(time.Now()) {
			err = fmt.Errorf("%s is past", c.String("expires"))
		}
		if err != nil {
			try(console.Within("--expires", err))
		}
	}
	return console.Combine(errs...)
}

// exceptable refuses a finding that names something else than one check of one
// group or resource: its report may be a stranger's, and a pattern in it would
// accept other findings too.
func exceptable(f *findings.Finding) error {
	switch {
	case checkID(f.Check) != nil:
		return fmt.Errorf("%q is not the id of a check", f.Check)
	case !inventory.IsAccountID(f.AccountID):
		return fmt.Errorf("%q is not the id of an account", f.AccountID)
	case !inventory.IsRegion(f.Region):
		return fmt.Errorf("%q is not a region", f.Region)
	case f.GroupID != "" && !inventory.IsGroupID(f.GroupID):
		return fmt.Errorf("%q is not the id of a group", f.GroupID)
	case f.GroupID == "" && f.ResourceID == "", words.Plain(f.ResourceID) != f.ResourceID:
		return fmt.Errorf("%q is not the id of a resource", f.ResourceID)
	}
	return nil
}

// insertException puts the entry behind the last exception of the file, or
// begins the list at its end. Nothing else of the text changes.
func insertException(name string, text []byte, entry exceptionShown, comment string) ([]byte, error) {
	r := &configReader{file: name}
	root, err := r.document(text)
	if err != nil {
		return nil, err
	}
	newline := "\n"
	if bytes.Contains(text, []byte("\r\n")) {
		newline = "\r\n"
	}
	lines := strings.Split(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	lines, at, indent, err := exceptionPlace(name, root, lines)
	if err != nil {
		return nil, err
	}
	written, err := visibleYAML(entry)
	if err != nil {
		return nil, fmt.Errorf("writing the exception: %w", err)
	}
	block := []string{indent + "# " + comment}
	for i, line := range strings.Split(strings.TrimRight(string(written), "\n"), "\n") {
		lead := indent + "  "
		if i == 0 {
			lead = indent + "- "
		}
		block = append(block, lead+line)
	}
	lines = append(lines[:at:at], append(block, lines[at:]...)...)
	whole := strings.Join(lines, newline)
	if !strings.HasSuffix(whole, newline) {
		whole += newline
	}
	return []byte(whole), nil
}

// exceptionPlace returns the lines of the file, with a list of exceptions if
// there was none, the line before which the next exception belongs, and the
// blanks before its dash. Root is nil where the file is empty.
func exceptionPlace(name string, root *yaml.Node, lines []string) (with []string, at int, indent string, err error) {
	var list, key *yaml.Node
	if root != nil && root.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(root.Content); i += 2 {
			if root.Content[i].Value == "exceptions" {
				key, list = root.Content[i], root.Content[i+1]
			}
		}
	}
	indent = "  "
	switch {
	case root != nil && root.Style&yaml.FlowStyle != 0:
		return nil, 0, "", fmt.Errorf("%s: the file is written as one {...}: add the exception by hand", name)
	case list == nil:
		for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
			lines = lines[:len(lines)-1]
		}
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, "exceptions:")
		at = len(lines)
	case list.Kind == yaml.AliasNode:
		return nil, 0, "", fmt.Errorf("%s:%d: the exceptions are an alias: write them below each other first", name, list.Line)
	case len(list.Content) == 0:
		lines[key.Line-1] = strings.Replace(lines[key.Line-1], "[]", "", 1)
		lines[key.Line-1] = strings.TrimRight(lines[key.Line-1], " ")
		at = key.Line
	case list.Style&yaml.FlowStyle != 0:
		return nil, 0, "", fmt.Errorf("%s:%d: the exceptions are written as one [...]: write them below each other first", name, list.Line)
	default:
		last := list.Content[len(list.Content)-1]
		indent = dashColumn(lines[list.Content[0].Line-1])
		at = last.Line
		for at < len(lines) && (strings.TrimSpace(lines[at]) == "" || len(leading(lines[at])) > len(indent)) {
			at++
		}
		for at > last.Line && strings.TrimSpace(lines[at-1]) == "" {
			at--
		}
	}
	return lines, at, indent, nil
}

func leading(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " "))] }

// dashColumn returns the blanks before the dash of a list's first line.
func dashColumn(line string) string {
	if i := strings.Index(line, "-"); i >= 0 && strings.TrimSpace(line[:i]) == "" {
		return line[:i]
	}
	return leading(line)
}

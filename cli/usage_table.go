package cli

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// mostUseful returns the rules in the order of the table, those of a group together:
// first the groups with rules that may go or be narrower, last those of which no use is
// known, which are many where few interfaces have a flow log. So do the rules of a group.
func mostUseful(rules []usage.Rule) []usage.Rule {
	place := func(u *usage.Rule) int {
		if u.Verdict == usage.Used && u.Narrow != nil {
			return 2
		}
		return slices.Index([]usage.Verdict{usage.Unused, usage.Unanswered, "", usage.SharedOnly, usage.Used, usage.NotKnown}, u.Verdict)
	}
	type key struct {
		region *inventory.Region
		group  string
	}
	best, first := map[key]int{}, map[key]int{}
	for i := range rules {
		k := key{rules[i].Region, rules[i].Group.ID}
		if _, known := first[k]; !known {
			best[k], first[k] = place(&rules[i]), i
		}
		best[k] = min(best[k], place(&rules[i]))
	}
	sorted := slices.Clone(rules)
	slices.SortStableFunc(sorted, func(a, b usage.Rule) int {
		x, y := key{a.Region, a.Group.ID}, key{b.Region, b.Group.ID}
		return cmp.Or(best[x]-best[y], first[x]-first[y], place(&a)-place(&b))
	})
	return sorted
}

// usageTable has a row for each rule.
func usageTable(rules []usage.Rule) *tables.Table {
	text := func(names ...string) (list []tables.Column) {
		for _, n := range names {
			list = append(list, tables.Column{Name: n, Kind: tables.Text})
		}
		return list
	}
	numbers := func(names ...string) (list []tables.Column) {
		for _, n := range names {
			list = append(list, tables.Column{Name: n, Kind: tables.Number})
		}
		return list
	}
	columns := text("account_id", "account_name", "region", "vpc_id", "group_id", "group_name", "direction", "protocol", "ports", "source", "description", "rule_ids", "verdict", "unsure")
	columns = append(columns, tables.Column{Name: "first_seen", Kind: tables.Date}, tables.Column{Name: "last_seen", Kind: tables.Date})
	columns = append(columns, numbers("records", "packets", "bytes", "flows_only_by_this_rule", "flows_also_by_another_rule", "remote_addresses", "attached", "interfaces_using", "covered_hours", "hours")...)
	columns = append(columns, text("needed", "narrower")...)
	columns = append(columns, tables.Column{Name: "note", Kind: tables.Prose})
	return &tables.Table{
		Name: "rules", Columns: columns, Count: func() int { return len(rules) },
		Rows: func(yield func([]string) bool) {
			for i := range rules {
				if !yield(usageRow(&rules[i])) {
					return
				}
			}
		},
	}
}

// referenced finds the ids of groups and prefix lists in a cell.
var referenced = regexp.MustCompile(`\b(?:sg|pl)-[0-9a-z]+\b`)

// prefixes finds the blocks of addresses in a cell.
var prefixes = words.Form(`\b[0-9a-f.:]+/[0-9]+\b`)

// withNames returns the table of rules of a report with the name of each group and prefix
// list before its id, in the columns source and narrower, where blocks of the internet are
// marked. Addresses that are not all known one by one are "so many or more".
func withNames(rules []usage.Rule, r *usage.Report) *tables.Table {
	t := usageTable(rules)
	names, seen := map[string]string{}, map[*inventory.Region]bool{}
	for i := range r.Rules {
		region := r.Rules[i].Region
		if seen[region] {
			continue
		}
		seen[region] = true
		for k := range region.Groups {
			names[region.Groups[k].ID] = region.Groups[k].Named()
		}
		for k := range region.PrefixLists {
			names[region.PrefixLists[k].ID] = region.PrefixLists[k].Named()
		}
	}
	columns := t.Names()
	named := *t
	named.Rows = func(yield func([]string) bool) {
		at := 0
		for row := range t.Rows {
			if rules[at].Blocks > 0 {
				row[slices.Index(columns, "remote_addresses")] += " or more"
			}
			for _, column := range []string{"source", "narrower"} {
				i := slices.Index(columns, column)
				row[i] = referenced.ReplaceAllStringFunc(row[i], func(id string) string { return cmp.Or(names[id], id) })
			}
			i := slices.Index(columns, "narrower")
			row[i] = prefixes().ReplaceAllStringFunc(row[i], func(text string) string {
				if p, err := netip.ParsePrefix(text); err == nil && rules[at].Internet(p) {
					return text + " (internet)"
				}
				return text
			})
			at++
			if !yield(row) {
				return
			}
		}
	}
	return &named
}

// mostShown is how many traffics and sources one cell lists.
const mostShown = 20

func usageRow(u *usage.Rule) []string {
	var first, last string
	if u.Records > 0 {
		first, last = time.Unix(u.First, 0).UTC().Format(time.RFC3339), time.Unix(u.Last, 0).UTC().Format(time.RFC3339)
	}
	var needed, narrower []string
	for i := range u.Needed {
		needed = append(needed, u.Needed[i].Traffic.String())
	}
	if u.Narrow != nil {
		for i := range u.Narrow.Rules {
			narrower = append(narrower, usage.Text(&u.Narrow.Rules[i]))
		}
	}
	unsure := ""
	if u.Unsure {
		unsure = "unsure"
	}
	n := func(x uint64) string { return strconv.FormatUint(x, 10) }
	return []string{
		u.Region.AccountID, u.Region.AccountName, u.Region.Name, u.Group.VPC, u.Group.ID, u.Group.Name,
		u.Rule.Direction.String(), u.Rule.Traffic.Protocol.String(), u.Rule.Traffic.PortsText(), u.Rule.Peer.String(), u.Rule.Description, strings.Join(u.Rule.IDs, "; "),
		string(u.Verdict), unsure, first, last,
		n(u.Records), n(u.Packets), n(u.Bytes), n(u.Exclusive), n(u.Shared), strconv.Itoa(u.Remotes), strconv.Itoa(u.Attached), strconv.Itoa(u.Using), strconv.Itoa(u.Covered), strconv.Itoa(u.Hours),
		shorten(needed), strings.Join(narrower, "; "), strings.Join(u.Reasons, "; "),
	}
}

func shorten(list []string) string {
	text := strings.Join(list[:min(len(list), mostShown)], "; ")
	if more := len(list) - mostShown; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

// writeUsage writes the report in the formats that were asked for.
func (p *program) writeUsage(targets []listTarget, r *usage.Report, wide bool) error {
	shown := usageList()
	shown.onlyWide, shown.folded = wide, foldNotKnown(r.Rules)
	table, useful := usageTable(r.Rules), mostUseful(r.Rules)
	var errs []error
	for _, t := range targets {
		write := func(w io.Writer, width int) error {
			if t.format == "json" {
				return writeUsageJSON(w, r)
			}
			if t.format == "table" {
				return t.write(w, withNames(useful, r), &shown, time.Time{}, width)
			}
			return t.write(w, table, &shown, time.Time{}, width)
		}
		if t.file != "" {
			errs = append(errs, output.Replace(t.file, func(w io.Writer) error { return write(w, 0) }))
			continue
		}
		errs = append(errs, p.console.Stream(func(w io.Writer) error { return write(w, p.console.Width()) }))
	}
	return errors.Join(errs...)
}

func writeUsageJSON(w io.Writer, r *usage.Report) error {
	text, err := r.MarshalJSON()
	var out bytes.Buffer
	if err == nil {
		err = json.Indent(&out, text, "", "  ")
	}
	if err == nil {
		out.WriteByte('\n')
		_, err = w.Write(words.JSON(out.Bytes()))
	}
	if err != nil {
		return fmt.Errorf("writing JSON: %w", err)
	}
	return nil
}

// bucketPath is the ARN of a bucket with a folder that can stand in a command as it is.
var bucketPath = words.Form(`^arn:[a-z-]+:s3:::([a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_.=/-]*)?)$`)

// sameSource are the flags that say which account is read, as they can stand in a command.
func sameSource(c *urfave.Context) string {
	var b strings.Builder
	for _, name := range []string{"input", "endpoint-url"} {
		if value := c.String(name); c.IsSet(name) && plainWord().MatchString(value) {
			fmt.Fprintf(&b, " --%s %s", name, value)
		}
	}
	for _, name := range []string{"profile", "region"} {
		for _, value := range c.StringSlice(name) {
			if plainWord().MatchString(value) {
				fmt.Fprintf(&b, " --%s %s", name, value)
			}
		}
	}
	return b.String()
}

// plainWord is a word that a shell takes as it is.
var plainWord = words.Form(`^[A-Za-z0-9_./:@%+=-]+$`)

// flowLogList says which flow logs the account has, and how to read them. The flags are
// those of the command that is printed.
func flowLogList(inv *inventory.Inventory, flags string) string {
	var out strings.Builder
	var paths []string
	count, files := 0, false
	for _, r := range inv.Regions {
		for i := range r.FlowLogs {
			l := &r.FlowLogs[i]
			count++
			fmt.Fprintf(&out, "%s of %s in %s: records %s traffic to %s\n", words.Plain(l.ID), words.Plain(l.Resource), words.Plain(r.Name), trafficWord(l.Traffic), words.Plain(orUnknown(l.Destination)))
			switch m := bucketPath().FindStringSubmatch(l.Destination); {
			case l.Traffic == "REJECT":
				out.WriteString("  it does not show which rules are used\n")
			case m != nil:
				if path := "s3://" + strings.TrimSuffix(m[1], "/") + "/"; !slices.Contains(paths, path) {
					paths = append(paths, path)
				}
			default:
				files = true
				out.WriteString("  sgaudit does not read it there: export it to files\n")
			}
		}
	}
	if count == 0 {
		return "the account has no VPC flow log that was read: create one for each VPC that records all traffic\n"
	}
	if files {
		paths = append(paths, "FOLDER")
	}
	if len(paths) > 0 {
		slices.Sort(paths)
		fmt.Fprintf(&out, "then run: sgaudit usage%s --flow-logs %s\n", flags, strings.Join(paths, " --flow-logs "))
	}
	return out.String()
}

func orUnknown(text string) string {
	if text == "" {
		return "a destination that was not read"
	}
	return text
}

func trafficWord(t string) string {
	switch t {
	case "ACCEPT":
		return "accepted"
	case "REJECT":
		return "rejected"
	}
	return "all"
}

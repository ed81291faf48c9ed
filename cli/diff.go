package cli

import (
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/config"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

func (p *program) diffVerb() *urfave.Command {
	return &urfave.Command{
		Name:      "diff",
		Usage:     "tell what changed between two snapshots, who can be reached since, and which findings came and went",
		ArgsUsage: "OLD NEW",
		Description: "Both are files of sgaudit snapshot. Exit codes: 0 compared, 1 changed (with --exit-code), 2 a file could not be read, " +
			"3 some part of a region is in one of them alone: what became of it is unknown.",
		Flags: []urfave.Flag{
			answerFlag("markdown"),
			configFlag(),
			&urfave.BoolFlag{Name: "exit-code", Usage: "exit with 1 if anything changed"},
		},
		Action: func(c *urfave.Context) error {
			if err := checkAnswer(c); err != nil {
				return err
			}
			conf, err := config.Read(c.String("config"))
			if err != nil {
				return err
			}
			opts, err := conf.Choose(nil, nil)
			if err != nil {
				return err
			}
			var both [2]*inventory.Snapshot
			for i := range both {
				if both[i], err = p.loadSnapshot(c.Args().Get(i)); err != nil {
					return err
				}
			}
			d := drift(both[0], both[1], opts)
			text := d.text()
			if c.String("output") == "markdown" {
				text = d.markdown()
			}
			if err := p.answer(c, d, text); err != nil {
				return err
			}
			switch {
			case c.Bool("exit-code") && len(d.Changes) > 0:
				return status(exitFindings)
			case len(d.Unread) > 0:
				return status(exitIncomplete)
			}
			return nil
		},
	}
}

// driftAnswer is what the verb prints.
type driftAnswer struct {
	SchemaVersion string             `json:"schema_version"`
	Changes       []inventory.Change `json:"changes"`
	Unread        []inventory.Unread `json:"unread"`
	Reach         []reachChange      `json:"reach"`
	New           []findings.Known   `json:"new_findings"`
	Fixed         []findings.Known   `json:"fixed_findings"`
	Unknown       []findings.Known   `json:"unknown_findings"`
}

// reachChange is a way from the internet to an interface that came or went.
type reachChange struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	Interface string `json:"interface"`
	Change    string `json:"change"` // added or removed
	Way       string `json:"way"`    // "tcp/22 from the internet (IPv4)"
}

func drift(old, now *inventory.Snapshot, opts audit.Options) *driftAnswer {
	d := &driftAnswer{SchemaVersion: "1", Changes: []inventory.Change{}, Unread: []inventory.Unread{}, Reach: []reachChange{}, New: []findings.Known{}}
	changes, unread := inventory.Diff(old.Inventory, now.Inventory)
	d.Changes, d.Unread = append(d.Changes, changes...), append(d.Unread, unread...)
	before, after := audit.Run(old.Inventory, asOf(old, opts)), audit.Run(now.Inventory, asOf(now, opts))
	before.StartedAt, after.StartedAt = old.TakenAt, now.TakenAt
	after.Since(before.Report)
	for i := range after.Findings {
		if f := &after.Findings[i]; f.Baseline == findings.New {
			d.New = append(d.New, f.Known())
		}
	}
	d.Fixed, d.Unknown = after.Comparison.Fixed, after.Comparison.Unknown
	for _, r := range now.Inventory.Regions {
		i := slices.IndexFunc(old.Inventory.Regions, func(o *inventory.Region) bool { return o.AccountID == r.AccountID && o.Name == r.Name })
		if i < 0 || old.Inventory.Regions[i] == r {
			continue
		}
		d.reach(old.Inventory.Regions[i], r)
	}
	return d
}

// reach compares the ways from the internet to each interface, where both
// sides know them.
func (d *driftAnswer) reach(old, now *inventory.Region) {
	concerned := remedy.Concerned(old, now)
	ways := func(r *inventory.Region) map[string][]string {
		n := reach.New(r)
		found := map[string][]string{}
		for i := range r.Interfaces {
			e := &r.Interfaces[i]
			if !concerned(e) {
				continue
			}
			q := reach.Query{Traffic: inventory.All, Internet: true}
			for _, w := range n.Trace(e, q).Ways {
				if text := w.Traffic + " from " + w.From; w.Verdict == reach.Reachable && !slices.Contains(found[e.ID], text) {
					found[e.ID] = append(found[e.ID], text)
				}
			}
		}
		return found
	}
	before, after := ways(old), ways(now)
	tell := func(id, change string, in, notIn []string) {
		for _, way := range in {
			if !slices.Contains(notIn, way) {
				d.Reach = append(d.Reach, reachChange{now.AccountID, now.Name, id, change, way})
			}
		}
	}
	for i := range now.Interfaces {
		id := now.Interfaces[i].ID
		tell(id, inventory.Added, after[id], before[id])
	}
	for i := range old.Interfaces {
		id := old.Interfaces[i].ID
		tell(id, inventory.Removed, before[id], after[id])
	}
}

func (d *driftAnswer) text() string {
	text := d.tell("%s\n", "  %s\n", "    %s %s\n", words.Plain)
	if text == "" {
		return "Nothing changed.\n"
	}
	return text
}

// markdown tells the same for a pull request or a wiki.
func (d *driftAnswer) markdown() string {
	text := d.tell("\n## %s\n", "\n### %s\n\n", "- %s %s\n", words.Markdown)
	if text == "" {
		text = "\nNothing changed.\n"
	}
	return "# Changes of security groups and their network\n" + text
}

// tell writes the changes under headings, region by region, in the given
// forms: of a heading, of a region, and of a line with its sign.
func (d *driftAnswer) tell(headingForm, regionForm, lineForm string, plain func(string) string) string {
	var out strings.Builder
	sign := map[string]string{inventory.Added: "+", inventory.Removed: "-", inventory.Changed: "~"}
	if strings.HasPrefix(lineForm, "-") { // in a list of Markdown a sign would begin another one
		sign = map[string]string{inventory.Added: "added", inventory.Removed: "removed", inventory.Changed: "changed", "+": "new", "-": "fixed", "?": "unknown"}
	} else {
		sign["+"], sign["-"], sign["?"] = "+", "-", "?"
	}
	heading, region := "", ""
	under := func(h, r string) {
		if h != heading {
			fmt.Fprintf(&out, headingForm, plain(h))
			heading, region = h, ""
		}
		if r != region {
			fmt.Fprintf(&out, regionForm, plain(r))
			region = r
		}
	}
	for _, c := range d.Changes {
		under("Changed:", c.AccountID+" "+c.Region)
		fmt.Fprintf(&out, lineForm, sign[c.Change], plain(strings.TrimSpace(c.ID+" "+c.Rule)))
	}
	for _, r := range d.Reach {
		under("Reachable from the internet:", r.AccountID+" "+r.Region)
		fmt.Fprintf(&out, lineForm, sign[r.Change], plain(r.Interface+" "+r.Way))
	}
	for _, list := range []struct {
		heading, sign string
		known         []findings.Known
	}{{"New findings:", "+", d.New}, {"Fixed findings:", "-", d.Fixed}, {"Findings that could not be determined:", "?", d.Unknown}} {
		for _, k := range list.known {
			under(list.heading, k.AccountID+" "+k.Region)
			fmt.Fprintf(&out, lineForm, sign[list.sign], plain(k.Severity.String()+" "+k.ResourceID+": "+k.Message))
		}
	}
	for _, u := range d.Unread {
		under("Unknown, because one side did not read it:", u.AccountID+" "+u.Region)
		fmt.Fprintf(&out, lineForm, sign["?"], plain(fmt.Sprint(u.Part)))
	}
	return out.String()
}

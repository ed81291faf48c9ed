package change

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Document is a plan for one account with the words that explain it, to be
// written as a script for a shell, as Markdown or as Terraform. Each text of
// it may come from outside: it is written as one line of a comment, with what
// cannot be seen in its escaped form, and never as a command.
type Document struct {
	Account string   // twelve digits; may be empty where there are no items
	Head    []string // what the plan is, line by line
	Items   []Item   // in the order in which they are carried out
	Aside   []Item   // written beside the plan as comments: deletions that were not asked for
	Manual  []string // findings that need a manual decision

	Script   string // the name of the script, as it is on disk; empty: plan.sh
	Simulate string // the command that shows what the script would do, as a shell takes it; empty: it is not named

	Names map[string]string // of groups, interfaces and prefix lists, by id, as AWS gave them
}

// Item is a step with what undoes it and the reasons for it.
type Item struct {
	Step Step
	Undo []Step
	Name string // of the group or interface, as AWS gave it; may be empty
	Why  []Reason

	WithDeletion bool // the undo of the deletion of its group undoes it
}

// Reason is a finding that a step is for, with details below it.
type Reason struct {
	Text    string
	Decide  string // what to decide before the step is run; may be empty
	Details []string
}

var headings = map[Verb]string{
	Create:    "Create security groups",
	SetGroups: "Attach them to network interfaces, in addition to the groups that each has now",
	Authorize: "Add the rules that replace the rules below",
	LookUp:    "Look up the rule ids first: they were not collected, and no rule is revoked without its id",
	Revoke:    "Revoke",
	Delete:    "Delete",
}

const (
	asideHeading  = "Not part of the plan: deletions, as comments. sgaudit fix --with-deletes adds them, unless the line says why not"
	asideBefore   = "Not part of the plan: " // before a heading in Markdown, where the first one may be out of sight
	manualHeading = "Needs a manual decision"
)

// check holds every step to its form, its account and a region.
func (d *Document) check() error {
	items := slices.Concat(d.Items, d.Aside)
	if len(items) > 0 && !inventory.IsAccountID(d.Account) {
		return fmt.Errorf("%s is not an account id of twelve digits, so the plan cannot check the account of its credentials", show(d.Account))
	}
	for i := range items {
		for _, s := range append([]Step{items[i].Step}, items[i].Undo...) {
			if err := s.Check(); err != nil {
				return err
			}
			if s.Account != d.Account || s.Region == "" {
				return fmt.Errorf("a step is for account %s and region %s, and the plan for account %s", show(s.Account), show(s.Region), d.Account)
			}
		}
	}
	return nil
}

// nameItems takes the names of what the items change, and of the groups that they or
// their undo create, where the names are not given.
func (d *Document) nameItems() {
	names := map[string]string{}
	maps.Copy(names, d.Names)
	for _, i := range slices.Concat(d.Items, d.Aside) {
		for _, s := range append([]Step{i.Step}, i.Undo...) {
			if s.Verb == Create && s.Details != nil {
				names[s.Group] = s.Details.Name
			}
		}
		if id := cmp.Or(i.Step.Interface, i.Step.Group); names[id] == "" {
			names[id] = i.Name
		}
	}
	d.Names = names
}

// place names what an item changes: "us-east-1 web (sg-1)".
func (i *Item) place() string {
	id := strings.TrimPrefix(i.Step.Group, "$")
	if i.Step.Verb == SetGroups {
		id = i.Step.Interface
	}
	return i.Step.Region + " " + inventory.Named(i.Name, id)
}

// Follows reports whether an item stands below another one without a heading between
// them: it does the same in the same place.
func (i *Item) Follows(other *Item) bool {
	return i.Step.Verb == other.Step.Verb && i.place() == other.place()
}

// remark says what becomes of an undo that is not there.
func (i *Item) remark() string {
	switch {
	case len(i.Undo) > 0 || !i.Step.Verb.Changes():
		return ""
	case i.WithDeletion:
		return "restored by undoing the deletion of the group"
	}
	return "cannot be undone"
}

// outline calls the functions for the parts of a list of items in their order:
// a heading where the verb changes, a place where the group changes, an item.
func outline(items []Item, heading func(string), place func(string), item func(*Item)) {
	verb, at := Verb(""), ""
	for k := range items {
		i := &items[k]
		if i.Step.Verb != verb {
			verb, at = i.Step.Verb, ""
			heading(headings[verb])
		}
		if p := i.place(); p != at {
			at = p
			place(p)
		}
		item(i)
	}
}

// maxComment bounds a text of the outside in a comment, in bytes.
const maxComment = 4000

// comment is one line of a script's comment, whatever the text holds.
func comment(text string) string {
	return strings.TrimRight("# "+words.Plain(words.Cut(text, maxComment)), " ") + "\n"
}

// commented makes each line of a script a comment.
func commented(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == "":
			out.WriteString("\n")
		default:
			out.WriteString("# " + line + "\n")
		}
	}
	return out.String()
}

// Terraform writes the plan as configuration, each resource once. It fails
// where a step is not one of the account.
func (d *Document) Terraform() (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	d.nameItems()
	var out strings.Builder
	for _, line := range d.Head {
		out.WriteString(comment(line))
	}
	if regions := d.regions(); len(regions) > 1 {
		out.WriteString(comment("Resources of " + strings.Join(regions, ", ") + " follow: give each of them the provider of its region."))
	}
	out.WriteString(d.resources(d.Items))
	if len(d.Aside) > 0 {
		out.WriteString("\n" + comment("== "+asideHeading) + commented(d.resources(d.Aside)))
	}
	return out.String(), nil
}

// regions returns the regions of the plan, sorted.
func (d *Document) regions() []string {
	var names []string
	for _, list := range [][]Item{d.Items, d.Aside} {
		for k := range list {
			names = append(names, list[k].Step.Region)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (d *Document) resources(items []Item) string {
	var out strings.Builder
	seen := map[string]bool{}
	for k := range items {
		i := &items[k]
		for _, block := range Blocks([]Step{i.Step}) {
			if seen[block.Name] {
				continue
			}
			seen[block.Name] = true
			out.WriteString("\n" + comment("-- "+i.place()))
			for _, why := range i.Why {
				out.WriteString(comment(why.Text))
				if why.Decide != "" {
					out.WriteString(comment("    " + why.Decide))
				}
			}
			out.WriteString(comment("step: " + d.text(&i.Step)))
			out.WriteString(block.Text)
		}
	}
	return out.String()
}

package change

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// prologue is what a script does before its plan. With --dry-run each command
// is asked with the option --dry-run, to which EC2 answers with the error
// DryRunOperation where it would carry it out (EC2 API reference, "DryRun").
// A group that does not exist yet cannot be asked about.
const prologue = `set -eu
export AWS_PAGER=""
dry=no
what=plan
for word in "$@"; do
	case $word in
	--dry-run) dry=yes ;;
	--undo) what=undo ;;
	*)
		printf 'usage: sh %%s [--undo] [--dry-run]\n' "$0" >&2
		exit 2
		;;
	esac
done
exec 3>&1
n=0
step() {
	n=$((n + 1))
	printf '[%%s of %%s] %%s\n' "$n" "$total" "$*" >&3
}
run() {
	if [ "$dry" = no ]; then
		case $3 in
		create-* | describe-*) "$@" ;;
		*) "$@" >/dev/null ;;
		esac
		return
	fi
	case $* in
	*sg-not-created-yet*)
		printf 'not asked, since its group does not exist yet: %%s\n' "$*" >&3
		return
		;;
	esac
	said=$("$@" --dry-run 2>&1) || true
	case $said in
	*'(DryRunOperation)'*) printf 'would be permitted: %%s\n' "$*" >&3 ;;
	*)
		printf '%%s\n' "$said" >&2
		exit 1
		;;
	esac
	if [ "$3" = create-security-group ]; then
		echo sg-not-created-yet
	fi
}
` + callerCheck + `
	echo 'the credentials are not those of account %[2]s' >&2
	exit 1
fi
`

// callerCheck is the line of a script that says which account it is for.
const callerCheck = `if [ "$(aws sts get-caller-identity --region %[1]s --query Account --output text)" != %[2]s ]; then`

var callerLine = words.Form("(?m)^" + strings.NewReplacer(`%\[1\]s`, "[a-z0-9-]+", `%\[2\]s`, "([0-9]{12})").Replace(regexp.QuoteMeta(callerCheck)) + "$")

// accountOf returns the account that a script of Shell is for, or nothing.
func accountOf(script string) string {
	if found := callerLine().FindStringSubmatch(script); found != nil {
		return found[1]
	}
	return ""
}

// usage says how the script is run, each command beside what it does.
func (d *Document) usage() string {
	script := "sh " + Quote(cmp.Or(d.Script, "plan.sh"))
	rows := [][]string{
		{script + " --dry-run", "asks AWS whether each change would be permitted, and changes nothing"},
		{script, "runs the plan, and stops at the first error"},
		{script + " --undo", "undoes the plan: the rules first, then the deleted groups, which", "get new ids, then the rules that reference those groups"},
	}
	width := len(rows[0][0])
	var out strings.Builder
	out.WriteString("#\n")
	for _, row := range rows {
		for k, text := range row[1:] {
			command := row[0]
			if k > 0 {
				command = ""
			}
			out.WriteString(comment(fmt.Sprintf("  %-*s   %s", width, command, text)))
		}
	}
	if d.Simulate != "" {
		out.WriteString(comment("  "+d.Simulate) + comment("      lists who gains and who loses access"))
	}
	return out.String() + `#
# If the plan stopped at an error: before you undo it, delete from undo() the
# lines of changes that were not made.
`
}

// Quote writes a text as one word for a POSIX shell.
func Quote(text string) string { return lit(text).shell() }

// Shell writes the plan as a script for a POSIX shell, which checks the
// account of its credentials before it does anything. It fails where a step is not one
// of the account.
func (d *Document) Shell() (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	d.nameItems()
	var out strings.Builder
	out.WriteString("#!/bin/sh\n")
	for _, line := range d.Head {
		out.WriteString(comment(line))
	}
	if len(d.Items) > 0 {
		out.WriteString(d.usage())
		fmt.Fprintf(&out, prologue, d.Items[0].Step.Region, d.Account)
		undone := 0
		for i := range d.Items {
			for k := range d.Items[i].Undo {
				undone += d.Items[i].Undo[k].counts()
			}
		}
		fmt.Fprintf(&out, "\nplan() {\ntotal=%d\n%s\n}\n\nundo() {\ntotal=%d\n%s\n}\n", done(d.Items), d.shellItems(d.Items), undone, d.shellUndo(d.Items))
	}
	if len(d.Aside) > 0 {
		out.WriteString("\n" + comment("== "+asideHeading))
		out.WriteString(commented(d.shellItems(d.Aside)))
		if undo := d.shellUndo(d.Aside); undo != nothing {
			out.WriteString("\n" + comment("Their undo:") + commented(undo))
		}
	}
	if len(d.Manual) > 0 {
		out.WriteString("\n" + comment("== "+manualHeading))
		for _, line := range d.Manual {
			out.WriteString(comment(line))
		}
	}
	if len(d.Items) > 0 {
		out.WriteString("\n\"$what\"\n")
	}
	return out.String(), nil
}

// nothing is the body of a function that does nothing.
const nothing = "\n:\n"

// shellItems writes the commands, with their reasons as comments.
func (d *Document) shellItems(items []Item) string {
	var out strings.Builder
	outline(items,
		func(heading string) { out.WriteString("\n" + comment("== "+heading)) },
		func(place string) { out.WriteString("\n" + comment("-- "+place)) },
		func(i *Item) {
			for _, why := range i.Why {
				out.WriteString(comment(why.Text))
				if why.Decide != "" {
					out.WriteString(comment("    " + why.Decide))
				}
				for _, detail := range why.Details {
					out.WriteString(comment("    " + detail))
				}
			}
			if remark := i.remark(); remark != "" {
				out.WriteString(comment("    " + remark))
			}
			out.WriteString(d.line(&i.Step) + "\n")
		})
	return out.String()
}

// shellUndo writes what takes the items back, in the order of Backwards.
func (d *Document) shellUndo(items []Item) string {
	var out strings.Builder
	for _, i := range Backwards(items) {
		out.WriteString("\n" + comment("-- undoes: "+string(i.Step.Verb)+" "+i.place()))
		for n := range i.Undo {
			out.WriteString(d.line(&i.Undo[n]) + "\n")
		}
	}
	if out.Len() == 0 {
		return nothing
	}
	return out.String()
}

// done counts the steps that a script reports as it carries them out.
func done(items []Item) (n int) {
	for i := range items {
		n += items[i].Step.counts()
	}
	return n
}

func (s *Step) counts() int {
	if s.Verb == Find {
		return 0
	}
	return 1
}

// line is the command of a step in a script, behind a line that reports it. The
// id of a group that a step needs is read where no command before it has set it,
// with --dry-run too.
func (d *Document) line(s *Step) string {
	if s.Verb == Find {
		return `[ -n "${` + strings.TrimPrefix(s.Group, "$") + `-}" ] || ` + s.shell("")
	}
	said := d.report(s, 1, func(name string) bool { return plainName().MatchString(name) })
	for i, part := range said {
		said[i] = lit(part).shell()
	}
	return "step " + strings.Join(said, " ") + "\n" + s.shell("run ")
}

// report says what a step does in a few words, with names beside ids: "web
// (sg-0123456789abcdef0)", "revoke", "tcp/22", "from", "0.0.0.0/0". Of the rules it has so
// many, and counts the others. It has the names that takes allows, with what cannot be
// seen in its escaped form.
func (d *Document) report(s *Step, most int, takes func(name string) bool) []string {
	named := func(id string) string {
		name := words.Plain(words.Cut(d.Names[id], longestName))
		if !takes(name) {
			name = ""
		}
		if name != "" && strings.HasPrefix(id, "$") {
			return name + " (new group)" // AWS gives it an id when it is created
		}
		return inventory.Named(name, words.Plain(strings.TrimPrefix(id, "$")))
	}
	if s.Verb == SetGroups {
		return []string{named(s.Interface), string(s.Verb)}
	}
	said := []string{named(s.Group), string(s.Verb)}
	for i := range s.Rules[:min(most, len(s.Rules))] {
		r := &s.Rules[i]
		way := "from"
		if r.Direction == inventory.Egress {
			way = "to"
		}
		if i > 0 {
			said[len(said)-1] += ","
		}
		said = append(said, r.Traffic.Words(), way, named(r.Peer.String()))
	}
	if more := len(s.Rules) - most; more > 0 {
		said = append(said, "and", strconv.Itoa(more), "more")
	}
	return said
}

// mostRules is how many rules the text of a step names.
const mostRules = 5

// text is the report of a step as one line.
func (d *Document) text(s *Step) string {
	return strings.Join(d.report(s, mostRules, func(string) bool { return true }), " ")
}

// longestName is the length in bytes from which on a name in a report is cut.
const longestName = 100

// plainName are the names that a script has outside of its comments: those without a
// character that means anything to a shell, even within quotes.
var plainName = words.Form(`^[A-Za-z0-9_./:-]+( [A-Za-z0-9_./:-]+)*$`)

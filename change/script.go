package change

import (
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

const usage = `#
#   sh plan.sh --dry-run   asks AWS whether each change would be permitted, and changes nothing
#   sh plan.sh             runs the plan, and stops at the first error
#   sh plan.sh --undo      undoes the plan: the rules first, then the deleted groups, which
#                          get new ids, then the rules that reference those groups
#   sgaudit simulate --input SNAPSHOT plan.sh   lists who gains and who loses access (--demo
#                          instead of --input SNAPSHOT for the demo account)
#
# If the plan stopped at an error: before you undo it, delete from undo() the
# lines of changes that were not made.
`

// Shell writes the plan as a script for a POSIX shell, which checks the
// account of its credentials before it does anything. It fails where a step is not one
// of the account.
func (d *Document) Shell() (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	var out strings.Builder
	out.WriteString("#!/bin/sh\n")
	for _, line := range d.Head {
		out.WriteString(comment(line))
	}
	if len(d.Items) > 0 {
		out.WriteString(usage)
		fmt.Fprintf(&out, prologue, d.Items[0].Step.Region, d.Account)
		undone := 0
		for i := range d.Items {
			for k := range d.Items[i].Undo {
				undone += d.Items[i].Undo[k].counts()
			}
		}
		fmt.Fprintf(&out, "\nplan() {\ntotal=%d\n%s\n}\n\nundo() {\ntotal=%d\n%s\n}\n", done(d.Items), shellItems(d.Items), undone, shellUndo(d.Items))
	}
	if len(d.Aside) > 0 {
		out.WriteString("\n" + comment("== "+asideHeading))
		out.WriteString(commented(shellItems(d.Aside)))
		if undo := shellUndo(d.Aside); undo != nothing {
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
func shellItems(items []Item) string {
	var out strings.Builder
	outline(items,
		func(heading string) { out.WriteString("\n" + comment("== "+heading)) },
		func(place string) { out.WriteString("\n" + comment("-- "+place)) },
		func(i *Item) {
			for _, why := range i.Why {
				out.WriteString(comment(why.Text))
				for _, detail := range why.Details {
					out.WriteString(comment("    " + detail))
				}
			}
			if remark := i.remark(); remark != "" {
				out.WriteString(comment("    " + remark))
			}
			out.WriteString(i.Step.line() + "\n")
		})
	return out.String()
}

// shellUndo writes what takes the items back, in the order of Backwards.
func shellUndo(items []Item) string {
	var out strings.Builder
	for _, i := range Backwards(items) {
		out.WriteString("\n" + comment("-- undoes: "+string(i.Step.Verb)+" "+i.place()))
		for n := range i.Undo {
			out.WriteString(i.Undo[n].line() + "\n")
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
func (s *Step) line() string {
	if s.Verb == Find {
		return `[ -n "${` + strings.TrimPrefix(s.Group, "$") + `-}" ] || ` + s.shell("")
	}
	return "step " + strings.Join(s.report(), " ") + "\n" + s.shell("run ")
}

// report says what a step does in a few words, of which each is an id, a number,
// a prefix or a word of ours: sg-0123456789abcdef0 revoke tcp/22 from 0.0.0.0/0.
func (s *Step) report() []string {
	if s.Verb == SetGroups {
		return []string{s.Interface, string(s.Verb)}
	}
	said := []string{strings.TrimPrefix(s.Group, "$"), string(s.Verb)}
	if len(s.Rules) == 0 {
		return said
	}
	r := &s.Rules[0]
	way := "from"
	if r.Direction == inventory.Egress {
		way = "to"
	}
	said = append(said, r.Traffic.String(), way, strings.TrimPrefix(r.Peer.String(), "$"))
	if more := len(s.Rules) - 1; more > 0 {
		said = append(said, "and", strconv.Itoa(more), "more")
	}
	for _, word := range said {
		if !plainWord().MatchString(word) {
			return said[:2]
		}
	}
	return said
}

// plainWord are words that a shell takes as they are.
var plainWord = words.Form(`^[A-Za-z0-9_./:-]+$`)

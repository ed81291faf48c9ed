package cli

import (
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

// withLosses returns a finding, whole, with a note on who loses access by its commands.
func (p *program) withLosses(f *findings.Finding) *findings.Finding {
	noted := *f.Detailed()
	if note := p.losing(&noted); note != "" {
		notes := []string{note}
		if remedy.ShutsOut(p.demoAccount, &noted) {
			unless := ""
			if p.demoAccount == nil {
				unless = ", unless another group of the interface allows the same"
			}
			notes = append(notes, "clients on the internet lose access"+unless+"; to see who used the rule, if there are flow logs: sgaudit usage --group "+change.Quote(noted.GroupID))
		} else if noted.Rule != nil && noted.Exposure.Verdict == reach.Unknown && noted.Rule.Direction == inventory.Ingress {
			notes = append(notes, "clients on the internet may lose access: whether they have it is not known")
		}
		noted.Fix.Notes = append(notes, noted.Fix.Notes...)
	}
	return &noted
}

// losing says who loses access by the commands of a finding. A report does not hold what
// that depends on: then it is the command that lists them. It is empty for a fix that
// revokes nothing that an interface may need.
func (p *program) losing(f *findings.Finding) string {
	list := f.ListsLosses("")
	if list == "" {
		return ""
	}
	if p.demoAccount == nil {
		return "to list who loses access: " + list
	}
	lost, err := remedy.LoseAccess(p.demoAccount, f)
	switch {
	case err != nil:
		return "who loses access could not be determined: " + err.Error()
	case len(lost) == 0:
		return "inside the account, no interface loses access to another one"
	}
	return losses(lost) + "; to list all pairs: " + list
}

// losses says which interfaces lose access to which: by a traffic alone, all of the first to
// all of the others, else pair by pair.
func losses(lost []remedy.Loss) string {
	var from, to, pairs, traffics []string
	add := func(list *[]string, text string) {
		if !slices.Contains(*list, text) {
			*list = append(*list, text)
		}
	}
	for i := range lost {
		l := &lost[i]
		add(&from, l.From.Named())
		add(&to, l.To.Named())
		add(&pairs, l.From.Named()+" to "+l.To.Named())
		add(&traffics, l.Traffic.Words())
	}
	if len(traffics) == 1 && len(pairs) == len(from)*len(to) {
		verb := "lose"
		if len(from) == 1 {
			verb = "loses"
		}
		return fmt.Sprintf("%s %s access on %s to %s", words.List(from, 3), verb, traffics[0], words.List(to, 3))
	}
	return fmt.Sprintf("lose access on %s: %s", words.List(traffics, 3), words.List(pairs, 3))
}

// sourceNamed returns what writes the options that name the account or the report of a
// run into the commands of sgaudit in a text, since each of them reads the account of its
// own options. All but explain need more than a report.
func (p *program) sourceNamed(c *urfave.Context) func(text string) string {
	var explain, account []string
	switch {
	case c.Bool("demo"):
		account = madeUpAgain(c)
		explain = append([]string{"--demo"}, flagsOf(c, explainDemoFlags())...)
	case c.IsSet("input") && c.String("input") != "-":
		explain = []string{"--input", c.String("input")}
	default:
		account = p.madeUp // of the last report
	}
	var pairs []string
	for _, verb := range []string{"fix", "simulate", "group", "interfaces", "reach", "rules", "usage"} {
		pairs = append(pairs, optionPairs(verb, account)...)
	}
	others, command := strings.NewReplacer(pairs...), "sgaudit explain "
	if len(explain) > 0 {
		command += quoted(explain) + " "
	}
	return func(text string) string {
		return others.Replace(explainOfDemo().ReplaceAllLiteralString(text, command))
	}
}

// explainOfDemo finds an advised explain, with the options that a run on the demo account
// gave it.
var explainOfDemo = words.Form(`sgaudit explain (?:--demo |--depth [a-z]+ |--config (?:'[^']*'|[^ ']+) )*`)

// optionPairs are the texts to replace, with what takes their place, where a command gets
// options. A command that has a depth of its own keeps it.
func optionPairs(verb string, options []string) (pairs []string) {
	command := "sgaudit " + verb + " "
	all, rest := command, command
	if len(options) > 0 {
		all += quoted(options) + " "
	}
	if at := slices.Index(options, "--depth"); at >= 0 {
		options = slices.Delete(slices.Clone(options), at, at+2)
	}
	if len(options) > 0 {
		rest += quoted(options) + " "
	}
	for _, before := range []string{command + "--demo ", command} {
		pairs = append(pairs, before+"--depth ", rest+"--depth ", before, all)
	}
	return pairs
}

// withSource names the source of a run in what explain prints. A command of AWS is left
// as it is.
func (p *program) withSource(c *urfave.Context, text string) string {
	named := p.sourceNamed(c)
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if !strings.Contains(line, "aws ec2 ") {
			lines[i] = named(line)
		}
	}
	return strings.Join(lines, "")
}

// nameSource names the source of a run in the words of plans: the demo account, or a
// report. A snapshot is none that explain takes.
func (p *program) nameSource(c *urfave.Context, read bool, docs []*change.Document) {
	if read && !c.Bool("demo") {
		return
	}
	named := p.sourceNamed(c)
	for _, d := range docs {
		for i := range d.Manual {
			d.Manual[i] = named(d.Manual[i])
		}
		for _, item := range slices.Concat(d.Items, d.Aside) {
			for k := range item.Why {
				why := &item.Why[k]
				why.Decide = named(why.Decide)
				why.Details = slices.Clone(why.Details) // a finding has them too
				for n := range why.Details {
					why.Details[n] = named(why.Details[n])
				}
			}
		}
	}
}

package cli

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// askElsewhere names the verb that answers about an address or a block.
func askElsewhere(what string, named func(string) string) error {
	_, err := netip.ParsePrefix(what)
	if _, wrong := netip.ParseAddr(what); wrong != nil && err != nil {
		return nil
	}
	return console.Usage(named(fmt.Sprintf("sgaudit rules --source %[1]s lists the rules with this source, and sgaudit reach --from %[1]s --to TARGET follows its packets", what)), "explain takes no address: %s", what)
}

// reportIfAny returns the report of --input, of --demo, or the last one; without
// any of them an empty one.
func (p *program) reportIfAny(c *urfave.Context) (*findings.Report, error) {
	if c.IsSet("input") || c.Bool("demo") {
		return p.reportOf(c, explained(c))
	}
	report, err := openLast()
	if err != nil {
		return &findings.Report{}, nil //nolint:nilerr // no last report has no names
	}
	return report, nil
}

// groupsNamed returns the ids of the groups, and of other resources, that the report
// has a finding about and that have the name.
func groupsNamed(report *findings.Report, name string) (ids []string) {
	for i := range report.Findings {
		f := &report.Findings[i]
		if id := cmp.Or(f.GroupID, f.ResourceID); name != "" && cmp.Or(f.GroupName, f.ResourceName) == name && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// checkIDs returns the ids of all checks, those that run by default first.
func checkIDs() (ids []string) {
	var onRequest []string
	for _, check := range audit.Checks() {
		if check.OnRequest {
			onRequest = append(onRequest, check.ID)
		} else {
			ids = append(ids, check.ID)
		}
	}
	return append(ids, onRequest...)
}

// explainResource lists the findings about a group, about another resource and the
// groups that are attached to it, or about an account.
func (p *program) explainResource(c *urfave.Context, report *findings.Report, id string) error {
	var about []findings.Finding
	for i := range report.Findings {
		if f := &report.Findings[i]; concerns(f, id) {
			about = append(about, *f)
		}
	}
	if len(about) == 0 {
		return console.Usage(p.sourceNamed(c)(elsewhere(id)), "the report has no finding about %s", id)
	}
	digits := findings.Digits(report.Findings)
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", words.Plain(heading(about, id)), words.Count(len(about), "finding"))
	for i := range about {
		f := &about[i]
		message := f.Message
		if f.GroupID != id && f.ResourceID != id {
			message = f.Subject() + ": " + message
		}
		fmt.Fprintf(&out, "  %s  %-8s  %s\n", words.Plain(f.Short(digits)), f.Severity, words.Plain(message))
		if f.Fix.Summary != "" {
			fmt.Fprintf(&out, "  %*s  %-8s  Fix: %s\n", digits, "", "", words.Plain(f.Fix.Summary))
		}
	}
	return p.console.Print(output.Fit(p.withSource(c, out.String()), p.console.Width()))
}

// concerns reports whether a finding is about a resource, about a group that is
// attached to it, or about something in it.
func concerns(f *findings.Finding, id string) bool {
	return f.GroupID == id || f.ResourceID == id || f.VPCID == id || f.AccountID == id ||
		slices.ContainsFunc(f.Interfaces, func(e findings.Interface) bool { return isInterface(&e, id) })
}

// heading names a resource by the findings that concern it.
func heading(about []findings.Finding, id string) string {
	if f := &about[0]; f.AccountID == id {
		return "account " + inventory.Named(f.AccountName, id)
	}
	name := id
	for i := range about {
		f := &about[i]
		if f.GroupID == id || f.ResourceID == id {
			name = f.Subject()
			break
		}
		for _, e := range f.Interfaces {
			if isInterface(&e, id) {
				name = inventory.Named(e.Name, id)
			}
		}
	}
	return name + ", " + about[0].Region
}

// isInterface reports whether an interface has the id, or what uses it has.
func isInterface(e *findings.Interface, id string) bool {
	return e.ID == id || slices.Contains(strings.Fields(e.Owner), id)
}

// elsewhere says which verb knows more about a resource without findings.
func elsewhere(id string) string {
	kind, _, _ := strings.Cut(id, "-")
	switch kind {
	case "sg":
		return "sgaudit group " + id + " shows its rules and what it is attached to"
	case "eni", "i":
		return "sgaudit reach --to " + id + " shows who can reach it, and sgaudit interfaces lists its security groups"
	case "vpc":
		return "sgaudit rules --vpc " + id + " lists the rules of its security groups"
	}
	return "check the id, the account and the regions that the audit read"
}

package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
	"github.com/sgaudit/sgaudit/words"
)

// summedUp says how many changes a plan makes for how many findings, which it keeps as
// comments, and how many findings need a manual decision.
func summedUp(plan *remedy.Plan, withDeletes bool) string {
	aside := ""
	if n := len(plan.Aside); n > 0 {
		why := ": with --depth services, --with-deletes adds those that nothing uses"
		if withDeletes {
			why = " with the reason"
		}
		noun := "finding"
		if plan.Findings() > 0 {
			noun = "more finding"
		}
		about := ""
		if n := plan.FindingsAside(); n > 0 {
			about = " for " + words.Count(n, noun) + ","
		}
		aside = fmt.Sprintf("; %s to delete groups%s written as comments%s", words.Count(n, "change"), about, why)
	}
	return fmt.Sprintf("%s for %s%s; %s a manual decision", words.Count(plan.Changes(), "change"), words.Count(plan.Findings(), "finding"), aside, needing(len(plan.Left)))
}

// after is the simulation as the first of several commands. On a report there is none: it
// has no inventory.
func after(read bool, simulation string) string {
	if !read {
		return ""
	}
	return simulation + ", then "
}

// needing is the subject and the verb of what a plan leaves to decide: "1 finding needs".
func needing(n int) string {
	if n == 1 {
		return "1 finding needs"
	}
	return words.Count(n, "finding") + " need"
}

// writePlan writes the documents of a plan: Markdown as one text, and
// scripts as one file for each account, since one set of credentials belongs
// to one account.
func (p *program) writePlan(docs []*change.Document, format, file string) error {
	texts := make([]string, len(docs))
	for i, d := range docs {
		var err error
		if texts[i], err = planFormats[format](d); err != nil {
			return fmt.Errorf("planning: %w", err)
		}
	}
	apart := len(docs) > 1 && format != "markdown"
	switch {
	case file != "" && file != "-" && !apart:
		return p.replacePlan(file, format, strings.Join(texts, "\n"))
	case file != "" && file != "-":
		for i, d := range docs {
			if !inventory.IsAccountID(d.Account) {
				return fmt.Errorf("planning: a finding is for the account %q, which is not an id of twelve digits", d.Account)
			}
			name := fileOfAccount(file, d.Account)
			if err := p.replacePlan(name, format, texts[i]); err != nil {
				return err
			}
			p.console.Say("the plan for account %s is %s", d.Account, name)
		}
		return nil
	case apart:
		return console.Usage("write a file for each account with --output plan.sh, or choose findings of one account with --finding", "the plan would be for %d accounts, but a plan is for one account", len(docs))
	}
	return p.console.Print(strings.Join(texts, "\n"))
}

// fileOfAccount is the name of the file of one account of several: plan.ACCOUNT.sh.
func fileOfAccount(file, account string) string {
	return strings.TrimSuffix(file, filepath.Ext(file)) + "." + account + filepath.Ext(file)
}

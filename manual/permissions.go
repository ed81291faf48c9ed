package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/inventory"
)

// permissions is the page about every IAM action that a run may need: what it is
// for, from which depth on, and which checks are not evaluated without it.
func permissions() string {
	var page strings.Builder
	page.WriteString("# Permissions\n\nThe program writes this page. All actions only read.\n" +
		"`sgaudit policy --depth DEPTH` prints the IAM policy of a depth, `sgaudit doctor` tries each action with\n" +
		"your credentials. Every action but those of depth `groups` is optional: without it, the checks in the last\n" +
		"column are *not evaluated*, and verdicts that depend on it are *unknown*.\n\n| depth | actions |\n| --- | --- |\n")
	depths := []inventory.Depth{inventory.DepthGroups, inventory.DepthNetwork, inventory.DepthServices}
	for _, d := range depths {
		fmt.Fprintf(&page, "| `%s` | %d |\n", d, len(awsclient.Actions(d)))
	}
	listed := inventory.Parts(0)
	for i, d := range depths {
		title := ""
		if i > 0 {
			title = ", in addition"
		}
		fmt.Fprintf(&page, "\n## Depth %s%s\n\n| IAM actions | what they list | checks that need it |\n| --- | --- | --- |\n", d, title)
		if i == 0 {
			page.WriteString("| `ec2:DescribeRegions` | regions that are enabled for the account; not needed with `--region` | |\n")
		}
		for _, part := range d.Parts().Each() {
			if listed.Has(part) {
				continue
			}
			listed |= part
			checks := code(checksThatNeed(part))
			if part == inventory.PartGroups {
				checks = "every check"
			}
			fmt.Fprintf(&page, "| %s | %s | %s |\n", code(part.Operations()), part, checks)
		}
	}
	fmt.Fprintf(&page, "\n## Several accounts\n\n`--org` needs these for the credentials that it begins with, and `sts:AssumeRole` of the role in each\n"+
		"account (`sgaudit policy --role-name NAME`):\n\n%s\n", code(awsclient.OrganizationActions))
	return page.String()
}

// checksThatNeed returns the ids of the checks that cannot run without the part.
func checksThatNeed(part inventory.Part) (ids []string) {
	for _, c := range audit.Checks() {
		if c.Needs.Has(part) {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// code returns the texts as code, divided by commas.
func code(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return "`" + strings.Join(texts, "`, `") + "`"
}

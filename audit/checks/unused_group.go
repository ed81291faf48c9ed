package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// Every group is attached to an interface or referenced by a group that is in use.
var _ = audit.Declare(audit.Check{
	Title:      "Security group is unused",
	Severity:   findings.Low,
	References: []string{"Security Hub EC2.22 (retired from FSBP on 2023-09-20)", "NIST CSF 1.1 PR.AC-5", "NIST CSF 1.1 PR.IP-1"},
	Needs:      inventory.PartInterfaces | inventory.PartGroups,
	Run: func(r *audit.Pass) {
		var evidence unusedEvidence
		for i := range r.Groups {
			g := &r.Groups[i]
			live, set, namedBy := r.Live(g.ID)
			if live {
				continue
			}
			o := r.Observe(g, nil)
			o.Unused = r.Unused(g, len(namedBy) > 0)
			o.Evidence = evidence.of(o.Unused, referencedBy(r, namedBy))
			if len(o.Unused.HeldBy) > 0 {
				o.Severity = findings.Info
				o.Message = fmt.Sprintf("%s is not attached to any network interface, but %s", g.Named(), strings.Join(o.Unused.HeldBy, ", "))
				o.Fix = fmt.Sprintf("Keep the group as long as %s. Before you delete the group, remove it from there.", words.List(o.Unused.HeldBy, 3))
				r.Report(o)
				continue
			}
			o.Message = unusedMessage(r, g, set, namedBy) + nothingFound(o.Unused)
			o.Fix = unusedFix(r, g, namedBy)
			o.Proposal = findings.Proposal{Kind: findings.DeleteGroup, First: namedBy}
			r.Note(searched(o.Unused))
			r.Report(o)
		}
	},
})

// nothingFound ends the message of a group that was searched for in more places
// than interfaces and rules.
func nothingFound(u *findings.Unused) string {
	switch u.Grade {
	case findings.NotHeld:
		return "; no resource of the kinds that were searched uses it"
	case findings.NotInConfig:
		return fmt.Sprintf("; no resource of the kinds that were searched uses it, nor any that AWS Config, recording since %s, knows", u.ConfigSince)
	case findings.NoTraffic:
		text := "; no resource of the kinds that were searched uses it"
		if u.ConfigSince != "" {
			text += fmt.Sprintf(", nor any that AWS Config, recording since %s, knows", u.ConfigSince)
		}
		return text + fmt.Sprintf("; flow logs show no traffic since %s that its rules allow", u.Traffic.Since)
	}
	return ""
}

// unusedEvidence holds the evidence of each grade, which is the same for every group
// of a region.
type unusedEvidence map[findings.Grade][]string

// of returns the grade with its place among all grades, and where was searched. The
// references, as referencedBy words them, are empty where there are none.
func (e *unusedEvidence) of(u *findings.Unused, references string) []string {
	switch {
	case len(u.HeldBy) > 0:
		return append([]string{gradeWords(u) + "no network interface has the group, but " + strings.Join(u.HeldBy, ", ")}, trafficText(u)...)
	case references != "":
		return append([]string{gradeWords(u) + "no network interface has the group, but " + references, "no other use found: sgaudit " + searched(u)}, trafficText(u)...)
	}
	if (*e)[u.Grade] == nil {
		if *e == nil {
			*e = unusedEvidence{}
		}
		(*e)[u.Grade] = []string{gradeWords(u) + gradeMeanings[u.Grade], "nothing found: sgaudit " + searched(u)}
	}
	return append(slices.Clip((*e)[u.Grade]), trafficText(u)...)
}

// trafficText is what flow logs show about the group, where they were given.
func trafficText(u *findings.Unused) []string {
	switch t := u.Traffic; {
	case t == nil:
		return nil
	case t.Reason != "":
		return []string{fmt.Sprintf("flow logs from %s to %s do not show that it was not used: %s", t.Since, t.Until, t.Reason)}
	default:
		return []string{fmt.Sprintf("flow logs from %s to %s show no traffic that its rules allow", t.Since, t.Until)}
	}
}

func gradeWords(u *findings.Unused) string {
	return u.Grade.Words() + " (how certain it is that nothing uses the group): "
}

// referencedBy says which unused groups have rules that reference a group, or nothing.
func referencedBy(r *audit.Pass, groups []string) string {
	switch len(groups) {
	case 0:
		return ""
	case 1:
		return "an unused group, " + groupsNamed(r, groups) + ", references it"
	}
	return "unused groups reference it: " + groupsNamed(r, groups)
}

// gradeMeanings has no row for the lowest grade: its evidence names what has the group.
var gradeMeanings = map[findings.Grade]string{
	findings.Unreferenced: "no network interface has the group, and no other group references it",
	findings.NotHeld:      "no network interface has the group, no other group references it, and no resource of the kinds that sgaudit can search uses it",
	findings.NotInConfig:  "no network interface has the group, no other group references it, no resource of the kinds that sgaudit can search uses it, and AWS Config, which records all types that it supports, relates no resource to it",
	findings.NoTraffic:    "no network interface has the group, no other group references it, no resource of the kinds that sgaudit can search uses it, and flow logs, which cover its VPC, show no traffic that its rules allowed",
}

// unusedMessage names the groups of a set of several that reference each other
// and are not in use.
func unusedMessage(r *audit.Pass, g *inventory.Group, set, namedBy []string) string {
	text := g.Named() + " is not attached to any network interface, and "
	if len(namedBy) == 0 {
		text += "no group in use references it"
	} else {
		text += "only unused groups reference it: " + groupsNamed(r, namedBy)
	}
	if len(set) > 2 {
		text += fmt.Sprintf("; it is one of %d unused groups that reference each other", len(set))
	}
	return text
}

// searched says where users of a group were looked for, after the name of the check.
// It is the same for every group of a region.
func searched(u *findings.Unused) string {
	text := "looked for uses of security groups in " + words.Series(u.Searched)
	if len(u.NotSearched) > 0 {
		text += ", and did not look in " + words.Series(u.NotSearched)
	}
	return text
}

func unusedFix(r *audit.Pass, g *inventory.Group, namedBy []string) string {
	text := "Ask the owner whether a resource starts with this group on demand"
	if len(namedBy) > 0 {
		text += ", revoke the rules of " + groupsNamed(r, namedBy) + " that reference it"
	}
	return text + ", then delete " + g.Named() + "."
}

package usage

import (
	"fmt"
	"time"

	"github.com/sgaudit/sgaudit/inventory"
)

// groupKey is a group of an account and region.
type groupKey struct{ account, region, group string }

// WithoutTraffic says whether the rules of a group that is attached to no interface
// allowed nothing in the window, whatever interface it may have been attached to then.
// Flow logs do not record groups, so that it takes all of this: a flow log of the VPC
// records all accepted traffic since before the window, every interface of the VPC is
// covered, and no rule of the group allows anything that was accepted on an interface
// that is gone, or that no rule of today allows on one that is there. Why says what is
// missing; empty: there was no traffic. Known is false for a group that is not judged.
func (r *Report) WithoutTraffic(account, region, group string) (why string, known bool) {
	why, known = r.idle[groupKey{account, region, group}]
	return why, known
}

// judgeIdle judges the groups that are attached to no interface.
func (j *judge) judgeIdle() {
	j.report.idle = map[groupKey]string{}
	for _, s := range j.sites {
		if !s.region.Read.Has(inventory.PartInterfaces | inventory.PartGroups | inventory.PartFlowLogs) {
			continue
		}
		vpcs := map[string]string{}
		for i := range s.region.Groups {
			g := &s.region.Groups[i]
			if len(j.homes[g.ID].interfaces(g.ID)) > 0 {
				continue
			}
			why, judged := vpcs[g.VPC]
			if !judged {
				why = j.uncovered(s, g.VPC)
				vpcs[g.VPC] = why
			}
			if why == "" {
				why = j.mayHaveAllowed(s, g)
			}
			j.report.idle[groupKey{s.region.AccountID, s.region.Name, g.ID}] = why
		}
	}
}

// uncovered says why traffic of a VPC may be missing in the records, or nothing.
func (j *judge) uncovered(s *site, vpc string) string {
	if j.report.Hours() == 0 {
		return "the records are of less than one full hour"
	}
	all := false
	for i := range s.region.FlowLogs {
		l := &s.region.FlowLogs[i]
		all = all || l.Resource == vpc && l.Traffic != "REJECT" && l.Active && !l.Created.IsZero() && l.Created.Unix() <= j.report.First
	}
	if vpc == "" || !all {
		return fmt.Sprintf("no flow log of VPC %s has recorded accepted traffic since %s", vpc, time.Unix(j.report.First, 0).UTC().Format(time.DateOnly))
	}
	seen := 0
	for i := range s.region.Interfaces {
		e := &s.region.Interfaces[i]
		if e.VPC != vpc {
			continue
		}
		seen++
		if missing := j.covers[e].Reasons; len(missing) > 0 {
			return missing[0]
		}
	}
	if seen == 0 {
		return "VPC " + vpc + " has no network interface, so that it is not known whether all records were read"
	}
	return ""
}

// mayHaveAllowed names traffic that a rule of the group allows and no rule of an
// interface accounts for, or nothing.
func (j *judge) mayHaveAllowed(s *site, g *inventory.Group) string {
	for _, rule := range s.rules[g.ID] {
		if reason := j.usedOnGone(s, rule, "rule "+Text(rule.Rule)); reason != "" {
			return reason
		}
		for i := range j.report.NoRule {
			t := &j.report.NoRule[i]
			owner := j.owners[t.Interface]
			if t.Direction == rule.Rule.Direction && rule.Rule.Traffic.Overlaps(t.Traffic) && owner != nil && owner.e.VPC == g.VPC {
				return fmt.Sprintf("%s had traffic (%s) that no rule of today allows and that rule %s allows: the group may have been attached to it", owner.e.Named(), t.Traffic, Text(rule.Rule))
			}
		}
	}
	return ""
}

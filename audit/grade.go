package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// useParts are the parts that may use a group without an interface, beside those
// of referrers.
const useParts = inventory.PartLaunchTemplates | inventory.PartEndpoints | inventory.PartAssociations | inventory.PartFunctions | inventory.PartLoadBalancers

// hidesNoUser are the parts that name no user of a group, nor an account or a VPC in
// which there may be one. Every other part that a run at depth services reads may hide
// a user of a group while it is not read. AWS Config counts apart: see config.
const hidesNoUser = inventory.PartRules | inventory.PartPrefixLists | inventory.PartNetworkACLs | inventory.PartInternetGateways | inventory.PartEgressGateways |
	inventory.PartNATGateways | inventory.PartPublicAccess | inventory.PartStale | inventory.PartFlowLogs | inventory.PartWebACLs | inventory.PartListeners |
	inventory.PartQuotas | inventory.PartRecorders | inventory.PartConfigResources

// Unused grades a group that is not in use, by what was read of the region.
// Referenced says that other groups reference it, none of which is in use. The
// lists of what was searched are those of every group of the region.
func (r *Pass) Unused(g *inventory.Group, referenced bool) *findings.Unused {
	s := r.searches()
	u := &findings.Unused{Grade: s.best, FullSearch: s.full, Searched: s.searched, NotSearched: s.not, ConfigSince: s.configSince, HeldBy: r.Holders(g)}
	if referenced || len(u.HeldBy) > 0 {
		u.Grade = findings.Unattached
	}
	if logs := r.Settings.Usage; logs != nil {
		if why, known := logs.WithoutTraffic(r.AccountID, r.Name, g.ID); known {
			u.Traffic = &findings.Traffic{Since: day(logs.First), Until: day(logs.Last - 1), Reason: why}
			if why == "" && u.Grade >= findings.NotHeld {
				u.Grade = findings.NoTraffic
			}
		}
	}
	return u
}

// day is the day of a time in Unix seconds, in UTC.
func day(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }

// search says where the run looked for the users of groups in a region, where it
// did not, and the grade of a group for which it found nothing.
type search struct {
	searched, not []string
	full          bool // all that the depth reads was read
	best          findings.Grade
	configSince   string // the day since which AWS Config records all types that use groups
}

// searches says what this run knows of groups that are used without an interface.
// Services beyond these may use a group too while they are idle.
func (r *Pass) searches() *search {
	if r.cache.search != nil {
		return r.cache.search
	}
	all := inventory.DepthServices.Parts() &^ hidesNoUser
	s := &search{
		searched: []string{inventory.PartInterfaces.String(), "security group rules"},
		full:     r.Read.Has((all | inventory.PartConfigResources) & r.Accounts.Depth.Parts()), best: findings.Unreferenced,
	}
	for _, part := range (useParts | inventory.PartReferrers).Each() {
		switch {
		case r.Read.Has(part):
			s.searched = append(s.searched, part.String())
		case r.Asked.Has(part):
			s.not = append(s.not, fmt.Sprintf("%s (%s)", part, r.whyMissing(part)))
		case useParts.Has(part):
			s.not = append(s.not, part.String())
		}
	}
	for _, part := range (r.Asked & all &^ (useParts | inventory.PartReferrers | r.Read)).Each() {
		s.not = append(s.not, fmt.Sprintf("%s (%s)", part, r.whyMissing(part)))
	}
	if !r.Asked.Has(inventory.PartPeerings) {
		s.not = append(s.not, "other accounts (VPC peering connections and shared VPCs are not read at this depth)")
	}
	if r.routesToTransitGateway() {
		s.not = append(s.not, "rules of other accounts behind transit gateways")
	}
	s.config(r)
	if r.Asked&inventory.PartReferrers != 0 {
		s.not = append(s.not, "idle services beside these")
	} else {
		s.not = append(s.not, "other idle services (ECS, Batch, CodeBuild, Glue, SageMaker, …)")
	}
	if r.Read.Has(all) {
		s.best = findings.NotHeld
		if s.configSince != "" {
			s.best = findings.NotInConfig
		}
	}
	r.cache.search = s
	return s
}

// routesToTransitGateway reports whether a route of the region leads to a transit
// gateway: VPCs behind it may reference groups in inbound rules, where that is
// enabled (Amazon VPC User Guide, "Transit gateway attachments").
func (r *Pass) routesToTransitGateway() bool {
	for i := range r.RouteTables {
		for k := range r.RouteTables[i].Routes {
			if strings.HasPrefix(r.RouteTables[i].Routes[k].Target, "tgw-") {
				return true
			}
		}
	}
	return false
}

// config says what AWS Config was asked. It knows what it records: a recorder runs,
// of all types, and leaves out none of those that use groups.
func (s *search) config(r *Pass) {
	const name = "AWS Config"
	without := func(format string, args ...any) { s.not = append(s.not, name+" ("+fmt.Sprintf(format, args...)+")") }
	for _, part := range []inventory.Part{inventory.PartConfigResources, inventory.PartRecorders} {
		switch {
		case r.Read.Has(part):
		case r.Asked.Has(part):
			without("%s", r.whyMissing(part))
			return
		default:
			return
		}
	}
	i := slices.IndexFunc(r.Recorders, func(c inventory.Recorder) bool { return c.Recording && !c.Failing })
	if i < 0 {
		without("no configuration recorder runs")
		return
	}
	c := &r.Recorders[i]
	left := slices.DeleteFunc(slices.Clone(c.Except), func(t string) bool { return !inventory.UsesGroups(t) })
	switch {
	case !c.AllTypes:
		without("recorder %s does not record all types", c.Name)
	case len(left) > 0:
		without("recorder %s does not record %s", c.Name, strings.Join(left, ", "))
	case c.Since == "":
		without("when recorder %s was started is not known", c.Name)
	default:
		s.searched = append(s.searched, name+" (recording since "+c.Since+")")
		s.configSince = c.Since
	}
}

package audit

import (
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// useParts are the parts that may use a group without an interface, beside those
// of referrers.
const useParts = inventory.PartLaunchTemplates | inventory.PartEndpoints | inventory.PartAssociations | inventory.PartFunctions | inventory.PartLoadBalancers

// Unused grades a group that is not in use, by what was read of the region.
// Referenced says that other groups reference it, none of which is in use. The
// lists of what was searched are those of every group of the region.
func (r *Pass) Unused(g *inventory.Group, referenced bool) *findings.Unused {
	s := r.searches()
	u := &findings.Unused{Grade: s.best, FullSearch: s.full, Searched: s.searched, NotSearched: s.not, HeldBy: r.Holders(g)}
	if referenced || len(u.HeldBy) > 0 {
		u.Grade = findings.Unattached
	}
	return u
}

// search says where the run looked for the users of groups in a region, where it
// did not, and the grade of a group for which it found nothing.
type search struct {
	searched, not []string
	full          bool // all that the depth reads was read
	best          findings.Grade
}

// searches says what this run knows of groups that are used without an interface.
// Services beyond these may use a group too while they are idle.
func (r *Pass) searches() *search {
	if r.cache.search != nil {
		return r.cache.search
	}
	all := (useParts | inventory.PartReferrers) & inventory.DepthServices.Parts()
	s := &search{
		searched: []string{inventory.PartInterfaces.String(), "security group rules"},
		full:     r.Read.Has(all & r.Accounts.Depth.Parts()), best: findings.Unreferenced,
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
	if r.routesToTransitGateway() {
		s.not = append(s.not, "rules of other accounts behind transit gateways")
	}
	if r.Asked&inventory.PartReferrers != 0 {
		s.not = append(s.not, "idle services beside these")
	} else {
		s.not = append(s.not, "other idle services (ECS, Batch, CodeBuild, Glue, SageMaker, …)")
	}
	if r.Read.Has(all) {
		s.best = findings.NotHeld
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

package saved

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/sgaudit/sgaudit/inventory"
)

// Doubt adds gaps for what files hold that EC2 would not have answered: groups
// without some of their rules and interfaces without their groups, which a
// --query made, and no groups at all beside interfaces that have some, which
// is the answer to another call.
func (p *Place) Doubt(region *inventory.Region) {
	gap := func(part inventory.Part, format string, args ...any) {
		region.Gaps = append(region.Gaps, inventory.Gap{Part: part, Operation: part.Operations()[0], Kind: inventory.Failed, Message: fmt.Sprintf(format, args...)})
	}
	for _, always := range alwaysAnswered {
		kind, lacking, first := kinds[always.key], 0, ""
		for _, item := range p.items[always.key] {
			if !always.present.Match(item) {
				if lacking++; lacking == 1 {
					first = idOf(item, kind.id)
				}
			}
		}
		if lacking > 0 {
			if kind.part == inventory.PartInterfaces { // no group may be called unused
				region.Read &^= kind.part
			}
			gap(kind.part, "%d of %d %s, %s among them, were saved without %s: %s; save the whole answer, without --query",
				lacking, len(p.items[always.key]), kind.part, first, always.member, always.unknown)
		}
	}
	carries := func(e inventory.Interface) bool { return len(e.Groups) > 0 }
	if region.Read.Has(inventory.PartGroups) && len(region.Groups) == 0 && slices.ContainsFunc(region.Interfaces, carries) {
		region.Read &^= inventory.PartGroups
		gap(inventory.PartGroups, "the saved answer has no security groups, but network interfaces have some: save the whole answer of DescribeSecurityGroups")
	}
	region.Normalize()
}

// alwaysAnswered are the members that EC2 answers with for every item, as an
// empty list where there is nothing in it. An item without one is what a
// --query left of it.
var alwaysAnswered = []struct {
	key, member string
	present     *regexp.Regexp
	unknown     string // what is not known without it
}{
	{"SecurityGroups", "IpPermissions", regexp.MustCompile(`(?i)"ipPermissions"\s*:\s*\[`), "their ingress rules are unknown"},
	{"SecurityGroups", "IpPermissionsEgress", regexp.MustCompile(`(?i)"ipPermissionsEgress"\s*:\s*\[`), "their egress rules are unknown"},
	{"NetworkInterfaces", "Groups", regexp.MustCompile(`(?i)"groups"\s*:\s*\[`), "their security groups are unknown"},
}

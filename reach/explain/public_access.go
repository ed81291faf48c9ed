package explain

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

func (step *Step) publicAccess(s network.PublicAccess) {
	step.Kind = StepPublicAccess
	r := s.Network.Region
	mode := r.PublicAccess.Mode
	_, exclusion := s.Decide()
	if exclusion != nil {
		step.Object = exclusion.ID
	}
	switch {
	case s.Owner() != r.AccountID:
		step.Detail = fmt.Sprintf("%s belongs to account %s, and its VPC block public access is not visible to this account", subnet(s.Place), s.Owner())
	case !r.Read.Has(inventory.PartPublicAccess), mode == "":
		step.unread = inventory.PartPublicAccess
		step.Detail = "VPC block public access was not read"
	case step.Decision == path.Allowed && exclusion != nil:
		step.Detail = fmt.Sprintf("VPC block public access (%s) exempts %s by %s", mode, exclusion.Resource, exclusion.ID)
	case step.Decision == path.Undecided && exclusion != nil && exclusion.Mode != "allow-bidirectional" && exclusion.Mode != "allow-egress":
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s has the mode %q, which is unknown: whether it allows the internet is unknown", mode, exclusion.ID, exclusion.Resource, exclusion.Mode)
	case step.Decision == path.Undecided && exclusion != nil:
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s is %s: whether it allows the internet now is unknown", mode, exclusion.ID, exclusion.Resource, exclusion.State)
	case step.Decision == path.Undecided:
		step.Detail = fmt.Sprintf("VPC block public access is changing to %q (%s), and the mode in force now is unknown", mode, r.PublicAccess.State)
	case step.Decision == path.Allowed && r.PublicAccess.State == inventory.PublicAccessUnsupported:
		step.Detail = "VPC block public access is not available in " + r.Name
	case step.Decision == path.Allowed:
		step.Detail = "VPC block public access is off"
	default:
		step.Detail = fmt.Sprintf("VPC block public access (%s) blocks internet access to %s", mode, subnet(s.Place))
	}
}

func (step *Step) publicAccessOut(s network.PublicAccessOut) {
	step.publicAccess(s.PublicAccess)
	if e := s.Exempted(); e != nil {
		step.Object = e.ID
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s is %s (%s): whether it allows the outbound traffic is unknown", s.Network.Region.PublicAccess.Mode, e.ID, e.Resource, e.Mode, e.State)
	}
}

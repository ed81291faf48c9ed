package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

func (step *Step) publicAccess(s accessStage) {
	step.Kind = StepPublicAccess
	r := s.n.region
	mode := r.PublicAccess.Mode
	_, exclusion := s.decide()
	if exclusion != nil {
		step.Object = exclusion.ID
	}
	switch {
	case s.owner() != r.AccountID:
		step.Detail = fmt.Sprintf("%s belongs to account %s, whose VPC block public access is not visible to this account", s.name(), s.owner())
	case !r.Read.Has(inventory.PartPublicAccess), mode == "":
		step.unread = inventory.PartPublicAccess
		step.Detail = "VPC block public access was not read"
	case step.Decision == Allowed && exclusion != nil:
		step.Detail = fmt.Sprintf("VPC block public access (%s) exempts %s by %s", mode, exclusion.Resource, exclusion.ID)
	case step.Decision == Undecided && exclusion != nil && exclusion.Mode != "allow-bidirectional" && exclusion.Mode != "allow-egress":
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s has the mode %q, which is unknown: whether it lets the internet in is unknown", mode, exclusion.ID, exclusion.Resource, exclusion.Mode)
	case step.Decision == Undecided && exclusion != nil:
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s is %s: whether it lets the internet in now is unknown", mode, exclusion.ID, exclusion.Resource, exclusion.State)
	case step.Decision == Undecided:
		step.Detail = fmt.Sprintf("VPC block public access is being changed to %q (%s): which setting is in force now is unknown", mode, r.PublicAccess.State)
	case step.Decision == Allowed && r.PublicAccess.State == inventory.PublicAccessUnsupported:
		step.Detail = "VPC block public access is not on: " + r.Name + " does not have it"
	case step.Decision == Allowed:
		step.Detail = "VPC block public access is off"
	default:
		step.Detail = fmt.Sprintf("VPC block public access (%s) shuts the internet out of %s", mode, s.name())
	}
}

func (step *Step) publicAccessOut(s accessOut) {
	step.publicAccess(s.accessStage)
	if e := s.exempted(); e != nil {
		step.Object = e.ID
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s is %s (%s): whether it lets the traffic out is unknown", s.n.region.PublicAccess.Mode, e.ID, e.Resource, e.Mode, e.State)
	}
}

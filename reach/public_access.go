package reach

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

// accessStage is VPC block public access, which the owner of a subnet sets for
// a region. Both of its modes shut out what comes by an internet gateway, and
// with it internet-facing load balancers and Global Accelerator (Amazon VPC
// user guide, VPC block public access basics).
type accessStage struct{ *place }

// PublicAccessUpdating is the state of VPC block public access while its mode
// is changed: the old mode may still be in force, or the new one already.
const PublicAccessUpdating = "update-in-progress"

// fate tells whether the setting lets the internet in, and by which exclusion.
// A setting that is being changed may be in force or not, and so may be an
// exclusion.
func (s accessStage) fate() (fate, *inventory.PublicAccessExclusion) {
	r := s.n.region
	if s.owner() != r.AccountID || !r.Read.Has(inventory.PartPublicAccess) || r.PublicAccess.Mode == "" {
		return doubtful, nil
	}
	exclusion := s.exclusion()
	allows := closed
	if exclusion != nil {
		allows = allowsIn(exclusion)
	}
	switch {
	case allows == open && (r.PublicAccess.Mode != "off" || r.PublicAccess.State == PublicAccessUpdating):
		return open, exclusion
	case r.PublicAccess.State == PublicAccessUpdating:
		return doubtful, nil
	case r.PublicAccess.Mode == "off":
		return open, nil
	}
	return allows, exclusion
}

// exclusion returns the exclusion of the subnet or of its VPC that lets most
// in, the subnet's before the VPC's, or nil where none may let anything in.
func (s accessStage) exclusion() *inventory.PublicAccessExclusion {
	w := s.n.net()
	subnet, vpc := w.exclusions[s.subnet], w.exclusions[s.vpc]
	if subnet == nil || vpc != nil && allowsIn(vpc) == open && allowsIn(subnet) != open {
		return vpc
	}
	return subnet
}

// allowsIn tells whether an exclusion lets the internet in now: open if it is
// in force, doubtful while it is made, changed or taken away, or if its mode
// is not one of the two that AWS documents (Amazon VPC user guide, VPC block
// public access basics).
func allowsIn(e *inventory.PublicAccessExclusion) fate {
	both := e.Mode != "allow-egress"
	switch e.State {
	case "create-complete", "update-complete":
		switch e.Mode {
		case "allow-bidirectional":
			return open
		case "allow-egress":
			return closed
		}
	case "create-failed", "delete-complete", "disable-complete":
		return closed
	case "create-in-progress", "delete-in-progress", "disable-in-progress":
		if !both {
			return closed
		}
	}
	return doubtful
}

func (s accessStage) narrow(flows []flow) []flow {
	f, _ := s.fate()
	return f.gate(flows)
}

func (s accessStage) describe(_ packet, verdict Verdict) Step {
	step := Step{Kind: StepPublicAccess, Verdict: verdict}
	r := s.n.region
	mode := r.PublicAccess.Mode
	_, exclusion := s.fate()
	if exclusion != nil {
		step.Object = exclusion.ID
	}
	switch {
	case s.owner() != r.AccountID:
		step.Detail = fmt.Sprintf("%s belongs to account %s, whose VPC block public access is not visible to this account", s.name(), s.owner())
	case !r.Read.Has(inventory.PartPublicAccess), mode == "":
		step.unread = inventory.PartPublicAccess
		step.Detail = "VPC block public access was not read"
	case verdict == Allowed && exclusion != nil:
		step.Detail = fmt.Sprintf("VPC block public access (%s) exempts %s by %s", mode, exclusion.Resource, exclusion.ID)
	case verdict == Unknown && exclusion != nil && exclusion.Mode != "allow-bidirectional" && exclusion.Mode != "allow-egress":
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s has the mode %q, which is unknown: whether it lets the internet in is unknown", mode, exclusion.ID, exclusion.Resource, exclusion.Mode)
	case verdict == Unknown && exclusion != nil:
		step.Detail = fmt.Sprintf("VPC block public access (%s) is on, and its exclusion %s for %s is %s: whether it lets the internet in now is unknown", mode, exclusion.ID, exclusion.Resource, exclusion.State)
	case verdict == Unknown:
		step.Detail = fmt.Sprintf("VPC block public access is being changed to %q (%s): which setting is in force now is unknown", mode, r.PublicAccess.State)
	case verdict == Allowed && r.PublicAccess.State == inventory.PublicAccessUnsupported:
		step.Detail = "VPC block public access is not on: " + r.Name + " does not have it"
	case verdict == Allowed:
		step.Detail = "VPC block public access is off"
	default:
		step.Detail = fmt.Sprintf("VPC block public access (%s) shuts the internet out of %s", mode, s.name())
	}
	return step
}

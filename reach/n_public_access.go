package reach

import (
	"github.com/sgaudit/sgaudit/inventory"
)

// accessStage is VPC block public access, which the owner of a subnet sets for
// a region. Both of its modes shut out what comes by an internet gateway, and
// with it internet-facing load balancers and Global Accelerator (Amazon VPC
// user guide, VPC block public access basics).
type accessStage struct{ *place }

// fate tells whether the setting lets the internet in, and by which exclusion.
// A setting that is being changed may be in force or not, and so may be an
// exclusion.
func (s accessStage) decide() (Decision, *inventory.PublicAccessExclusion) {
	r := s.n.region
	if s.owner() != r.AccountID || !r.Read.Has(inventory.PartPublicAccess) || r.PublicAccess.Mode == "" {
		return Undecided, nil
	}
	exclusion := s.exclusion()
	allows := Blocked
	if exclusion != nil {
		allows = allowsIn(exclusion)
	}
	switch {
	case allows == Allowed && (r.PublicAccess.Mode != "off" || r.PublicAccess.State == inventory.PublicAccessUpdating):
		return Allowed, exclusion
	case r.PublicAccess.State == inventory.PublicAccessUpdating:
		return Undecided, nil
	case r.PublicAccess.Mode == "off":
		return Allowed, nil
	}
	return allows, exclusion
}

// exclusion returns the exclusion of the subnet or of its VPC that lets most
// in, the subnet's before the VPC's, or nil where none may let anything in.
func (s accessStage) exclusion() *inventory.PublicAccessExclusion {
	subnet, vpc := s.n.exclusions[s.subnet], s.n.exclusions[s.vpc]
	if subnet == nil || vpc != nil && allowsIn(vpc) == Allowed && allowsIn(subnet) != Allowed {
		return vpc
	}
	return subnet
}

// allowsIn tells whether an exclusion lets the internet in now: open if it is
// in force, doubtful while it is made, changed or taken away, or if its mode
// is not one of the two that AWS documents (Amazon VPC user guide, VPC block
// public access basics).
func allowsIn(e *inventory.PublicAccessExclusion) Decision {
	both := e.Mode != "allow-egress"
	switch e.State {
	case "create-complete", "update-complete":
		switch e.Mode {
		case "allow-bidirectional":
			return Allowed
		case "allow-egress":
			return Blocked
		}
	case "create-failed", "delete-complete", "disable-complete":
		return Blocked
	case "create-in-progress", "delete-in-progress", "disable-in-progress":
		if !both {
			return Blocked
		}
	}
	return Undecided
}

func (s accessStage) Narrow(flows []flow) []flow {
	f, _ := s.decide()
	return f.gate(flows)
}

// accessible reports whether VPC block public access lets the internet in to
// the interface's subnet, or may do so.
func (n *network) accessible(e *inventory.Interface) bool {
	d, _ := accessStage{n.place(e.VPC, e.Subnet)}.decide()
	return d != Blocked
}

package network

import (
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// PublicAccess is VPC block public access, which the account that owns a subnet
// sets for a region. Both of its modes block what comes in by an internet gateway,
// and with it internet-facing load balancers and Global Accelerator (Amazon VPC
// user guide, VPC block public access basics).
type PublicAccess struct{ *Place }

// Decide returns whether the setting allows traffic from the internet, and the
// exclusion by which it does, or may do so. A setting or an exclusion that is being changed may
// be in force or not.
func (s PublicAccess) Decide() (path.Decision, *inventory.PublicAccessExclusion) {
	r := s.Network.Region
	if s.Owner() != r.AccountID || !r.Read.Has(inventory.PartPublicAccess) || r.PublicAccess.Mode == "" {
		return path.Undecided, nil
	}
	exclusion := s.exclusion()
	allows := path.Blocked
	if exclusion != nil {
		allows = allowsIn(exclusion)
	}
	switch {
	case allows == path.Allowed && (r.PublicAccess.Mode != "off" || r.PublicAccess.State == inventory.PublicAccessUpdating):
		return path.Allowed, exclusion
	case r.PublicAccess.State == inventory.PublicAccessUpdating:
		return path.Undecided, nil
	case r.PublicAccess.Mode == "off":
		return path.Allowed, nil
	}
	return allows, exclusion
}

// exclusion returns the exclusion of the subnet or of its VPC that is most likely to
// allow traffic from the internet, of equal ones the subnet's, or nil where none may allow any.
func (s PublicAccess) exclusion() *inventory.PublicAccessExclusion {
	subnet, vpc := s.Network.exclusions[s.Subnet], s.Network.exclusions[s.VPC]
	if subnet == nil || vpc != nil && allowsIn(vpc) == path.Allowed && allowsIn(subnet) != path.Allowed {
		return vpc
	}
	return subnet
}

// allowsIn returns whether an exclusion allows traffic from the internet now. That is undecided
// while it is created, changed or deleted, and if its mode is not one of the two
// that AWS documents (Amazon VPC user guide, VPC block public access basics).
func allowsIn(e *inventory.PublicAccessExclusion) path.Decision {
	both := e.Mode != "allow-egress"
	switch e.State {
	case "create-complete", "update-complete":
		switch e.Mode {
		case "allow-bidirectional":
			return path.Allowed
		case "allow-egress":
			return path.Blocked
		}
	case "create-failed", "delete-complete", "disable-complete":
		return path.Blocked
	case "create-in-progress", "delete-in-progress", "disable-in-progress":
		if !both {
			return path.Blocked
		}
	}
	return path.Undecided
}

func (s PublicAccess) Narrow(flows []path.Flow) []path.Flow {
	f, _ := s.Decide()
	return f.Gate(flows)
}

// Accessible reports whether VPC block public access allows traffic from the
// internet to the interface's subnet, or may do so.
func (n *Network) Accessible(e *inventory.Interface) bool {
	d, _ := PublicAccess{n.Place(e.VPC, e.Subnet)}.Decide()
	return d != path.Blocked
}

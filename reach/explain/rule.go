package explain

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
	"github.com/sgaudit/sgaudit/reach/path"
)

// Evidence puts the judgement of a rule in words, MaxEvidence sentences at most.
func (j *Judgement) Evidence() []string {
	switch {
	case j.Best == nil:
		return j.notReachable()
	case j.Best.Verdict == path.Reachable:
		return j.reachable()
	}
	return j.unknown()
}

// Sentences about a rule that need no packet.
const (
	EgressRule        = "an egress rule allows nothing in"
	InterfacesNotRead = "network interfaces were not read"
)

// Unattached says that no interface carries the group, and where some may that
// this account cannot see.
func Unattached(n *network.Network, g *inventory.Group) []string {
	lines := []string{"no network interface carries " + g.ID}
	for _, a := range n.Associations(g.ID) {
		if a.VPCOwner != "" && a.VPCOwner != n.Region.AccountID {
			lines = append(lines, fmt.Sprintf("it is associated with %s of account %s too, whose interfaces are not visible to this account", a.VPC, a.VPCOwner))
		}
	}
	return bounded(lines)
}

// NotInternet says why a rule's peer stands for no internet address.
func NotInternet(r *inventory.Rule) string {
	switch p := r.Peer; {
	case p.Group != nil:
		return fmt.Sprintf("the source %s is a group, and a reference matches private addresses only", p.Group.ID)
	case p.List != "":
		return fmt.Sprintf("the source %s holds no internet address", p.List)
	}
	return fmt.Sprintf("the source %s holds no internet address", r.Peer.Prefix)
}

// Group puts the evidence of the most exposed of a group's ingress rules under
// a sentence about all of them.
func Group(g *inventory.Group, ingress int, most *inventory.Rule, verdict path.Verdict, evidence []string) []string {
	switch {
	case ingress == 0:
		return []string{g.ID + " has no ingress rule"}
	case ingress == 1:
		return evidence
	}
	lead := fmt.Sprintf("of the %d ingress rules of %s the most exposed is %q", ingress, g.ID, most)
	if verdict == path.NotReachable {
		lead = fmt.Sprintf("none of the %d ingress rules of %s lets the internet in, such as %q", ingress, g.ID, most)
	}
	return bounded(append([]string{lead}, evidence...))
}

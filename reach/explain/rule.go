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
	EgressRule        = "an outbound rule allows no inbound traffic"
	InterfacesNotRead = "network interfaces were not read"
)

// Unattached says that the group is not attached to any interface, and where it may
// be attached to interfaces that this account cannot see.
func Unattached(n *network.Network, g *inventory.Group) []string {
	lines := []string{g.Named() + " is not attached to any network interface"}
	for _, a := range n.Associations(g.ID) {
		if a.VPCOwner != "" && a.VPCOwner != n.Region.AccountID {
			lines = append(lines, fmt.Sprintf("it is also associated with %s of account %s, and the interfaces there are not visible to this account", n.Named(a.VPC), a.VPCOwner))
		}
	}
	return bounded(lines)
}

// NotInternet says why a rule's peer stands for no internet address.
func NotInternet(n *network.Network, r *inventory.Rule) string {
	switch p := r.Peer; {
	case p.Group != nil:
		return fmt.Sprintf("the source %s is a security group, and a reference matches private addresses only", n.PeerNamed(p))
	case p.List != "":
		return fmt.Sprintf("the source %s contains no internet address", n.PeerNamed(p))
	}
	return fmt.Sprintf("the source %s contains no internet address", r.Peer.Prefix)
}

// Group puts the evidence of the most exposed of a group's ingress rules under
// a sentence about all of them.
func Group(g *inventory.Group, ingress int, most *inventory.Rule, verdict path.Verdict, evidence []string) []string {
	switch {
	case ingress == 0:
		return []string{g.Named() + " has no inbound rule"}
	case ingress == 1:
		return evidence
	}
	lead := fmt.Sprintf("the most exposed of the %d inbound rules of %s is %q", ingress, g.Named(), most)
	if verdict == path.NotReachable {
		lead = fmt.Sprintf("the internet cannot get in through any of the %d inbound rules of %s, such as %q", ingress, g.Named(), most)
	}
	return bounded(append([]string{lead}, evidence...))
}

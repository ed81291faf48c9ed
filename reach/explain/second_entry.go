package explain

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/network"
)

// LoadBalancerEntry says that an internet-facing load balancer is another way to
// the interfaces of a group: the load balancer has the group itself, or another
// group that is a source of its rules.
func LoadBalancerEntry(n *network.Network, balancer *inventory.Interface, group string, g *inventory.Group) string {
	if group == g.ID {
		return fmt.Sprintf("a way in beside this rule: %s is internet-facing and has the same security group %s", balancer.Named(), g.Named())
	}
	return fmt.Sprintf("a way in beside this rule: %s is internet-facing and has %s, which is a source of %s", balancer.Named(), n.GroupNamed(group), g.Named())
}

// AcceleratorEntry says the same of an interface of Global Accelerator.
func AcceleratorEntry(n *network.Network, e *inventory.Interface) string {
	return fmt.Sprintf("a way in beside this rule: %s in %s belongs to Global Accelerator, which needs neither public addresses nor routes, and bypasses inbound rules of network ACLs", e.ID, n.Named(e.VPC))
}

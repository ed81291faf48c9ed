package explain

import (
	"fmt"

	"github.com/sgaudit/sgaudit/inventory"
)

// LoadBalancerEntry says that a load balancer that faces the internet lets it in to
// the interfaces of a group: it carries the group too, or one that is a source
// of its rules.
func LoadBalancerEntry(balancer *inventory.Interface, carries string, g *inventory.Group) string {
	which := "is a source of " + g.ID
	if carries == g.ID {
		which = "the others carry too"
	}
	return fmt.Sprintf("a second way in: %s faces the internet and carries %s, which %s", Interface(balancer), carries, which)
}

// AcceleratorEntry says the same of an interface of Global Accelerator.
func AcceleratorEntry(e *inventory.Interface) string {
	return fmt.Sprintf("a second way in: %s in %s belongs to Global Accelerator, which needs neither public addresses nor routes, and to which inbound rules of network ACLs do not apply", e.ID, e.VPC)
}

package planned

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// loadBalancer is aws_lb: its interfaces are recognised by what AWS writes on them.
func (a *action) loadBalancer(pass int) {
	short := map[string]string{"": "app", "application": "app", "network": "net", "gateway": "gwy"}[a.after.known("load_balancer_type")]
	_, suffix, _ := strings.Cut(a.before.known("arn"), ":loadbalancer/")
	a.balancer(pass, "ELB "+cmp.Or(a.before.known("arn_suffix"), suffix), "ELB "+short+"/"+a.after.known("name")+"/", short == "net" || short == "gwy")
}

// classicLoadBalancer is aws_elb.
func (a *action) classicLoadBalancer(pass int) {
	a.balancer(pass, "ELB "+cmp.Or(a.before.known("name"), a.oldID()), "ELB "+a.after.known("name"), false)
}

// balancer carries out a load balancer with interfaces that have these descriptions,
// before and after. A bare one has no groups but those that the plan gives: without any,
// application and classic load balancers get the default group of the VPC, network load
// balancers none, and AWS gives them none later (Elastic Load Balancing, user guide of
// network load balancers, security groups). Gateway load balancers never have groups.
func (a *action) balancer(pass int, was, is string, bare bool) {
	if pass != passAttach {
		return
	}
	const groups = "security_groups"
	theirs := func(e *inventory.Interface) bool { return e.LoadBalancer() && e.Description == was }
	if a.removes() {
		a.drop(theirs)
		a.unlistBalancer()
	}
	switch {
	case a.makes():
		if e, found := a.newInterface(a.after, groups); found {
			e.Description, e.Requester, e.Managed = is, "amazon-elb", true
			a.makeBalancer(e, bare)
		}
	case a.updates():
		if a.Type == "aws_elb" {
			a.classicListeners()
		}
		a.moveBalancer(theirs)
		a.readdressBalancer(theirs)
	}
	if a.updates() && a.changed(groups) && !a.refused(groups) {
		if had, known := a.before.idsOf(groups, "sg-"); bare && known && len(had) == 0 {
			a.refuse("AWS gives a load balancer of this type security groups only when it is created: %s stays without any", a.oldID())
			return
		}
		after := a.groupsAfter(groups)
		a.serviceGroups(theirs, groups, after)
		arn := a.before.known("arn")
		for i := range a.in.LoadBalancers {
			if b := &a.in.LoadBalancers[i]; b.ARN == arn && arn != "" {
				b.Groups = slices.Clone(after)
			}
		}
	}
}

// makeBalancer adds the interfaces of a load balancer that is created, one in each subnet.
func (a *action) makeBalancer(e inventory.Interface, bare bool) {
	put := a.add
	if bare {
		put = a.addWithItsGroups
	}
	if internal, known := a.after.flag("internal"); known {
		e.Planned = publicIf(!internal)
	} else if x, pending := a.after.pending("internal"); !pending || x.computed {
		e.Planned = inventory.PlannedPublic // AWS makes it internet-facing where nothing says else
	}
	subnets := a.balancerSubnets()
	for _, s := range subnets {
		one := e
		one.Subnet = s
		a.balancerIPv6(&one)
		if len(subnets) > 1 {
			one.ID += " in " + s
		}
		put(one)
	}
	if len(subnets) == 0 {
		a.balancerIPv6(&e)
		put(e)
	}
	a.listBalancer(&a.in.Interfaces[len(a.in.Interfaces)-1])
}

// readdressBalancer gives IPv6 addresses to the interfaces of a load balancer that gets
// some.
func (a *action) readdressBalancer(theirs func(*inventory.Interface) bool) {
	if !a.changed("ip_address_type") {
		return
	}
	a.in.ownInterfaces()
	for i := range a.in.Interfaces {
		if e := &a.in.Interfaces[i]; theirs(e) && len(e.IPv6()) == 0 {
			a.balancerIPv6(e)
		}
	}
}

// balancerIPv6 gives an IPv6 address to an interface of a load balancer if the load
// balancer has some (Elastic Load Balancing, API reference, IpAddressType). An internal
// one accepts no traffic from internet gateways.
func (a *action) balancerIPv6(e *inventory.Interface) {
	const key = "ip_address_type"
	kind := a.after.known(key)
	if kind == "dualstack-without-public-ipv4" && a.makes() {
		e.Planned = inventory.PlannedPrivate
	}
	if !strings.HasPrefix(kind, "dualstack") && !a.pends(key) {
		return
	}
	internal, _ := a.after.flag("internal")
	if e.DenyIGW = internal; a.pends(key) {
		e.PlannedIPv6 = inventory.PlannedUnsure
	} else {
		a.in.giveIPv6(e)
	}
}

// balancerSubnets returns the subnets of a load balancer, as far as they are known.
func (a *action) balancerSubnets() []string {
	subnets, known := a.after.places("subnets")
	if len(subnets) > 0 {
		if !known {
			a.unknown("subnets", "it is known after apply which ones they are%s", a.after.why("subnets", "subnet-"))
		}
		return subnets
	}
	mappings, _ := a.after.blocks("subnet_mapping")
	for _, m := range mappings {
		if id := m.id("subnet_id", "subnet-"); id != "" {
			subnets = append(subnets, id)
		}
	}
	return subnets
}

// moveBalancer drops the interfaces of a load balancer in subnets that it leaves, and adds
// one in each subnet that it gets.
func (a *action) moveBalancer(theirs func(*inventory.Interface) bool) {
	key := "subnets"
	if !a.differs(key) {
		if key = "subnet_mapping"; !a.differs(key) {
			return
		}
	}
	subnets, known := a.after.places("subnets")
	if len(subnets) == 0 {
		subnets = a.balancerSubnets()
		known = len(subnets) > 0
	}
	var first *inventory.Interface
	in := map[string]bool{}
	for i := range a.in.Interfaces {
		if e := &a.in.Interfaces[i]; theirs(e) {
			if in[e.Subnet] = true; first == nil {
				first = e
			}
		}
	}
	if first == nil {
		a.unknown(key, "the subnets change, but the interfaces of the load balancer are not among those that were read")
		return
	}
	like := *first
	if !known {
		a.unknown(key, "it is known after apply which ones they are%s", a.after.why("subnets", "subnet-"))
	} else {
		a.drop(func(e *inventory.Interface) bool { return theirs(e) && !slices.Contains(subnets, e.Subnet) })
	}
	internal, _ := a.after.flag("internal")
	for _, s := range subnets {
		if in[s] {
			continue
		}
		one := like
		one.ID, one.Subnet, one.Addresses = a.Address+" in "+s, s, nil
		if one.Planned = publicIf(!internal); len(like.IPv6()) > 0 {
			a.in.giveIPv6(&one)
		}
		a.addWithItsGroups(one)
	}
}

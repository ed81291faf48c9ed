package planned

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// given returns the private and IPv6 addresses that the plan gives to an interface. What
// is known after apply only, and is not left to AWS, is noted.
func (a *action) given(v values) (list []inventory.Address) {
	add := func(key, text string) {
		ip, err := netip.ParseAddr(text)
		if err != nil || ip.Zone() != "" {
			v.bad(key, "an address", text)
		} else if one := (inventory.Address{Private: ip}); !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	if text := v.known("private_ip"); text != "" {
		add("private_ip", text)
	} else if x, pending := v.pending("private_ip"); pending && !x.computed {
		a.unknown(v.name("private_ip"), "the address of the interface is known after apply")
	}
	for _, key := range []string{"private_ips", "private_ip_list", "secondary_private_ips", "ipv6_addresses", "ipv6_address_list"} {
		texts, known := v.texts(key)
		if !known {
			a.unknown(v.name(key), "addresses of the interface are known after apply")
		}
		for _, text := range texts {
			add(key, text)
		}
	}
	return list
}

func hasFamily(list []inventory.Address, ipv6 bool) bool {
	return slices.ContainsFunc(list, func(x inventory.Address) bool { return x.Private.Is6() == ipv6 })
}

// assignIPv6 gives an IPv6 address to an interface in a subnet if the plan gives it one,
// or if the subnet does that on creation. Where that is known once the interface is
// created, no verdict rests on it.
func (a *action) assignIPv6(v values, e *inventory.Interface) {
	const count = "ipv6_address_count"
	n := v.number(count)
	x, pending := v.pending(count)
	y, later := v.pending("ipv6_addresses")
	switch {
	case hasFamily(e.Addresses, true) || n != nil && *n <= 0:
	case n != nil:
		a.in.giveIPv6(e)
	case pending && !x.computed || later && !y.computed:
		e.PlannedIPv6 = inventory.PlannedUnsure
	default:
		switch a.in.assigning(e.Subnet) {
		case inventory.PlannedPublic:
			a.in.giveIPv6(e)
		case inventory.PlannedUnsure:
			e.PlannedIPv6 = inventory.PlannedUnsure
		}
	}
}

// giveIPv6 gives an interface an IPv6 address of its subnet. Which one it is, is known
// later where the address range of the subnet is.
func (c *copied) giveIPv6(e *inventory.Interface) {
	if s := c.subnet(e.Subnet); s != nil {
		if ip := c.free(s, true); ip.IsValid() {
			e.Addresses = append(slices.Clip(e.Addresses), inventory.Address{Private: ip})
			return
		}
	}
	e.PlannedIPv6 = inventory.PlannedUnsure
}

// assigning says whether new interfaces in a subnet get IPv6 addresses. Of a subnet that
// exists that is not read, so that it is not known where the subnet has a range of them.
func (c *copied) assigning(id string) inventory.Planned {
	if p, known := c.of.assigns[id]; known {
		return p
	}
	s := c.subnet(id)
	if s != nil && !slices.ContainsFunc(s.Prefixes, func(p inventory.SubnetPrefix) bool { return p.Prefix.Addr().Is6() }) {
		return inventory.PlannedPrivate
	}
	return inventory.PlannedUnsure
}

// assigns notes whether a subnet of the plan gives IPv6 addresses to new interfaces: one
// without IPv4 addresses does.
func (a *action) assigns() {
	const key = "assign_ipv6_address_on_creation"
	is, known := a.after.flag(key)
	native, _ := a.after.flag("ipv6_native")
	x, pending := a.after.pending(key)
	switch {
	case is || native:
		a.in.of.assigns[a.id] = inventory.PlannedPublic
	case pending && !x.computed:
		a.in.of.assigns[a.id] = inventory.PlannedUnsure
	case known || a.makes():
		a.in.of.assigns[a.id] = inventory.PlannedPrivate
	}
}

// readdress changes the addresses of interfaces that exist, as far as the plan changes
// them. A private address that stays keeps its public one.
func (a *action) readdress(ids []string) {
	ipv4, ipv6 := a.differs("private_ips") || a.differs("secondary_private_ips"), a.differs("ipv6_addresses") || a.differs("ipv6_address_count")
	if !ipv4 && !ipv6 {
		return
	}
	list := a.given(a.after)
	a.in.ownInterfaces()
	for _, id := range ids {
		e := a.in.networkInterface(id)
		if e == nil {
			continue
		}
		e.Addresses = slices.Clone(e.Addresses)
		if n := a.after.number("ipv6_address_count"); ipv6 && n != nil && *n == 0 {
			e.Addresses = slices.DeleteFunc(e.Addresses, func(x inventory.Address) bool { return x.Private.Is6() })
		}
		for _, x := range list {
			if changed := map[bool]bool{false: ipv4, true: ipv6}; changed[x.Private.Is6()] && !slices.ContainsFunc(e.Addresses, func(o inventory.Address) bool { return o.Private == x.Private }) {
				e.Addresses = append(e.Addresses, x)
			}
		}
		if texts, known := a.after.texts("private_ips"); ipv4 && known && len(texts) > 0 {
			e.Addresses = slices.DeleteFunc(e.Addresses, func(o inventory.Address) bool {
				return o.Private.Is4() && !slices.ContainsFunc(list, func(x inventory.Address) bool { return x.Private == o.Private })
			})
		}
		if ipv6 && e.PlannedIPv6 == inventory.NotPlanned && a.addsIPv6() {
			a.assignIPv6(a.after, e)
		}
	}
}

// addsIPv6 reports whether the plan gives IPv6 addresses to what exists, or may do so.
func (a *action) addsIPv6() bool {
	n := a.after.number("ipv6_address_count")
	return n != nil && *n > 0 || a.pends("ipv6_address_count") || a.pends("ipv6_addresses")
}

// pends reports whether the plan gives a value that is known after apply only.
func (a *action) pends(key string) bool {
	x, pending := a.after.pending(key)
	return pending && !x.computed
}

// differs reports whether the plan changes an attribute: what AWS computes stays.
func (a *action) differs(key string) bool {
	if _, pending := a.after.pending(key); pending {
		return a.pends(key)
	}
	return a.changed(key)
}

// free returns an address of a subnet that no interface has. AWS keeps the first four
// and the last one for itself.
func (c *copied) free(s *inventory.Subnet, ipv6 bool) netip.Addr {
	prefixes := slices.Clone(s.Prefixes) // those that are advertised to the internet first
	slices.SortStableFunc(prefixes, func(x, y inventory.SubnetPrefix) int {
		return cmp.Compare(map[bool]int{true: 1}[x.Private], map[bool]int{true: 1}[y.Private])
	})
	for _, p := range prefixes {
		if p.Prefix.Addr().Is6() != ipv6 {
			continue
		}
		taken := map[netip.Addr]bool{}
		var delegated []netip.Prefix
		for i := range c.Interfaces {
			for _, x := range c.Interfaces[i].Addresses {
				taken[x.Private] = true
			}
			delegated = append(delegated, c.Interfaces[i].Delegated...)
		}
		a := p.Prefix.Addr()
		for range 4 {
			a = a.Next()
		}
		for p.Prefix.Contains(a.Next()) {
			switch within := slices.IndexFunc(delegated, func(d netip.Prefix) bool { return d.Contains(a) }); {
			case within >= 0:
				a = cidr.Last(delegated[within])
			case !taken[a]:
				return a
			}
			a = a.Next()
		}
	}
	return netip.Addr{}
}

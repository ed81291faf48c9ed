package usage

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/inventory"
)

// The services of which flow logs record no packet, by the ports of a rule that is for
// one of them alone (Amazon VPC user guide, flow log limitations).
var unrecordedPorts = []struct {
	ports      inventory.Traffic
	directions [2]bool // by inventory.Direction
	service    string
}{
	{inventory.Ports(inventory.UDP, 67, 68), [2]bool{true, true}, "DHCP traffic"},
	{inventory.Ports(inventory.UDP, 546, 547), [2]bool{true, true}, "DHCP traffic"},
	{inventory.Ports(inventory.UDP, 4789, 4789), [2]bool{inventory.Ingress: true}, "mirrored traffic"},
}

// unrecorded says which traffic that a rule allows is never recorded, or nothing.
func unrecorded(s *site, r *Rule) string {
	for i := range unrecordedPorts {
		if u := &unrecordedPorts[i]; u.directions[r.Rule.Direction] && u.ports.Covers(r.Rule.Traffic) {
			return "flow logs do not record " + u.service + ", which this rule may be for"
		}
	}
	return unobservable(s, r)
}

// The addresses of AWS services in each VPC, to which flow logs record nothing (Amazon VPC
// user guide, flow log limitations; Amazon EC2 user guide, instance metadata service, Amazon
// Time Sync Service and Windows activation).
var (
	linkLocal = cidr.Of(netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fd00:ec2::/32"))

	unrecordedServices = []struct {
		service   string
		ports     []inventory.Traffic
		addresses []netip.Addr
	}{
		{"queries to the Amazon DNS server of the VPC", dnsPorts, hosts("169.254.169.253", "fd00:ec2::253")},
		{"traffic to the instance metadata service (169.254.169.254, fd00:ec2::254)", []inventory.Traffic{inventory.Ports(inventory.TCP, 80, 80)}, hosts("169.254.169.254", "fd00:ec2::254")},
		{"traffic to the Amazon Time Sync Service (169.254.169.123, fd00:ec2::123)", []inventory.Traffic{inventory.Ports(inventory.UDP, 123, 123)}, hosts("169.254.169.123", "fd00:ec2::123")},
		{"Windows activation (169.254.169.250, 169.254.169.251)", []inventory.Traffic{inventory.Ports(inventory.TCP, 1688, 1688)}, hosts("169.254.169.250", "169.254.169.251", "fd00:ec2::250", "fd00:ec2::251")},
	}
	dnsPorts = []inventory.Traffic{inventory.Ports(inventory.UDP, 53, 53), inventory.Ports(inventory.TCP, 53, 53)}
)

func hosts(texts ...string) (list []netip.Addr) {
	for _, text := range texts {
		list = append(list, netip.MustParseAddr(text))
	}
	return list
}

// unobservable says which traffic to services of AWS that an outbound rule allows is never
// recorded, or nothing. A prefix list with entries that were not read may hold any address.
func unobservable(s *site, r *Rule) string {
	to := []netip.Prefix{r.Rule.Peer.Prefix}
	if id := r.Rule.Peer.List; id != "" {
		if list := s.index.PrefixList(id); list != nil && list.Resolved {
			to = list.Entries
		} else {
			to = []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}
		}
	}
	if r.Rule.Direction != inventory.Egress || r.Rule.Peer.Group != nil {
		return ""
	}
	if slices.ContainsFunc(to, linkLocal.Covers) {
		return "flow logs do not record traffic to the instance metadata service, the Amazon Time Sync Service and the Amazon DNS server"
	}
	for i := range unrecordedServices {
		u := &unrecordedServices[i]
		known := u.addresses
		if i == 0 {
			known = append(s.dnsServers(r.Group.VPC, to), known...)
		}
		if slices.ContainsFunc(u.ports, r.Rule.Traffic.Overlaps) && slices.ContainsFunc(known, func(a netip.Addr) bool {
			return slices.ContainsFunc(to, func(p netip.Prefix) bool { return p.Contains(a) })
		}) {
			return "flow logs do not record " + u.service + ", which this rule may be for"
		}
	}
	return ""
}

// dnsServers returns the addresses of the Amazon DNS server in the IPv4 blocks of a VPC. In a
// VPC with blocks that are not known, each private destination of a rule may hold one.
func (s *site) dnsServers(vpc string, to []netip.Prefix) (list []netip.Addr) {
	v := s.index.VPC(vpc)
	if v == nil {
		for _, p := range to {
			if cidr.Private(p) {
				list = append(list, p.Addr())
			}
		}
		return list
	}
	for _, p := range v.Prefixes {
		if p.Addr().Is4() {
			list = append(list, second(p.Addr()))
		}
	}
	return list
}

// second returns the address of the Amazon DNS server in a block of a VPC: its first
// one plus two (Amazon VPC user guide, Amazon DNS server).
func second(first netip.Addr) netip.Addr {
	b := first.As4()
	binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+2)
	return netip.AddrFrom4(b)
}

// throughEndpoint says that clients may use a rule through a VPC endpoint, or nothing: what
// they send to a network load balancer is not recorded, so that the recorded clients are
// not all that there are.
func throughEndpoint(s *site, r *Rule) string {
	if r.Rule.Direction == inventory.Ingress && s.hasNetworkLoadBalancer(r.Group.ID) {
		return "flow logs do not record traffic from a VPC endpoint (AWS PrivateLink) to a network load balancer, which this rule may be for"
	}
	return ""
}

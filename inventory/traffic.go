package inventory

import (
	"fmt"
	"strconv"
	"strings"
)

// Direction says which way a rule lets traffic through, seen from the
// interface to which the group is attached.
type Direction uint8

const (
	Ingress Direction = iota
	Egress
)

// String returns the word that AWS uses: ingress or egress.
func (d Direction) String() string {
	if d == Egress {
		return "egress"
	}
	return "ingress"
}

// Protocol is an IP protocol number, or AllProtocols.
type Protocol int16

// The protocols that have ports or a type and code. AllProtocols covers
// every protocol; AWS writes it as -1.
const (
	AllProtocols Protocol = -1
	ICMP         Protocol = 1
	TCP          Protocol = 6
	UDP          Protocol = 17
	ICMPv6       Protocol = 58
)

// MaxPort is the highest port of tcp and udp.
const MaxPort = 65535

// maxType is the highest type, and the highest code, of icmp and icmpv6.
const maxType = 255

// String returns the word for the protocols that AWS names, "all" for
// AllProtocols, and the decimal number for the rest.
func (p Protocol) String() string {
	switch p {
	case AllProtocols:
		return "all"
	case ICMP:
		return "icmp"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case ICMPv6:
		return "icmpv6"
	}
	return strconv.Itoa(int(p))
}

// ParseProtocol accepts the spellings that AWS answers with (names, numbers,
// "-1") and "all".
func ParseProtocol(s string) (Protocol, error) {
	switch strings.ToLower(s) {
	case "-1", "all":
		return AllProtocols, nil
	case "icmp":
		return ICMP, nil
	case "tcp":
		return TCP, nil
	case "udp":
		return UDP, nil
	case "icmpv6":
		return ICMPv6, nil
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("protocol %q is neither a name (tcp, udp, icmp, icmpv6, all) nor a number from 0 to 255", s)
	}
	return Protocol(n), nil
}

// Any stands for every ICMP type, or every code of a type.
const Any = -1

// Traffic is what a rule lets through: a protocol and, where the protocol has
// them, an interval of ports or an ICMP type and code. It is comparable.
//
// For TCP and UDP, First and Last are inclusive ports; for ICMP and ICMPv6
// First is the type and Last the code, each of them possibly Any. For every
// other protocol, AllProtocols included, both are zero and mean nothing.
// The zero value is protocol 0; use the constructors.
type Traffic struct {
	Protocol    Protocol
	First, Last int32
}

// All is traffic of every protocol.
var All = Traffic{Protocol: AllProtocols}

// Ports returns TCP or UDP traffic to the ports from first to last, inclusive.
func Ports(p Protocol, first, last int32) Traffic {
	return Traffic{Protocol: p, First: first, Last: last}
}

// NewTraffic builds a Traffic from the fields of an AWS rule. Nil ports mean
// all ports, every type or every code. Protocols that have neither ports nor
// types drop them, as AWS opens the whole protocol whatever the fields say.
// An end outside 0 to 65535, -1 included, leaves the ports open on that side,
// and a type or code outside 0 to 255 means all of them; a reversed interval
// is an error.
func NewTraffic(protocol string, from, to *int32) (Traffic, error) {
	p, err := ParseProtocol(protocol)
	if err != nil {
		return Traffic{}, err
	}
	switch p {
	case TCP, UDP:
		first, last := int32(0), int32(MaxPort)
		if within(from, MaxPort) {
			first = *from
		}
		if within(to, MaxPort) {
			last = *to
		}
		if first > last {
			return Traffic{}, fmt.Errorf("ports %d-%d run backwards", first, last)
		}
		return Ports(p, first, last), nil
	case ICMP, ICMPv6:
		t := Traffic{Protocol: p, First: Any, Last: Any}
		if within(from, maxType) {
			t.First = *from
			if within(to, maxType) {
				t.Last = *to
			}
		}
		return t, nil
	}
	return Traffic{Protocol: p}, nil
}

func within(n *int32, limit int32) bool { return n != nil && *n >= 0 && *n <= limit }

// NearlyAllPorts is the number of ports of one protocol from which on a rule
// counts as opening all traffic.
const NearlyAllPorts = 60000

// OpensAll reports whether the traffic is all traffic, or nearly all ports of
// tcp or of udp.
func (t Traffic) OpensAll() bool {
	return t.Protocol == AllProtocols || t.HasPorts() && t.Last-t.First+1 >= NearlyAllPorts
}

// HasPorts reports whether the traffic is TCP or UDP.
func (t Traffic) HasPorts() bool { return t.Protocol == TCP || t.Protocol == UDP }

// PortsOf returns the inclusive ports that t opens for p, which is TCP or UDP.
// All traffic opens every port; ICMP and the other protocols open none.
func (t Traffic) PortsOf(p Protocol) (first, last int32, ok bool) {
	switch t.Protocol {
	case AllProtocols:
		return 0, MaxPort, true
	case p:
		if t.HasPorts() {
			return t.First, t.Last, true
		}
	}
	return 0, 0, false
}

// Covers reports whether every packet that u lets through passes t too.
func (t Traffic) Covers(u Traffic) bool {
	switch {
	case t.Protocol == AllProtocols:
		return true
	case t.Protocol != u.Protocol:
		return false
	case t.HasPorts():
		return t.First <= u.First && u.Last <= t.Last
	case t.Protocol == ICMP || t.Protocol == ICMPv6:
		return t.First == Any || t.First == u.First && (t.Last == Any || t.Last == u.Last)
	}
	return true
}

// Overlaps reports whether some packet passes both t and u.
func (t Traffic) Overlaps(u Traffic) bool {
	switch {
	case t.Protocol == AllProtocols || u.Protocol == AllProtocols:
		return true
	case t.Protocol != u.Protocol:
		return false
	case t.HasPorts():
		return t.First <= u.Last && u.First <= t.Last
	case t.Protocol == ICMP || t.Protocol == ICMPv6:
		same := func(a, b int32) bool { return a == Any || b == Any || a == b }
		return same(t.First, u.First) && (t.First == Any || u.First == Any || same(t.Last, u.Last))
	}
	return true
}

// PortsText returns the ports as reports write them: "22", "20-25", "all",
// and "<type>/<code>" for ICMP. A protocol without either opens "all".
func (t Traffic) PortsText() string {
	switch {
	case t.HasPorts():
		if t.First == 0 && t.Last == MaxPort {
			return "all"
		}
		if t.First == t.Last {
			return strconv.Itoa(int(t.First))
		}
		return strconv.Itoa(int(t.First)) + "-" + strconv.Itoa(int(t.Last))
	case t.Protocol == ICMP || t.Protocol == ICMPv6:
		if t.First == Any {
			return "all"
		}
		code := "all"
		if t.Last != Any {
			code = strconv.Itoa(int(t.Last))
		}
		return strconv.Itoa(int(t.First)) + "/" + code
	}
	return "all"
}

// String returns the text form: "tcp/22", "udp/all", "icmp/8/0", "all", "47".
// ParseTraffic reads it back.
func (t Traffic) String() string {
	if t.HasPorts() || t.Protocol == ICMP || t.Protocol == ICMPv6 {
		return t.Protocol.String() + "/" + t.PortsText()
	}
	return t.Protocol.String()
}

// Words is the traffic inside a sentence: "tcp/22", "all traffic", "protocol 50".
func (t Traffic) Words() string {
	switch {
	case t == All:
		return "all traffic"
	case !t.HasPorts() && t.Protocol != ICMP && t.Protocol != ICMPv6:
		return "protocol " + t.String()
	}
	return t.String()
}

// ParseTraffic reads the text form that String writes; a bare "tcp", "udp",
// "icmp" or "icmpv6" means all of it.
func ParseTraffic(s string) (Traffic, error) {
	name, rest, _ := strings.Cut(s, "/")
	p, err := ParseProtocol(name)
	if err != nil {
		return Traffic{}, err
	}
	icmp := p == ICMP || p == ICMPv6
	if rest == "" || rest == "all" {
		if strings.HasSuffix(s, "/") {
			return Traffic{}, fmt.Errorf("traffic %q ends in a slash", s)
		}
		if rest == "all" && !icmp && p != TCP && p != UDP {
			return Traffic{}, fmt.Errorf("protocol %s has no ports: write %q", p, p)
		}
		return NewTraffic(name, nil, nil)
	}
	sep, limit := "-", uint64(MaxPort)
	if icmp {
		sep, limit = "/", maxType
	} else if p != TCP && p != UDP {
		return Traffic{}, fmt.Errorf("protocol %s has no ports: write %q", p, p)
	}
	a, b, two := strings.Cut(rest, sep)
	first, err := parseField(a, limit)
	if err != nil {
		return Traffic{}, err
	}
	last := first
	if icmp {
		last = Any
	}
	if two && !(icmp && b == "all") {
		if last, err = parseField(b, limit); err != nil {
			return Traffic{}, err
		}
	}
	if !icmp && first > last {
		return Traffic{}, fmt.Errorf("ports %s run backwards", rest)
	}
	return Traffic{Protocol: p, First: first, Last: last}, nil
}

func parseField(s string, limit uint64) (int32, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n > limit {
		return 0, fmt.Errorf("%q is not a number from 0 to %d", s, limit)
	}
	return int32(n), nil
}

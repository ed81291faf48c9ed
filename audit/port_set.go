package audit

import (
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach/path"
)

// portSet is a set of ports of one protocol: sorted intervals that neither
// overlap nor touch. The zero value is empty.
type portSet []path.Interval

// add returns the set with the ports of an interval; it may change s.
func (s portSet) add(ports path.Interval) portSet {
	if n := len(s); n > 0 && s[n-1].Last+1 >= ports.First && s[n-1].First <= ports.First {
		s[n-1].Last = max(s[n-1].Last, ports.Last)
		return s
	}
	if n := len(s); n == 0 || s[n-1].Last < ports.First {
		return append(s, ports)
	}
	return path.Union(append(s, ports))
}

// without returns the set less the ports from first to last; s stays as it is.
func (s portSet) without(first, last int32) portSet {
	return path.Without(s, []path.Interval{{First: first, Last: last}})
}

// less returns the set without the ports of another one; both stay as they
// are.
func (s portSet) less(other portSet) portSet { return path.Without(s, other) }

// size counts the ports.
func (s portSet) size() int {
	n := 0
	for _, x := range s {
		n += int(x.Last-x.First) + 1
	}
	return n
}

// all reports whether the set holds every port that can be used: port 0 is
// reserved and nothing listens on it.
func (s portSet) all() bool {
	return len(s) == 1 && s[0].First <= 1 && s[0].Last == inventory.MaxPort
}

// howMany returns "all" or "nearly all", for a set of at least
// inventory.NearlyAllPorts ports.
func (s portSet) howMany() string {
	if s.all() {
		return "all"
	}
	return "nearly all"
}

// TrafficNamed names the traffic of a rule in a message: "all traffic",
// "traffic to nearly all TCP ports (tcp/3390-65535)", or the text form.
func TrafficNamed(t inventory.Traffic) string {
	if ports := PortsNamed(t); t != inventory.All && ports != t.String() {
		return "traffic to " + ports
	}
	return PortsNamed(t)
}

// PortsNamed names the ports of a rule in a message: "nearly all TCP ports
// (tcp/3390-65535)", or the text form where they are fewer. All traffic is "all
// traffic".
func PortsNamed(t inventory.Traffic) string {
	ports := portSet{{First: t.First, Last: t.Last}}
	switch {
	case t == inventory.All:
		return "all traffic"
	case !t.OpensAll():
		return t.String()
	}
	return ports.howMany() + " " + strings.ToUpper(t.Protocol.String()) + " ports (" + t.String() + ")"
}

// overlaps reports whether some port from first to last is in the set.
func (s portSet) overlaps(first, last int32) bool {
	for _, x := range s {
		if x.First <= last && first <= x.Last {
			return true
		}
	}
	return false
}

// text writes the set as reports do: "tcp/22, tcp/8000-8010".
func (s portSet) text(p inventory.Protocol) string {
	parts := make([]string, len(s))
	for i, x := range s {
		parts[i] = inventory.Ports(p, x.First, x.Last).String()
	}
	const most = 6
	if more := len(parts) - most; more > 0 {
		parts = append(parts[:most], "and "+strconv.Itoa(more)+" more ranges")
	}
	return strings.Join(parts, ", ")
}

// portsText writes ports of tcp and of udp: "tcp/22, udp/53".
func portsText(tcp, udp portSet) string {
	text := tcp.text(inventory.TCP)
	if more := udp.text(inventory.UDP); more != "" {
		if text != "" {
			text += ", "
		}
		text += more
	}
	return text
}

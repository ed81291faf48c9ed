package audit

import (
	"slices"
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
)

// span is an inclusive interval of ports.
type span struct{ first, last int32 }

// portSet is a set of ports of one protocol: sorted spans that neither
// overlap nor touch. The zero value is empty.
type portSet []span

// add returns the set with the ports from first to last.
func (s portSet) add(first, last int32) portSet {
	if n := len(s); n > 0 && s[n-1].last+1 >= first && s[n-1].first <= first {
		s[n-1].last = max(s[n-1].last, last)
		return s
	}
	s = append(s, span{first, last})
	slices.SortFunc(s, func(a, b span) int { return int(a.first - b.first) })
	out := s[:1]
	for _, x := range s[1:] {
		if top := &out[len(out)-1]; x.first <= top.last+1 {
			top.last = max(top.last, x.last)
		} else {
			out = append(out, x)
		}
	}
	return out
}

// without returns the set less the ports from first to last; s stays as it is.
func (s portSet) without(first, last int32) portSet {
	var out portSet
	for _, x := range s {
		if x.last < first || x.first > last {
			out = append(out, x)
			continue
		}
		if x.first < first {
			out = append(out, span{x.first, first - 1})
		}
		if x.last > last {
			out = append(out, span{last + 1, x.last})
		}
	}
	return out
}

// less returns the set without the ports of another one; both stay as they
// are.
func (s portSet) less(other portSet) portSet {
	for _, x := range other {
		s = s.without(x.first, x.last)
	}
	return s
}

// size counts the ports.
func (s portSet) size() int {
	n := 0
	for _, x := range s {
		n += int(x.last-x.first) + 1
	}
	return n
}

// all reports whether the set holds every port that can be used: port 0 is
// reserved and nothing listens on it.
func (s portSet) all() bool {
	return len(s) == 1 && s[0].first <= 1 && s[0].last == inventory.MaxPort
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
	ports := portSet{{t.First, t.Last}}
	switch {
	case t == inventory.All:
		return "all traffic"
	case !t.HasPorts() || ports.size() < inventory.NearlyAllPorts:
		return t.String()
	}
	return "traffic to " + ports.howMany() + " " + strings.ToUpper(t.Protocol.String()) + " ports (" + t.String() + ")"
}

// overlaps reports whether some port from first to last is in the set.
func (s portSet) overlaps(first, last int32) bool {
	for _, x := range s {
		if x.first <= last && first <= x.last {
			return true
		}
	}
	return false
}

// text writes the set as reports do: "tcp/22, tcp/8000-8010".
func (s portSet) text(p inventory.Protocol) string {
	parts := make([]string, len(s))
	for i, x := range s {
		parts[i] = inventory.Ports(p, x.first, x.last).String()
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

package inventory

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func n(v int32) *int32 { return &v }

// The fields as AWS sends them, in both of its forms of a rule.
func TestNewTraffic(t *testing.T) {
	for _, c := range []struct {
		name     string
		protocol string
		from, to *int32
		want     Traffic
		text     string
	}{
		{"one port", "tcp", n(22), n(22), Ports(TCP, 22, 22), "tcp/22"},
		{"ports", "udp", n(20), n(25), Ports(UDP, 20, 25), "udp/20-25"},
		{"port 0", "tcp", n(0), n(0), Ports(TCP, 0, 0), "tcp/0"},
		{"last port", "tcp", n(65535), n(65535), Ports(TCP, 65535, 65535), "tcp/65535"},
		{"all tcp", "tcp", n(0), n(65535), Ports(TCP, 0, 65535), "tcp/all"},
		{"all but port 0", "tcp", n(1), n(65535), Ports(TCP, 1, 65535), "tcp/1-65535"},
		{"tcp without ports", "tcp", nil, nil, Ports(TCP, 0, 65535), "tcp/all"},
		{"tcp -1", "tcp", n(-1), n(-1), Ports(TCP, 0, 65535), "tcp/all"},
		{"tcp beyond ports", "tcp", n(70000), n(80000), Ports(TCP, 0, 65535), "tcp/all"},
		{"tcp open above", "tcp", n(1024), nil, Ports(TCP, 1024, 65535), "tcp/1024-65535"},
		{"tcp by number", "6", n(22), n(22), Ports(TCP, 22, 22), "tcp/22"},
		{"udp by number", "17", n(53), n(53), Ports(UDP, 53, 53), "udp/53"},
		{"capitals", "TCP", n(22), n(22), Ports(TCP, 22, 22), "tcp/22"},
		{"all traffic", "-1", nil, nil, All, "all"},
		{"all traffic of the flat form", "-1", n(-1), n(-1), All, "all"},
		{"all traffic with ports that mean nothing", "-1", n(0), n(65535), All, "all"},
		{"ping", "icmp", n(8), n(0), Traffic{ICMP, 8, 0}, "icmp/8/0"},
		{"type with every code", "icmp", n(8), n(-1), Traffic{ICMP, 8, Any}, "icmp/8/all"},
		{"type with no code given", "icmp", n(3), nil, Traffic{ICMP, 3, Any}, "icmp/3/all"},
		{"code 22 is not SSH", "icmp", n(3), n(22), Traffic{ICMP, 3, 22}, "icmp/3/22"},
		{"all icmp", "icmp", n(-1), n(-1), Traffic{ICMP, Any, Any}, "icmp/all"},
		{"all icmp without fields", "1", nil, nil, Traffic{ICMP, Any, Any}, "icmp/all"},
		{"a code of every type is every code", "icmp", n(-1), n(4), Traffic{ICMP, Any, Any}, "icmp/all"},
		{"no such type", "icmp", n(256), n(0), Traffic{ICMP, Any, Any}, "icmp/all"},
		{"no such code", "icmp", n(3), n(256), Traffic{ICMP, 3, Any}, "icmp/3/all"},
		{"icmpv6", "icmpv6", n(128), n(0), Traffic{ICMPv6, 128, 0}, "icmpv6/128/0"},
		{"icmpv6 by number", "58", nil, nil, Traffic{ICMPv6, Any, Any}, "icmpv6/all"},
		{"GRE", "47", nil, nil, Traffic{Protocol: 47}, "47"},
		{"ESP with -1", "50", n(-1), n(-1), Traffic{Protocol: 50}, "50"},
		{"SCTP opens every port", "132", n(22), n(22), Traffic{Protocol: 132}, "132"},
		{"protocol 0", "0", nil, nil, Traffic{}, "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := NewTraffic(c.protocol, c.from, c.to)
			if err != nil || got != c.want || got.String() != c.text {
				t.Errorf("got %+v %q, %v; want %+v %q", got, got.String(), err, c.want, c.text)
			}
		})
	}
	for _, c := range []struct {
		protocol string
		from, to *int32
	}{
		{"tcp", n(25), n(20)}, {"", nil, nil}, {"-2", nil, nil}, {"256", nil, nil}, {"+6", nil, nil}, {"tcpudp", nil, nil}, {"6.0", nil, nil},
	} {
		if got, err := NewTraffic(c.protocol, c.from, c.to); err == nil {
			t.Errorf("NewTraffic(%q, ...) = %v, want an error", c.protocol, got)
		}
	}
}

func TestParseTraffic(t *testing.T) {
	for in, want := range map[string]Traffic{
		"tcp":          Ports(TCP, 0, MaxPort),
		"udp/all":      Ports(UDP, 0, MaxPort),
		"tcp/0-65535":  Ports(TCP, 0, MaxPort),
		"TCP/22":       Ports(TCP, 22, 22),
		"6/22":         Ports(TCP, 22, 22),
		"icmp":         {ICMP, Any, Any},
		"icmp/8":       {ICMP, 8, Any},
		"icmp/8/all":   {ICMP, 8, Any},
		"icmpv6/128/0": {ICMPv6, 128, 0},
		"58/128":       {ICMPv6, 128, Any},
		"all":          All,
		"-1":           All,
		"47":           {Protocol: 47},
	} {
		if got, err := ParseTraffic(in); err != nil || got != want {
			t.Errorf("ParseTraffic(%q) = %+v, %v; want %+v", in, got, err, want)
		}
	}
	for _, in := range []string{
		"", "/", "/22", "tcp/", "tcp/ 22", "tcp/22-", "tcp/-22", "tcp/+22", "tcp/25-20", "tcp/65536", "tcp/22-70000", "tcp/22/3",
		"tcp/ssh", "tcp/4294967318", "icmp/", "icmp/256", "icmp/8-9", "icmp/8/", "icmp/all/0", "icmp/8/0/0", "icmp/-1", "all/22", "all/all",
		"all/", "47/22", "47/all", "256", "gre", "tcp/all/all",
	} {
		if got, err := ParseTraffic(in); err == nil {
			t.Errorf("ParseTraffic(%q) = %v, want an error", in, got)
		}
	}
}

// traffics is every traffic of a tiny universe: a few protocols, ports, types
// and codes.
func traffics() []Traffic {
	list := []Traffic{All, {Protocol: 0}, {Protocol: 47}}
	ports := []int32{0, 1, 2, 3, 4, 5, MaxPort}
	for _, p := range []Protocol{TCP, UDP} {
		for i, first := range ports {
			for _, last := range ports[i:] {
				list = append(list, Ports(p, first, last))
			}
		}
	}
	for _, p := range []Protocol{ICMP, ICMPv6} {
		list = append(list, Traffic{p, Any, Any})
		for kind := range int32(4) {
			for code := int32(Any); code < 4; code++ {
				list = append(list, Traffic{p, kind, code})
			}
		}
	}
	return list
}

func drawTraffic(t *rapid.T, label string) Traffic {
	return rapid.SampledFrom(traffics()).Draw(t, label)
}

// packet is one packet as a filter sees it: a port, or a type and a code.
type packet struct {
	protocol   Protocol
	port, code int32
}

// packets holds a packet for every difference between two traffics, and some
// beyond all of them.
func packets() []packet {
	var list []packet
	for _, p := range []Protocol{0, ICMP, TCP, UDP, 47, ICMPv6, 132} {
		for _, port := range []int32{0, 1, 2, 3, 4, 5, 6, MaxPort - 1, MaxPort} {
			for code := range int32(5) {
				list = append(list, packet{p, port, code})
			}
		}
	}
	return list
}

func (k packet) passes(t Traffic) bool {
	if t.Protocol == AllProtocols {
		return true
	}
	if t.Protocol != k.protocol {
		return false
	}
	switch k.protocol {
	case TCP, UDP:
		return k.port >= t.First && k.port <= t.Last
	case ICMP, ICMPv6:
		return (t.First == -1 || t.First == k.port) && (t.Last == -1 || t.Last == k.code)
	}
	return true
}

func TestTrafficAgainstPackets(t *testing.T) {
	sent := packets()
	for _, a := range traffics() {
		for _, b := range traffics() {
			covers, overlaps := true, false
			for _, k := range sent {
				covers = covers && (k.passes(a) || !k.passes(b))
				overlaps = overlaps || k.passes(a) && k.passes(b)
			}
			if a.Covers(b) != covers {
				t.Errorf("%v covers %v: %v", a, b, !covers)
			}
			if a.Overlaps(b) != overlaps {
				t.Errorf("%v overlaps %v: %v", a, b, !overlaps)
			}
		}
		for _, p := range []Protocol{TCP, UDP} {
			first, last, ok := a.PortsOf(p)
			for _, k := range sent {
				if in := ok && k.port >= first && k.port <= last; k.protocol == p && in != k.passes(a) {
					t.Errorf("%v opens %s/%d: %v", a, p, k.port, in)
				}
			}
		}
		if _, _, ok := a.PortsOf(ICMP); ok && a.Protocol != AllProtocols {
			t.Errorf("%v opens ports of icmp", a)
		}
	}
}

// Of every type, the code means nothing, even where a literal has one.
func TestCodeOfEveryType(t *testing.T) {
	every, ping := Traffic{ICMP, Any, 3}, Traffic{ICMP, 8, 0}
	if !every.Covers(ping) || !every.Overlaps(ping) || !ping.Overlaps(every) || ping.Covers(every) || every.String() != "icmp/all" {
		t.Errorf("%v is not every type and code", every)
	}
}

func TestTrafficRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		protocol := strconv.Itoa(rapid.IntRange(-1, 255).Draw(t, "protocol"))
		if rapid.Bool().Draw(t, "named") {
			protocol = rapid.SampledFrom([]string{"tcp", "udp", "icmp", "icmpv6"}).Draw(t, "name")
		}
		field := rapid.OneOf(rapid.Int32Range(-2, 300), rapid.Int32Range(65000, 66000), rapid.Int32())
		from, to := rapid.Ptr(field, true).Draw(t, "from"), rapid.Ptr(field, true).Draw(t, "to")
		want, err := NewTraffic(protocol, from, to)
		if err != nil {
			return
		}
		if got, err := ParseTraffic(want.String()); err != nil || got != want {
			t.Fatalf("%+v is written %q and read as %+v, %v", want, want.String(), got, err)
		}
	})
}

func FuzzParseTraffic(f *testing.F) {
	for _, s := range []string{"tcp/22", "udp/20-25", "icmp/8/0", "icmpv6/all", "all", "-1", "47", "tcp/", "icmp/8/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := ParseTraffic(s)
		if err != nil {
			return
		}
		if again, err := ParseTraffic(got.String()); err != nil || again != got {
			t.Fatalf("%q is read as %+v, written %q, and read as %+v, %v", s, got, got.String(), again, err)
		}
		if !got.Covers(got) || !got.Overlaps(got) || !All.Covers(got) {
			t.Fatalf("%q does not cover itself", s)
		}
		if got.HasPorts() && (got.First < 0 || got.Last > MaxPort || got.First > got.Last) {
			t.Fatalf("%q has the ports %d-%d", s, got.First, got.Last)
		}
	})
}

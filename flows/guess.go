package flows

import "github.com/sgaudit/sgaudit/inventory"

// TCP flags that say who opened a connection. Of ACK only the one that
// acknowledges a SYN is recorded, as 18 (Amazon VPC user guide, flow log record
// examples, TCP flag sequence).
const (
	flagSYN    = 2
	flagRST    = 4
	flagRSTACK = 20
	flagSYNACK = 18
)

// mostRefusals is how many packets of one client port a closed port refuses at most: a
// SYN and the six that Linux sends again by default (tcp_syn_retries).
const mostRefusals = 7

// refuses reports whether the packets of a record turned a TCP connection down, or ended
// one without anything else: a closed port answers a SYN with RST and ACK. A
// service did not answer.
func (r *record) refuses() bool {
	return r.has(colFlags) && r.protocol == uint8(inventory.TCP) && (r.flags == flagRST || r.flags == flagRSTACK) && r.packets <= mostRefusals
}

// sight is one way to see a record: as part of a connection in one direction, to
// one port.
type sight struct {
	direction inventory.Direction
	port      uint16
	other     uint16 // the port on the side that opened the connection
	certainty Certainty
	reply     bool // the record's packets went back to the side that opened the connection
}

// Ports below lowPorts belong to services, those from highPorts on are given to
// clients by Linux and Windows. A NAT gateway or a load balancer gives any port
// from 1024 on to a client.
const (
	lowPorts  = 1024
	highPorts = 32768
)

// sights returns the ways to see a record that was accepted: one where the side
// that opened the connection is known, two else. Ports are of the record.
func sights(r *record, flagged bool, seen *[2]sight) []sight {
	own, remote := r.dstPort, r.srcPort // ports on the interface's side and on the other
	if r.direction == inventory.Egress {
		own, remote = remote, own
	}
	in := sight{direction: inventory.Ingress, port: own, other: remote, reply: r.direction == inventory.Egress}
	out := sight{direction: inventory.Egress, port: remote, other: own, reply: r.direction == inventory.Ingress}
	if flagged && inventory.Protocol(r.protocol) == inventory.TCP {
		switch r.flags & flagSYNACK {
		case flagSYN: // who sent it opened the connection
			if r.direction == inventory.Ingress {
				seen[0] = in
			} else {
				seen[0] = out
			}
			return seen[:1]
		case flagSYNACK:
			if r.direction == inventory.Ingress {
				seen[0] = out
			} else {
				seen[0] = in
			}
			return seen[:1]
		}
	}
	if p := inventory.Protocol(r.protocol); p != inventory.TCP && p != inventory.UDP {
		in.certainty, out.certainty = Either, Either
		seen[0], seen[1] = in, out
		return seen[:]
	}
	switch {
	case own < lowPorts && remote >= lowPorts:
		in.certainty = Likely
		seen[0] = in
		return seen[:1]
	case remote < lowPorts && own >= lowPorts:
		out.certainty = Likely
		seen[0] = out
		return seen[:1]
	case own < highPorts && remote >= highPorts:
		in.certainty, out.certainty = Likely, Unlikely
	case remote < highPorts && own >= highPorts:
		in.certainty, out.certainty = Unlikely, Likely
	default:
		in.certainty, out.certainty = Either, Either
	}
	seen[0], seen[1] = in, out
	return seen[:]
}

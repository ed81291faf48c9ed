package flows

import "github.com/sgaudit/sgaudit/inventory"

// TCP flags that say who opened a connection. Of ACK only the one that
// acknowledges a SYN is recorded, as 18 (Amazon VPC user guide, flow log record
// examples, TCP flag sequence).
const (
	flagFIN    = 1
	flagSYN    = 2
	flagRST    = 4
	flagRSTACK = 20
	flagSYNACK = 18
)

// mostAttempts is how many packets one attempt to open a TCP connection has at most: a
// SYN and the six that Linux sends again by default (tcp_syn_retries).
const mostAttempts = 7

// attempts reports whether the flags of a record show the SYN of a TCP connection that may
// have got no answer. A record of more packets than one attempt has, with the FIN of the
// side that sent the SYN, is of a connection that was open.
func (r *record) attempts() bool {
	return r.protocol == uint8(inventory.TCP) && r.flags&flagSYNACK == flagSYN && (r.flags&flagFIN == 0 || r.packets <= mostAttempts)
}

// open reports whether a record of TCP or UDP shows that its connection is open: it went
// back to the side that opened it, or has more packets of TCP than one attempt has.
func (r *record) open(flagged, reply bool) bool {
	switch inventory.Protocol(r.protocol) {
	case inventory.TCP:
		if !reply && flagged && r.flags&flagSYNACK == flagSYN {
			return !r.attempts()
		}
		return reply || r.packets > mostAttempts
	case inventory.UDP:
		return reply
	}
	return false
}

// opens reports the same of a row that counts records of which all show it, or none does.
func (c *Count) opens(protocol inventory.Protocol, certainty Certainty) bool {
	switch {
	case protocol != inventory.TCP && protocol != inventory.UDP:
		return false
	case c.Replies > 0:
		return true
	}
	return protocol == inventory.TCP && c.Opened == 0 && (certainty == Certain || c.Packets > mostAttempts*c.Records)
}

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
	var known bool
	if own < remote {
		in.certainty, out.certainty, known = guess(own, remote)
		seen[0], seen[1] = in, out
	} else {
		out.certainty, in.certainty, known = guess(remote, own)
		seen[0], seen[1] = out, in
	}
	if known {
		return seen[:1]
	}
	return seen[:]
}

// Package flows reads VPC flow logs and reduces them to what was used: one row
// for each interface, direction, protocol, port and remote address, with the
// number of records, packets and bytes and the times at which it was seen first
// and last.
//
// Records come in as text or Parquet, from files and folders as Amazon S3 holds them, and
// go out as a Summary. The Summary does not depend on the order of the records,
// on how they are divided into files, or on how many of them are read side by
// side. Nothing that a record says is trusted: a line of another form is left
// out and counted, with its file and its number.
//
// Facts about the records are from the Amazon VPC user guide, Logging IP traffic
// using VPC Flow Logs.
package flows

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// Certainty says how the side that opened a connection is known.
type Certainty uint8

const (
	// Certain: the TCP flags of a record say who opened it.
	Certain Certainty = iota
	// Likely: the ports say so. The port below 1024 that a known service has is the
	// service's, and else the port below 32768 where the other one is not.
	Likely
	// Either: the ports do not say it. The connection is counted in both
	// directions.
	Either
	// Unlikely is the other direction of a Likely connection, unless one port is below 512
	// and the other one 32768 or higher: clients behind a NAT gateway may use any port
	// from 1024 on, and clients with a privilege those from 512 on. A connection is Unlikely
	// too if its packets went in the other direction alone.
	Unlikely
)

// String returns the word for a certainty.
func (c Certainty) String() string {
	return [...]string{"certain", "likely", "either", "unlikely"}[c]
}

// Count is how much was recorded of one row.
type Count struct {
	Records uint64 // records of both directions
	Replies uint64 // those of them that went back to the side that opened the connection, refusals (RST alone) not counted
	Opened  uint64 // those in which a TCP connection was opened (SYN without ACK), without those of more than seven packets that end it too (FIN): it was open
	Packets uint64 // of both directions
	Bytes   uint64 // of both directions
	First   int64  // the earliest start of a record, in Unix seconds
	Last    int64  // the latest end of a record, in Unix seconds
}

// Forward is the number of records in the direction of the connection.
func (c *Count) Forward() uint64 { return c.Records - c.Replies }

// Add adds another count.
func (c *Count) Add(d *Count) {
	if c.Records == 0 {
		c.First, c.Last = d.First, d.Last
	}
	c.Records += d.Records
	c.Replies += d.Replies
	c.Opened += d.Opened
	c.Packets += d.Packets
	c.Bytes += d.Bytes
	c.First, c.Last = min(c.First, d.First), max(c.Last, d.Last)
}

// Flow is one row: what an interface exchanged with a remote address on one port.
type Flow struct {
	Interface string              // eni-...
	Direction inventory.Direction // of the connection: Ingress where the remote side opened it
	Protocol  inventory.Protocol
	FirstPort int32        // the lowest destination port of the connection: 0 for protocols without ports
	LastPort  int32        // the highest one, which differs where ports were folded into a block
	Remote    netip.Prefix // one address, or the block that addresses were folded into
	Certainty Certainty
	Rejected  bool // a group or a network ACL did not let it through
	// Open: a record shows that a connection was open, of this row or of a larger block of
	// ports or addresses that holds it.
	Open bool
	Count
	other int32 // the port on the side that opened the connection, severalPorts or noPort
}

// Reverse returns the same packets as a connection of the other direction, to the ports of
// the side that opened it. If these are several, it is to all ports that they may be. Its
// certainty is Unlikely. It returns false for rows that were rejected, and for protocols
// other than TCP and UDP.
func (f *Flow) Reverse() (Flow, bool) {
	if f.Rejected || f.other == noPort || f.Protocol != inventory.TCP && f.Protocol != inventory.UDP {
		return Flow{}, false
	}
	r := *f
	r.Direction, r.Certainty, r.Open = inventory.Ingress, Unlikely, false
	if f.Direction == inventory.Ingress {
		r.Direction = inventory.Egress
	}
	r.Replies, r.Opened = f.Forward(), 0
	r.FirstPort, r.LastPort, r.other = f.other, f.other, f.FirstPort
	if f.FirstPort != f.LastPort {
		r.other = severalPorts
	}
	if f.other == severalPorts {
		r.FirstPort, r.LastPort = f.clients(), inventory.MaxPort
	}
	return r, true
}

// clients is the lowest port that the side that opened the connection may have.
func (f *Flow) clients() int32 {
	switch {
	case f.Certainty == Certain:
		return 0
	case f.FirstPort < reservedPorts:
		return highPorts
	}
	return lowPorts
}

// Join adds a row of the same connections that was counted apart from this one.
func (f *Flow) Join(o *Flow) {
	f.Add(&o.Count)
	f.Open = f.Open || o.Open
	f.other = joinPorts(f.other, o.other)
}

// Answered reports whether a packet went back to the side that opened the connection,
// other than one that refused it, or must have: where TCP flags were recorded, a reply of
// RST alone is not counted.
func (f *Flow) Answered() bool { return f.Replies > 0 || f.Open }

// Exact reports whether the row is of one port and one remote address.
func (f *Flow) Exact() bool { return f.FirstPort == f.LastPort && f.Remote.IsSingleIP() }

// Traffic is the row's protocol and ports. Flow logs record no type and code of
// ICMP, so that it stands for all of them.
func (f *Flow) Traffic() inventory.Traffic {
	switch f.Protocol {
	case inventory.TCP, inventory.UDP:
		return inventory.Ports(f.Protocol, f.FirstPort, f.LastPort)
	case inventory.ICMP, inventory.ICMPv6:
		return inventory.Traffic{Protocol: f.Protocol, First: inventory.Any, Last: inventory.Any}
	}
	return inventory.Traffic{Protocol: f.Protocol}
}

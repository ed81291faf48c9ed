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
	// Likely: the ports say so. The port below 1024 is the service's, and else
	// the port below 32768 where the other one is not.
	Likely
	// Either: the ports do not say it. The connection is counted in both
	// directions.
	Either
	// Unlikely is the other direction of a Likely connection with ports that are both
	// 1024 or higher: clients behind a NAT gateway may use any such port.
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
	Opened  uint64 // those in which a TCP connection was opened (SYN without ACK)
	Packets uint64 // of both directions
	Bytes   uint64 // of both directions
	First   int64  // the earliest start of a record, in Unix seconds
	Last    int64  // the latest end of a record, in Unix seconds
}

// Forward is the number of records in the direction of the connection.
func (c *Count) Forward() uint64 { return c.Records - c.Replies }

// Answered reports whether a packet went back to the side that opened the connection,
// other than one that refused it: where TCP flags were recorded, a reply of RST alone
// is not counted.
func (c *Count) Answered() bool { return c.Replies > 0 }

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
	Count
}

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

package flows

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// address is an IP address as a number; IPv4 is mapped into IPv6.
type address struct{ hi, lo uint64 }

const mapped = 0xffff << 32

func (a address) is4() bool { return a.hi == 0 && a.lo>>32 == 0xffff }

func addressOf(a netip.Addr) address {
	b := a.As16()
	return address{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func (a address) addr() netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], a.hi)
	binary.BigEndian.PutUint64(b[8:], a.lo)
	return netip.AddrFrom16(b).Unmap()
}

// ownBlock is addresses of an interface: those that have their first bits in common with one.
type ownBlock struct {
	first address
	bits  int
}

func (b ownBlock) holds(a address) bool { return a.is4() == b.first.is4() && a.mask(b.bits) == b.first }

// mask clears all but the first bits, which count from the IPv4 address for IPv4.
func (a address) mask(n int) address {
	if a.is4() {
		return address{0, mapped | a.lo&uint64(^uint32(0)<<(32-n))}
	}
	if n <= 64 {
		return address{a.hi & (^uint64(0) << (64 - n)), 0}
	}
	return address{a.hi, a.lo & (^uint64(0) << (128 - n))}
}

// status is the log-status of a record.
type status uint8

const (
	statusOK status = iota
	statusNoData
	statusSkipData
)

// record is one line of a flow log. Absent values ("-") have their bit cleared in
// set.
type record struct {
	set                      uint32 // bits of columns that have a value
	account, interfaceID     []byte // parts of the line
	src, dst, pktSrc, pktDst address
	srcPort, dstPort         uint16
	protocol                 uint8
	flags                    uint8
	packets, bytes           uint64
	start, end               int64
	rejected                 bool
	bare                     bool // no value says what passed, and no log-status why
	status                   status
	direction                inventory.Direction
}

func (r *record) has(c column) bool { return r.set&(1<<c) != 0 }

// fault says what is wrong with a line.
type fault uint8

const (
	noFault        fault = iota
	faultColumns         // more or fewer columns than the file has
	faultForm            // a value of another form than its column has
	faultTime            // a time at which there were no flow logs, in the future, or an end before the start
	faultDirection       // nothing says which way the packets went
	faultWindow          // outside of the window that was asked for: no fault of the file
	faultInterface       // of no interface: a regional NAT gateway
	faultLate            // a rejected packet that opens no connection
	faultMessage         // JSON without a record in "message"
	faultStatus          // no log-status and no values: it counts as SKIPDATA
	faultLong            // of more than one aggregation interval
	faultOtherDay        // of another day than the time in the name of the file

	faults
)

// parser reads the lines of one file.
type parser struct {
	layout *layout
	six    map[string]address // IPv6 addresses that were parsed
}

// maxSix bounds the addresses that a parser remembers.
const maxSix = 1 << 14

// parse reads a line without its line break. It keeps parts of the line in the
// record and allocates nothing.
func (p *parser) parse(line []byte, r *record) fault {
	r.set, r.status, r.rejected = 0, statusOK, false
	uses := p.layout.uses
	at := 0
	for len(line) > 0 {
		end := bytes.IndexByte(line, ' ')
		value := line
		if end < 0 {
			line = nil
		} else {
			value, line = line[:end], line[end+1:]
			if len(line) == 0 {
				return faultColumns
			}
		}
		if at == len(uses) {
			return faultColumns
		}
		use := uses[at]
		at++
		if use == ignored {
			continue
		}
		if len(value) == 1 && value[0] == '-' {
			continue
		}
		if !p.take(r, use, value) {
			return faultForm
		}
		r.set |= 1 << use
	}
	if at != len(uses) {
		return faultColumns
	}
	return r.check()
}

// valued are the columns that say what passed. All of them are "-" in the line of an
// interval without traffic (Amazon VPC user guide, flow log record examples, no data and
// skipped records).
const valued = 1<<colSource | 1<<colDestination | 1<<colPacketSource | 1<<colPacketDestination | 1<<colSourcePort | 1<<colDestinationPort |
	1<<colProtocol | 1<<colPackets | 1<<colBytes | 1<<colAction | 1<<colFlags

// check looks at what the columns say together.
func (r *record) check() fault {
	const always = 1<<colStart | 1<<colEnd
	if r.set&always != always {
		return faultForm
	}
	if !r.has(colInterface) {
		return faultInterface
	}
	if r.bare = r.set&(1<<colStatus|valued) == 0; r.bare {
		r.status = statusSkipData // NODATA looks the same: what may be missing is not taken for recorded
	}
	if r.status != statusOK {
		return noFault
	}
	const measured = 1<<colProtocol | 1<<colAction
	if r.set&measured != measured {
		return faultForm
	}
	if !r.has(colSource) && !r.has(colPacketSource) || !r.has(colDestination) && !r.has(colPacketDestination) {
		return faultForm
	}
	const ports = 1<<colSourcePort | 1<<colDestinationPort
	if p := inventory.Protocol(r.protocol); r.set&ports != ports {
		if p == inventory.TCP || p == inventory.UDP {
			return faultForm
		}
		r.srcPort, r.dstPort = 0, 0
	}
	if !r.has(colPackets) {
		r.packets = 0
	}
	if !r.has(colBytes) {
		r.bytes = 0
	}
	return noFault
}

// take reads one value, and reports whether it has the form of its column.
func (p *parser) take(r *record, use column, value []byte) (ok bool) {
	var n uint64
	switch use {
	case colAccount:
		r.account = value
		return len(value) <= 64
	case colInterface:
		r.interfaceID = value
		return isInterfaceID(value)
	case colSource:
		r.src, ok = p.address(value)
	case colDestination:
		r.dst, ok = p.address(value)
	case colPacketSource:
		r.pktSrc, ok = p.address(value)
	case colPacketDestination:
		r.pktDst, ok = p.address(value)
	case colSourcePort:
		n, ok = number(value, inventory.MaxPort)
		r.srcPort = uint16(n)
	case colDestinationPort:
		n, ok = number(value, inventory.MaxPort)
		r.dstPort = uint16(n)
	case colProtocol:
		n, ok = number(value, 255)
		r.protocol = uint8(n)
	case colFlags:
		n, ok = number(value, 255)
		r.flags = uint8(n)
	case colPackets:
		r.packets, ok = number(value, 1<<62)
	case colBytes:
		r.bytes, ok = number(value, 1<<62)
	case colStart:
		n, ok = number(value, 1<<40)
		r.start = int64(n)
	case colEnd:
		n, ok = number(value, 1<<40)
		r.end = int64(n)
	case colAction:
		r.rejected = string(value) == "REJECT"
		return r.rejected || string(value) == "ACCEPT"
	case colStatus:
		switch string(value) {
		case "OK":
		case "NODATA":
			r.status = statusNoData
		case "SKIPDATA":
			r.status = statusSkipData
		default:
			return false
		}
		return true
	case colDirection:
		switch string(value) {
		case "ingress":
			r.direction = inventory.Ingress
		case "egress":
			r.direction = inventory.Egress
		default:
			return false
		}
		return true
	}
	return ok
}

// isInterfaceID reports whether a value is eni- and hexadecimal digits.
func isInterfaceID(value []byte) bool {
	if len(value) < 5 || len(value) > 64 || string(value[:4]) != "eni-" {
		return false
	}
	for _, c := range value[4:] {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// number reads decimal digits up to a limit.
func number(value []byte, limit uint64) (n uint64, ok bool) {
	if len(value) == 0 || len(value) > 19 {
		return 0, false
	}
	for _, c := range value {
		d := c - '0'
		if d > 9 {
			return 0, false
		}
		n = n*10 + uint64(d)
	}
	return n, n <= limit
}

// address reads an IPv4 or IPv6 address without a zone.
func (p *parser) address(value []byte) (address, bool) {
	var n, part uint32
	dots, digits := 0, 0
	for _, c := range value {
		switch {
		case c-'0' <= 9:
			part = part*10 + uint32(c-'0')
			digits++
			if digits > 3 || part > 255 {
				return p.address6(value)
			}
		case c == '.' && digits > 0 && dots < 3:
			n = n<<8 | part
			part, digits = 0, 0
			dots++
		default:
			return p.address6(value)
		}
	}
	if dots != 3 || digits == 0 {
		return p.address6(value)
	}
	return address{0, mapped | uint64(n<<8|part)}, true
}

// address6 reads what is not an IPv4 address. Addresses come again and again, and
// are parsed once.
func (p *parser) address6(value []byte) (address, bool) {
	if a, found := p.six[string(value)]; found {
		return a, true
	}
	a, err := netip.ParseAddr(string(value))
	if err != nil || a.Zone() != "" || !a.Is6() {
		return address{}, false
	}
	if p.six == nil || len(p.six) >= maxSix {
		p.six = map[string]address{}
	}
	found := addressOf(a)
	p.six[string(value)] = found
	return found, true
}

// hours returns the bits of the hours of a day in which the seconds from first to
// last lie, both of them inside the day.
func hours(first, last int64) uint32 {
	from, to := uint(first/3600), uint(last/3600)
	return uint32(1<<(to+1)-1) &^ uint32(1<<from-1)
}

// countHours is the number of hours in such a set.
func countHours(set uint32) int { return bits.OnesCount32(set) }

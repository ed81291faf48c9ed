package flows

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/inventory"
)

// Bounds of how many ports a lane and how many remote addresses one port may have
// before they are folded. What is beyond them is counted by block.
const (
	portBound        = 4096
	uncertainBound   = 64 // ports of connections of which the opener is not known
	remoteBound      = 4096
	rejectedBound    = 256 // remote addresses, and ports, of what was rejected
	uncertainRemotes = 256
)

// A table counts by key. It holds three levels: a lane is an interface, a kind and
// a protocol; a group is a port of a lane and a class of remote addresses; an entry
// is a remote address of a group.
//
// Records that show an open connection are in a lane of their own, so that a scan, of which
// nothing is answered, folds neither the ports nor the addresses that were answered.
// Summary.All joins the two again.
//
// Ports of a lane, and addresses of a group, are folded into blocks once there are
// more of them than a bound: into the largest number of blocks that the bound
// allows among a few sizes. Which size that is follows from the set of ports or
// addresses alone, because a larger set never needs smaller blocks: the order in
// which they come has no effect.
type table struct {
	lanes   map[uint64]int32
	groups  map[uint64]int32
	four    map[uint64]int32
	six     map[sixKey]int32
	lane    []lane
	group   []group
	entry   []entry
	free    []int32 // entries that can be used again
	freed   []int32 // groups that can be used again
	lastKey uint64
	last    int32
}

// kind is what a lane holds beside its interface and protocol.
type kind uint8

func kindOf(d inventory.Direction, c Certainty, rejected bool) kind {
	k := kind(d)<<3 | kind(c)<<1
	if rejected {
		k |= 1
	}
	return k
}

// openKind marks the kind of a lane that counts records of open connections: see record.open.
const openKind kind = 1 << 4

func (k kind) open() bool { return k&openKind != 0 }

func (k kind) direction() inventory.Direction { return inventory.Direction(k >> 3 & 1) }

func (k kind) certainty() Certainty { return Certainty(k >> 1 & 3) }

func (k kind) rejected() bool { return k&1 != 0 }

type lane struct {
	key   uint64 // interface<<32 | kind<<16 | protocol
	level [portClasses]uint8
	ports [portClasses]int32 // distinct ones, at the level
	head  int32              // of its groups
}

func (l *lane) kind() kind { return kind(l.key >> 16) }

type group struct {
	lane  int32
	next  int32 // of the lane
	head  int32 // of its entries
	count int32 // of its entries
	port  uint16
	class uint8
	level uint8 // index of levels4 or levels6
}

type sixKey struct {
	group  int32
	hi, lo uint64
}

type entry struct {
	address address
	group   int32
	next    int32
	other   int32 // the port on the other side, severalPorts or noPort
	Count
}

// Classes of ports: those of each class are folded by themselves, system ports
// never.
const (
	systemPorts = iota
	userPorts
	dynamicPorts
	portClasses
)

// portLevels are the numbers of leading bits of a port that are kept.
var portLevels = [...]uint8{16, 12, 8, 4, 1}

// Classes of remote addresses: private ones are not folded because many public
// ones were seen.
const (
	private4 = iota
	public4
	private6
	public6
)

var (
	levels4 = [...]uint8{32, 28, 24, 20, 16, 12, 8, 0}
	levels6 = [...]uint8{128, 64, 56, 48, 32, 16, 0}
)

func newTable() *table {
	return &table{lanes: map[uint64]int32{}, groups: map[uint64]int32{}, four: map[uint64]int32{}, six: map[sixKey]int32{}, last: -1}
}

// size is the number of rows.
func (t *table) size() int { return len(t.four) + len(t.six) }

func laneKey(iface uint32, k kind, protocol uint8) uint64 {
	return uint64(iface)<<32 | uint64(k)<<16 | uint64(protocol)
}

// bounds returns how many ports a lane, and how many addresses one of its groups
// may have.
func (l *lane) bounds() (ports, remotes int32) {
	switch k := l.kind(); {
	case k.rejected():
		return rejectedBound, rejectedBound
	case k.certainty() == Unlikely || k.certainty() == Either:
		return uncertainBound, uncertainRemotes
	}
	return portBound, remoteBound
}

// add counts under a key. The port, the address, and what is counted may be folded
// already: then portLevel and addressLevel say how far.
func (t *table) add(key uint64, port uint16, portLevel uint8, a address, addressLevel uint8, other int32, c *Count) {
	l := t.last
	if key != t.lastKey || l < 0 {
		var found bool
		if l, found = t.lanes[key]; !found {
			l = int32(len(t.lane))
			t.lane = append(t.lane, lane{key: key, head: -1})
			t.lanes[key] = l
		}
		t.lastKey, t.last = key, l
	}
	class := portClass(port)
	if portLevel > t.lane[l].level[class] {
		t.foldPorts(l, class, portLevel)
	}
	t.addPort(l, class, port, a, addressLevel, other, c)
	ports, _ := t.lane[l].bounds()
	for class != systemPorts && t.lane[l].ports[class] > ports && int(t.lane[l].level[class]) < len(portLevels)-1 {
		t.foldPorts(l, class, t.lane[l].level[class]+1)
	}
}

func groupKey(l int32, port uint16, class uint8) uint64 {
	return uint64(l)<<24 | uint64(port)<<8 | uint64(class)
}

// addPort counts in a lane that has the right level.
func (t *table) addPort(l int32, portClass int, port uint16, a address, addressLevel uint8, other int32, c *Count) {
	port = maskPort(port, t.lane[l].level[portClass])
	class := addressClass(a)
	key := groupKey(l, port, class)
	g, found := t.groups[key]
	if !found {
		first := true
		for other := range uint8(public6 + 1) {
			if _, there := t.groups[groupKey(l, port, other)]; there {
				first = false
			}
		}
		if first {
			t.lane[l].ports[portClass]++
		}
		if n := len(t.freed); n > 0 {
			g, t.freed = t.freed[n-1], t.freed[:n-1]
		} else {
			g = int32(len(t.group))
			t.group = append(t.group, group{})
		}
		t.group[g] = group{lane: l, next: t.lane[l].head, head: -1, port: port, class: class}
		t.lane[l].head = g
		t.groups[key] = g
	}
	if addressLevel > t.group[g].level {
		t.foldAddresses(g, addressLevel)
	}
	t.addAddress(g, maskAddress(a, t.group[g].level), other, c)
	_, bound := t.lane[l].bounds()
	for last := uint8(len(levels4) - 1); t.group[g].count > bound; {
		if class >= private6 {
			last = uint8(len(levels6) - 1)
		}
		if t.group[g].level >= last {
			break
		}
		t.foldAddresses(g, t.group[g].level+1)
	}
}

// addAddress counts under an address that is masked.
func (t *table) addAddress(g int32, a address, other int32, c *Count) {
	var i int32
	var found bool
	if a.is4() {
		i, found = t.four[uint64(g)<<32|a.lo&0xffffffff]
	} else {
		i, found = t.six[sixKey{g, a.hi, a.lo}]
	}
	if !found {
		if n := len(t.free); n > 0 {
			i, t.free = t.free[n-1], t.free[:n-1]
		} else {
			i = int32(len(t.entry))
			t.entry = append(t.entry, entry{})
		}
		t.entry[i] = entry{address: a, group: g, next: t.group[g].head, other: other, Count: *c}
		t.group[g].head = i
		t.group[g].count++
		if a.is4() {
			t.four[uint64(g)<<32|a.lo&0xffffffff] = i
		} else {
			t.six[sixKey{g, a.hi, a.lo}] = i
		}
		return
	}
	e := &t.entry[i]
	e.Count.Add(c)
	e.other = joinPorts(e.other, other)
}

// each calls f for each row.
func (t *table) each(f func(l *lane, g *group, e *entry)) {
	for i := range t.lane {
		l := &t.lane[i]
		for at := l.head; at >= 0; at = t.group[at].next {
			g := &t.group[at]
			for k := g.head; k >= 0; k = t.entry[k].next {
				f(l, g, &t.entry[k])
			}
		}
	}
}

// prefix is the block of an address of a group.
func (g *group) prefix(of address) netip.Prefix {
	a := of.addr()
	if a.Is4() {
		return netip.PrefixFrom(a, int(levels4[g.level]))
	}
	return netip.PrefixFrom(a, int(levels6[g.level]))
}

// What stands for the port on the other side where there is none, or more than one.
const (
	severalPorts = int32(-1)
	noPort       = int32(-2)
)

package ec2xml

import (
	"net/netip"
	"strconv"

	"github.com/sgaudit/sgaudit/inventory"
)

// scratch is what the scanner gathers of the item that it reads, and the
// memory of what it keeps.
type scratch struct {
	group groupDraft
	iface interfaceDraft
	tags  []inventory.Tag

	from, to int32 // ports of a permission

	keptRules     slab[inventory.Rule]
	keptRefs      slab[inventory.GroupRef]
	keptTags      slab[inventory.Tag]
	keptAddresses slab[inventory.Address]
	keptIDs       slab[string]
}

// leastItem is about the size in bytes of the items that are read so. A list
// that is made for all items of an answer at once is not copied while it grows.
const leastItem = 600

// fullPage is the most items that EC2 gives at once.
const fullPage = 1000

// scanPage reads a whole answer: a set of items, and the token of the next page.
func scanPage[T any](s *Scanner, answer []byte, set string, item func(*Scanner, *Page[T])) (Page[T], error) {
	p := &Page[T]{}
	s.start(answer)
	for s.root(); s.child(); {
		switch string(s.name) {
		case set:
			if p.Items == nil {
				p.Items = make([]T, 0, min(fullPage, len(s.data)/leastItem+1))
			}
			for s.item() {
				item(s, p)
			}
		case "nextToken":
			text := string(s.text())
			p.Next = &text
		default:
			s.other()
		}
	}
	if err := s.ended(); err != nil {
		return Page[T]{}, err
	}
	return *p, nil
}

// tagSet reads the tags of an item.
func (s *Scanner) tagSet(tags []inventory.Tag) []inventory.Tag {
	for s.item() {
		var t inventory.Tag
		for s.child() {
			switch string(s.name) {
			case "key":
				t.Key = s.intern(s.text())
			case "value":
				t.Value = s.intern(s.text())
			default:
				s.other()
			}
		}
		tags = append(tags, t)
	}
	return tags
}

// only reads the one child that matters of an element.
func (s *Scanner) only(element string) (text []byte, here bool) {
	for s.child() {
		if string(s.name) == element {
			text, here = s.text(), true
		} else {
			s.other()
		}
	}
	return text, here
}

// number reads the text of an element that holds one.
func (s *Scanner) number() int32 {
	n, err := strconv.ParseInt(string(s.text()), 10, 32)
	s.unsupported = s.unsupported || err != nil
	return int32(n)
}

// port reads a port into a place, as a number that says something by being
// there.
func (s *Scanner) port(place *int32) *int32 {
	*place = s.number()
	return place
}

// flag reads the text of an element that is true or false.
func (s *Scanner) flag() bool {
	raw := s.text()
	switch string(raw) {
	case "true":
		return true
	case "false":
		return false
	}
	yes, err := strconv.ParseBool(string(raw))
	s.unsupported = s.unsupported || err != nil
	return yes
}

// parseAddr is netip.ParseAddr, with a short way for IPv4.
func parseAddr(raw []byte) (netip.Addr, error) {
	if a, ok := ipv4(raw); ok {
		return a, nil
	}
	return netip.ParseAddr(string(raw))
}

// parsePrefix is netip.ParsePrefix, with a short way for IPv4.
func parsePrefix(raw []byte) (netip.Prefix, error) {
	n := len(raw)
	for short := 2; short <= 3 && short < n; short++ { // "/8" and "/16"
		if raw[n-short] != '/' {
			continue
		}
		bits := 0
		for _, c := range raw[n-short+1:] {
			bits = 10*bits + int(c) - '0'
			if c < '0' || c > '9' || bits == 0 && short == 3 {
				bits = 33
				break
			}
		}
		if a, ok := ipv4(raw[:n-short]); ok && bits <= 32 {
			return netip.PrefixFrom(a, bits), nil
		}
	}
	return netip.ParsePrefix(string(raw))
}

// ipv4 reads four numbers with dots between. What it does not know, IPv6 and
// whatever is wrong, is left to netip.
func ipv4(raw []byte) (a netip.Addr, ok bool) {
	var parts [4]byte
	at := 0
	for i := range parts {
		n, begin := 0, at
		for at < len(raw) && raw[at] >= '0' && raw[at] <= '9' && n < 1000 {
			n = 10*n + int(raw[at]-'0')
			at++
		}
		if at == begin || n > 255 || raw[begin] == '0' && at > begin+1 {
			return a, false
		}
		parts[i] = byte(n)
		if i < 3 {
			if at == len(raw) || raw[at] != '.' {
				return a, false
			}
			at++
		}
	}
	return netip.AddrFrom4(parts), at == len(raw)
}

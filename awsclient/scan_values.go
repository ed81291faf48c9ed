package awsclient

import (
	"net/netip"
	"strconv"

	"github.com/sgaudit/sgaudit/inventory"
)

// scratch is what the scanner gathers of the item that it reads, and the
// memory of what it keeps.
type scratch struct {
	group groupDraft
	face  interfaceDraft
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

// scanPage reads a whole answer: a set of items, and the token of the next.
func scanPage[T any](s *scanner, p *page[T], set string, item func(*scanner, *page[T])) {
	for s.root(); s.child(); {
		switch string(s.name) {
		case set:
			if p.items == nil {
				p.items = make([]T, 0, min(pageSize, len(s.data)/leastItem+1))
			}
			for s.item() {
				item(s, p)
			}
		case "nextToken":
			text := string(s.text())
			p.next = &text
		default:
			s.other()
		}
	}
}

// tagSet reads the tags of an item.
func (s *scanner) tagSet(tags []inventory.Tag) []inventory.Tag {
	for s.item() {
		var t inventory.Tag
		for s.child() {
			switch string(s.name) {
			case "key":
				t.Key = s.word(s.text())
			case "value":
				t.Value = s.word(s.text())
			default:
				s.other()
			}
		}
		tags = append(tags, t)
	}
	return tags
}

// only reads the one child that matters of an element.
func (s *scanner) only(element string) (text []byte, here bool) {
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
func (s *scanner) number() int32 {
	n, err := strconv.ParseInt(string(s.text()), 10, 32)
	s.odd = s.odd || err != nil
	return int32(n)
}

// port reads a port into a place, as a number that says something by being
// there.
func (s *scanner) port(place *int32) *int32 {
	*place = s.number()
	return place
}

// flag reads the text of an element that is true or false.
func (s *scanner) flag() bool {
	raw := s.text()
	switch string(raw) {
	case "true":
		return true
	case "false":
		return false
	}
	yes, err := strconv.ParseBool(string(raw))
	s.odd = s.odd || err != nil
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

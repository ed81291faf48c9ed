package inventory

import (
	"math/bits"
	"strings"
)

// rows is a set of rows of the table, a bit for each.
type rows uint64

func (r rows) single() bool { return bits.OnesCount64(uint64(r)) == 1 }
func (r rows) first() int   { return bits.TrailingZeros64(uint64(r)) }

// table is the rows and, for what may stand on an interface, the sets of those
// that may match, so that no text is compared with every row.
type table struct {
	list       []service
	types      map[string]rows
	requesters map[string]rows // of those that are given in full
	parts      []part          // of those that are given in part
	begins     [256]rows       // by the first byte of a description, letters in lower case
	search     rows            // those that ask for more than how a description begins
	vague      rows
}

type part struct {
	text string
	of   rows
}

func newTable(list []service) *table {
	t := &table{list: list, types: map[string]rows{}, requesters: map[string]rows{}}
	if len(list) > 64 {
		panic("there are more services than a set of rows has bits")
	}
	for k := range list {
		s, row := &list[k], rows(1)<<k
		for _, word := range s.types {
			t.types[word] |= row
		}
		for _, pattern := range s.requesters {
			if pattern[0] == '*' {
				t.parts = append(t.parts, part{pattern[1 : len(pattern)-1], row})
			} else {
				t.requesters[pattern] |= row
			}
		}
		for _, word := range s.descriptions {
			t.begins[word[0]|0x20] |= row
		}
		if len(s.words) > 0 || s.form != nil {
			t.search |= row
		}
		if s.vague {
			t.vague |= row
		}
	}
	return t
}

// service returns the row of the table with the strongest evidence, the first
// of equal ones, or nil where there is no evidence at all. A type counts for
// more than requester and description together, a requester for more than a
// description: each leaves only rows that may still win for the next.
func (t *table) service(i *Interface) *service {
	typed := t.types[i.Type]
	if typed.single() {
		return &t.list[typed.first()]
	}
	left := typed
	if typed == 0 {
		left = 1<<len(t.list) - 1
	}
	asked := left & t.askedBy(i)
	if asked.single() {
		return &t.list[asked.first()]
	}
	if asked != 0 {
		left = asked
	}
	if s := t.described(i, left); s != nil {
		return s
	}
	if typed|asked == 0 {
		return nil
	}
	return &t.list[left.first()]
}

// askedBy returns the rows that the requester or the owner of the attachment
// matches.
func (t *table) askedBy(i *Interface) rows {
	if i.Requester == "" && i.AttachedBy == "" {
		return 0
	}
	found := t.requesters[i.Requester] | t.requesters[i.AttachedBy]
	for _, p := range t.parts {
		if strings.Contains(i.Requester, p.text) || strings.Contains(i.AttachedBy, p.text) {
			found |= p.of
		}
	}
	return found
}

// described returns the first of some rows that matches the description.
func (t *table) described(i *Interface, of rows) *service {
	if i.Description == "" {
		return nil
	}
	of &= t.begins[i.Description[0]|0x20] | t.search
	if !i.foreign() {
		of &^= t.vague
	}
	for ; of != 0; of &= of - 1 {
		if s := &t.list[of.first()]; s.describes(i.Description) {
			return s
		}
	}
	return nil
}

func (s *service) describes(description string) bool {
	for _, word := range s.descriptions {
		if hasPrefixFold(description, word) {
			return true
		}
	}
	for _, word := range s.words {
		if containsFold(description, word) {
			return true
		}
	}
	return s.form != nil && s.form(description)
}

// hasPrefixFold looks at the first letter by itself, since that settles nearly
// every question.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && s[0]|0x20 == prefix[0]|0x20 && strings.EqualFold(s[:len(prefix)], prefix)
}

func containsFold(s, word string) bool {
	for k := 0; k+len(word) <= len(s); k++ {
		if s[k]|0x20 == word[0]|0x20 && strings.EqualFold(s[k:k+len(word)], word) {
			return true
		}
	}
	return false
}

// Package ec2xml turns the answers to EC2's three long lists into inventory
// values: DescribeSecurityGroups, DescribeNetworkInterfaces and
// DescribeSecurityGroupRules. What crosses its boundary are the bytes of an answer,
// or the SDK's type of it, and a Page.
//
// There are two ways to a Page. A Scanner makes one straight from the bytes, with
// hardly an allocation for each item, and refuses every answer of a form that EC2
// does not use. The SDK's decoder reads those (and saved answers), and GroupsOf,
// InterfacesOf and RulesOf make the Page of its types. Both ways put what they find
// into the same drafts, which alone decide what becomes of it; a fuzz test compares
// them.
//
// Items keep the order of the answer and are not normalised. What was not
// understood is left out and described in Page.Malformed, in the order in which it
// came: it must become a gap.
package ec2xml

import (
	"fmt"
)

// Page is one answer as inventory values.
type Page[T any] struct {
	Items     []T
	Malformed []string // what was not understood, as sentences that name the item
	Next      *string  // the token of the page behind, nil where there is none
}

// malformed adds a text unless it is the last one again.
func (p *Page[T]) malformed(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); len(p.Malformed) == 0 || p.Malformed[len(p.Malformed)-1] != text {
		p.Malformed = append(p.Malformed, text)
	}
}

const mostName = 60 // bytes of an id that a message repeats

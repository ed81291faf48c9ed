package awsclient

import (
	"net/netip"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// prefix appends a prefix that AWS gave as text; one that cannot be read is a
// gap of the part.
func (r *reader) prefix(list []netip.Prefix, part inventory.Part, of string, text *string) []netip.Prefix {
	if text == nil || *text == "" {
		return list
	}
	p, err := netip.ParsePrefix(*text)
	if err != nil {
		r.malformed(part, "%s has %q, which is not an address prefix", of, *text)
		return list
	}
	return append(list, inventory.PrefixPeer(p).Prefix)
}

// id returns the id of an item, and whether it has one. An item without one can
// be neither named nor distinguished from another, and one of another form than AWS's
// could mean something else in a command: it is a gap of the part.
func (r *reader) id(part inventory.Part, kind string, text *string) (string, bool) {
	if text == nil || *text == "" {
		r.malformed(part, "%s has no id", kind)
		return "", false
	}
	if !inventory.IsID("", *text) {
		r.malformed(part, "%s has the id %q, which is not an AWS id", kind, words.Cut(*text, mostName))
		return "", false
	}
	return ec2xml.Shared(text), true
}

// name is id for what goes by a name or an ARN, which have wider forms.
func (r *reader) name(part inventory.Part, kind string, text *string) (string, bool) {
	if text == nil || *text == "" {
		r.malformed(part, "%s has no id", kind)
		return "", false
	}
	return ec2xml.Shared(text), true
}

// without records that an item lacks what it cannot be without. A text that is
// there and was not understood has been recorded already.
func (r *reader) without(part inventory.Part, item, what string, text *string) {
	if text == nil || *text == "" {
		r.malformed(part, "%s has no %s", item, what)
	}
}

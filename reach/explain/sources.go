package explain

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/sgaudit/sgaudit/cidr"
	"github.com/sgaudit/sgaudit/words"
)

// Limits on how many prefixes are named: a short list stands as it is, a longer
// one is folded.
const (
	mostListed = 4
	mostNamed  = 6
)

// Addresses names a set of one family. A long list is folded: "10.10.0.0/16 except
// 10.10.0.0/24" stands for exactly that, and what is still too long ends in the
// number of prefixes that are not named.
func Addresses(s cidr.Set, f cidr.Family) string {
	if s.Whole(f) {
		return "the internet (" + f.String() + ")"
	}
	prefixes := s.Prefixes()
	if len(prefixes) <= mostListed {
		return strings.Join(texts(prefixes), ", ")
	}
	var listed []string
	apart, named := ", ", 0
	terms := terms(s, f)
	// What is left out follows the last block, so that it is not read as left out of them all.
	slices.SortStableFunc(terms, func(a, b term) int { return min(len(a.except), 1) - min(len(b.except), 1) })
	left := s
	for i, t := range terms {
		if named += 1 + len(t.except); i > 0 && named > mostNamed || len(t.except) >= mostNamed {
			break
		}
		text := t.text
		if len(t.except) > 0 {
			text += " except " + words.Series(texts(t.except))
			if len(terms) > 1 {
				apart = "; "
			}
		}
		listed = append(listed, text)
		left = left.Subtract(t.set)
	}
	more := len(left.Prefixes())
	noun := "more prefixes"
	if more == 1 {
		noun = "more prefix"
	}
	return firstOf([]string{strings.Join(listed, apart)}, 1+more, noun)
}

// term is a part of a set, in words.
type term struct {
	text   string
	except []netip.Prefix
	set    cidr.Set // all of the text, without the exceptions
}

// terms folds a set of one family. Addresses on the internet and all others are
// folded apart where both are nearly whole.
func terms(s cidr.Set, f cidr.Family) (list []term) {
	internet := cidr.Internet(f)
	for _, block := range []struct {
		text string
		all  cidr.Set
	}{
		{"the internet (" + f.String() + ")", internet},
		{"private and reserved addresses (" + f.String() + ")", cidr.All(f).Subtract(internet)},
	} {
		part := s.Intersect(block.all)
		if except := block.all.Subtract(part).Prefixes(); len(except) < len(part.Prefixes()) && len(except) < mostListed {
			list = append(list, term{text: block.text, except: except, set: part})
			s = s.Subtract(part)
		}
	}
	for _, p := range s.Union(cidr.All(f).Subtract(internet)).Prefixes() {
		// All of a block but its private and reserved addresses, such as half of the internet.
		if part := s.Intersect(cidr.Of(p)); part.Equal(internet.Intersect(cidr.Of(p))) && len(part.Prefixes()) > 2 {
			list = append(list, term{text: "the internet addresses of " + p.String(), set: part})
			s = s.Subtract(part)
		}
	}
	for _, p := range s.Fold() {
		on := cidr.OnInternet(p.Prefix)
		switch part := cidr.Of(p.Prefix).Subtract(cidr.Of(p.Except...)); {
		case len(p.Except) > 0 && part.Equal(on):
			list = append(list, term{text: "the assigned internet addresses of " + p.Prefix.String(), set: part})
		default:
			list = append(list, term{text: text(p.Prefix), except: p.Except, set: part})
		}
	}
	return list
}

func text(p netip.Prefix) string {
	if p.IsSingleIP() {
		return p.Addr().String()
	}
	return p.String()
}

func texts(prefixes []netip.Prefix) []string {
	list := make([]string, len(prefixes))
	for i, p := range prefixes {
		list[i] = text(p)
	}
	return list
}

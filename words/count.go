package words

import (
	"fmt"
	"strings"
)

// Count returns a number with its noun. The plural ends in s, or es where the noun ends
// in s: "1 rule", "2 rules", "2 addresses".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	if strings.HasSuffix(noun, "s") {
		noun += "e"
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// CountOrNo is Count, of nothing "no group" behind a preposition: "referenced by no group".
func CountOrNo(n int, noun string) string {
	if n == 0 {
		return "no " + noun
	}
	return Count(n, noun)
}

// List names the first items of a list, divided by commas, and how many more
// there are: "a, b and 3 more". One more than most is named too, since the
// count would be as long.
func List(items []string, most int) string {
	if len(items) <= most+1 {
		return strings.Join(items, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:most], ", "), len(items)-most)
}

// Series joins the items of a list as a sentence does: "a, b and c".
func Series(items []string) string {
	last := len(items) - 1
	if last < 1 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:last], ", ") + " and " + items[last]
}

// FirstOf names the first items of a list, as a sentence does, and how many more
// there are: "a, b and c", "a, b, c and 3 more". As of List, one more than most is
// named too. Only what is named is asked for its name.
func FirstOf[T any](items []T, most int, name func(T) string) string {
	shown := len(items)
	if shown > most+1 {
		shown = most
	}
	names := make([]string, shown)
	for i := range names {
		names[i] = name(items[i])
	}
	if more := len(items) - shown; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names, ", "), more)
	}
	return Series(names)
}

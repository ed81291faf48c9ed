package words

import (
	"fmt"
	"strings"
)

// Count returns a number with its noun, whose plural ends in s: "1 rule",
// "2 rules".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
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

package checks

import (
	"regexp"
	"strings"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/inventory"
)

// LaunchWizard is how the names of groups begin that the launch wizard of the
// console made.
const LaunchWizard = "launch-wizard-"

// DecidingWords returns the parts of a name or a description that a check looks
// at under the default settings, beside what the names begin with: the words of
// bastions, the end of a rule, and that it is temporary.
func DecidingWords(text string) (words []string) {
	lower := strings.ToLower(text)
	for _, word := range audit.Defaults().Bastions {
		if strings.Contains(lower, word) {
			words = append(words, word)
		}
	}
	for _, form := range []func() *regexp.Regexp{ending, temporary} {
		if word := form().FindString(text); word != "" {
			words = append(words, word)
		}
	}
	return words
}

// DecidingTag reports whether a check reads the end of a rule from tags with this
// key, or a name; and which part of the value is a date that it reads.
func DecidingTag(t inventory.Tag) (decides bool, date string) {
	if endTag().MatchString(t.Key) {
		if end, from, ok := expiry(&inventory.Rule{Tags: []inventory.Tag{t}}); ok && from != "" {
			return true, end.Format("2006-01-02")
		}
		return true, ""
	}
	return t.Key == "Name", ""
}

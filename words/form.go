package words

import (
	"regexp"
	"sync"
)

// Form is the form that a text has to have: a regular expression that is compiled
// when it is first asked for. One with bounded repetitions takes 100 kB and a
// millisecond, and most runs ask for none of them. It panics, at that moment, on a
// pattern that is not one.
func Form(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

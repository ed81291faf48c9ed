package console

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Failure is an error with advice.
type Failure struct {
	Message string // one or more lines; the values in it are escaped
	Hint    string // what to do about it; may be empty
}

func (f *Failure) Error() string { return f.Message }

// Usage is a failure of the one who typed the command.
func Usage(hint, format string, args ...any) error {
	return &Failure{Message: Sentence(format, args...), Hint: words.Plain(hint)}
}

// Unknown refuses a word that is none of the known ones, which the error
// lists, and suggests the nearest.
func Unknown(kind, word string, known []string) error {
	hint := ""
	if suggestion := words.Nearest(word, known); suggestion != "" {
		hint = fmt.Sprintf("did you mean %s?", suggestion)
	}
	return Usage(hint, "unknown %s %q: known are %s", kind, word, strings.Join(known, ", "))
}

// Within says which flag a failure is about.
func Within(flag string, err error) error {
	var f *Failure
	if errors.As(err, &f) {
		return &Failure{Message: flag + ": " + f.Message, Hint: f.Hint}
	}
	return fmt.Errorf("%s: %w", flag, err)
}

// Combine makes one failure of several: their messages line by line, and the
// first of their hints. It is nil if all of them are.
func Combine(errs ...error) error {
	var messages []string
	hint := ""
	for _, err := range errs {
		if err == nil {
			continue
		}
		messages = append(messages, Lines(err)...)
		var f *Failure
		if errors.As(err, &f) && hint == "" {
			hint = f.Hint
		}
	}
	if len(messages) == 0 {
		return nil
	}
	return &Failure{Message: strings.Join(messages, "\n"), Hint: hint}
}

// Lines returns an error as the lines to print: one for each error that
// errors.Join put together, and one for each line of a Failure, which was
// composed by us. Line feeds in all other errors come from outside and are
// escaped.
func Lines(err error) []string {
	if f, ok := err.(*Failure); ok {
		return strings.Split(f.Message, "\n")
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		var texts []string
		for _, e := range many.Unwrap() {
			lines = append(lines, Lines(e)...)
			texts = append(texts, e.Error())
		}
		if strings.Join(texts, "\n") == err.Error() {
			return lines
		}
	}
	if inner := errors.Unwrap(err); inner != nil {
		if before, ok := strings.CutSuffix(err.Error(), inner.Error()); ok {
			lines := Lines(inner)
			lines[0] = words.Plain(before) + lines[0]
			return lines
		}
	}
	return []string{words.Plain(err.Error())}
}

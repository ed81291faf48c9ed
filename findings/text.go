package findings

import "github.com/sgaudit/sgaudit/words"

// OneLine is words.Plain.
func OneLine(text string) string { return words.Plain(text) }

// Markdown is words.Markdown.
func Markdown(text string) string { return words.Markdown(text) }

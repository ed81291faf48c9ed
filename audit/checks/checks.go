// Package checks holds the policies: one file and one page each, under the
// same name. Importing it declares them all to package audit. To add a check,
// add such a pair; nothing else lists them.
package checks

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed *.md
var pages embed.FS

// Page returns the page of a check, in Markdown.
func Page(id string) (string, error) {
	text, err := pages.ReadFile(fileName(id))
	if err != nil {
		return "", fmt.Errorf("no check has the id %q", id)
	}
	return string(text), nil
}

// fileName returns the page's file for a check's id: kebab becomes snake.
func fileName(id string) string { return strings.ReplaceAll(id, "-", "_") + ".md" }

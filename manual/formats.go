package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/cli"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

// How much of an example the page shows.
const (
	exampleLines = 8
	exampleWidth = 160 // characters of a line
)

// formats is the page about every output format: those of reports with the first
// lines that the demo account gives, then those of other verbs.
func formats() (string, error) {
	var page strings.Builder
	page.WriteString("# Every format\n\nThe program writes this page. [Formats](formats.md) says what each is for, how it is used and what\n" +
		"it does with gaps and suppressed findings.\n\n## Formats of a report\n\n" +
		"Of `audit`, `demo`, `show` and `merge`. The file is what `--output-dir FOLDER` names it.\n" +
		"A format with a folder is written as a file for each region by `-o FORMAT=FOLDER/`.\n\n" +
		"| format | media type | what it holds | file | folder |\n| --- | --- | --- | --- | --- |\n")
	for _, f := range output.Formats() {
		folder := ""
		if f.Divided {
			folder = "yes"
		}
		fmt.Fprintf(&page, "| [`%s`](#%s) | `%s` | %s | `%s` | %s |\n", f.Name, f.Name, f.Media, words.Markdown(f.Description), cli.FileName(f.Name), folder)
	}
	page.WriteString("\n## Formats of other verbs\n\n| verb | formats |\n| --- | --- |\n")
	for _, v := range cli.Verbs() {
		if len(v.Formats) > 0 && len(v.Formats) != len(output.Formats()) {
			fmt.Fprintf(&page, "| `%s` | `%s` |\n", v.Name, strings.Join(v.Formats, "`, `"))
		}
	}
	page.WriteString("\n## Examples\n\nThe first lines of what `sgaudit demo -o FORMAT` prints. A long line ends with …\n")
	for _, f := range output.Formats() {
		printed, err := demo(f.Name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&page, "\n### %s\n\n%s", f.Name, example(printed))
	}
	return page.String(), nil
}

// example is the beginning of what a format writes, as a block of Markdown.
func example(printed []byte) string {
	if !utf8.Valid(printed) || bytes.IndexByte(printed, 0) >= 0 {
		return fmt.Sprintf("A binary file that begins with `%s`; the demo account makes %d bytes.\n", words.Plain(string(printed[:2])), len(printed))
	}
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(string(printed), "\r\n", "\n"), "\n"), "\n")
	more := len(lines) > exampleLines
	lines = lines[:min(len(lines), exampleLines)]
	for i, line := range lines {
		if all := []rune(line); len(all) > exampleWidth {
			lines[i] = string(all[:exampleWidth]) + "…"
		}
	}
	if more {
		lines = append(lines, "…")
	}
	return "````text\n" + strings.Join(lines, "\n") + "\n````\n"
}

// demo returns what the demo prints in a format.
func demo(format string) ([]byte, error) {
	folder, err := os.MkdirTemp("", "manual")
	if err != nil {
		return nil, fmt.Errorf("making a folder for examples: %w", err)
	}
	defer os.RemoveAll(folder)
	var streams [2]*os.File
	for i := range streams {
		if streams[i], err = os.CreateTemp(folder, "stream"); err != nil {
			return nil, fmt.Errorf("making a file for examples: %w", err)
		}
		defer streams[i].Close()
	}
	code := cli.Run(context.Background(), []string{"sgaudit", "demo", "--quiet", "-o", format}, os.Stdin, streams[0], streams[1])
	printed, err := os.ReadFile(streams[0].Name())
	if err != nil {
		return nil, fmt.Errorf("reading an example: %w", err)
	}
	if code != 0 || len(printed) == 0 {
		said, _ := os.ReadFile(streams[1].Name())
		return nil, fmt.Errorf("sgaudit demo -o %s: exit code %d: %s", format, code, said)
	}
	return printed, nil
}

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/words"
)

var answerFormats = []string{"text", "json"}

// answerFlag is on the verbs that answer a question: as text, as JSON, and in
// what more formats the verb has.
func answerFlag(more ...string) urfave.Flag {
	formats := slices.Concat(answerFormats, more)
	return choice(&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "text", Category: categoryConsole, Usage: "answer as `FORMAT`: " + strings.Join(formats, ", ")}, "format", formats...)
}

// checkAnswer refuses other formats than those of the verb's answerFlag.
func checkAnswer(c *urfave.Context) error { return checkChoice(c, "output") }

// answer prints the value as JSON, or else the text, wrapped to the terminal.
func (p *program) answer(c *urfave.Context, value any, text string) error {
	if c.String("output") != "json" {
		if c.String("output") == "text" {
			text = output.Fit(text, p.console.Width())
		}
		return p.console.Print(text)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return p.console.Print(string(words.JSON(out.Bytes())))
}

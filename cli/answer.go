package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/words"
)

var answerFormats = []string{"text", "json"}

// answerFlag is on the verbs that answer a question.
func answerFlag() urfave.Flag {
	return &urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Value: "text", Category: categoryReport, Usage: "answer as `FORMAT`: text, json"}
}

// checkAnswer refuses formats beyond text, JSON and those that a verb has more.
func checkAnswer(c *urfave.Context, more ...string) error {
	known := slices.Concat(answerFormats, more)
	for _, f := range known {
		if c.String("output") == f {
			return nil
		}
	}
	return within("--output", unknown("format", c.String("output"), known))
}

// answer prints the value as JSON, or else the text.
func (p *program) answer(c *urfave.Context, value any, text string) error {
	if c.String("output") != "json" {
		return p.print(text)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing the answer: %w", err)
	}
	return p.print(string(words.JSON(out.Bytes())))
}

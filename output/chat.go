package output

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Messages for a chat, to be sent with curl -d @-: the sum of the run, ten
// findings, and how many more there are. With a baseline the findings are those
// that are new or more severe than there. Slack takes 3,000 characters in a section, some 13,000 in all
// and 50 blocks; Teams takes 28 KB. Texts from outside mention no one and make
// no links.
var (
	_ = declare("slack", "application/json", "a message for a Slack webhook: what is new in ten lines", writeSlack)
	_ = declare("teams", "application/json", "an Adaptive Card for a Teams workflow: what is new in ten lines", writeTeams)
)

const (
	chatLines = 10
	chatLine  = 250 // characters
)

// chatMessage returns the lines of a message: a title, the sum, findings, and
// what could not be read. They are plain text.
func chatMessage(r *findings.Report) (title, sum string, list, closing []string) {
	title = runes("Security groups of "+words.Plain(words.List(accounts(r), 3)), 140)
	sum = runes(headline(r), 2*chatLine)
	fresh := r.Comparison != nil
	found := chosen(r, func(f *findings.Finding) bool {
		return f.Status != findings.Suppressed && (!fresh || f.News())
	})
	if fresh {
		sum += newsCounted(r.Comparison, found)
	}
	for _, f := range found[:min(chatLines, len(found))] {
		severity := f.Severity.String()
		if fresh && f.MoreSevere() {
			severity += ", " + f.Mark()
		}
		list = append(list, runes(severity+": "+resourceWords(f)+" in "+words.Plain(cmp.Or(placeWords("", f.AccountName, f.Region), f.AccountID))+": "+words.Plain(f.Message), chatLine))
	}
	if more := len(found) - chatLines; more > 0 {
		closing = append(closing, fmt.Sprintf("and %d more", more))
	}
	lines := 0
	for _, same := range sameGaps(unread(r)) {
		g, place := same.Gap, placeWords(same.regions[0].AccountID, same.regions[0].AccountName, same.regions[0].Region)
		if len(same.regions) > 1 {
			g.Message, place = same.message(), same.where()
		}
		if lines++; lines <= 3 {
			closing = append(closing, runes("Not read: "+words.Plain(place)+": "+gapWords(&g), chatLine))
		}
	}
	if lines > 3 {
		closing = append(closing, fmt.Sprintf("and %d more parts that were not read", lines-3))
	}
	if text := inactiveLine(r, 3); text != "" {
		closing = append(closing, runes(text, chatLine))
	}
	if len(r.NotEvaluated) > 0 {
		n := r.NotEvaluated[0]
		closing = append(closing, runes(fmt.Sprintf("Not evaluated: %s in %s: %s", words.Plain(n.Check), words.Plain(n.AccountID+" "+n.Region), words.Plain(n.Reason)), chatLine))
		if more := len(r.NotEvaluated) - 1; more > 0 {
			closing = append(closing, fmt.Sprintf("and %d more that were not evaluated", more))
		}
	}
	return title, sum, list, closing
}

// newsCounted sums up what is news since the baseline, fixed, and not judged again.
func newsCounted(c *findings.Comparison, news []*findings.Finding) string {
	graver := 0
	for _, f := range news {
		if f.MoreSevere() {
			graver++
		}
	}
	text := fmt.Sprintf(" %d new, ", len(news)-graver)
	if graver > 0 {
		text += fmt.Sprintf("%d more severe, ", graver)
	}
	text += fmt.Sprintf("%d fixed since %s UTC.", len(c.Fixed), c.Baseline.UTC().Format("2006-01-02 15:04"))
	if n := len(c.Unknown); n > 0 {
		text += fmt.Sprintf(" %d could not be judged again.", n)
	}
	return text
}

// slackText is the escape of Slack, which acts on &, < and > alone: the names of
// people and channels stand between the latter. Plain text gets no other markup,
// because the text objects are of the type plain_text.
var slackText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

type slackObject struct {
	Type string `json:"type"`
	Text any    `json:"text"`
	// Emoji false keeps :names: as they are.
	Emoji *bool `json:"emoji,omitempty"`
}

func writeSlack(w io.Writer, r *findings.Report, _ Options) error {
	title, sum, list, closing := chatMessage(r)
	var blocks []slackObject
	off := false
	block := func(kind, text string) {
		blocks = append(blocks, slackObject{Type: kind, Text: slackObject{"plain_text", text, &off}})
	}
	block("header", title)
	block("section", sum)
	for _, line := range list {
		block("section", line)
	}
	if len(closing) > 0 {
		block("section", runes(strings.Join(closing, "\n"), 3000))
	}
	return writeMessage(w, "Slack", map[string]any{"text": slackText.Replace(title + ": " + sum), "blocks": blocks, "unfurl_links": false})
}

// cardText keeps the part of Markdown that cards understand from text.
var cardText = strings.NewReplacer("[", `\[`, "]", `\]`, "*", `\*`, "_", `\_`, "&", "&amp;", "<", "&lt;")

type cardItem struct {
	Type   string `json:"type"`
	Text   string `json:"text"`
	Wrap   bool   `json:"wrap"`
	Weight string `json:"weight,omitempty"`
	Size   string `json:"size,omitempty"`
}

func writeTeams(w io.Writer, r *findings.Report, _ Options) error {
	title, sum, list, closing := chatMessage(r)
	body := []cardItem{{"TextBlock", cardText.Replace(title), true, "Bolder", "Large"}, {"TextBlock", cardText.Replace(sum), true, "", ""}}
	for _, line := range append(list, closing...) {
		body = append(body, cardItem{Type: "TextBlock", Text: cardText.Replace(line), Wrap: true})
	}
	return writeMessage(w, "Teams", map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive",
		"content":     map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body},
	}}})
}

func writeMessage(w io.Writer, format string, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		_, err = w.Write(append(words.JSON(text), '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the message for %s: %w", format, err)
	}
	return nil
}

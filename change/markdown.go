package change

import (
	"strings"

	"github.com/sgaudit/sgaudit/words"
)

// Markdown writes the plan for a review: the same order, with the proofs. It
// fails where a step is not one of the account.
func (d *Document) Markdown() (string, error) {
	if err := d.check(); err != nil {
		return "", err
	}
	d.nameItems()
	var out strings.Builder
	out.WriteString("# Plan for account " + marked(d.Account) + "\n\n")
	for _, line := range d.Head {
		out.WriteString(marked(line) + "\n")
	}
	d.markdownItems(&out, d.Items, false)
	if len(d.Aside) > 0 {
		out.WriteString("\n# " + marked(asideHeading) + "\n")
		d.markdownItems(&out, d.Aside, true)
	}
	if len(d.Manual) > 0 {
		out.WriteString("\n## " + manualHeading + "\n\n")
		for _, line := range d.Manual {
			out.WriteString("- " + marked(line) + "\n")
		}
	}
	return out.String(), nil
}

// markdownItems writes items. What is aside, beside the plan, has that in each heading,
// and its commands are comments.
func (d *Document) markdownItems(out *strings.Builder, items []Item, aside bool) {
	before, command := "", func(text string) string { return text }
	if aside {
		before, command = asideBefore, func(text string) string { return strings.TrimSuffix(commented(text), "\n") }
	}
	outline(items,
		func(heading string) {
			if aside {
				heading = strings.ToLower(heading[:1]) + heading[1:]
			}
			out.WriteString("\n## " + marked(before+heading) + "\n")
		},
		func(place string) { out.WriteString("\n### " + marked(place) + "\n") },
		func(i *Item) {
			out.WriteString("\n")
			for _, why := range i.Why {
				out.WriteString("- " + marked(why.Text) + "\n")
				if why.Decide != "" {
					out.WriteString("  - **" + marked(why.Decide) + "**\n")
				}
				for _, detail := range why.Details {
					out.WriteString("  - " + marked(detail) + "\n")
				}
			}
			out.WriteString("\nStep: " + marked(d.text(&i.Step)) + "\n\n" + fenced(command(i.Step.Command())))
			if len(i.Undo) > 0 {
				out.WriteString("\nUndo:\n\n" + fenced(command(Chain(i.Undo))))
			} else if remark := i.remark(); remark != "" {
				out.WriteString("\n" + strings.ToUpper(remark[:1]) + remark[1:] + ".\n")
			}
		})
}

func marked(text string) string { return words.Markdown(words.Cut(text, maxComment)) }

// fenced is a block of code with a fence that is longer than any in the text.
func fenced(text string) string {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	return fence + "sh\n" + text + "\n" + fence + "\n"
}

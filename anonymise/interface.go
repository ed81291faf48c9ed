package anonymise

import (
	"strings"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// describe renames what an interface says about its owner, and keeps the words
// by which the owner is recognised.
func (n *names) describe(e *inventory.Interface) {
	words := e.ServiceWords()
	e.Description = n.description(e.Description, words)
	e.Requester = n.requester(e.Requester, words.Requester)
	e.AttachedBy = n.requester(e.AttachedBy, words.AttachedBy)
	if !isWord(e.Operator) || !strings.Contains(e.Operator, ".amazonaws.com") {
		e.Operator = n.text(e.Operator)
	}
}

func (n *names) requester(text, word string) string {
	if word == "" || word == text {
		if word == "" {
			return n.owner(text)
		}
		return text
	}
	return n.renamed(freeTexts, text) + word
}

// description keeps how a service's text is built, and renames its pieces.
func (n *names) description(text string, words inventory.ServiceWords) string {
	rest, told := strings.CutPrefix(text, words.Begin)
	switch {
	case words.Begin == "" && words.Name == "":
		if text = n.text(text); words.Word != "" {
			text += " " + words.Word
		}
		return text
	case !told || words.Name == "":
		return words.Begin + n.pieces(rest)
	}
	before, after, found := strings.Cut(rest, words.Name)
	if !found {
		return words.Begin + n.pieces(rest)
	}
	text = words.Begin + n.pieces(before) + n.text(words.Name) + n.pieces(after)
	if words.Word != "" {
		text += " " + words.Word
	}
	return text
}

var (
	uuid = words.Form(`^-?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)
	arn  = words.Form(`arn:[^ ]*`)
)

// pieces renames the words between blanks and punctuation.
func (n *names) pieces(text string) string {
	if at := arn().FindStringIndex(text); at != nil {
		return n.pieces(text[:at[0]]) + n.arn(text[at[0]:at[1]]) + n.pieces(text[at[1]:])
	}
	list := cutAt(text, " /:+,;()[]\t\n")
	for i := 0; i < len(list); i += 2 {
		piece := list[i]
		switch {
		case uuid().MatchString(piece):
			begin := ""
			if piece[0] == '-' {
				begin = "-"
			}
			list[i] = begin + "00000000-0000-4000-8000-000000000000"
		case piece == "-" || piece == "role":
		default:
			list[i] = n.text(piece)
		}
	}
	return strings.Join(list, "")
}

package change

import (
	"fmt"
	"strings"
)

// statement is one command of a shell script, as far as it is understood.
type statement struct {
	line  int      // from 1, where it begins
	text  string   // as it stands in the script
	sets  string   // the variable that takes what the command prints: "group" of group=$(…)
	words []string // without quotes; a variable of ours stands as $group…
	odd   string   // what of it is more than plain words, such as a pipe; or empty
	chain bool     // it follows && on the same line
}

// lexer cuts a shell script into statements. It understands what a plan needs:
// plain words, quotes, backslashes, comments, line breaks, ; and &&, the
// variables "$group…" and group…=$(…). Everything else makes a statement odd:
// it is kept, to be refused if it calls aws ec2. What would make the rest of
// the script uncertain is an error.
type lexer struct {
	text string
	at   int
	line int

	comments int
}

// lex returns the statements of a script, and how many comments stand there.
func lex(text string) (all []statement, comments int, err error) {
	l := &lexer{text: strings.ReplaceAll(text, "\r\n", "\n"), line: 1}
	chain := false
	for {
		l.skip()
		if l.at >= len(l.text) {
			return all, l.comments, nil
		}
		s, end, err := l.statement(false)
		if err != nil {
			return nil, 0, fmt.Errorf("line %d: %w", l.line, err)
		}
		s.chain = chain
		chain = end == "&&"
		if s.text != "" {
			all = append(all, s)
		}
	}
}

func (l *lexer) next() byte {
	if l.at+1 < len(l.text) {
		return l.text[l.at+1]
	}
	return 0
}

// skip passes over blanks, line breaks and comments between statements.
func (l *lexer) skip() {
	for l.at < len(l.text) {
		switch c := l.text[l.at]; {
		case c == '\n':
			l.line++
			l.at++
		case c == ' ' || c == '\t' || c == ';':
			l.at++
		case c == '\\' && l.next() == '\n':
			l.line++
			l.at += 2
		case c == '#':
			l.comment()
		default:
			return
		}
	}
}

func (l *lexer) comment() {
	l.comments++
	for l.at < len(l.text) && l.text[l.at] != '\n' {
		l.at++
	}
}

// statement reads up to a line break, ; or &&, or within $( up to the
// parenthesis that closes it. It returns what ended it.
//
// It is long because it is one table: what each character means outside of
// quotes, in the order of precedence.
func (l *lexer) statement(inner bool) (s statement, end string, err error) {
	start := l.at
	s.line = l.line
	if name := l.assignment(); name != "" && !inner {
		s.sets = name
		l.at += len(name) + len("=$(")
		in, end, err := l.statement(true)
		if err != nil {
			return s, "", err
		}
		if end != ")" {
			return s, "", fmt.Errorf("$( is not closed on its line")
		}
		s.words, s.odd = in.words, in.odd
	}
	var current strings.Builder
	open := false // a word has begun
	finish := func() {
		if open {
			if s.sets != "" && !inner {
				s.odd = "words behind $(…)"
			}
			s.words = append(s.words, current.String())
			current.Reset()
			open = false
		}
	}
	odd := func(what string) {
		if s.odd == "" {
			s.odd = what
		}
	}
	done := func(end string, length int) (statement, string, error) {
		finish()
		s.text = strings.TrimSpace(l.text[start:l.at])
		l.at += length
		return s, end, nil
	}
	for l.at < len(l.text) {
		c := l.text[l.at]
		switch {
		case c == '\n':
			return done("\n", 0)
		case c == ';':
			return done(";", 1)
		case c == '&' && l.next() == '&':
			return done("&&", 2)
		case inner && c == ')':
			return done(")", 1)
		case c == ' ' || c == '\t':
			finish()
		case c == '#' && !open:
			text := l.at
			l.comment()
			s, end, err := done("\n", 0)
			s.text = strings.TrimSpace(l.text[start:text])
			return s, end, err
		case c == '\\':
			if l.at+1 >= len(l.text) {
				return s, "", fmt.Errorf("a backslash ends the script")
			}
			l.at++
			if l.text[l.at] == '\n' {
				l.line++
				break
			}
			open = true
			current.WriteByte(l.text[l.at])
		case c == '\'':
			open = true
			end := strings.IndexByte(l.text[l.at+1:], '\'')
			if end < 0 {
				return s, "", fmt.Errorf("a single quote is not closed")
			}
			quoted := l.text[l.at+1 : l.at+1+end]
			l.line += strings.Count(quoted, "\n")
			current.WriteString(quoted)
			l.at += 1 + end
		case c == '"':
			open = true
			if err := l.doubleQuoted(&current, odd); err != nil {
				return s, "", err
			}
		case c == '<' && l.next() == '<':
			return s, "", fmt.Errorf("here-documents are not understood")
		case special[c] != "":
			odd(special[c])
			open = true
			current.WriteByte(c)
		case c < ' ' || c == 0x7f:
			return s, "", fmt.Errorf("a control character (%#02x) stands in the script", c)
		case c == '~' && !open:
			odd("a home folder (~)")
			open = true
			current.WriteByte(c)
		default:
			open = true
			current.WriteByte(c)
		}
		l.at++
	}
	if inner {
		return s, "", fmt.Errorf("$( is not closed")
	}
	return done("", 0)
}

// special are the characters that mean more than themselves outside of quotes.
var special = [256]string{
	'|': "a pipe (|)", '&': "a background command (&)", '<': "a redirection (<)", '>': "a redirection (>)",
	'(': "a parenthesis", ')': "a parenthesis", '`': "a command in backticks", '$': "a variable or command ($)",
	'*': "a pattern (*)", '?': "a pattern (?)", '[': "a pattern ([)", '{': "a brace", '}': "a brace",
}

// doubleQuoted reads from a double quote to the next one, and stays on it.
func (l *lexer) doubleQuoted(into *strings.Builder, odd func(string)) error {
	for l.at++; l.at < len(l.text); l.at++ {
		switch c := l.text[l.at]; {
		case c == '"':
			return nil
		case c == '\n':
			l.line++
			into.WriteByte(c)
		case c == '\\' && strings.IndexByte("\"\\$`", l.next()) >= 0 && l.at+1 < len(l.text):
			l.at++
			into.WriteByte(l.text[l.at])
		case c == '\\' && l.next() == '\n':
			l.at++
			l.line++
		case c == '`':
			odd(special['`'])
			into.WriteByte(c)
		case c == '$':
			name := l.variable()
			if name == "" {
				odd(special['$'])
				name = "$"
			}
			into.WriteString(name)
			l.at += len(name) - 1
		default:
			into.WriteByte(c)
		}
	}
	return fmt.Errorf("a double quote is not closed")
}

// variable returns the name of ours that stands here, such as $group_1.
func (l *lexer) variable() string {
	end := l.at + 1
	for end < len(l.text) && isNameByte(l.text[end]) {
		end++
	}
	if name := l.text[l.at:end]; IsNew(name) {
		return name
	}
	return ""
}

// assignment returns the name of ours that takes the output of a command here:
// "group" of group=$(…).
func (l *lexer) assignment() string {
	end := l.at
	for end < len(l.text) && isNameByte(l.text[end]) {
		end++
	}
	if name := l.text[l.at:end]; IsNew("$"+name) && strings.HasPrefix(l.text[end:], "=$(") && !strings.HasPrefix(l.text[end:], "=$((") {
		return name
	}
	return ""
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

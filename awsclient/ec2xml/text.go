package ec2xml

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// text reads the text of the element that was opened last, and its end tag.
// The bytes are good until the next answer.
func (s *Scanner) text() []byte {
	if s.empty || s.unsupported {
		s.empty = false
		return nil
	}
	begin := s.at
	raw, changed := s.run()
	if s.unsupported {
		return nil
	}
	if changed {
		raw = s.replace(s.data[begin:s.at])
	}
	if s.at+1 >= len(s.data) || s.data[s.at+1] != '/' {
		s.unsupported = true
		return nil
	}
	s.close()
	return raw
}

// run moves to the next tag. It refuses what decoders refuse in a text, and
// says whether they change it: its entities and its line ends.
func (s *Scanner) run() (raw []byte, changed bool) {
	begin, ascii := s.at, true
	for ; s.at < len(s.data); s.at++ {
		c := s.data[s.at]
		if classes[c] != otherByte {
			continue
		}
		switch {
		case c == '<':
			raw = s.data[begin:s.at]
			if !ascii && (!utf8.Valid(raw) || bytes.ContainsAny(raw, "\uFFFE\uFFFF")) {
				s.unsupported = true
			}
			return raw, changed
		case c == '&', c == '\r':
			changed = true
		case c >= utf8.RuneSelf:
			ascii = false
		case c == ']' && !bytes.HasPrefix(s.data[s.at:], []byte("]]>")):
		default:
			s.unsupported = true
			return nil, false
		}
	}
	s.unsupported = true // the end within a text
	return nil, false
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// replace returns a text as it is meant, with its entities and line ends
// replaced.
func (s *Scanner) replace(raw []byte) []byte {
	text := lineEnds.Replace(string(raw))
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			return []byte(b.String())
		}
		name, rest, found := strings.Cut(after, ";")
		r, known := entity(name)
		if !found || !known {
			s.unsupported = true
			return nil
		}
		b.WriteRune(r)
		text = rest
	}
}

// entity returns the character of an entity that every XML document knows.
func entity(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, found := strings.CutPrefix(name, "#")
	base := 10
	if d, hex := strings.CutPrefix(digits, "x"); hex {
		digits, base = d, 16
	}
	n, err := strconv.ParseUint(digits, base, 21)
	switch {
	case !found || err != nil, n > utf8.MaxRune, n >= 0xD800 && n < 0xE000, n == 0xFFFE, n == 0xFFFF,
		n < ' ' && n != '\t' && n != '\n' && n != '\r':
		return 0, false
	}
	return rune(n), true
}

package ec2xml

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"
)

// Scanner reads the plain XML that EC2 answers with: elements and text. The zero
// value is ready. It may be used again for the next answer, and by one goroutine at
// a time: what it keeps are the texts that may come again, and memory.
//
// What EC2 never sends (comments, CDATA, processing instructions beyond the first
// line, entities of its own) is unsupported, so that the scanner never guesses:
// from there on every element is empty and every list at its end, and the answer is
// an error.
//
// An element is read by child, which says whether there is one more in the
// element around, and then by exactly one of text, skip or, for its own
// children, child again.
type Scanner struct {
	data        []byte
	at          int
	unsupported bool

	name  []byte   // of the element that child found
	empty bool     // that element was opened and closed in one tag
	open  [][]byte // the names of the elements around

	texts
	scratch
	ignored map[string]bool // names that are known to be of no interest
}

// start makes the scanner read an answer.
func (s *Scanner) start(data []byte) {
	s.data, s.at, s.unsupported, s.empty, s.open = data, 0, false, false, s.open[:0]
}

// ended returns nil where the answer was read to its end, and else an error that
// says where the scanner stopped. The SDK's decoder reads the answer then.
func (s *Scanner) ended() error {
	if !s.unsupported {
		return nil
	}
	const before, behind = 20, 40
	return fmt.Errorf("byte %d, in %q", s.at, s.data[max(0, s.at-before):min(len(s.data), s.at+behind)])
}

// The classes of bytes. In a text all but plainByte need a closer look.
const (
	otherByte = iota
	plainByte // of a text, and of no other meaning there
	nameByte  // the same, and part of a name
)

var classes = func() (of [256]uint8) {
	for c := range of {
		switch letter := c|0x20 >= 'a' && c|0x20 <= 'z'; {
		case letter && c < utf8.RuneSelf, c >= '0' && c <= '9':
			of[c] = nameByte
		case c == '\t', c == '\n', c >= ' ' && c < utf8.RuneSelf && c != '<' && c != '&' && c != ']':
			of[c] = plainByte
		}
	}
	return of
}()

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// child opens the next element of the one that was opened last, or reads that
// one's end.
func (s *Scanner) child() bool {
	if s.empty || s.unsupported {
		s.empty = false
		return false
	}
	for s.at < len(s.data) && blank(s.data[s.at]) {
		s.at++
	}
	if s.at+1 >= len(s.data) || s.data[s.at] != '<' {
		s.unsupported = true // text between elements
		return false
	}
	if s.data[s.at+1] == '/' {
		s.close()
		return false
	}
	s.element()
	return !s.unsupported
}

// element reads a start tag.
func (s *Scanner) element() {
	begin := s.at + 1
	end := begin
	for end < len(s.data) && classes[s.data[end]] == nameByte {
		end++
	}
	if end+1 >= len(s.data) || end == begin || s.data[begin] <= '9' {
		s.unsupported = true
		return
	}
	s.name = s.data[begin:end]
	if s.data[end] == ' ' {
		if end = s.attributes(end); s.unsupported {
			return
		}
	}
	switch {
	case s.data[end] == '>':
		s.open = append(s.open, s.name)
		s.at = end + 1
	case s.data[end] == '/' && s.data[end+1] == '>':
		s.empty = true
		s.at = end + 2
	default:
		s.unsupported = true
	}
}

// namespace is the one attribute that EC2 sends.
var namespace = regexp.MustCompile(`^( xmlns="[A-Za-z0-9:/.-]*")? *$`)

// attributes returns where the attributes that begin at a place end.
func (s *Scanner) attributes(begin int) int {
	n := bytes.IndexByte(s.data[begin:], '>')
	if n < 1 {
		s.unsupported = true
		return begin
	}
	end := begin + n
	if s.data[end-1] == '/' {
		end--
	}
	s.unsupported = !namespace.Match(s.data[begin:end])
	return end
}

// close reads the end tag of the innermost element.
func (s *Scanner) close() {
	last := len(s.open) - 1
	if last < 0 {
		s.unsupported = true
		return
	}
	name := s.open[last]
	begin := s.at + len("</")
	end := begin + len(name)
	if end >= len(s.data) || s.data[end] != '>' || !bytes.Equal(s.data[begin:end], name) {
		s.unsupported = true
		return
	}
	s.open = s.open[:last]
	s.at = end + 1
}

// skip reads an element that is of no interest to its end.
func (s *Scanner) skip() {
	if s.empty || s.unsupported {
		s.empty = false
		return
	}
	for around := len(s.open); len(s.open) >= around; {
		begin := s.at
		if _, changed := s.run(); changed && !s.unsupported {
			s.replace(s.data[begin:s.at])
		}
		if s.unsupported {
			return
		}
		if s.at+1 < len(s.data) && s.data[s.at+1] == '/' {
			s.close()
		} else {
			s.element()
			s.empty = false
		}
		if s.unsupported {
			return
		}
	}
}

// item opens the next element of a set, in which EC2 has nothing but items.
func (s *Scanner) item() bool {
	if !s.child() {
		return false
	}
	if string(s.name) != "item" {
		s.unsupported = true
	}
	return !s.unsupported
}

// declaration is the one that EC2 begins with. Emulators write it in small
// letters.
var declaration = regexp.MustCompile(`^<\?xml version="1\.0" encoding="(UTF-8|utf-8)"\?>\s*`)

// root opens the answer's outermost element.
func (s *Scanner) root() {
	s.at = len(declaration.Find(s.data))
	if s.at == len(s.data) || s.data[s.at] != '<' {
		s.unsupported = true
		return
	}
	s.element()
}

package files

import (
	"errors"
	"io"
	"unicode/utf8"
)

// errNotUTF8 ends a text that is something else.
var errNotUTF8 = errors.New("this is not UTF-8")

// UTF8 returns a reader of the text of r, which fails at the first byte that is
// not UTF-8: such a text has to be read by Text, which knows other encodings.
func UTF8(r io.Reader) io.Reader { return &utf8Reader{r: r} }

type utf8Reader struct {
	r    io.Reader
	left []byte // the begin of a character that goes on in the next piece
}

func (u *utf8Reader) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	piece := p[:n]
	if len(u.left) > 0 {
		piece = append(u.left, piece...)
		u.left = nil
	}
	cut := len(piece)
	for i := 1; i < utf8.UTFMax && i <= len(piece); i++ {
		if tail := piece[len(piece)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				cut -= i
			}
			break
		}
	}
	u.left = append(u.left, piece[cut:]...)
	if !utf8.Valid(piece[:cut]) || errors.Is(err, io.EOF) && len(u.left) > 0 {
		return 0, errNotUTF8
	}
	return n, err
}

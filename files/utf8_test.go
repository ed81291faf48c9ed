package files_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sgaudit/sgaudit/files"
)

func TestUTF8(t *testing.T) {
	for text, ok := range map[string]bool{
		"": true, "web": true, "ü 東京 😀 \ufffd": true, strings.Repeat("東", 5000): true,
		"\xff": false, "a\xe6\x9d": false, "\xe6\x9da": false, "😀\xf0\x9f\x98": false, "\xed\xa0\x80": false, "w\x00e\x00": true,
	} {
		for name, r := range map[string]io.Reader{
			"whole": strings.NewReader(text), "bytes": iotest.OneByteReader(strings.NewReader(text)), "halves": iotest.HalfReader(strings.NewReader(text)), "end with data": iotest.DataErrReader(strings.NewReader(text)),
		} {
			got, err := io.ReadAll(files.UTF8(r))
			if (err == nil) != ok || ok && string(got) != text {
				t.Errorf("%.20q by %s: %.20q, %v", text, name, got, err)
			}
		}
	}
}

// Package page writes a report as one HTML file that can be mailed: it loads
// nothing from anywhere, holds to a strict content security policy, and is
// complete in what matters where scripts do not run.
//
// What is static comes from page.html, an html/template. The rest travels as
// compressed blocks, which the script in page.js unpacks when they are looked
// at: so a report of 100,000 findings opens within seconds.
package page

import (
	"compress/gzip"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/picture"
)

//go:embed page.html
var body string

//go:embed page.css
var css string

// The script is one function, in the order of its parts.
var (
	//go:embed page.js
	findingsScript string
	//go:embed places.js
	placesScript string

	script = "(function () {\n'use strict';\n" + findingsScript + placesScript + "start();\n})();\n"
)

// page is parsed when the first page is written, which most runs do not.
var page = sync.OnceValue(func() *template.Template { return template.Must(template.New("page").Parse(body)) })

// Write writes the report with the pictures of its inventory, which may be nil
// where only the report is known.
func Write(w io.Writer, r *findings.Report, drawn *picture.Picture) error {
	style := css + picture.Style() + foot(r)
	out := &keeper{w: w}
	out.printf("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"+
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '%s'; style-src '%s'; img-src data:; base-uri 'none'; form-action 'none'\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>Security group audit</title>\n<style>%s</style></head>\n",
		hash(script), hash(style), style)
	v := newView(r, drawn)
	if out.err == nil {
		out.err = page().Execute(out, v)
	}
	writeBlocks(out, r, v)
	out.printf("<script>%s</script>\n</body></html>\n", script)
	if out.err != nil {
		return fmt.Errorf("writing HTML: %w", out.err)
	}
	return nil
}

// foot is the style of the bottom of each printed page: the account and the
// time, in characters that end no text of CSS.
func foot(r *findings.Report) string {
	keep := func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(" ,-:", c) {
			return c
		}
		return -1
	}
	text := strings.Map(keep, accounts(r)+", "+r.StartedAt.UTC().Format(clock))
	return "@page{@bottom-left{content:\"" + text + "\";font:9px sans-serif}@bottom-right{content:counter(page);font:9px sans-serif}}"
}

// hash is the source expression of a content security policy for exactly these
// bytes between the tags of a script or style.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// keeper keeps the first error of a writer.
type keeper struct {
	w   io.Writer
	err error
	zip *gzip.Writer // of the block that is being written
}

func (k *keeper) Write(b []byte) (int, error) {
	if k.err != nil {
		return 0, k.err
	}
	n, err := k.w.Write(b)
	k.err = err
	return n, err
}

func (k *keeper) printf(format string, args ...any) {
	if k.err == nil {
		_, k.err = fmt.Fprintf(k.w, format, args...)
	}
}

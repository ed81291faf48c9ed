package cli

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/page"
	"github.com/sgaudit/sgaudit/picture"
)

// TestPicturesOfTheDocs compares the pictures in docs with those that the program
// draws of the demo account.
func TestPicturesOfTheDocs(t *testing.T) {
	inv := notation.MustParse(estates.Demo()).Inventory
	settings := audit.Defaults()
	report := audit.Run(inv, audit.Options{Settings: settings}).Report
	report.Finish()
	drawn := picture.New(inv, report, picture.Options{Service: serviceOf(&settings), Bastions: settings.Bastions})
	for _, view := range graphViews {
		want, _ := viewOf(drawn, view, false)
		name := filepath.Join("..", "docs", "pictures", "demo-"+view+".svg")
		if *update {
			if err := os.WriteFile(name, []byte(want), 0o666); err != nil {
				t.Fatal(err)
			}
			continue
		}
		have, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if string(have) != want {
			t.Errorf("%s is not what the program draws; go test ./cli -update draws it", name)
		}
	}
}

// TestPageOfTheDocs compares the page in docs with that which the program writes
// of the demo account. Compressed blocks are compared by what they hold.
func TestPageOfTheDocs(t *testing.T) {
	inv := notation.MustParse(estates.Demo()).Inventory
	settings := audit.Defaults()
	settings.Now = time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)
	report, _ := judged(inv, audit.Options{Settings: settings}, nil)
	report.Tool = findings.Tool{Name: "sgaudit", Version: "demo"}
	report.StartedAt, report.FinishedAt = settings.Now, settings.Now
	report.Finish()
	drawn := picture.New(inv, report, picture.Options{Service: serviceOf(&settings), Bastions: settings.Bastions})
	var out bytes.Buffer
	if err := page.Write(&out, report, drawn); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join("..", "docs", "demo.html")
	if *update {
		if err := os.WriteFile(name, out.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if unpackedPage(t, have) != unpackedPage(t, out.Bytes()) {
		t.Errorf("%s is not what the program writes; go test ./cli -run TestPageOfTheDocs -update writes it", name)
	}
}

var packed = regexp.MustCompile(`(<script type="text/plain" id="\w+">)([^<]*)`)

// unpackedPage returns a page with its blocks unpacked: how they are compressed
// depends on the version of Go.
func unpackedPage(t *testing.T, html []byte) string {
	t.Helper()
	return packed.ReplaceAllStringFunc(string(html), func(block string) string {
		parts := packed.FindStringSubmatch(block)
		raw, err := base64.StdEncoding.DecodeString(parts[2])
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		return parts[1] + string(text)
	})
}

package output_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/remedy"
)

// TestPackedReports: each format writes the same bytes for a report that was read
// finding by finding, with compressed details, as for one that was read as a whole.
func TestPackedReports(t *testing.T) {
	demo := notation.MustParse(estates.Demo()).Inventory
	ran := audit.Run(demo, audit.Options{Settings: audit.Defaults()})
	remedy.Attach(demo, ran.Report, ran.Proposals, inventory.DefaultRulesPerGroup)
	ran.Report.Finish()
	every := hostileReport()
	every.SchemaVersion = findings.SchemaVersion
	for name, r := range map[string]*findings.Report{"demo account": ran.Report, "what machines need": whole(), "every field": every} {
		text := write(t, "json", r, output.Options{})
		want, err := findings.Read(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		packed, err := findings.ReadStream(strings.NewReader(text), 0)
		if err != nil {
			t.Fatal(err)
		}
		for format, write := range written() {
			var a, b bytes.Buffer
			if err := errors.Join(write(&a, want, listed()), write(&b, packed, listed())); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(a.Bytes(), b.Bytes()) {
				t.Errorf("%s, %s: %d bytes of the packed report, %d of the other", name, format, b.Len(), a.Len())
			}
		}
		for i := range packed.Findings {
			if output.Explain(&packed.Findings[i], "") != output.Explain(&want.Findings[i], "") {
				t.Errorf("%s: finding %s is explained in another way", name, want.Findings[i].ID)
			}
		}
	}
}

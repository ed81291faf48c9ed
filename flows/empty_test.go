package flows_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/flows"
)

// An empty file that AWS wrote, or of gzip, was cut off: its records are missing. A header
// alone is named, and nothing is missing because of it. Other files may be empty.
func TestEmptyFiles(t *testing.T) {
	const name = "123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_1a2b3c.log"
	const cut, header = "it is empty, although", "it holds the names of the columns and no record"
	for _, c := range []struct {
		file, text, want string
		loss             bool
	}{
		{name, "", cut, true},
		{name, "\n\n", cut, true},
		{name + ".gz", "", cut, true},
		{"x.gz", "", cut, true},
		{"x.GZ", "\n", cut, true},
		{"x.gz", string(gzipped(t, "")), cut, true},
		{name, v2Header + "\n", header, false},
		{"x.log", v2Header + "\n\n", header, false},
		{"x.log", "", "", false},
		{"x.log", "\n", "", false},
	} {
		folder := t.TempDir()
		write(t, folder, "good.log", v2Header+"\n"+v2Line+"\n")
		if err := os.WriteFile(filepath.Join(folder, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		check := func(where string, s *flows.Summary) {
			if s.Records != 1 || len(s.Notes) > 1 || (c.want == "") != (len(s.Notes) == 0) {
				t.Errorf("%s with %q in %s: %d records, %v", c.file, c.text, where, s.Records, s.Notes)
			} else if c.want != "" && (!strings.Contains(s.Notes[0].Text, c.want) || s.Notes[0].Loss != c.loss || filepath.Base(s.Notes[0].File) != c.file) {
				t.Errorf("%s with %q in %s: %v, a loss: %v", c.file, c.text, where, s.Notes[0], s.Notes[0].Loss)
			}
		}
		check("a folder", read(t, flows.Options{Addresses: ownAddress}, folder))
		check("Amazon S3", read(t, shelved(t, folder, "flows/").options(flows.Options{Addresses: ownAddress}), "s3://our-logs/flows"))
	}
}

package flows_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

// A file with a name of AWS and an ending that is not read is named, and its records are
// missing, unless it is a copy beside one that is read, or of another time.
func TestOtherEndings(t *testing.T) {
	const stem = "123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_"
	const good = v2Header + "\n" + v2Line + "\n"
	for what, c := range map[string]struct {
		files []string
		want  string
		loss  bool
	}{
		"compressed again": {[]string{stem + "aa.log.zst"}, stem + "aa.log.zst: its name is", true},
		"rotated":          {[]string{stem + "aa.log.gz.1", stem + "ab.log.gz.1"}, "(2 such files of fl-0123456789abcdef0)", true},
		"a table":          {[]string{stem + "aa.csv"}, stem + "aa.csv", true},
		"a copy":           {[]string{stem + "aa.log", stem + "aa.log.bak"}, stem + "aa.log.bak: its name is", false},
		"another time":     {[]string{strings.Replace(stem, "20261001T", "20250101T", 1) + "aa.log.zst"}, "", false},
		"another name":     {[]string{"notes.csv", "123456789012_elasticloadbalancing_eu-west-1_app.x_20261001T0000Z_aa.log.zst"}, "", false},
	} {
		folder := t.TempDir()
		write(t, folder, "good.log", good)
		for _, f := range c.files {
			write(t, folder, f, strings.Replace(good, "40000", "40001", 1))
		}
		o := flows.Options{Addresses: ownAddress, Since: time.Unix(begin, 0), Until: time.Unix(begin, 0).AddDate(0, 0, 1)}
		for where, s := range map[string]*flows.Summary{"a folder": read(t, o, folder), "Amazon S3": read(t, shelved(t, folder, "flows/").options(o), "s3://our-logs/flows")} {
			if (c.want == "") != (len(s.Notes) == 0) || len(s.Notes) > 1 {
				t.Errorf("%s, in %s: %v", what, where, s.Notes)
				continue
			}
			if c.want == "" {
				continue
			}
			if n := s.Notes[0]; !strings.Contains(n.String(), c.want) || n.Loss != c.loss {
				t.Errorf("%s, in %s: %v, a loss: %v", what, where, n, n.Loss)
			}
			if origin, _ := flows.OriginOf(filepath.ToSlash(s.Notes[0].File)); origin.FlowLog != "fl-0123456789abcdef0" {
				t.Errorf("%s, in %s: the note is not about the flow log", what, where)
			}
		}
	}
}

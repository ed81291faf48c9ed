package flows_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/flows"
)

const awsNamed = "AWSLogs/123456789012/vpcflowlogs/eu-west-1/2026/10/01/123456789012_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_1a2b3c.log"

// noted are the files that a summary has notes about.
func noted(s *flows.Summary) (files []string) {
	for _, n := range s.Notes {
		files = append(files, n.String())
	}
	slices.Sort(files)
	return files
}

// Files with the same content count once, whatever their names, and each that is not read
// is named, with the one that is. Files of one size that differ anywhere are all read.
func TestSameContentCountsOnce(t *testing.T) {
	// The records differ in one digit, in the first line or in the last one.
	long := func(first, last string) string {
		lines := strings.Repeat(v2Line+"\n", 500)
		return v2Header + "\n" + strings.Replace(v2Line, "10.0.1.7", first, 1) + "\n" + lines + strings.Replace(v2Line, "10.0.1.7", last, 1) + "\n"
	}
	const same = ": it counts once, because it is the same as another file, which is read: "
	for what, c := range map[string]struct {
		files   map[string]string // by name; .gz is compressed
		records uint64
		notes   []string // FILE = OTHER FILE
	}{
		"a folder and its copy":           {map[string]string{"a/x.log.gz": long("10.0.1.7", "10.0.1.7"), "b/x.log.gz": long("10.0.1.7", "10.0.1.7")}, 502, []string{"b/x.log.gz = a/x.log.gz"}},
		"two names":                       {map[string]string{"a.log": v2Header + "\n" + v2Line + "\n", "b.txt": v2Header + "\n" + v2Line + "\n"}, 1, []string{"b.txt = a.log"}},
		"three names, one of AWS":         {map[string]string{"a.log": v2Line + "\n", "b.log": v2Line + "\n", awsNamed: v2Line + "\n"}, 1, []string{"a.log = " + awsNamed, "b.log = " + awsNamed}},
		"another first record":            {map[string]string{"a.log": long("10.0.1.8", "10.0.1.7"), "b.log": long("10.0.1.9", "10.0.1.7")}, 1004, nil},
		"another last record":             {map[string]string{"a.log": long("10.0.1.7", "10.0.1.8"), "b.log": long("10.0.1.7", "10.0.1.9")}, 1004, nil},
		"another record, in small files":  {map[string]string{"a.log": v2Header + "\n" + v2Line + "\n", "b.log": v2Header + "\n" + v2Back + "\n"}, 2, nil},
		"two copies of two":               {map[string]string{"a.log": v2Line + "\n", "b.log": v2Back + "\n", "c/a.log": v2Line + "\n", "c/b.log": v2Back + "\n"}, 2, []string{"c/a.log = a.log", "c/b.log = b.log"}},
		"files without a byte":            {map[string]string{"a.log": "", "b.log": "", "c.log": v2Line + "\n"}, 1, nil},
		"the records of another file too": {map[string]string{"a.log": v2Line + "\n", "b.log": v2Line + "\n" + v2Back + "\n"}, 3, nil}, // as docs/usage.md says
	} {
		folder := t.TempDir()
		etags := map[string]string{}
		for name, text := range c.files {
			write(t, folder, name, text)
			etags["flows/"+name] = text
		}
		bucket := shelved(t, folder, "flows/")
		bucket.etags = etags
		for path, o := range map[string]flows.Options{folder: {}, "s3://our-logs/flows": bucket.options(flows.Options{})} {
			o.Addresses = ownAddress
			s := read(t, o, path)
			var want []string
			for _, name := range c.notes {
				file, other, _ := strings.Cut(name, " = ")
				want = append(want, path+"/"+file+same+path+"/"+other)
			}
			got := slices.DeleteFunc(noted(s), func(n string) bool {
				return strings.Contains(n, "no folder AWSLogs") || strings.Contains(n, "beside it")
			})
			if path != folder && slices.ContainsFunc(c.notes, func(n string) bool { return c.files[awsNamed] != "" }) {
				continue // beside AWSLogs nothing is read
			}
			if s.Records != c.records || !slices.Equal(got, want) {
				t.Errorf("%s: %d records of %s, want %d\ngot  %v\nwant %v", what, s.Records, path, c.records, got, want)
			}
		}
	}
}

// Of two flow logs with the same records, the file of the one counts that does not record
// rejected traffic alone: it covers hours.
func TestSameContentOfTwoFlowLogs(t *testing.T) {
	folder := t.TempDir()
	const all, rejects = "123456789012_vpcflowlogs_eu-west-1_fl-0b_20261001T0000Z_1a2b3c.log", "123456789012_vpcflowlogs_eu-west-1_fl-0a_20261001T0000Z_1a2b3c.log"
	for _, name := range []string{all, rejects} {
		write(t, folder, name, v2Header+"\n"+strings.Replace(v2Line, "ACCEPT", "REJECT", 1)+"\n")
	}
	s := read(t, flows.Options{Addresses: ownAddress, RejectOnly: map[string]bool{"fl-0a": true, "fl-0b": false}}, folder)
	if covered, _ := s.Interface("eni-0a").Covered(begin, begin+3600); s.Records != 1 || covered != 1 || filepath.Base(s.Notes[0].File) != rejects {
		t.Errorf("%d records, %d hours, %v", s.Records, covered, s.Notes)
	}
}

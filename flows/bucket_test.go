package flows_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/flows"
)

// shelf is a bucket in memory.
type shelf struct {
	objects map[string][]byte
	denied  map[string]string // prefixes of lists, and keys, with what is wrong
	cut     map[string]int64  // keys that cannot be read from an offset on

	etags map[string]string // by key

	mu     sync.Mutex
	lists  []string
	reads  []string
	within int64 // bytes that were read
}

func (s *shelf) List(_ context.Context, prefix, delimiter string, page func([]flows.Object, []string) error) error {
	s.mu.Lock()
	s.lists = append(s.lists, prefix+"|"+delimiter)
	s.mu.Unlock()
	if text := s.denied[prefix]; text != "" {
		return errors.New(text)
	}
	var keys []string
	for key := range s.objects {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	seen := map[string]bool{}
	for _, key := range keys {
		rest, inside := strings.CutPrefix(key, prefix)
		if !inside {
			continue
		}
		if i := strings.Index(rest, delimiter); delimiter != "" && i >= 0 {
			folder := prefix + rest[:i+1]
			if !seen[folder] {
				seen[folder] = true
				if err := page(nil, []string{folder}); err != nil {
					return err
				}
			}
			continue
		}
		if err := page([]flows.Object{{Key: key, Size: int64(len(s.objects[key])), ETag: s.etags[key]}}, nil); err != nil {
			return err
		}
	}
	return nil
}

func (s *shelf) ReadRange(_ context.Context, o flows.Object, offset int64, n int) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads = append(s.reads, o.Key)
	if text := s.denied[o.Key]; text != "" {
		return nil, errors.New(text)
	}
	text := s.objects[o.Key]
	end := min(offset+int64(n), int64(len(text)))
	if limit, there := s.cut[o.Key]; there && end > limit {
		return nil, errors.New("the connection failed or broke off")
	}
	s.within += end - offset
	return text[offset:end], nil
}

// shelved puts the files of a folder into a bucket, under a prefix.
func shelved(t *testing.T, folder, prefix string) *shelf {
	t.Helper()
	s := &shelf{objects: map[string][]byte{}, denied: map[string]string{}, cut: map[string]int64{}}
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		s.objects[prefix+filepath.ToSlash(strings.TrimPrefix(path, folder+"/"))] = text
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shelf) options(o flows.Options) flows.Options {
	o.Bucket = func(string) flows.Bucket { return s }
	return o
}

// layouts are the folders in which AWS delivers the flow logs of an account, a region and
// a day.
var layouts = map[string]string{
	"plain":             "AWSLogs/%s/vpcflowlogs/%s/%s/%s/%s/",
	"hourly":            "AWSLogs/%s/vpcflowlogs/%s/%s/%s/%s/07/",
	"Hive":              "AWSLogs/aws-account-id=%s/aws-service=vpcflowlogs/aws-region=%s/year=%s/month=%s/day=%s/",
	"Hive and hourly":   "AWSLogs/aws-account-id=%s/aws-service=vpcflowlogs/aws-region=%s/year=%s/month=%s/day=%s/hour=07/",
	"below two folders": "logs/all/AWSLogs/%s/vpcflowlogs/%s/%s/%s/%s/",
}

// Only the folders of the accounts, regions and days that are asked for are listed, and
// only their objects are read, in each layout of AWS and from each folder on.
func TestBucketLayouts(t *testing.T) {
	for what, form := range layouts {
		s := &shelf{objects: map[string][]byte{}}
		var want []string
		for _, account := range []string{"111122223333", "444455556666"} {
			for _, region := range []string{"eu-west-1", "us-east-1"} {
				for day := time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
					folder := fmt.Sprintf(form, account, region, day.Format("2006"), day.Format("01"), day.Format("02"))
					key := fmt.Sprintf("%s%s_vpcflowlogs_%s_fl-0123456789abcdef0_%s_1a2b3c.log", folder, account, region, day.Add(7*time.Hour).Format("20060102T1504Z"))
					s.objects[key] = []byte(v2Header + "\n" + v2Line + "\n")
					if account == "111122223333" && region == "eu-west-1" && day.Month() == 10 && day.Day() >= 9 && day.Day() <= 12 {
						want = append(want, key)
					}
				}
			}
		}
		s.objects["AWSLogs/111122223333/CloudTrail/eu-west-1/2026/10/10/x.json.gz"] = []byte("{}")
		o := s.options(flows.Options{
			Addresses: ownAddress, Accounts: map[string]bool{"111122223333": true}, Regions: map[string]bool{"eu-west-1": true},
			Since: time.Date(2026, 10, 10, 0, 0, 0, 0, time.UTC), Until: time.Date(2026, 10, 11, 12, 0, 0, 0, time.UTC), Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC),
		})
		root := ""
		if what == "below two folders" {
			root = "logs/all/"
		}
		account := root + "AWSLogs/111122223333"
		if strings.HasPrefix(what, "Hive") {
			account = root + "AWSLogs/aws-account-id=111122223333"
		}
		for _, path := range []string{root, root + "AWSLogs/", strings.TrimSuffix(root+"AWSLogs/", "/"), account, account + "/", strings.TrimSuffix(want[0][:strings.Index(want[0], "2026")], "year=")} {
			s.lists, s.reads = nil, nil
			sum := read(t, o, "s3://our-logs/"+path)
			got := slices.Compact(slices.Sorted(slices.Values(s.reads)))
			if !slices.Equal(got, want) {
				t.Errorf("%s, from %q on: read %q", what, path, got)
			}
			if len(s.lists) > 16 {
				t.Errorf("%s, from %q on: %d lists: %q", what, path, len(s.lists), s.lists)
			}
			later := 0
			for _, n := range sum.Notes {
				if strings.HasPrefix(n.Text, "what was delivered more than a day after the end of the window is not read") {
					later++
				} else if n.Loss || !strings.Contains(n.Text, "444455556666") {
					t.Errorf("%s, from %q on: %v", what, path, n)
				}
			}
			if later != 1 {
				t.Errorf("%s, from %q on: %d notes of what was delivered later: %v", what, path, later, sum.Notes)
			}
		}
	}
}

// A bucket in another layout is read whole, and that is said; one object may be named. No
// object that is named like one of another account, region or day is read.
func TestOtherLayouts(t *testing.T) {
	const name = "_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20261001T0000Z_1a2b3c.log"
	text := []byte(v2Header + "\n" + v2Line + "\n")
	s := &shelf{objects: map[string][]byte{
		"copies/a/111122223333" + name: text, "copies/b/444455556666" + name: text, "copies/c/x.log": text, "copies/readme.md": text, "copies/empty.log": nil,
		"stream/2026/10/01/05/flow-logs-1-2026-10-01-05-00-00-01234567-89ab-cdef-0123-456789abcdef": []byte(`{"message":"` + v2Line + `"}`),
		"both/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/10/01/111122223333" + name:            text, "both/x.log": text, "both/other/y.log": text,
	}}
	o := s.options(flows.Options{Addresses: ownAddress, Accounts: map[string]bool{"111122223333": true}, Now: time.Unix(begin, 0).AddDate(0, 1, 0)})
	for path, c := range map[string]struct {
		records uint64
		notes   []string
	}{
		"copies":                     {2, []string{"accounts that the inventory does not hold are not read: 444455556666", "no folder AWSLogs"}},
		"copies/c/x.log":             {1, nil},
		"copies/a":                   {1, nil},
		"stream/":                    {1, []string{"no folder AWSLogs"}},
		"both/AWSLogs/111122223333/": {1, nil},
		"both":                       {2, []string{"only the folder AWSLogs was read, and not the 1 folder beside it"}},
	} {
		sum := read(t, o, "s3://our-logs/"+path)
		if sum.Records != c.records || len(sum.Notes) != len(c.notes) {
			t.Errorf("%s: %d records, %v", path, sum.Records, sum.Notes)
			continue
		}
		for i, n := range sum.Notes {
			if !strings.Contains(n.String(), c.notes[i]) || n.Loss {
				t.Errorf("%s: %v, want %s", path, n, c.notes[i])
			}
		}
	}
	o.Accounts, o.Regions = map[string]bool{"999988887777": true}, map[string]bool{"us-east-1": true}
	if sum := read(t, o, "s3://our-logs/both/AWSLogs/111122223333/vpcflowlogs/eu-west-1/"); sum.Records != 1 || len(sum.Notes) > 0 {
		t.Errorf("a folder that names another account and region: %d records, %v", sum.Records, sum.Notes)
	}
	for _, path := range []string{"nothing", "copies/readme", "cop"} {
		if _, err := flows.Read(t.Context(), []string{"s3://our-logs/" + path}, o); !errors.Is(err, flows.ErrNoFiles) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if _, err := flows.Read(t.Context(), []string{"s3://our-logs/x"}, flows.Options{}); err == nil {
		t.Error("a bucket was read without a reader")
	}
}

// Objects make the same summary as files: text and Parquet, in one part and in many.
func TestObjectsAreFiles(t *testing.T) {
	lines := randomLines(rand.New(rand.NewPCG(21, 1)), 20000)
	folder := t.TempDir()
	write(t, folder, "a.log.gz", header+"\n"+strings.Join(lines[:9000], "\n")+"\n")
	write(t, folder, "b/c.log", header+"\n"+strings.Join(lines[9000:12000], "\n")+"\n")
	writeBytes(t, folder, "b/d.parquet", asParquet(t, header+"\n"+strings.Join(lines[12000:], "\n")+"\n", true))
	large := strings.Repeat(header+"\n"+strings.Join(lines[:3000], "\n")+"\n", 25) // several parts of 8 MiB
	write(t, folder, "large.log", large)
	writeBytes(t, folder, "large.log.parquet", asParquet(t, strings.Repeat(strings.Join(append([]string{header}, lines[:40000/2]...), "\n")+"\n", 1), false))
	want := text(read(t, flows.Options{}, folder))
	s := shelved(t, folder, "")
	var last uint64
	o := s.options(flows.Options{Progress: func(read, total, _ uint64) { last = read * 100 / total }})
	sum := read(t, o, "s3://our-logs")
	if got := text(sum); got != want {
		t.Error(firstDifference(got, want))
	}
	if last < 99 {
		t.Errorf("the progress ends at %d of 100", last)
	}
	if n := len(s.objects["large.log"]); n < 8<<20 {
		t.Errorf("the large object has %d bytes: it is one part", n)
	}
}

// Of a large Parquet object only the parts with needed columns are read.
func TestParquetColumnsOfObjects(t *testing.T) {
	var b strings.Builder
	b.WriteString("interface-id start end action srcaddr dstaddr srcport dstport protocol flow-direction instance-tag\n")
	r := rand.New(rand.NewPCG(22, 1))
	for i := range 42000 {
		fmt.Fprintf(&b, "eni-0a %d %d ACCEPT 10.0.1.7 10.0.0.5 40000 443 6 ingress %x%x%x%x\n", begin+i, begin+i+60, r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
		for range 3 {
			fmt.Fprintf(&b, "eni-0a %d %d ACCEPT 10.0.1.7 10.0.0.5 40000 443 6 ingress %x%x%x%x%x%x%x\n", begin+i, begin+i+60, r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64())
		}
	}
	text := asParquet(t, b.String(), false)
	s := &shelf{objects: map[string][]byte{"x.parquet": text}}
	if sum := read(t, s.options(flows.Options{}), "s3://our-logs/x.parquet"); sum.Records != 168000 || len(sum.Notes) > 0 {
		t.Errorf("%d records, %v", sum.Records, sum.Notes)
	}
	if s.within > int64(len(text))*2/3 {
		t.Errorf("%d of %d bytes were read, and the tags are most of them", s.within, len(text))
	}
}

// What fails at one folder or object is said with it, and the rest is read.
func TestBucketFailures(t *testing.T) {
	const account = "AWSLogs/111122223333/vpcflowlogs/"
	name := func(region, id string) string {
		return account + region + "/2026/10/01/111122223333_vpcflowlogs_" + region + "_" + id + "_20261001T0000Z_1a2b3c.log"
	}
	build := func() *shelf {
		s := &shelf{objects: map[string][]byte{}, denied: map[string]string{}, cut: map[string]int64{}}
		for _, region := range []string{"eu-west-1", "us-east-1"} {
			s.objects[name(region, "fl-0a")] = []byte(v2Header + "\n" + v2Line + "\n")
		}
		s.objects[name("eu-west-1", "fl-0b")] = bytes.Repeat([]byte(v2Header+"\n"+v2Line+"\n"), 60000)
		s.objects[name("eu-west-1", "fl-0c")+".parquet"] = asParquet(t, v2Header+"\n"+v2Line+"\n", false)
		return s
	}
	for what, c := range map[string]struct {
		change  func(*shelf)
		records uint64
		file    string
		want    string
	}{
		"a folder":               {func(s *shelf) { s.denied[account+"us-east-1/"] = "denied" }, 60002, account + "us-east-1/", "it could not be listed: denied"},
		"an object":              {func(s *shelf) { s.denied[name("us-east-1", "fl-0a")] = "denied" }, 60002, name("us-east-1", "fl-0a"), "it could not be read: denied"},
		"a Parquet object":       {func(s *shelf) { s.denied[name("eu-west-1", "fl-0c")+".parquet"] = "denied" }, 60002, name("eu-west-1", "fl-0c") + ".parquet", "it could not be read: denied"},
		"the end of an object":   {func(s *shelf) { s.cut[name("eu-west-1", "fl-0b")] = 8 << 20 }, 41000, name("eu-west-1", "fl-0b"), "it was read up to here: the connection failed"},
		"a folder without right": {func(s *shelf) { s.denied[account+"eu-west-1/"] = "denied" }, 1, account + "eu-west-1/", "could not be listed"},
	} {
		s := build()
		c.change(s)
		sum := read(t, s.options(flows.Options{Addresses: ownAddress, Now: time.Unix(begin, 0).AddDate(0, 1, 0)}), "s3://our-logs")
		if d := int64(sum.Records) - int64(c.records); d < -2000 || d > 2000 || c.records < 10 && d != 0 {
			t.Errorf("%s: %d records", what, sum.Records)
		}
		if len(sum.Notes) != 1 || sum.Notes[0].File != "s3://our-logs/"+c.file || !sum.Notes[0].Loss || !strings.Contains(sum.Notes[0].Text, c.want) {
			t.Errorf("%s: %v", what, sum.Notes)
		}
	}
	s := build()
	s.denied[""] = "the caller lacks s3:ListBucket"
	if _, err := flows.Read(t.Context(), []string{"s3://our-logs"}, s.options(flows.Options{})); err == nil || !strings.Contains(err.Error(), "listing s3://our-logs: the caller lacks s3:ListBucket") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := flows.Read(ctx, []string{"s3://our-logs"}, build().options(flows.Options{Addresses: ownAddress})); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

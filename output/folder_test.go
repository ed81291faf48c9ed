package output_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
	"github.com/sgaudit/sgaudit/tables"
)

// saved writes a format into a folder, and returns the files of it by their names.
func saved(t *testing.T, folder, format string, r *findings.Report, listed *tables.Tables) map[string]string {
	t.Helper()
	f, _ := output.Lookup(format)
	if err := output.SaveFolder(folder, f, r, output.Options{Tables: listed}); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(name string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		short, _ := filepath.Rel(folder, name)
		files[filepath.ToSlash(short)] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestSaveFolder: the files together have the rows of one file, each of them those
// of its region alone; a region in which nothing is wrong any more has a file
// without rows, and one that the report does not have keeps its file.
func TestSaveFolder(t *testing.T) {
	const ireland, virginia, sydney = "account=012345678901/region=eu-west-1/part-0.", "account=012345678901/region=us-east-1/part-0.", "account=012345678901/region=ap-southeast-2/part-0."
	folder := t.TempDir()
	r := report()
	r.Coverage = append(r.Coverage, findings.Coverage{AccountID: "012345678901", Region: "ap-southeast-2", Status: "complete"}, findings.Coverage{AccountID: "012345678901", Region: "eu-north-1", Status: "skipped"})
	r.Finish()
	files := saved(t, folder, "parquet", r, nil)
	_, whole := parquetRows(t, write(t, "parquet", r, output.Options{}))
	at := slices.Index(output.Columns, "region")
	count := map[string]int{}
	var all [][]any
	for name, text := range files {
		_, rows := parquetRows(t, text)
		count[name] = len(rows)
		all = append(all, rows...)
		for _, row := range rows {
			if !strings.Contains(name, "/region="+row[at].(string)+"/") {
				t.Errorf("%s has a row of %v", name, row[at])
			}
		}
	}
	if diff := cmp.Diff(map[string]int{ireland + "parquet": 2, virginia + "parquet": 2, sydney + "parquet": 0}, count); diff != "" {
		t.Error(diff)
	}
	if len(all) != len(whole) {
		t.Errorf("the files have %d rows, one file has %d", len(all), len(whole))
	}

	fixed := report()
	fixed.Findings, fixed.Coverage = nil, fixed.Coverage[:1]
	fixed.Finish()
	if _, rows := parquetRows(t, saved(t, folder, "parquet", fixed, nil)[ireland+"parquet"]); len(rows) != 0 {
		t.Errorf("the findings that are gone are still there: %v", rows)
	}
	if after := saved(t, folder, "parquet", fixed, nil); after[sydney+"parquet"] != files[sydney+"parquet"] {
		t.Error("a region that was not audited has lost its file")
	}

	// The lists and the records, too.
	for format, want := range map[string][]string{
		"rules-ndjson": {ireland + "ndjson", `"group_id":"sg-1"`}, "ndjson": {virginia + "ndjson", `"record":"coverage","account_id":"012345678901","account_name":"","region":"us-east-1"`},
	} {
		files := saved(t, t.TempDir(), format, report(), listed())
		if len(files) != 2 || !strings.Contains(files[want[0]], want[1]) {
			t.Errorf("%s: %q", format, files)
		}
		if format == "rules-ndjson" && files[virginia+"ndjson"] != "" {
			t.Errorf("us-east-1 has rules of another region: %s", files[virginia+"ndjson"])
		}
	}
}

// TestSaveFolderTakesNoPath: an account or a region without a name of AWS's is an
// error, before anything is written.
func TestSaveFolderTakesNoPath(t *testing.T) {
	f, _ := output.Lookup("parquet")
	for _, name := range []string{"../../evil", "/etc", "a=b", "1234567890123", "eu-west-1/../..", "..", ".", "x\x00", "ＥＵ-west-1"} {
		for _, change := range []func(*findings.Report){
			func(r *findings.Report) { r.Coverage[1].AccountID = name },
			func(r *findings.Report) { r.Coverage[1].Region = name },
			func(r *findings.Report) { r.Findings[1].AccountID = name },
			func(r *findings.Report) { r.NotEvaluated[0].Region = name },
		} {
			r := report()
			change(r)
			folder := t.TempDir()
			if err := output.SaveFolder(folder, f, r, output.Options{}); err == nil || !strings.Contains(err.Error(), "cannot name a folder") {
				t.Errorf("%q: %v", name, err)
			}
			if entries, _ := os.ReadDir(folder); len(entries) > 0 {
				t.Errorf("%q: %v was written", name, entries)
			}
		}
	}
	r := report()
	r.Findings[1].Region = ""
	if files := saved(t, t.TempDir(), "parquet", r, nil); files["account=012345678901/region=__HIVE_DEFAULT_PARTITION__/part-0.parquet"] == "" {
		t.Error("a finding without a region has no file")
	}
}

// TestSaveFolderFails: a file that cannot be written is an error, and what was there
// stays.
func TestSaveFolderFails(t *testing.T) {
	folder := t.TempDir()
	before := saved(t, folder, "parquet", report(), nil)
	broken := &output.Format{Name: "parquet", Write: func(io.Writer, *findings.Report, output.Options) error { return errFull }}
	if err := output.SaveFolder(folder, broken, report(), output.Options{}); !errors.Is(err, errFull) {
		t.Error(err)
	}
	if diff := cmp.Diff(before, saved(t, folder, "parquet", report(), nil)); diff != "" {
		t.Error(diff)
	}
}

// TestDDL: each statement has the columns of the files, in their order, but for the
// region, which is a partition; and a location cannot end its text.
func TestDDL(t *testing.T) {
	column := regexp.MustCompile("(?m)^  `([a-z_0-9]+)` (string|bigint|timestamp),?$")
	for _, f := range output.Formats() {
		text, err := output.DDL(f, "s3://my-bucket/sgaudit")
		if (err == nil) != output.HasDDL(f) {
			t.Errorf("%s: %v", f.Name, err)
		}
		if err != nil {
			continue
		}
		if !strings.Contains(text, "LOCATION 's3://my-bucket/sgaudit/'\n") || !strings.Contains(text, "PARTITIONED BY (`account` string, `region` string)") {
			t.Errorf("%s: %s", f.Name, text)
		}
		var names, kinds []string
		for _, match := range column.FindAllStringSubmatch(text, -1) {
			names, kinds = append(names, match[1]), append(kinds, match[2])
		}
		if !isParquet(f.Name) {
			continue
		}
		want, rows := parquetRows(t, write(t, f.Name, report(), output.Options{}))
		for _, row := range rows {
			row = slices.Delete(slices.Clone(row), slices.Index(want, "region"), slices.Index(want, "region")+1)
			for i, cell := range row {
				if _, number := cell.(int64); cell != nil && number == (kinds[i] == "string") {
					t.Errorf("%s: %s is %s, and the file has %v", f.Name, names[i], kinds[i], cell)
				}
			}
		}
		want = slices.DeleteFunc(want, func(name string) bool { return name == "region" })
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("%s: %s", f.Name, diff)
		}
	}
	f, _ := output.Lookup("parquet")
	for _, folder := range []string{"s3://b/';DROP TABLE x;--/", "s3://BUCKET/x/", "https://b.s3.amazonaws.com/x/", "s3://", "s3://my-bucket", "s3:///x/", "s3://my-bucket/../x/", "s3://my-bucket/a\nb/", "s3://my-bucket//x"} {
		if text, err := output.DDL(f, folder); err == nil && folder != "s3://my-bucket" {
			t.Errorf("%q was accepted:\n%s", folder, text)
		}
	}
}

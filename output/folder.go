package output

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/tables"
	"github.com/sgaudit/sgaudit/words"
)

// divided marks a format of which a file for each region can be written.
func divided(f *Format) *Format {
	f.Divided = true
	return f
}

// lake marks a format that Athena reads from such files, with its table.
func lake(f *Format, table func(*tables.Tables) *tables.Table) *Format {
	f.table = table
	return divided(f)
}

// kind is what the files of a divided format hold: parquet of rules-parquet.
func (f *Format) kind() string { return f.Name[strings.LastIndexByte(f.Name, '-')+1:] }

// noPartition is what Hive, and Athena with it, calls the partition of what has no
// value.
const noPartition = "__HIVE_DEFAULT_PARTITION__"

// SaveFolder writes a file for each region of each account into a folder, under the
// names that Hive gives to partitions: account=123456789012/region=eu-west-1/part-0.parquet.
// A region without findings has a file without rows, which takes the place of that
// of the run before; regions that the report does not have keep their files. Each
// file is written as Save does. Where an account or a region has not the form of
// AWS's, nothing is written.
func SaveFolder(folder string, f *Format, r *findings.Report, o Options) error {
	for part := range r.ByRegion() {
		if _, err := partition(part); err != nil {
			return fmt.Errorf("writing %s: %w", folder, err)
		}
	}
	for part := range r.ByRegion() {
		name, err := partition(part)
		if err != nil {
			return fmt.Errorf("writing %s: %w", folder, err)
		}
		own := o
		if o.Tables != nil {
			account, region := placeOf(part)
			own.Tables = o.Tables.In(account, region)
		}
		file := filepath.Join(folder, name, "part-0."+f.kind())
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return fmt.Errorf("writing %s: %w", file, err)
		}
		if err := Replace(file, func(w io.Writer) error { return f.Write(w, part, own) }); err != nil {
			return err
		}
	}
	return nil
}

// placeOf is the account and the region that the report of one region is about.
func placeOf(r *findings.Report) (account, region string) {
	switch {
	case len(r.Coverage) > 0:
		return r.Coverage[0].AccountID, r.Coverage[0].Region
	case len(r.Findings) > 0:
		return r.Findings[0].AccountID, r.Findings[0].Region
	case len(r.NotEvaluated) > 0:
		return r.NotEvaluated[0].AccountID, r.NotEvaluated[0].Region
	}
	return "", ""
}

// partition is the name of the folder for the report of one region.
func partition(r *findings.Report) (string, error) {
	account, region := placeOf(r)
	if account == "" {
		account = noPartition
	} else if !inventory.IsAccountID(account) {
		return "", fmt.Errorf("%q is not an account id of 12 digits, and cannot name a folder", words.Cut(account, 80))
	}
	if region == "" {
		region = noPartition
	} else if !inventory.IsRegion(region) {
		return "", fmt.Errorf("%q is not the name of a region, and cannot name a folder", words.Cut(region, 80))
	}
	return filepath.Join("account="+account, "region="+region), nil
}

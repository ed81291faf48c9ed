package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	urfave "github.com/urfave/cli/v2"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/files"
	"github.com/sgaudit/sgaudit/fixtures/traffic"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
	"github.com/sgaudit/sgaudit/words"
)

// flowSource is where flow logs come from, and which part of them counts.
type flowSource struct {
	logs, summaries []string // paths
	demo            bool     // the flow logs of the demo account, if no path is given
	since, until    time.Time
	athena          *athenaChoice      // nil: Athena is not asked
	format          string             // of files without a header; empty: as the inventory has it
	client          *awsclient.Options // for paths of Amazon S3 and for Athena; nil: they are not read
}

// checkFormat refuses what is not a format of flow logs.
func checkFormat(c *urfave.Context, flag string) error {
	if !c.IsSet(flag) {
		return nil
	}
	if err := flows.CheckFormat(c.String(flag)); err != nil {
		return console.Usage("write it as DescribeFlowLogs returns it, in single quotes: '${version} ${account-id} ${interface-id} …'", "--%s: %v", flag, err)
	}
	return nil
}

// checkBuckets refuses paths of Amazon S3 that name no bucket.
func checkBuckets(paths []string) error {
	for _, path := range paths {
		if bucket, _ := flows.CutS3(path); flows.IsS3(path) && !bucketName().MatchString(bucket) {
			return console.Usage("write it as s3://BUCKET or s3://BUCKET/PREFIX/", "%s does not name a bucket of Amazon S3", words.Plain(path))
		}
	}
	return nil
}

// bucketName is the form of the names of buckets (Amazon S3 User Guide, bucket naming
// rules; upper case and underscores are of buckets that are older).
var bucketName = words.Form(`^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$`)

// usageFlag is on the verbs that judge by flow logs too.
func usageFlag() urfave.Flag {
	return &urfave.StringSliceFlag{Name: "usage", Category: categoryRead, Usage: "also run the checks that need VPC flow logs, with those at this `PATH`: a file, a folder as Amazon S3 holds them, or a summary of sgaudit usage --save-summary; repeatable", TakesFile: true}
}

// usageSource sorts the paths of the flag --usage.
func usageSource(paths []string) (s flowSource, err error) {
	if i := slices.IndexFunc(paths, flows.IsS3); i >= 0 {
		return s, console.Usage(fmt.Sprintf("reduce them to a summary first: sgaudit usage --flow-logs %s --save-summary flows.json.zst", paths[i]), "flow logs in Amazon S3 are read by sgaudit usage alone")
	}
	for _, path := range paths {
		summary, packed, err := looksLikeSummary(path)
		if err != nil {
			return s, fmt.Errorf("opening flow logs: %w", err)
		}
		if summary || packed {
			s.summaries = append(s.summaries, path)
		} else {
			s.logs = append(s.logs, path)
		}
	}
	return s, nil
}

// looksLikeSummary looks at the beginning of a file: whether it is that of a summary, or
// of a file that is compressed with Zstandard, as summaries are and flow logs are not.
func looksLikeSummary(path string) (summary, packed bool, err error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false, false, err // what is read of a pipe is gone
	}
	f, err := os.Open(path)
	if err != nil {
		return false, false, err
	}
	defer f.Close()
	begin := make([]byte, 64)
	n, _ := io.ReadFull(f, begin)
	return flows.IsSummary(begin[:n]), bytes.HasPrefix(begin[:n], []byte{0x28, 0xb5, 0x2f, 0xfd}), nil
}

// checkFlowLogs refuses summaries, which are not flow logs. What cannot be opened is
// an error of who reads it.
func checkFlowLogs(paths []string) error {
	var errs []error
	for _, path := range paths {
		summary, packed, err := looksLikeSummary(path)
		switch {
		case err != nil:
		case summary:
			errs = append(errs, console.Usage("give it to --summary", "--flow-logs %s is a summary that --save-summary wrote, and not a flow log", path))
		case packed:
			errs = append(errs, console.Usage("give it to --summary if --save-summary wrote it", "--flow-logs %s is compressed with Zstandard, as summaries are and flow logs are not", path))
		}
	}
	return console.Combine(errs...)
}

// judgeUsage judges the rules of an inventory by the flow logs of the flag --usage;
// nil where it was not given.
func (p *program) judgeUsage(ctx context.Context, inv *inventory.Inventory, paths []string) (*usage.Report, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	source, err := usageSource(paths)
	if err != nil {
		return nil, err
	}
	summary, err := p.readFlows(ctx, inv, source)
	if err != nil {
		return nil, err
	}
	report := usage.Judge(inv, summary, usage.Options{References: references()})
	p.tellFlows(inv, summary, report)
	if why := report.WhyNothing(); why != "" {
		p.console.Warn("%s: the checks that need flow logs were not evaluated", why)
	} else if n := report.Unjudged(); n > 0 && !report.Lost() {
		p.console.Say("%d of %s could not be judged by the flow logs: sgaudit usage --verdict not-known with the same flow logs says why", n, words.Count(len(report.Rules), "rule"))
	}
	return report, nil
}

// readFlows reads flow logs and summaries, or the flow logs of the demo.
func (p *program) readFlows(ctx context.Context, inv *inventory.Inventory, source flowSource) (*flows.Summary, error) {
	o := flowOptions(inv)
	o.Since, o.Until = source.since, source.until
	if source.format != "" {
		o.Format = source.format
	}
	if source.client != nil && slices.ContainsFunc(source.logs, flows.IsS3) {
		client, err := awsclient.Connect(ctx, *source.client)
		if err != nil {
			return nil, p.interrupted(ctx, err)
		}
		o.Bucket = func(name string) flows.Bucket { return objectReader{client.Bucket(name)} }
	}
	progress := p.console.StartProgress()
	defer progress.End()
	if o.Bucket != nil {
		progress.Set("listing the flow logs of %s", words.List(source.logs, 3))
	}
	began := time.Now()
	o.Progress = func(read, total, records uint64) {
		rate := float64(records) / max(time.Since(began).Seconds(), 0.001)
		progress.Set("reading flow logs: %d records, %.0f a second, %d of %d MB are left", records, rate, (total-min(read, total))>>20, total>>20)
	}
	summary := &flows.Summary{}
	var err error
	switch {
	case len(source.logs) > 0:
		summary, err = flows.Read(ctx, source.logs, o)
		if errors.Is(err, flows.ErrNoFiles) {
			err = noFiles(source.logs, o)
		}
	case len(source.summaries) == 0 && source.demo && (source.athena == nil || !source.athena.named):
		summary, err = demoFlows(ctx, inv, o)
	}
	if err != nil {
		return nil, p.interrupted(ctx, err)
	}
	if source.athena != nil && source.athena.reduces() {
		var reduced *flows.Summary
		if reduced, err = p.readAthena(ctx, inv, &source); err == nil {
			reduced.Add(summary)
			summary = reduced
		}
	}
	if err != nil {
		return nil, err
	}
	return summary, p.addSummaries(ctx, summary, &source)
}

// addSummaries adds what earlier runs have saved. The same summary counts once.
func (p *program) addSummaries(ctx context.Context, summary *flows.Summary, source *flowSource) error {
	taken := map[[sha256.Size]byte]string{} // by the content
	for _, file := range source.summaries {
		text, err := files.ReadContext(ctx, file, files.Most)
		if err != nil {
			return p.interrupted(ctx, err)
		}
		digest := sha256.Sum256(text)
		if twin, twice := taken[digest]; twice {
			p.console.Warn("%s is the same summary as %s, and counts once", words.Plain(file), words.Plain(twin))
			continue
		}
		taken[digest] = file
		s, err := readSummary(file, text, source)
		if err != nil {
			return err
		}
		summary.Add(s)
	}
	return nil
}

// noFiles says that no flow log was found, in the window where there is one.
func noFiles(logs []string, o flows.Options) error {
	if !o.Since.IsZero() || !o.Until.IsZero() {
		return console.Usage("choose another window with --since and --until; files and folders of days outside of it are not read", "no flow log files of the window were found in %s", words.List(logs, 3))
	}
	return console.Usage("a folder holds them as files that end in .gz, .log, .txt, .parquet or .json", "no flow log files were found in %s", words.List(logs, 3))
}

// readSummary reads the text that an earlier run has saved in a file, as far as it lies in
// the window. Its notes name the file.
func readSummary(file string, text []byte, source *flowSource) (*flows.Summary, error) {
	s, err := flows.Load(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	s = s.Within(source.since, source.until)
	for i := range s.Notes {
		if s.Notes[i].File == "" {
			s.Notes[i].File = file
		}
	}
	return s, nil
}

// demoFlows makes the flow logs of the demo account, and reads them.
func demoFlows(ctx context.Context, inv *inventory.Inventory, o flows.Options) (*flows.Summary, error) {
	folder, err := os.MkdirTemp("", "sgaudit-demo-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for the flow logs of the demo: %w", err)
	}
	defer os.RemoveAll(folder)
	var text bytes.Buffer
	if err := traffic.WriteDemo(&text, inv); err != nil {
		return nil, err
	}
	path := filepath.Join(folder, "demo.log")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("writing the flow logs of the demo: %w", err)
	}
	o.Rejecting = nil // the file is of all flow logs of the demo
	o.Now = time.Unix(traffic.DemoPeriod.Begin, 0).AddDate(0, 2, 0)
	return flows.Read(ctx, []string{path}, o)
}

// objectReader gives the objects of a bucket to the package flows.
type objectReader struct{ *awsclient.Bucket }

// List implements flows.Bucket.
func (r objectReader) List(ctx context.Context, prefix, delimiter string, page func([]flows.Object, []string) error) error {
	return r.Bucket.List(ctx, prefix, delimiter, func(found []awsclient.Object, folders []string) error {
		objects := make([]flows.Object, len(found))
		for i, o := range found {
			objects[i] = flows.Object(o)
		}
		return page(objects, folders)
	})
}

// ReadRange implements flows.Bucket.
func (r objectReader) ReadRange(ctx context.Context, o flows.Object, offset int64, n int) ([]byte, error) {
	return r.Bucket.ReadRange(ctx, awsclient.Object(o), offset, n)
}

// flowOptions are what the inventory knows about flow logs and interfaces.
func flowOptions(inv *inventory.Inventory) flows.Options {
	o := flows.Options{Formats: map[string]string{}, RejectOnly: map[string]bool{}, Accounts: map[string]bool{}, Regions: map[string]bool{}}
	var indexes []*inventory.Index
	rejecting := map[string]bool{} // interfaces, subnets and VPCs with a flow log that records rejected traffic only
	formats := map[string]bool{}   // of flow logs that are delivered without a header
	for _, r := range inv.Regions {
		o.Accounts[r.AccountID], o.Regions[r.Name] = true, true
		indexes = append(indexes, inventory.NewIndex(r))
		for _, l := range r.FlowLogs {
			if l.Format != "" {
				o.Formats[l.ID] = l.Format
			}
			if !strings.Contains(l.Destination, ":s3:") {
				formats[l.Format] = true
			}
			if o.RejectOnly[l.ID] = l.Traffic == "REJECT"; o.RejectOnly[l.ID] {
				rejecting[l.Resource] = true
			}
		}
	}
	if len(formats) == 1 {
		for f := range formats {
			o.Format = f
		}
	}
	o.Rejecting = func(id string) bool {
		return slices.ContainsFunc(indexes, func(x *inventory.Index) bool {
			e := x.Interface(id)
			return e != nil && (rejecting[e.ID] || rejecting[e.Subnet] || rejecting[e.VPC])
		})
	}
	o.Addresses = func(id string) []netip.Prefix { return privateAddresses(indexes, id) }
	return o
}

// privateAddresses are the addresses of an interface inside its VPC.
func privateAddresses(indexes []*inventory.Index, id string) (list []netip.Prefix) {
	for _, x := range indexes {
		if e := x.Interface(id); e != nil {
			list = slices.AppendSeq(list, e.Private())
		}
	}
	return list
}

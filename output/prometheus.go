package output

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/words"
)

// Prometheus text format 0.0.4, for the textfile collector of node_exporter: no
// timestamps of samples, which the collector refuses. Labels are accounts,
// regions, checks and severities; ids and names of resources are none, because
// each value is a series of its own for as long as the data is kept.
var _ = declare("prometheus", "text/plain; version=0.0.4", "metrics in Prometheus text format, for node_exporter's textfile collector", writePrometheus)

// mostSeries is the number of series of a metric; what is beyond it is added up
// with the label values "other".
const mostSeries = 10000

// sample is one line of a metric. Labels are the values, in the metric's order.
type sample struct {
	labels [4]string
	value  float64
}

type metrics struct{ out *bufio.Writer }

// gauge writes a metric with one line for each sample. Samples with the same
// labels are added up; lines are in the order of labels.
func (m metrics) gauge(name, help string, labels []string, samples []sample) {
	if len(samples) == 0 {
		return
	}
	sums := map[[4]string]float64{}
	for _, s := range samples {
		sums[s.labels] += s.value
	}
	if len(sums) > mostSeries {
		sums = bounded(sums, len(labels))
	}
	keys := make([][4]string, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [4]string) int { return slices.Compare(a[:], b[:]) })
	fmt.Fprintf(m.out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
	for _, key := range keys {
		m.out.WriteString(name)
		for i, label := range labels {
			m.out.WriteByte("{,"[min(i, 1)])
			m.out.WriteString(label + `="` + labelValues.Replace(words.Plain(key[i])) + `"`)
		}
		if len(labels) > 0 {
			m.out.WriteByte('}')
		}
		m.out.WriteString(" " + strconv.FormatFloat(sums[key], 'f', -1, 64) + "\n")
	}
}

var labelValues = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// bounded keeps the largest of the sums and adds the rest to one series of which the
// labels are "other", but for the severity, of which each keeps its own.
func bounded(sums map[[4]string]float64, labels int) map[[4]string]float64 {
	keys := make([][4]string, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b [4]string) int {
		return cmp.Or(cmp.Compare(sums[b], sums[a]), slices.Compare(a[:], b[:]))
	})
	kept := make(map[[4]string]float64, mostSeries)
	for i, key := range keys {
		value := sums[key]
		if i >= mostSeries-len(findings.Severities()) {
			for l := range labels {
				if !slices.Contains(severityLabels, key[l]) {
					key[l] = "other"
				}
			}
		}
		kept[key] += value
	}
	return kept
}

var severityLabels = func() []string {
	var all []string
	for _, s := range findings.Severities() {
		all = append(all, s.String())
	}
	return all
}()

func writePrometheus(w io.Writer, r *findings.Report, _ Options) error {
	m := metrics{bufio.NewWriterSize(w, 1<<16)}
	one := func(name, help string, value float64) { m.gauge(name, help, nil, []sample{{value: value}}) }
	m.gauge("sgaudit_info", "The version of sgaudit that made the report.", []string{"version"}, []sample{{[4]string{r.Tool.Version}, 1}})
	if !r.FinishedAt.IsZero() {
		one("sgaudit_last_run_timestamp_seconds", "When the last audit ended, in Unix time.", seconds(r.FinishedAt))
		one("sgaudit_last_run_duration_seconds", "How long the last audit took.", max(0, r.FinishedAt.Sub(r.StartedAt).Seconds()))
	}
	one("sgaudit_regions_incomplete", "Regions of accounts that were not read in full.", float64(len(unread(r))))
	m.coverage(r)
	m.found(r)
	if n, _ := r.LeftOut(); n > 0 {
		one("sgaudit_findings_left_out", "Open findings that filters keep out of the report.", float64(n))
	}
	if err := m.out.Flush(); err != nil {
		return fmt.Errorf("writing Prometheus metrics: %w", err)
	}
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func (m metrics) coverage(r *findings.Report) {
	var complete, groups, rules, interfaces, unevaluated []sample
	for i := range r.Coverage {
		c := &r.Coverage[i]
		if c.Status == "skipped" {
			continue
		}
		at := [4]string{c.AccountID, c.Region}
		read := 0.0
		if c.Status == "complete" {
			read = 1
		}
		complete = append(complete, sample{at, read})
		groups = append(groups, sample{at, float64(c.SecurityGroups)})
		rules = append(rules, sample{at, float64(c.Rules)})
		interfaces = append(interfaces, sample{at, float64(c.NetworkInterfaces)})
	}
	for i := range r.NotEvaluated {
		unevaluated = append(unevaluated, sample{[4]string{r.NotEvaluated[i].AccountID, r.NotEvaluated[i].Region}, 1})
	}
	labels := []string{"account", "region"}
	var inactive []sample
	for _, a := range r.Inactive() {
		inactive = append(inactive, sample{[4]string{a.AccountID, a.State}, 1})
	}
	m.gauge("sgaudit_account_not_active", "Accounts of the organization that were not read because they are not active.", []string{"account", "state"}, inactive)
	m.gauge("sgaudit_region_complete", "1 where the region was read in full, 0 where it was not.", labels, complete)
	m.gauge("sgaudit_security_groups", "Security groups that were read.", labels, groups)
	m.gauge("sgaudit_rules", "Security group rules that were read.", labels, rules)
	m.gauge("sgaudit_network_interfaces", "Network interfaces that were read.", labels, interfaces)
	m.gauge("sgaudit_checks_not_evaluated", "Checks that could not be evaluated in the region.", labels, unevaluated)
}

func (m metrics) found(r *findings.Report) {
	var bySeverity, open, suppressed []sample
	var fresh, graver int
	var oldest *time.Time
	for _, s := range findings.Severities() {
		bySeverity = append(bySeverity, sample{[4]string{s.String()}, 0})
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Status == findings.Suppressed {
			suppressed = append(suppressed, sample{[4]string{f.AccountID, f.Region, f.Check}, 1})
			continue
		}
		bySeverity = append(bySeverity, sample{[4]string{f.Severity.String()}, 1})
		open = append(open, sample{[4]string{f.AccountID, f.Region, f.Check, f.Severity.String()}, 1})
		if f.Baseline == findings.New {
			fresh++
		}
		if f.MoreSevere() {
			graver++
		}
		if f.FirstSeen != nil && (oldest == nil || f.FirstSeen.Before(*oldest)) {
			oldest = f.FirstSeen
		}
	}
	m.gauge("sgaudit_open_findings", "Open findings by severity.", []string{"severity"}, bySeverity)
	m.gauge("sgaudit_findings", "Open findings.", []string{"account", "region", "check", "severity"}, open)
	m.gauge("sgaudit_findings_suppressed", "Findings that an exception accepts.", []string{"account", "region", "check"}, suppressed)
	if c := r.Comparison; c != nil {
		for _, g := range []struct {
			name, help string
			n          int
		}{
			{"sgaudit_findings_new", "Open findings that the baseline does not hold.", fresh},
			{"sgaudit_findings_more_severe", "Open findings that the baseline holds with a lower severity.", graver},
			{"sgaudit_findings_fixed", "Findings of the baseline that are fixed.", len(c.Fixed)},
			{"sgaudit_findings_unknown", "Findings of the baseline that could not be judged again.", len(c.Unknown)},
		} {
			m.gauge(g.name, g.help, nil, []sample{{value: float64(g.n)}})
		}
	}
	if oldest != nil && !r.FinishedAt.IsZero() {
		m.gauge("sgaudit_oldest_finding_age_seconds", "How long before the end of the audit the oldest open finding was first seen.", nil, []sample{{value: max(0, r.FinishedAt.Sub(*oldest).Seconds())}})
	}
}

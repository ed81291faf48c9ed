package athena

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
)

// Options say which part of a table is reduced.
type Options struct {
	Since, Until      time.Time // as in flows.Options
	Now               time.Time
	Accounts, Regions []string // owners of flow logs; empty: all. Others are not scanned where the table has partitions for them
	RejectOnly        []string // ids of flow logs that record rejected traffic only

	// Addresses are the private addresses of interfaces by id, for records that do
	// not say their direction.
	Addresses map[string][]netip.Addr
}

// MostBytes is the longest statement that Athena takes (Athena API reference,
// StartQueryExecution).
const MostBytes = 262144

// Reduction returns the query that reduces a table to flows.ReducedColumns: one
// SELECT, which scans the table once. Notes say where it scans more than the window,
// and what the table does not show. A table without a column that is needed is an error.
func (t *Table) Reduction(d Dialect, o Options) (query string, notes []string, err error) {
	if missing := t.lacks(); len(missing) > 0 {
		return "", nil, fmt.Errorf("the table %s.%s has no column for %s: without that, a record cannot be attributed to a rule", t.Database, t.Name, strings.Join(missing, ", "))
	}
	where, notes, err := t.pruned(d, &o)
	if err != nil {
		return "", nil, err
	}
	path := d.path()
	if t.View {
		path = "CAST(NULL AS " + d.text() + ")"
		if len(o.RejectOnly) > 0 {
			notes = append(notes, fmt.Sprintf("%s.%s is a view, which does not say of which flow log a record is: those of %s, which record rejected traffic only, count as coverage", t.Database, t.Name, strings.Join(o.RejectOnly, ", ")))
		}
	}
	counted, err := countedCondition(o.RejectOnly)
	if err != nil {
		return "", nil, err
	}
	query = fill(template,
		"{selected}", selected(d), "{inward}", guess("k.own_port", "k.far_port"), "{outward}", guess("k.far_port", "k.own_port"), "{path}", path, "{direction}", d.direction(o.Addresses), "{bare}", bare, "{long}", long, "{counted}", counted, "{window}", window(&o),
		"{earliest}", strconv.FormatInt(flows.Earliest(), 10), "{latest}", strconv.FormatInt(o.Now.Unix()+day, 10),
		"{flags}", d.masked("d.n_tcp_flags", "18"), "{numbers}", d.numbers(), "{formed}", d.formed(),
		"{texts}", t.texts(d), "{whole}", t.whole(d), "{table}", d.quoted(t.Database)+"."+d.quoted(t.Name), "{where}", where)
	if len(query) > MostBytes && len(o.Addresses) > 0 {
		if t.column("flow_direction") == "" {
			return "", nil, fmt.Errorf("the table %s.%s has no flow_direction, and the addresses of %d interfaces, which say it, do not fit into one statement of Athena (%d bytes): choose fewer regions or accounts", t.Database, t.Name, len(o.Addresses), MostBytes)
		}
		o.Addresses = nil
		return t.Reduction(d, o)
	}
	if len(query) > MostBytes {
		return "", nil, errors.New("the statement is longer than Athena takes: choose fewer accounts or a shorter window")
	}
	return query, notes, nil
}

const day = 24 * 60 * 60

// texts selects the fields as texts, NULL for what a record does not have.
func (t *Table) texts(d Dialect) string {
	var all []string
	for _, field := range slices.Sorted(maps.Keys(columnNames)) {
		value := "NULL"
		if c := t.column(field); c != "" {
			value = d.quoted(c)
		}
		all = append(all, fmt.Sprintf("nullif(nullif(CAST(%s AS %s), '-'), '') AS t_%s", value, d.text(), field))
	}
	return strings.Join(all, ",\n              ")
}

// textFields are the fields of which AWS writes a text into each line, "-" for nothing.
var textFields = []string{"account_id", "interface_id", "srcaddr", "dstaddr", "action", "log_status", "pkt_srcaddr", "pkt_dstaddr", "flow_direction"}

// whole is true for a line of text that reaches to the last column with a text. What
// lies behind the end of a line is NULL (Amazon Athena user guide, Lazy Simple SerDe for
// CSV, TSV, and custom-delimited files).
func (t *Table) whole(d Dialect) string {
	var all []string
	for _, field := range textFields {
		if c := t.column(field); c != "" && t.Text {
			all = append(all, d.quoted(c)+" IS NOT NULL")
		}
	}
	if len(all) == 0 {
		return "true"
	}
	return "(" + strings.Join(all, " AND ") + ")"
}

// Forms of values. An IPv6 address is looked at again when its row is taken.
const (
	formNumber    = "^[0-9]{1,19}$"
	formInterface = "^eni-[0-9a-f]{1,60}$"
	formByte      = "(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])"
	formAddress   = "^(" + formByte + "[.]" + formByte + "[.]" + formByte + "[.]" + formByte + "|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)$"
)

// numbers are the fields that are numbers, with the greatest that counts.
var numbers = []struct {
	field string
	most  int64
}{
	{"srcport", inventory.MaxPort},
	{"dstport", inventory.MaxPort},
	{"protocol", 255},
	{"tcp_flags", 255},
	{"packets", 1 << 62},
	{"bytes", 1 << 62},
	{"start", 1 << 40},
	{"end", 1 << 40},
}

// numbers selects the fields that are numbers; NULL for what is none.
func (d Dialect) numbers() string {
	var all []string
	for _, n := range numbers {
		all = append(all, fmt.Sprintf("CASE WHEN %s THEN TRY_CAST(t.t_%s AS bigint) END AS n_%s", d.matches("t.t_"+n.field, formNumber), n.field, n.field))
	}
	return strings.Join(all, ",\n            ")
}

// formed is true for a record of which all values have their form.
func (d Dialect) formed() string {
	var all []string
	allow := func(field, condition string) {
		all = append(all, fmt.Sprintf("(t.t_%s IS NULL OR %s)", field, condition))
	}
	for _, n := range numbers {
		allow(n.field, fmt.Sprintf("%s AND coalesce(TRY_CAST(t.t_%s AS bigint) <= %d, false)", d.matches("t.t_"+n.field, formNumber), n.field, n.most))
	}
	for _, field := range []string{"srcaddr", "dstaddr", "pkt_srcaddr", "pkt_dstaddr"} {
		allow(field, d.matches("t.t_"+field, formAddress))
	}
	allow("interface_id", d.matches("t.t_interface_id", formInterface))
	allow("account_id", "length(t.t_account_id) <= 64")
	allow("action", "t.t_action IN ('ACCEPT', 'REJECT')")
	allow("log_status", "t.t_log_status IN ('OK', 'NODATA', 'SKIPDATA')")
	allow("flow_direction", "t.t_flow_direction IN ('ingress', 'egress')")
	return strings.Join(all, "\n            AND ")
}

// bare is true for a record without a log-status and without values: it counts as SKIPDATA.
const bare = "coalesce(f.t_log_status, f.t_srcaddr, f.t_dstaddr, f.t_pkt_srcaddr, f.t_pkt_dstaddr, f.t_srcport, f.t_dstport, f.t_protocol, f.t_packets, f.t_bytes, f.t_action, f.t_tcp_flags) IS NULL"

// long is true for a record of more than one aggregation interval, of which only the first
// ten minutes count as recorded.
const long = "(j.n_end - j.n_start > 720 AND NOT coalesce(j.t_log_status = 'SKIPDATA', j.bare))"

// direction is the direction of a record: what it says, or else by the addresses of
// its interface.
func (d Dialect) direction(addresses map[string][]netip.Addr) string {
	var all []string
	for id, list := range addresses {
		for _, a := range list {
			if inventory.IsInterfaceID(id) && a.IsValid() {
				all = append(all, "'"+id+" "+a.WithZone("").String()+"'")
			}
		}
	}
	if len(all) == 0 {
		return "f.t_flow_direction"
	}
	slices.Sort(all)
	list := strings.Join(slices.Compact(all), ", ")
	is := func(field string) string {
		return fmt.Sprintf("coalesce(concat(f.t_interface_id, ' ', f.t_%s) IN (%s), false)", field, list)
	}
	from, to := "("+is("srcaddr")+" OR "+is("pkt_srcaddr")+")", "("+is("dstaddr")+" OR "+is("pkt_dstaddr")+")"
	return fmt.Sprintf("CASE WHEN f.t_flow_direction IS NOT NULL THEN f.t_flow_direction WHEN %s AND NOT %s THEN 'egress' WHEN %s AND NOT %s THEN 'ingress' END", from, to, to, from)
}

// countedCondition is true for a record that counts as coverage.
func countedCondition(rejectOnly []string) (string, error) {
	var ids []string
	for _, id := range rejectOnly {
		if !flowLogID().MatchString(id) {
			return "", fmt.Errorf("%q is not the id of a flow log", id)
		}
		ids = append(ids, "'"+id+"'")
	}
	if len(ids) == 0 {
		return "true", nil
	}
	slices.Sort(ids)
	return "coalesce(j.flow_log NOT IN (" + strings.Join(ids, ", ") + "), true)", nil
}

// window is true for a record outside of the window.
func window(o *Options) string {
	var outside []string
	if !o.Since.IsZero() {
		outside = append(outside, fmt.Sprintf("d.n_end < %d", o.Since.Unix()))
	}
	if !o.Until.IsZero() {
		outside = append(outside, fmt.Sprintf("d.n_start >= %d", o.Until.Unix()))
	}
	if len(outside) == 0 {
		return "false"
	}
	return "(" + strings.Join(outside, " OR ") + ")"
}

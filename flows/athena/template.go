package athena

import (
	"strconv"
	"strings"

	"github.com/sgaudit/sgaudit/flows"
)

// template is the query, from the inside out: the fields of the table as texts (t),
// with their numbers and whether all have their form (f), with the direction (d), with
// what is wrong (j), with the ports of both sides (k), and with the ways to see the
// connection (c), as sights of the package flows has them. Each record then becomes a
// row for its day (way 0), one for each direction that its connection may have (1, 2),
// one for what was rejected (3), one for a record without values and log-status (4), or
// one for a record of more than one aggregation interval (5). A table is named once, so that it is scanned once.
const template = `SELECT
  {selected}
FROM (
  SELECT
    CASE w.way WHEN 1 THEN 'ingress' WHEN 2 THEN 'egress' WHEN 4 THEN 'status' WHEN 5 THEN 'long' WHEN 3 THEN concat('rejected-', c.direction) ELSE coalesce(c.fault, 'day') END AS what,
    CASE WHEN w.way < 4 AND (c.fault IS NULL OR c.fault = 'direction') THEN c.t_interface_id END AS interface_id,
    CASE WHEN w.way = 0 AND c.fault IS NULL THEN c.t_account_id END AS account_id,
    CASE WHEN w.way = 0 AND c.fault IS NULL THEN CAST(c.midnight / 86400 AS bigint) END AS day,
    CASE WHEN w.way BETWEEN 1 AND 3 THEN c.n_protocol END AS protocol,
    CASE w.way WHEN 1 THEN c.inward WHEN 2 THEN c.outward END AS certainty,
    CASE w.way WHEN 1 THEN c.own_port WHEN 2 THEN c.far_port WHEN 3 THEN c.to_port END AS port,
    CASE WHEN w.way BETWEEN 1 AND 3 THEN c.remote END AS remote,
    CASE WHEN w.way = 0 AND c.fault IS NOT NULL OR w.way >= 4 THEN c.flow_log END AS flow_log,
    CASE WHEN w.way = 1 AND c.direction = 'egress' OR w.way = 2 AND c.direction = 'ingress' THEN 1 ELSE 0 END AS reply,
    CASE WHEN w.way IN (1, 2) AND (
        c.n_protocol IN (6, 17) AND (w.way = 1 AND c.direction = 'egress' OR w.way = 2 AND c.direction = 'ingress')
        OR c.n_protocol = 6 AND coalesce(c.n_packets, 0) > 7 AND NOT (coalesce(c.opener = 2, false) AND c.n_tcp_flags % 2 = 0)) THEN 1 ELSE 0 END AS is_open,
    CASE WHEN w.way IN (1, 2) AND c.opener = 2 AND NOT (c.n_tcp_flags % 2 = 1 AND coalesce(c.n_packets, 0) > 7) THEN 1 ELSE 0 END AS opened,
    c.n_packets AS packets,
    c.n_bytes AS bytes,
    c.n_start AS first_seen,
    c.n_end AS last_seen,
    CASE w.way WHEN 1 THEN c.far_port WHEN 2 THEN c.own_port END AS other,
    CASE WHEN c.fault IS NULL AND c.counted AND NOT c.lost THEN c.hours ELSE 0 END AS hours,
    CASE WHEN c.fault IS NULL AND c.counted AND NOT c.lost THEN c.next_hours ELSE 0 END AS next_hours,
    CASE WHEN c.fault IS NULL AND c.counted AND c.lost THEN c.hours ELSE 0 END AS skipped,
    CASE WHEN c.fault IS NULL AND c.counted AND c.lost THEN c.next_hours ELSE 0 END AS next_skipped,
    CASE WHEN c.flow AND NOT c.rejected THEN 1 ELSE 0 END AS accepted,
    CASE WHEN c.flow AND c.late THEN 1 ELSE 0 END AS late,
    CASE WHEN w.way = 0 AND c.fault IS NOT NULL OR w.way >= 4 THEN c.path END AS file
  FROM (
    SELECT k.*,
      CASE
        WHEN k.opener = 2 THEN CASE WHEN k.direction = 'ingress' THEN 0 END
        WHEN k.opener = 18 THEN CASE WHEN k.direction = 'egress' THEN 0 END
        WHEN k.n_protocol NOT IN (6, 17) THEN 2
{inward}
        ELSE 2 END AS inward,
      CASE
        WHEN k.opener = 2 THEN CASE WHEN k.direction = 'egress' THEN 0 END
        WHEN k.opener = 18 THEN CASE WHEN k.direction = 'ingress' THEN 0 END
        WHEN k.n_protocol NOT IN (6, 17) THEN 2
{outward}
        ELSE 2 END AS outward,
      k.rejected AND coalesce(k.opener <> 2, false) AS late,
      coalesce(k.n_protocol = 6 AND k.n_tcp_flags IN (4, 20), false) AND coalesce(k.n_packets, 0) <= 7 AS refused,
      CAST(power(2, CASE WHEN k.last_second < k.midnight + 86400 THEN (k.last_second % 86400 - k.last_second % 3600) / 3600 ELSE 23 END + 1)
        - power(2, (k.n_start % 86400 - k.n_start % 3600) / 3600) AS bigint) AS hours,
      CASE WHEN k.last_second < k.midnight + 86400 THEN 0
        ELSE CAST(power(2, (k.last_second % 86400 - k.last_second % 3600) / 3600 + 1) - 1 AS bigint) END AS next_hours
    FROM (
      SELECT j.*,
        j.fault IS NULL AND j.ok AS flow,
        coalesce(j.t_log_status = 'SKIPDATA', j.bare) AS lost,
        coalesce(j.t_action = 'REJECT', false) AS rejected,
        {counted} AS counted,
        CASE WHEN j.direction = 'ingress' THEN j.to_port ELSE j.from_port END AS own_port,
        CASE WHEN j.direction = 'ingress' THEN j.from_port ELSE j.to_port END AS far_port,
        CASE WHEN j.direction = 'ingress' THEN coalesce(j.t_pkt_srcaddr, j.t_srcaddr) ELSE coalesce(j.t_pkt_dstaddr, j.t_dstaddr) END AS remote,
        j.n_start - j.n_start % 86400 AS midnight,
        greatest(j.n_start, CASE WHEN {long} THEN j.n_start + 599 ELSE j.n_end - 1 END) AS last_second,
        {long} AS overlong
      FROM (
        SELECT d.*,
          CASE WHEN d.n_protocol = 6 THEN {flags} END AS opener,
          CASE WHEN d.n_srcport IS NULL OR d.n_dstport IS NULL THEN 0 ELSE d.n_srcport END AS from_port,
          CASE WHEN d.n_srcport IS NULL OR d.n_dstport IS NULL THEN 0 ELSE d.n_dstport END AS to_port,
          CASE
            WHEN NOT d.whole THEN 'columns'
            WHEN NOT d.formed OR d.n_start IS NULL OR d.n_end IS NULL THEN 'form'
            WHEN d.t_interface_id IS NULL THEN 'interface'
            WHEN d.ok AND (d.n_protocol IS NULL OR d.t_action IS NULL
              OR coalesce(d.t_srcaddr, d.t_pkt_srcaddr) IS NULL OR coalesce(d.t_dstaddr, d.t_pkt_dstaddr) IS NULL
              OR d.n_protocol IN (6, 17) AND (d.n_srcport IS NULL OR d.n_dstport IS NULL)) THEN 'form'
            WHEN d.n_start < {earliest} OR d.n_end < d.n_start OR d.n_end - d.n_start > 86400 OR d.n_end > {latest} THEN 'time'
            WHEN {window} THEN 'outside'
            WHEN d.ok AND d.direction IS NULL THEN 'direction' END AS fault
        FROM (
          SELECT f.*,
            {direction} AS direction,
            {bare} AS bare,
            coalesce(f.t_log_status = 'OK', NOT {bare}) AS ok
          FROM (
            SELECT t.*,
            {numbers},
            {formed} AS formed,
            nullif(regexp_extract(t.path, '_(fl-[0-9a-f]{1,40})_', 1), '') AS flow_log
            FROM (
              SELECT
              {texts},
              {whole} AS whole,
              {path} AS path
              FROM {table}
              WHERE {where}
            ) t
          ) f
        ) d
      ) j
    ) k
  ) c
  CROSS JOIN (VALUES (0), (1), (2), (3), (4), (5)) AS w(way)
  WHERE w.way = 0
    OR w.way = 1 AND c.flow AND NOT c.rejected AND c.inward IS NOT NULL AND NOT (c.refused AND c.direction = 'egress')
    OR w.way = 2 AND c.flow AND NOT c.rejected AND c.outward IS NOT NULL AND NOT (c.refused AND c.direction = 'ingress')
    OR w.way = 3 AND c.flow AND c.rejected AND NOT c.late
    OR w.way = 4 AND c.fault IS NULL AND c.bare
    OR w.way = 5 AND c.fault IS NULL AND c.overlong
) v
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, is_open`

// guess is how likely a connection goes to the port of one side and not to that of the
// other, by flows.Certainty; NULL: it does not, as the ports of flows.guess say it.
func guess(port, other string) string {
	var services []string
	for _, p := range flows.ServicePorts {
		services = append(services, strconv.Itoa(int(p)))
	}
	return fill(`        WHEN {port} < 512 AND {other} >= 32768 THEN 1
        WHEN {other} < 512 AND {port} >= 32768 THEN NULL
        WHEN {port} < 1024 AND {other} >= 1024 THEN CASE WHEN {port} < 512 OR {port} IN ({services}) THEN 1 ELSE 2 END
        WHEN {other} < 1024 AND {port} >= 1024 THEN CASE WHEN {other} < 512 OR {other} IN ({services}) THEN 3 ELSE 2 END
        WHEN {port} < 32768 AND {other} >= 32768 THEN 1
        WHEN {other} < 32768 AND {port} >= 32768 THEN 3`, "{port}", port, "{other}", other, "{services}", strings.Join(services, ", "))
}

// selected are the columns of the query, flows.ReducedColumns: nine keys, and what is
// counted of each. A tenth key is whether records show an open connection, as
// record.open of the package flows has it.
func selected(d Dialect) string {
	all := []string{
		"what", "interface_id", "account_id", "day", "protocol", "certainty", "port", "remote", "flow_log",
		"count(*)", "sum(reply)", "sum(opened)", "sum(coalesce(packets, 0))", "sum(coalesce(bytes, 0))", "min(first_seen)", "max(last_seen)", "min(other)", "max(other)",
		d.anyBit("hours"), d.anyBit("next_hours"), d.anyBit("skipped"), d.anyBit("next_skipped"), "max(accepted)", "sum(late)", "min(file)",
	}
	for i, name := range flows.ReducedColumns {
		all[i] += " AS " + name
	}
	return strings.Join(all, ",\n  ")
}

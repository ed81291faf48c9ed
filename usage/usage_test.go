package usage_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

const (
	begin  = 1790812800 // 1 October 2026
	header = "account-id interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end log-status\n"
)

// logs collects records, and writes them down.
type logs struct{ strings.Builder }

// covered adds a NODATA record of ten minutes for each hour of so many days, and one for
// the end of the last.
func (l *logs) covered(days int, interfaces ...string) *logs {
	for h := range days * 24 {
		for _, e := range interfaces {
			fmt.Fprintf(l, "123456789012 %s - - - - - - - - - - %d %d NODATA\n", e, begin+h*3600, begin+h*3600+600)
			if h == days*24-1 {
				fmt.Fprintf(l, "123456789012 %s - - - - - - - - - - %d %d NODATA\n", e, begin+h*3600+3000, begin+h*3600+3600)
			}
		}
	}
	return l
}

// in adds a connection from a remote address to a port, with its answer, or without.
func (l *logs) in(e, own, remote string, port int, answered bool) *logs {
	fmt.Fprintf(l, "123456789012 %s ingress %s %s 40000 %d 6 3 ACCEPT 1 60 %d %d OK\n", e, remote, own, port, begin+100, begin+160)
	if answered {
		fmt.Fprintf(l, "123456789012 %s egress %s %s %d 40000 6 19 ACCEPT 9 900 %d %d OK\n", e, own, remote, port, begin+100, begin+160)
	}
	return l
}

// flowLog is the name of a file of the flow log fl-1, which records all traffic.
const flowLog = "123456789012_vpcflowlogs_eu-west-1_fl-1_20261002T0000Z_1a2b3c.log"

func (l *logs) summary(t testing.TB) *flows.Summary {
	t.Helper()
	path := filepath.Join(t.TempDir(), flowLog)
	if err := os.WriteFile(path, []byte(header+l.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Unix(begin, 0).AddDate(1, 0, 0), RejectOnly: map[string]bool{"fl-1": false}})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range s.Notes {
		t.Log(n)
	}
	return s
}

// verdicts returns "RULE: VERDICT" of each inbound rule, with reasons where wanted.
func verdicts(r *usage.Report, reasons bool) string {
	var list []string
	for i := range r.Rules {
		u := &r.Rules[i]
		text := fmt.Sprintf("%s: %s", u, u.Verdict)
		if u.Unsure {
			text += ", unsure"
		}
		if reasons && len(u.Reasons) > 0 {
			text += " (" + strings.Join(u.Reasons, "; ") + ")"
		}
		list = append(list, text)
	}
	return strings.Join(list, "\n")
}

func judge(t testing.TB, estate string, l *logs, o usage.Options) *usage.Report {
	t.Helper()
	return usage.Judge(account(estate), l.summary(t), o)
}

func account(estate string) *inventory.Inventory {
	inv := notation.MustParse("vpc-1 10.0.0.0/16\nsubnet-1 10.0.0.0/20 vpc vpc-1\n" + estate).Inventory
	inv.Regions[0].AccountID = "123456789012"
	return inv
}

// Each verdict, with what decides it.
func TestVerdicts(t *testing.T) {
	const one = "sg-web web\n in tcp/443 0.0.0.0/0\n in tcp/22 10.0.1.0/24\neni-0a sg-web 10.0.0.5\nfl-1 vpc-1 ALL\n"
	covered := func() *logs { return new(logs).covered(2, "eni-0a") }
	for what, c := range map[string]struct {
		estate string
		l      *logs
		want   string
	}{
		"used, and unused": {one, covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), "sg-web in tcp/22 10.0.1.0/24: unused\nsg-web in tcp/443 0.0.0.0/0: used"},
		"nobody answered":  {one, covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 443, false), "sg-web in tcp/22 10.0.1.0/24: unused\nsg-web in tcp/443 0.0.0.0/0: unanswered"},
		"no records": {
			one + "eni-0b sg-web 10.0.0.6\n", covered(),
			"sg-web in tcp/22 10.0.1.0/24: not-known (no record of eni-0b was read)\nsg-web in tcp/443 0.0.0.0/0: not-known (no record of eni-0b was read)",
		},
		"no flow log":           {strings.Replace(one, "fl-1 vpc-1", "fl-1 eni-0a", 1) + "eni-0b sg-web 10.0.0.6\n", covered(), "sg-web in tcp/22 10.0.1.0/24: not-known (eni-0b has no flow log)\nsg-web in tcp/443 0.0.0.0/0: not-known (eni-0b has no flow log)"},
		"rejected traffic only": {strings.Replace(one, "ALL", "REJECT", 1), covered(), "sg-web in tcp/22 10.0.1.0/24: not-known (the flow logs of eni-0a record rejected traffic only)\nsg-web in tcp/443 0.0.0.0/0: not-known (the flow logs of eni-0a record rejected traffic only)"},
		"a hole": {
			one + "eni-0b sg-other 10.0.0.7\nsg-other other\n", new(logs).covered(2, "eni-0b").covered(1, "eni-0a"),
			"sg-web in tcp/22 10.0.1.0/24: not-known (there are records of eni-0a for 24 of 48 hours)\nsg-web in tcp/443 0.0.0.0/0: not-known (there are records of eni-0a for 24 of 48 hours)",
		},
		"a flow log that is newer": {
			strings.Replace(one, "ALL", "ALL since 2026-10-02T00:00:00Z", 1) + "eni-0b sg-other 10.0.0.7\nsg-other other\n", new(logs).covered(2, "eni-0b").covered(1, "eni-0a"),
			"sg-web in tcp/22 10.0.1.0/24: not-known (there are records of eni-0a for 24 of 48 hours: its flow log was created on 2026-10-02)\nsg-web in tcp/443 0.0.0.0/0: not-known (there are records of eni-0a for 24 of 48 hours: its flow log was created on 2026-10-02)",
		},
		"an interface that is gone": {
			one, covered().in("eni-0f", "10.0.0.9", "10.0.1.7", 22, true),
			"sg-web in tcp/22 10.0.1.0/24: not-known (interface eni-0f is not in the inventory (deleted, or newer than it), and had traffic that the rule allows)\nsg-web in tcp/443 0.0.0.0/0: unused",
		},
		"attached to nothing": {"sg-web web\n in tcp/443 0.0.0.0/0\neni-0a sg-other 10.0.0.5\nsg-other other\nfl-1 vpc-1 ALL\n", covered(), "sg-web in tcp/443 0.0.0.0/0: not-known (the group is attached to no interface)"},
		"two groups allow it": {
			"sg-a a\n in tcp/443 0.0.0.0/0\nsg-b b\n in tcp/400-500 10.0.0.0/8\neni-0a sg-a,sg-b 10.0.0.5\nfl-1 vpc-1 ALL\n", covered().in("eni-0a", "10.0.0.5", "10.0.1.9", 443, true).in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true),
			"sg-a in tcp/443 0.0.0.0/0: used (narrower rule tcp/443 from 10.0.1.9/32 repeats what rule tcp/400-500 from 10.0.0.0/8 of b (sg-b) allows already: it can be left out as long as that rule stays)\n" +
				"sg-b in tcp/400-500 10.0.0.0/8: shared-only (rule tcp/443 from 0.0.0.0/0 of a (sg-a) allows all of its connections too, and others that no other rule allows)",
		},
		"a reference": {
			"sg-app app\nsg-db db\n in tcp/5432 sg-app\n in tcp/5433 sg-app\neni-0a sg-db 10.0.0.5\neni-0b sg-app 10.0.0.6\nfl-1 vpc-1 ALL\n", new(logs).covered(2, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "10.0.0.6", 5432, true).in("eni-0a", "10.0.0.5", "10.0.0.8", 5433, true),
			"sg-db in tcp/5432 sg-app: used\nsg-db in tcp/5433 sg-app: not-known (eni-0a had tcp/5433 from 10.0.0.8, which no interface of the inventory has: the rule allowed it if an interface of app (sg-app) that is not in the inventory (deleted, or newer than it) had this address)",
		},
		"a reference to another VPC": {
			"vpc-2 10.9.0.0/16\nsg-app app vpc vpc-2\nsg-db db vpc vpc-1\n in tcp/5432 sg-app\neni-0a sg-db 10.0.0.5 vpc vpc-1\neni-0b sg-app 10.9.0.6 vpc vpc-2\nfl-1 vpc-1 ALL\n", covered().in("eni-0a", "10.0.0.5", "10.9.0.6", 5432, true),
			"sg-db in tcp/5432 sg-app: used, unsure",
		},
		"traffic that was rejected": {
			one, func() *logs {
				l := covered()
				fmt.Fprintf(l, "123456789012 eni-0a ingress 9.9.9.9 10.0.0.5 40000 443 6 2 REJECT 9 900 %d %d OK\n", begin+100, begin+160)
				return l
			}(), "sg-web in tcp/22 10.0.1.0/24: unused\nsg-web in tcp/443 0.0.0.0/0: unused",
		},
		"an answer in few packets": {
			one, func() *logs {
				l := covered()
				fmt.Fprintf(l, "123456789012 eni-0a ingress 9.9.9.9 10.0.0.5 40000 443 6 2 ACCEPT 1 60 %[1]d %[2]d OK\n123456789012 eni-0a egress 10.0.0.5 9.9.9.9 443 40000 6 18 ACCEPT 1 60 %[1]d %[2]d OK\n", begin+100, begin+160)
				return l
			}(), "sg-web in tcp/22 10.0.1.0/24: unused\nsg-web in tcp/443 0.0.0.0/0: used",
		},
		"a block that a rule allows in part": {
			"sg-web web\n in tcp/443 9.9.9.9/32\neni-0a sg-web 10.0.0.5\nfl-1 vpc-1 ALL\n", func() *logs {
				l := covered()
				for i := range 5000 { // more addresses than are kept one by one
					l.in("eni-0a", "10.0.0.5", fmt.Sprintf("9.9.%d.%d", i/256, i%256), 443, true)
				}
				return l
			}(), "sg-web in tcp/443 9.9.9.9/32: used, unsure",
		},
		"queries to the Amazon DNS server": {
			"sg-a a\n out udp/53 10.0.0.0/16\n out tcp/443 0.0.0.0/0\n out tcp/80 169.254.169.254/32\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", covered(),
			"sg-a out tcp/80 169.254.169.254/32: not-known (flow logs do not record traffic to the instance metadata service, the Amazon Time Sync Service and the Amazon DNS server)\nsg-a out tcp/443 0.0.0.0/0: unused\n" +
				"sg-a out udp/53 10.0.0.0/16: not-known (flow logs do not record queries to the Amazon DNS server of the VPC, which this rule may be for)",
		},
		"replies are no use": {"sg-a a\n in tcp/443 0.0.0.0/0\n out all 0.0.0.0/0\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), "sg-a in tcp/443 0.0.0.0/0: used\nsg-a out all 0.0.0.0/0: not-known (flow logs do not record queries to the Amazon DNS server of the VPC, which this rule may be for)"},
		"SKIPDATA": {
			one, func() *logs {
				l := covered()
				fmt.Fprintf(l, "123456789012 eni-0a - - - - - - - - - - %d %d SKIPDATA\n", begin+7200, begin+7800)
				return l
			}(),
			"sg-web in tcp/22 10.0.1.0/24: not-known (records of eni-0a are missing, or may be, in 1 hour (SKIPDATA, or a format without log-status))\nsg-web in tcp/443 0.0.0.0/0: not-known (records of eni-0a are missing, or may be, in 1 hour (SKIPDATA, or a format without log-status))",
		},
		"a line that could not be read": {
			one, func() *logs {
				l := covered()
				l.WriteString("123456789012 eni-0a ingress 1.1.1.1.1\n")
				return l
			}(), "could not be read",
		},
	} {
		got := verdicts(judge(t, c.estate, c.l, usage.Options{}), true)
		if got != c.want && (c.want != "could not be read" || strings.Count(got, c.want) != 2) {
			t.Errorf("%s:\n%s\nwant\n%s", what, got, c.want)
		}
	}
}

// Records of a flow log that was deleted may be about every interface.
func TestLossOfAFlowLogThatIsGone(t *testing.T) {
	s := new(logs).covered(2, "eni-0a").summary(t)
	s.Notes = append(s.Notes, flows.Note{File: "123456789012_vpcflowlogs_us-east-1_fl-0c_20260901T0000Z_cc.log.gz", Loss: true})
	got := verdicts(usage.Judge(account("sg-web web\n in tcp/22 10.0.1.0/24\neni-0a sg-web 10.0.0.5\nfl-1 vpc-1 ALL\n"), s, usage.Options{}), true)
	if !strings.Contains(got, "not-known") || !strings.Contains(got, "could not be read") {
		t.Errorf("%s", got)
	}
}

// What is narrower: the ports and the sources that were used, with references where
// they stand for the sources.
func TestNarrow(t *testing.T) {
	const estate = "sg-app app\nsg-db db\n in tcp/all 10.0.0.0/8\neni-0a sg-db 10.0.0.5\neni-0b sg-app 10.0.0.6\neni-0c sg-app 10.0.0.7\nfl-1 vpc-1 ALL\n"
	l := new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.6", 5432, true).in("eni-0a", "10.0.0.5", "10.0.0.7", 5432, true).in("eni-0a", "10.0.0.5", "10.3.0.1", 22, true).in("eni-0a", "10.0.0.5", "10.3.0.1", 23, true)
	text := func(r *usage.Report) string {
		for i := range r.Rules {
			if n := r.Rules[i].Narrow; n != nil {
				var list []string
				for k := range n.Rules {
					list = append(list, n.Rules[k].String())
				}
				return strings.Join(list, "; ")
			}
		}
		return "nothing"
	}
	refer := func(_ *inventory.Region, _ string, a netip.Addr) []string {
		if a.String() == "10.0.0.6" || a.String() == "10.0.0.7" {
			return []string{"sg-app"}
		}
		return nil
	}
	many := new(logs).covered(1, "eni-0a")
	for i := range 100 {
		many.in("eni-0a", "10.0.0.5", fmt.Sprintf("10.%d.0.1", 20+i), 22, true)
	}
	for what, c := range map[string]struct {
		estate string
		l      *logs
		o      usage.Options
		want   string
	}{
		"addresses":             {estate, l, usage.Options{}, "in tcp/22-23 10.3.0.1/32; in tcp/5432 10.0.0.6/31"},
		"references":            {estate, l, usage.Options{References: refer}, "in tcp/22-23 10.3.0.1/32; in tcp/5432 sg-app"},
		"no more than wanted":   {estate, l, usage.Options{References: refer, MaxSources: 1}, "in tcp/22-5432 10.0.0.0/14"},
		"many sources":          {estate, many, usage.Options{MaxSources: 3}, "in tcp/22 10.0.0.0/10; in tcp/22 10.64.0.0/11; in tcp/22 10.96.0.0/11"},
		"all of the rule":       {"sg-a a\n in tcp/443 9.9.9.9/32\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), usage.Options{}, "nothing"},
		"ports of a reference":  {"sg-a a\n in tcp/all sg-b\nsg-b b\neni-0a sg-a 10.0.0.5\neni-0b sg-b 10.0.0.6\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.6", 443, true), usage.Options{}, "in tcp/443 sg-b"},
		"ports of all traffic":  {"sg-a a\n in all 10.0.0.0/8\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.6", 443, true), usage.Options{}, "in tcp/443 10.0.0.6/32"},
		"a prefix list, in use": {"pl-1 internal 10.0.0.0/8 192.168.0.0/16\nsg-a a\n in tcp/443 pl-1\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", new(logs).covered(1, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.6", 443, true), usage.Options{}, "in tcp/443 10.0.0.6/32"},
	} {
		if got := text(judge(t, c.estate, c.l, c.o)); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}

package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

func run(inv *inventory.Inventory, only ...string) *findings.Report {
	return audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: only}).Report
}

func encode(t *testing.T, r *findings.Report) []byte {
	t.Helper()
	b, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func random(seed uint64) *inventory.Inventory {
	return estates.Random(rand.New(rand.NewPCG(seed, 1)), estates.Size{Regions: 3, Groups: 12, Interfaces: 20})
}

// copyOf goes through the notation, so that nothing is shared.
func copyOf(t *testing.T, inv *inventory.Inventory) *inventory.Inventory {
	t.Helper()
	e, err := notation.Parse("copy", notation.Format(inv))
	if err != nil {
		t.Fatal(err)
	}
	return e.Inventory
}

func TestOrderOfAnswersIsInvisible(t *testing.T) {
	for seed := range uint64(30) {
		inv := copyOf(t, random(seed))
		want := encode(t, run(inv))
		rng := rand.New(rand.NewPCG(seed, 2))
		shuffled := copyOf(t, inv)
		rng.Shuffle(len(shuffled.Regions), swapper(shuffled.Regions))
		for _, r := range shuffled.Regions {
			rng.Shuffle(len(r.Groups), swapper(r.Groups))
			rng.Shuffle(len(r.Interfaces), swapper(r.Interfaces))
			for i := range r.Groups {
				rules := r.Groups[i].Rules
				rng.Shuffle(len(rules), swapper(rules))
				if len(rules) > 0 { // the same rule twice, as overlapping pages bring it
					r.Groups[i].Rules = append(rules, rules[0])
				}
			}
		}
		shuffled.Normalize()
		if got := encode(t, run(shuffled)); !bytes.Equal(got, want) {
			t.Fatalf("seed %d: the report depends on the order:\n%s", seed, cmp.Diff(string(want), string(got)))
		}
	}
}

func swapper[T any](list []T) func(i, j int) {
	return func(i, j int) { list[i], list[j] = list[j], list[i] }
}

func TestChecksLeaveTheInventoryAlone(t *testing.T) {
	for seed := range uint64(10) {
		inv := copyOf(t, random(seed))
		before := copyOf(t, inv)
		run(inv)
		if diff := cmp.Diff(before, inv, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
			t.Fatalf("seed %d: a check changed its input:\n%s", seed, diff)
		}
	}
}

// Widening a source keeps every finding about exposure: what was open stays
// open, on this rule or on the one that now holds it inside.
func TestWideningNeverCloses(t *testing.T) {
	exposure := []string{
		"all-traffic-open-to-internet", "admin-port-open-to-internet", "database-port-open-to-internet",
		"high-risk-port-open-to-internet", "unexpected-port-open-to-internet",
	}
	open := func(r *findings.Report) map[string]bool {
		groups := map[string]bool{}
		for _, f := range r.Findings {
			for _, s := range f.Services {
				groups[f.Region+" "+f.GroupID+" "+s] = true
			}
		}
		return groups
	}
	for seed := range uint64(60) {
		inv := copyOf(t, random(seed))
		before := open(run(inv, exposure...))
		rng := rand.New(rand.NewPCG(seed, 3))
		for _, r := range inv.Regions {
			for i := range r.Groups {
				for j := range r.Groups[i].Rules {
					p := &r.Groups[i].Rules[j].Peer
					if p.Prefix.IsValid() && p.Prefix.Bits() > 0 && rng.IntN(2) == 0 {
						p.Prefix = netip.PrefixFrom(p.Prefix.Addr(), rng.IntN(p.Prefix.Bits())).Masked()
					}
				}
			}
		}
		inv.Normalize()
		after := open(run(inv, exposure...))
		for key := range before {
			if !after[key] {
				t.Fatalf("seed %d: %s was open and is not after widening sources", seed, key)
			}
		}
	}
}

// A gap adds no finding, and takes none away without a word.
func TestGapsAddNothingAndSaySo(t *testing.T) {
	for seed := range uint64(10) {
		whole := copyOf(t, random(seed))
		base := run(whole)
		had := map[string]string{}
		for _, f := range base.Findings {
			had[f.ID] = f.Check + " " + f.AccountID + " " + f.Region
		}
		for _, part := range inventory.DepthServices.Parts().Each() {
			holed := copyOf(t, whole)
			for _, r := range holed.Regions {
				lose(r, part)
			}
			report := run(holed)
			silent := map[string]bool{}
			for _, n := range report.NotEvaluated {
				silent[n.Check+" "+n.AccountID+" "+n.Region] = true
			}
			seen := map[string]bool{}
			for _, f := range report.Findings {
				seen[f.ID] = true
				if _, ok := had[f.ID]; !ok {
					t.Errorf("seed %d: without %s there is a new finding: %s: %s", seed, part, f.Check, f.Message)
				}
			}
			for id, where := range had {
				if !seen[id] && !silent[where] {
					t.Errorf("seed %d: without %s, %s lost a finding and does not say so", seed, part, where)
				}
			}
			if !report.Incomplete() {
				t.Errorf("seed %d: without %s the run counts as complete", seed, part)
			}
		}
	}
}

// lose takes a part away from a region as a denial does.
func lose(r *inventory.Region, part inventory.Part) {
	r.Read &^= part
	r.Asked |= part
	r.Gaps = append(r.Gaps, inventory.Gap{Part: part, Operation: "ec2:Denied", Kind: inventory.Denied, Code: "UnauthorizedOperation", Message: "denied"})
	switch part {
	case inventory.PartGroups:
		r.Groups = nil
	case inventory.PartInterfaces:
		r.Interfaces = nil
	case inventory.PartPrefixLists:
		r.PrefixLists = nil
	case inventory.PartSubnets:
		r.Subnets = nil
	case inventory.PartRouteTables:
		r.RouteTables = nil
	case inventory.PartNetworkACLs:
		r.NetworkACLs = nil
	case inventory.PartInternetGateways:
		r.InternetGateways = nil
	case inventory.PartVPCs:
		r.VPCs = nil
	case inventory.PartPublicAccess:
		r.PublicAccess = inventory.PublicAccessBlock{}
	case inventory.PartLaunchTemplates:
		r.LaunchTemplates = nil
	case inventory.PartEndpoints:
		r.Endpoints = nil
	case inventory.PartAssociations:
		r.Associations = nil
	case inventory.PartFunctions:
		r.Functions = nil
	case inventory.PartListeners:
		r.Listeners = nil
	case inventory.PartLoadBalancers:
		r.LoadBalancers = nil
	}
}

func TestIdentityIsStable(t *testing.T) {
	const estate = `
sg-1 web
  in tcp/22 0.0.0.0/0
eni-1 sg-1 10.0.0.1 public 198.51.100.1
`
	a := run(notation.MustParse(estate).Inventory, "admin-port-open-to-internet")
	b := run(notation.MustParse(strings.Replace(estate, "eni-1 sg-1 10.0.0.1 public 198.51.100.1", "", 1)).Inventory, "admin-port-open-to-internet")
	if len(a.Findings) != 1 || len(b.Findings) != 1 {
		t.Fatalf("want one finding each, got %d and %d", len(a.Findings), len(b.Findings))
	}
	if a.Findings[0].Severity == b.Findings[0].Severity {
		t.Errorf("the exposure moved nothing: both are %s", a.Findings[0].Severity)
	}
	if a.Findings[0].ID != b.Findings[0].ID {
		t.Errorf("the id changed with the exposure: %s, %s", a.Findings[0].ID, b.Findings[0].ID)
	}
	ids := map[string]bool{}
	for _, f := range run(random(7)).Findings {
		if ids[f.ID] {
			t.Errorf("two findings have the id %s", f.ID)
		}
		ids[f.ID] = true
	}
}

// One rule yields one finding among the checks of open ports, the most
// serious one, whatever it opens.
func TestOneRuleOneFinding(t *testing.T) {
	for _, tc := range []struct{ rule, check, severity, services string }{
		{"tcp/22", "admin-port-open-to-internet", "high", "SSH"},
		{"tcp/2375", "admin-port-open-to-internet", "critical", "Docker API"},
		{"tcp/22-3306", "admin-port-open-to-internet", "critical", "SSH,"},
		{"tcp/3306-3389", "admin-port-open-to-internet", "high", "RDP,MySQL/MariaDB/Aurora"},
		{"tcp/6379-6443", "database-port-open-to-internet", "critical", "Kubernetes API,PostgreSQL,Redis/Valkey,Redis/Valkey TLS"},
		{"tcp/25-26", "unexpected-port-open-to-internet", "medium", "SMTP"},
		{"udp/1194", "admin-port-open-to-internet", "low", "OpenVPN"},
		{"tcp/8080", "database-port-open-to-internet", "medium", "Spark,dashboards/dev servers"},
		{"tcp/1-60000", "all-traffic-open-to-internet", "critical", "SSH,"},
		{"tcp/1-59999", "admin-port-open-to-internet", "critical", "SSH,"},
		{"all", "all-traffic-open-to-internet", "critical", "SSH,"},
	} {
		inv := notation.MustParse("sg-1 a\n in " + tc.rule + " 0.0.0.0/0\nsg-2 b\n in tcp/8081 sg-1\neni-1 sg-1 10.0.0.1 public 198.51.100.1\neni-2 sg-2 10.0.0.2").Inventory
		report := run(inv)
		var found []string
		for _, f := range report.Findings {
			found = append(found, f.Check)
			if f.Check != tc.check {
				continue
			}
			if f.BaseSeverity.String() != tc.severity {
				t.Errorf("%s: base severity %s, want %s", tc.rule, f.BaseSeverity, tc.severity)
			}
			got := strings.Join(f.Services, ",")
			if ok := got == tc.services || strings.HasSuffix(tc.services, ",") && strings.HasPrefix(got, tc.services); !ok {
				t.Errorf("%s: services %s, want %s", tc.rule, got, tc.services)
			}
		}
		if len(found) != 1 || found[0] != tc.check {
			t.Errorf("%s: findings %v, want one of %s", tc.rule, found, tc.check)
		}
	}
}

func TestTrustedIsInfoNotNothing(t *testing.T) {
	inv := notation.MustParse("sg-1 a\n in tcp/22 0.0.0.0/1\n in tcp/22 128.0.0.0/1\neni-1 sg-1 10.0.0.1 public 198.51.100.1").Inventory
	settings := audit.Defaults()
	settings.TrustedCIDRs = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/1")}
	var got []string
	for _, f := range audit.Run(inv, audit.Options{Settings: settings}).Findings {
		got = append(got, fmt.Sprintf("%s %s", f.Rule.Peer, f.Severity))
	}
	slices.Sort(got)
	want := []string{"0.0.0.0/1 info", "128.0.0.0/1 high"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnreadPartsAreNotEvaluated(t *testing.T) {
	for name, tc := range map[string]struct{ estate, check, reason string }{
		"interfaces": {
			"sg-1 idle\nunread interfaces denied UnauthorizedOperation", "unused-group",
			"network interfaces are needed: ec2:DescribeNetworkInterfaces denied",
		},
		"interfaces behind a reference": {
			"sg-1 idle\n in tcp/22 10.0.0.0/8\nunread interfaces throttled", "ip-source-should-be-group",
			"network interfaces are needed: ec2:DescribeNetworkInterfaces throttled",
		},
		"prefix list": {
			"sg-1 a\n in tcp/22 pl-1\npl-1 secret unresolved\neni-1 sg-1 10.0.0.1", "admin-port-open-to-internet",
			"in tcp/22 pl-1 of a (sg-1): the entries of prefix list pl-1 are unknown",
		},
		"prefix list beyond the depth": {
			"sg-1 a\n in tcp/22 pl-1\neni-1 sg-1 10.0.0.1", "admin-port-open-to-internet",
			"not read at depth groups",
		},
		"groups": {
			"unread groups denied-by-policy", "default-group-allows-traffic",
			"security groups are needed: ec2:DescribeSecurityGroups denied-by-policy",
		},
	} {
		report := run(notation.MustParse(tc.estate).Inventory, tc.check)
		if len(report.Findings) > 0 {
			t.Errorf("%s: finding on what was not read: %s", name, report.Findings[0].Message)
		}
		if len(report.NotEvaluated) != 1 || !strings.Contains(report.NotEvaluated[0].Reason, tc.reason) {
			t.Errorf("%s: not evaluated %+v, want %q", name, report.NotEvaluated, tc.reason)
		}
	}
}

// A check that panics takes nothing else with it, and the run is incomplete.
func TestPanickingCheckIsAGap(t *testing.T) {
	broken := &audit.Check{ID: "broken", Title: "broken", Run: func(r *audit.Pass) {
		r.Report(r.Observe(&r.Groups[0], nil))
		r.Report(r.Observe(&r.Groups[0], &r.Groups[0].Rules[0]))
		panic("oops")
	}}
	inv := notation.MustParse("sg-1 a\n in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.1").Inventory
	report := audit.RunChecks(inv, audit.Defaults(), append([]*audit.Check{broken}, audit.Checks()...))
	want := audit.RunChecks(inv, audit.Defaults(), audit.Checks())
	if len(want.Findings) == 0 || len(report.Findings) != len(want.Findings) {
		t.Errorf("%d findings beside the broken check, want %d", len(report.Findings), len(want.Findings))
	}
	if diff := cmp.Diff(want.Proposals, report.Proposals); len(want.Proposals) == 0 || diff != "" {
		t.Errorf("%d proposals beside the broken check: %s", len(report.Proposals), diff)
	}
	if slices.ContainsFunc(report.Findings, func(f findings.Finding) bool { return f.Check == "broken" }) {
		t.Error("a check that failed keeps what it reported before")
	}
	if !report.Incomplete() {
		t.Error("a check failed and the run counts as complete")
	}
	if !slices.ContainsFunc(report.NotEvaluated, func(n findings.NotEvaluated) bool { return n.Check == "broken" }) {
		t.Error("the broken check is not among those that were not evaluated")
	}
}

// What runs by default can be added to by name; named alone, others do not run.
func TestSelect(t *testing.T) {
	ids := func(o audit.Options) (list []string) {
		for _, c := range o.Select() {
			list = append(list, c.ID)
		}
		return list
	}
	standard := ids(audit.Options{})
	if slices.Contains(standard, "flow-logs-off") || !slices.Contains(standard, "unused-group") {
		t.Errorf("by default: %v", standard)
	}
	more := ids(audit.Options{Enable: []string{"flow-logs-off"}, Skip: []string{"unused-group"}})
	if len(more) != len(standard) || !slices.Contains(more, "flow-logs-off") || slices.Contains(more, "unused-group") {
		t.Errorf("one enabled, one skipped: %v", more)
	}
	if got := ids(audit.Options{Only: []string{"unused-group"}, Enable: []string{"flow-logs-off"}}); !slices.Equal(got, []string{"unused-group"}) {
		t.Errorf("one alone: %v", got)
	}
}

// A run that reads no services leaves their checks out, unless one is named.
func TestServiceChecksNeedTheirDepth(t *testing.T) {
	inv := notation.MustParse("sg-1 web\nvpc-1 10.0.0.0/16\n").Inventory
	silent := func(o audit.Options) int {
		o.Settings = audit.Defaults()
		return len(audit.Run(inv, o).NotEvaluated)
	}
	const check = "config-not-recording-groups"
	if a, b, c := silent(audit.Options{}), silent(audit.Options{Only: []string{check}}), silent(audit.Options{Enable: []string{check}}); b != 1 || c != a+1 {
		t.Errorf("not evaluated by default: %d, named: %d, enabled: %d", a, b, c)
	}
}

package audit_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/flows"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// harmless are the parts that name no user of a group, nor an account or a VPC in which
// there may be one. AWS Config is in TestGradesByConfig.
const harmless = inventory.PartRules | inventory.PartPrefixLists | inventory.PartNetworkACLs | inventory.PartInternetGateways | inventory.PartNATGateways |
	inventory.PartPublicAccess | inventory.PartStale | inventory.PartFlowLogs | inventory.PartWebACLs | inventory.PartListeners | inventory.PartQuotas

// lone is an account with one unused group, of which a run of the depth read all.
func lone(depth inventory.Depth) *inventory.Inventory {
	inv := notation.MustParse("sg-1 a\n in tcp/443 10.0.0.0/8\n").Inventory
	inv.Depth = depth
	r := inv.Regions[0]
	r.Asked, r.Read = depth.Parts(), depth.Parts()
	return inv
}

// Each depth reaches its grade, and a denied part, whichever it is, lowers it and is
// named with its action, unless it cannot hide a user of a group: a peering or a VPC of
// another account can.
func TestGrades(t *testing.T) {
	for depth, want := range map[inventory.Depth]findings.Grade{
		inventory.DepthGroups: findings.Unreferenced, inventory.DepthNetwork: findings.Unreferenced, inventory.DepthServices: findings.NotHeld,
	} {
		f, _ := findingAbout(lone(depth))
		if f.Unused == nil || f.Unused.Grade != want || !f.Unused.FullSearch {
			t.Errorf("depth %s: %+v, want grade %s and a full search", depth, f.Unused, want)
		}
		if said := slices.ContainsFunc(f.Unused.NotSearched, func(s string) bool { return strings.HasPrefix(s, "other accounts (") }); said != (depth == inventory.DepthGroups) {
			t.Errorf("depth %s: other accounts are not searched: %v, %q", depth, said, f.Unused.NotSearched)
		}
		// TestGradesByConfig tries AWS Config. Without groups or interfaces there is no finding.
		const apart = inventory.PartRecorders | inventory.PartConfigResources
		for _, part := range (depth.Parts() &^ (apart | inventory.PartGroups | inventory.PartInterfaces)).Each() {
			inv := lone(depth)
			r := inv.Regions[0]
			r.Read &^= part
			action := part.Operations()[0]
			r.Gaps = []inventory.Gap{{Part: part, Operation: action, Kind: inventory.Denied}}
			f, note := findingAbout(inv)
			missing := part.String() + " (" + action + " denied)"
			if harmless.Has(part) {
				if f.Unused.Grade != want || !f.Unused.FullSearch || slices.Contains(f.Unused.NotSearched, missing) {
					t.Errorf("depth %s without %s, which hides no user: %+v", depth, part, f.Unused)
				}
				continue
			}
			if f.Unused.Grade != findings.Unreferenced || f.Unused.FullSearch || f.Severity != findings.Low {
				t.Errorf("depth %s without %s: %s, severity %s, full search %v", depth, part, f.Unused.Grade, f.Severity, f.Unused.FullSearch)
			}
			if !slices.Contains(f.Unused.NotSearched, missing) || slices.Contains(f.Unused.Searched, part.String()) || !strings.Contains(note, missing) {
				t.Errorf("depth %s without %s: not searched: %q; the note is %q", depth, part, f.Unused.NotSearched, note)
			}
		}
	}
}

// A group that others reference, or that something uses, has the lowest grade however
// much was read. The evidence says the grade and where nothing was found.
func TestGradesOfWhatIsReferenced(t *testing.T) {
	for text, want := range map[string]struct {
		grade    findings.Grade
		evidence string
		heldBy   string
	}{
		"sg-1 a\nsg-2 b\n in tcp/80 sg-1\n":   {findings.Unattached, "grade 1 of 5 (how certain it is that nothing uses the group): no network interface has the group", ""},
		"sg-1 a\n in tcp/80 sg-1\n":           {findings.NotHeld, "grade 3 of 5 (how certain it is that nothing uses the group): no network interface has the group", ""},
		"sg-1 a\nfunction idle sg-1\n":        {findings.Unattached, "grade 1 of 5 (how certain it is that nothing uses the group): no network interface has the group", "Lambda function idle is configured with it"},
		"sg-1 a\nreferrer ecs service x sg-1": {findings.Unattached, "grade 1 of 5 (how certain it is that nothing uses the group): no network interface has the group", "ECS service x uses it"},
	} {
		inv := notation.MustParse(text).Inventory
		inv.Depth = inventory.DepthServices
		r := inv.Regions[0]
		r.Asked, r.Read = inventory.DepthServices.Parts()|inventory.PartReferrers, inventory.DepthServices.Parts()|inventory.PartReferrers
		f, _ := findingAbout(inv)
		if f.Unused.Grade != want.grade || !slices.ContainsFunc(f.Exposure.Evidence, func(e string) bool { return strings.HasPrefix(e, want.evidence) }) {
			t.Errorf("%s: grade %s, evidence %q", text, f.Unused.Grade, f.Exposure.Evidence)
		}
		if found := slices.ContainsFunc(f.Exposure.Evidence, func(e string) bool {
			return strings.Contains(e, " found: sgaudit looked for uses of security groups in network interfaces")
		}); found != (want.heldBy == "") {
			t.Errorf("%s: evidence %q", text, f.Exposure.Evidence)
		}
		if got := strings.Join(f.Unused.HeldBy, ", "); got != want.heldBy {
			t.Errorf("%s: held by %q, want %q", text, got, want.heldBy)
		}
	}
}

// The report has the grade as a word, and reads it back.
func TestGradeWords(t *testing.T) {
	for g := findings.Unattached; g <= findings.NoTraffic; g++ {
		text, err := json.Marshal(&findings.Unused{Grade: g})
		var back findings.Unused
		if err != nil || json.Unmarshal(text, &back) != nil || back.Grade != g || g.String() == "" || !strings.Contains(string(text), `"grade":"`+g.String()+`"`) {
			t.Errorf("%d: %s reads back as %s (%v)", g, text, back.Grade, err)
		}
	}
	if json.Unmarshal([]byte(`{"grade":"sure"}`), &findings.Unused{}) == nil {
		t.Error("an unknown grade is read")
	}
}

// configured is lone at depth services, with a recorder of AWS Config.
func configured(recorder string) *inventory.Inventory {
	inv := lone(inventory.DepthServices)
	inv.Regions[0].Recorders = notation.MustParse(recorder).Inventory.Regions[0].Recorders
	return inv
}

// AWS Config raises the grade only where it was asked and its recorder runs and
// records all types that may use groups. What it does not record is said.
func TestGradesByConfig(t *testing.T) {
	for recorder, want := range map[string]struct {
		grade findings.Grade
		says  string // in the list of what was searched for the highest grade, else of what was not
	}{
		"recorder default all-types since 2026-01-05":                                   {findings.NotInConfig, "AWS Config (recording since 2026-01-05)"},
		"recorder default all-types except AWS::EC2::NetworkInterface since 2026-01-05": {findings.NotInConfig, "AWS Config (recording since 2026-01-05)"},
		"recorder a stopped all-types\nrecorder b all-types since 2026-02-01":           {findings.NotInConfig, "AWS Config (recording since 2026-02-01)"},
		"recorder default all-types except AWS::Lambda::Function since 2026-01-05":      {findings.NotHeld, "AWS Config (recorder default does not record AWS::Lambda::Function)"},
		"recorder default since 2026-01-05":                                             {findings.NotHeld, "AWS Config (recorder default does not record all types)"},
		"recorder default all-types":                                                    {findings.NotHeld, "AWS Config (when recorder default was started is not known)"},
		"recorder default stopped all-types since 2026-01-05":                           {findings.NotHeld, "AWS Config (no configuration recorder runs)"},
		"recorder default failing all-types since 2026-01-05":                           {findings.NotHeld, "AWS Config (no configuration recorder runs)"},
		"sg-9 none": {findings.NotHeld, "AWS Config (no configuration recorder runs)"},
	} {
		f, _ := findingAbout(configured(recorder))
		list := f.Unused.NotSearched
		if want.grade == findings.NotInConfig {
			list = f.Unused.Searched
		}
		if f.Unused.Grade != want.grade || !f.Unused.FullSearch || !slices.Contains(list, want.says) {
			t.Errorf("%s: %+v", recorder, f.Unused)
		}
		if said := strings.Contains(f.Message, "nor any that AWS Config, recording since "+f.Unused.ConfigSince+", knows"); said != (want.grade == findings.NotInConfig) {
			t.Errorf("%s: %s", recorder, f.Message)
		}
	}
	for _, part := range []inventory.Part{inventory.PartConfigResources, inventory.PartRecorders} {
		inv := configured("recorder default all-types since 2026-01-05")
		r := inv.Regions[0]
		action := part.Operations()[0]
		r.Read, r.Gaps = r.Read&^part, []inventory.Gap{{Part: part, Operation: action, Kind: inventory.Denied}}
		f, _ := findingAbout(inv)
		if f.Unused.Grade != findings.NotHeld || f.Unused.FullSearch != (part == inventory.PartRecorders) || !slices.Contains(f.Unused.NotSearched, "AWS Config ("+action+" denied)") {
			t.Errorf("without %s: %+v", part, f.Unused)
		}
	}
}

// What AWS Config relates to a group holds it, with the time of the recording. Where
// the service itself says the same, it is said once.
func TestConfigHolds(t *testing.T) {
	const groups = "depth services\nsg-1 a\n in tcp/443 10.0.0.0/8\n"
	for text, want := range map[string][]string{
		"config-resource AWS::MWAA::Environment air sg-1 id arn:air recorded 2026-11-20T08:00:00Z":                             {"AWS::MWAA::Environment air (arn:air) uses it (AWS Config, recorded 2026-11-20T08:00:00Z)"},
		"config-resource AWS::CodeBuild::Project nightly sg-1":                                                                 {"CodeBuild project nightly uses it (AWS Config, recorded 2026-01-05T00:00:00Z)"},
		"config-resource AWS::CodeBuild::Project nightly sg-1\nreferrer codebuild project nightly sg-1":                        {"CodeBuild project nightly uses it"},
		"config-resource AWS::CodeBuild::Project nightly sg-1\nreferrer codebuild project daily sg-1":                          {"CodeBuild project daily uses it", "CodeBuild project nightly uses it (AWS Config, recorded 2026-01-05T00:00:00Z)"},
		"config-resource AWS::Lambda::Function f sg-1\nfunction f sg-1":                                                        {"Lambda function f is configured with it"},
		"config-resource AWS::EC2::LaunchTemplate t sg-1 id lt-1\nlt-1 t sg-1":                                                 {"launch template t (lt-1) references it"},
		"config-resource AWS::EC2::VPCEndpoint \"\" sg-1 id vpce-1\nvpce-1 s3 sg-1":                                            {"VPC endpoint vpce-1 has it"},
		"config-resource AWS::ElasticLoadBalancingV2::LoadBalancer b sg-1 id arn:b\nload-balancer application b internal sg-1": {"it is attached to load balancer b"},
	} {
		f, _ := findingAbout(notation.MustParse(groups + text).Inventory)
		if f.Unused == nil || !slices.Equal(f.Unused.HeldBy, want) || f.Severity != findings.Info {
			t.Errorf("%s: %s %+v, want %q", text, f.Severity, f.Unused, want)
		}
	}
}

// Flow logs give the highest grade to a group that nothing else is known to use, and to
// no other; what they cannot show is in the evidence.
func TestGradesByTraffic(t *testing.T) {
	const estate = "account 123456789012\nvpc-1 10.0.0.0/16\nsg-1 a vpc vpc-1\n in tcp/443 10.0.0.0/8\nsg-2 b vpc vpc-1\neni-1 sg-2 10.0.0.5 vpc vpc-1\nfl-1 vpc-1 ALL since 2026-09-01T00:00:00Z\n"
	path := filepath.Join(t.TempDir(), "123456789012_vpcflowlogs_us-east-1_fl-1_20261001T0000Z_1a2b3c.log")
	const records = "account-id interface-id flow-direction srcaddr dstaddr srcport dstport protocol tcp-flags action packets bytes start end log-status\n" +
		"123456789012 eni-1 - - - - - - - - - - 1790812800 1790813400 NODATA\n123456789012 eni-1 - - - - - - - - - - 1790815800 1790816400 NODATA\n"
	if err := os.WriteFile(path, []byte(records), 0o600); err != nil {
		t.Fatal(err)
	}
	summary, err := flows.Read(t.Context(), []string{path}, flows.Options{Now: time.Unix(1790816400, 0), RejectOnly: map[string]bool{"fl-1": false}})
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		more, without string
		grade         findings.Grade
		evidence      string
	}{
		"nothing uses it":    {"depth services", "", findings.NoTraffic, "flow logs from 2026-10-01 to 2026-10-01 show no traffic that its rules allow"},
		"and AWS Config":     {"depth services\nrecorder default all-types since 2026-01-05", "", findings.NoTraffic, "grade 5 of 5 (how certain it is that nothing uses the group): no network interface has the group"},
		"a service holds it": {"depth services\nreferrer ecs service x sg-1", "", findings.Unattached, "show no traffic that its rules allow"},
		"at depth network":   {"", "", findings.Unreferenced, "show no traffic that its rules allow"},
		"without a flow log": {"depth services", "fl-1 vpc-1 ALL since 2026-09-01T00:00:00Z\n", findings.NotHeld, "do not show that it was not used: no flow log of VPC vpc-1"},
	} {
		depth, more, _ := strings.Cut(c.more, "\n")
		inv := notation.MustParse(depth + "\n" + strings.Replace(estate, c.without, "", 1) + more).Inventory
		var settings audit.Settings
		settings.Usage = usage.Judge(inv, summary, usage.Options{})
		report := audit.Run(inv, audit.Options{Settings: settings, Only: []string{"unused-group"}})
		if len(report.Findings) != 1 {
			t.Fatalf("%s: %d findings", what, len(report.Findings))
		}
		f := &report.Findings[0]
		if f.Unused.Grade != c.grade || f.Unused.Traffic == nil || !slices.ContainsFunc(f.Exposure.Evidence, func(e string) bool { return strings.Contains(e, c.evidence) }) {
			t.Errorf("%s: grade %s, traffic %+v, evidence %q", what, f.Unused.Grade, f.Unused.Traffic, f.Exposure.Evidence)
		}
		if said := strings.Contains(f.Message, "flow logs show no traffic since 2026-10-01 that its rules allow"); said != (c.grade == findings.NoTraffic) {
			t.Errorf("%s: %s", what, f.Message)
		}
	}
}

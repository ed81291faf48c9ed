package awsclient

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// recorded are two regions with a recorder, and one without.
const recorded = `account 111122223333
region us-east-1
sg-1 a
sg-2 b
recorder default all-types since 2026-01-05
config-resource AWS::CodeBuild::Project nightly sg-1 id arn:nightly recorded 2026-11-20T08:00:00Z
config-resource AWS::MWAA::Environment air sg-1 sg-2
config-resource AWS::RDS::DBInstance orders sg-2 id db-ABC
region eu-west-1
sg-1 a
recorder default all-types since 2026-01-05
region eu-north-1
sg-1 a
recorder default stopped
config-resource AWS::RDS::DBInstance old sg-1 id db-OLD
`

// resourcesOf are the resources of AWS Config of each region.
func resourcesOf(inv *inventory.Inventory) map[string][]inventory.Referrer {
	all := map[string][]inventory.Referrer{}
	for _, r := range inv.Regions {
		all[r.AccountID+" "+r.Name] = r.ConfigResources
	}
	return all
}

// asked lists the regions in which an action was called, sorted, each as often as
// it was.
func asked(s *endpoint.Server, action string) (regions []string) {
	for _, c := range s.Calls() {
		if c.Action == action {
			regions = append(regions, c.Region)
		}
	}
	slices.Sort(regions)
	return regions
}

// The aggregator is asked once, in pages, in the region that is named, and gives each
// region its own. A region that it does not have is asked itself, and it alone.
func TestConfigAggregator(t *testing.T) {
	want := notation.MustParse(recorded).Inventory
	for _, size := range []int{1, 2, 0} {
		s := serve(t, want, endpoint.Options{PageSize: size})
		got := collect(t, s, Options{Depth: inventory.DepthServices, ConfigAggregator: "eu-west-1/" + endpoint.Aggregator})
		if diff := cmp.Diff(resourcesOf(want), resourcesOf(got)); diff != "" {
			t.Errorf("pages of %d (-want +got):\n%s", size, diff)
		}
		if !got.Complete() {
			t.Errorf("pages of %d: %v", size, got.Regions[0].Gaps)
		}
		if places := slices.Compact(asked(s, "SelectAggregateResourceConfig")); !slices.Equal(places, []string{"eu-west-1"}) {
			t.Errorf("pages of %d: the aggregator was asked in %v", size, places)
		}
		if places := slices.Compact(asked(s, "SelectResourceConfig")); !slices.Equal(places, []string{"eu-north-1"}) {
			t.Errorf("pages of %d: asked themselves were %v, want the region that the aggregator does not have", size, places)
		}
	}
	s := serve(t, want, endpoint.Options{})
	collect(t, s, Options{Depth: inventory.DepthNetwork, ConfigAggregator: endpoint.Aggregator})
	if calls := asked(s, "SelectAggregateResourceConfig"); len(calls) > 0 {
		t.Errorf("at depth network the aggregator was asked %d times", len(calls))
	}
}

// Whatever is wrong with the aggregator is a gap of each region, with its action, and
// the regions are asked themselves: no resource is lost.
func TestConfigAggregatorFails(t *testing.T) {
	want := notation.MustParse(recorded).Inventory
	const action = "SelectAggregateResourceConfig"
	type failure struct {
		fault endpoint.Fault
		kind  inventory.GapKind
		says  string
	}
	failures := map[string]failure{
		"denied":            {endpoint.Fault{Denied: true}, inventory.Denied, "config:" + action},
		"denied by policy":  {endpoint.Fault{DeniedByPolicy: true}, inventory.DeniedByPolicy, "service control policy"},
		"absent":            {endpoint.Fault{Code: "NoSuchConfigurationAggregatorException", Status: 400}, inventory.Failed, "--config-aggregator REGION/NAME"},
		"throttled":         {endpoint.Fault{Throttle: true}, inventory.Throttled, "throttled"},
		"expired":           {endpoint.Fault{Expired: true}, inventory.Expired, "expired"},
		"unknown":           {endpoint.Fault{UnknownAction: true}, inventory.Unsupported, "does not support"},
		"server error":      {endpoint.Fault{ServerError: true}, inventory.Failed, "500"},
		"broken connection": {endpoint.Fault{Drop: true}, inventory.Unreachable, "connection"},
		"hangs":             {endpoint.Fault{Hang: true}, inventory.Unreachable, "deadline"},
		"in the second":     {endpoint.Fault{Skip: 1, Denied: true}, inventory.Denied, "config:" + action},
	}
	for _, form := range endpoint.NonAnswers() {
		failures["not an answer: "+form] = failure{endpoint.Fault{NonAnswer: form}, inventory.Failed, ""}
	}
	for name, c := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.fault.Service, c.fault.Action = "config", action
			s := serve(t, want, endpoint.Options{Faults: []endpoint.Fault{c.fault}})
			opts := Options{Depth: inventory.DepthServices, ConfigAggregator: endpoint.Aggregator, RetryDelay: time.Millisecond}
			if c.fault.Hang {
				opts.RegionDeadline = 3 * time.Second
			}
			got := collect(t, s, opts)
			if diff := cmp.Diff(resourcesOf(want), resourcesOf(got)); diff != "" {
				t.Errorf("resources (-want +got):\n%s", diff)
			}
			for _, r := range got.Regions {
				if !r.Read.Has(inventory.PartConfigResources) || len(r.Gaps) != 1 || r.Gaps[0].Operation != "config:"+action || r.Gaps[0].Kind != c.kind || !strings.Contains(r.Gaps[0].Message, c.says) {
					t.Errorf("%s: read %v, gaps %+v", r.Name, r.Read.Has(inventory.PartConfigResources), r.Gaps)
				}
			}
		})
	}
}

// Odd results of the aggregator are a gap of the region that they are of, and of all
// where they do not say it. Results of other accounts and regions are left out.
func TestOddAggregatorResults(t *testing.T) {
	const here, there = "123456789012 eu-west-1", "123456789012 eu-north-1"
	for name, c := range map[string]struct {
		result    string
		kept, odd int
		all       int // odd for every region
	}{
		"as it is":             {row(nil), 1, 0, 0},
		"of another region":    {row(map[string]any{"awsRegion": "ap-south-1"}), 0, 0, 0},
		"of another account":   {row(map[string]any{"accountId": "210987654321"}), 0, 0, 0},
		"without an account":   {row(map[string]any{"accountId": nil}), 0, 0, 1},
		"without a region":     {row(map[string]any{"awsRegion": nil}), 0, 0, 1},
		"no JSON":              {"{", 0, 0, 1},
		"deleted":              {row(map[string]any{"configurationItemStatus": "ResourceDeleted"}), 0, 0, 0},
		"a hostile type":       {row(map[string]any{"resourceType": "AWS::X\x1b[2J"}), 0, 1, 0},
		"without a time":       {row(map[string]any{"configurationItemCaptureTime": nil}), 0, 1, 0},
		"related to no groups": {row(map[string]any{"relationships": []any{}}), 0, 1, 0},
	} {
		a := &aggregator{places: map[string]*aggregated{here: {}, there: {}}}
		a.keep(c.result)
		p := a.places[here]
		if len(p.resources) != c.kept || len(p.odd) != c.odd || len(a.odd) != c.all || len(a.places[there].resources)+len(a.places[there].odd) > 0 {
			t.Errorf("%s: %+v, of all %q", name, p, a.odd)
		}
		if strings.Contains(fmt.Sprint(p.odd, a.odd), "\x1b") {
			t.Errorf("%s: an escape of the answer is in the message: %q", name, p.odd)
		}
	}
}

// Names of aggregators, with and without a region.
func TestAggregatorNames(t *testing.T) {
	for text, want := range map[string]bool{
		"organization": true, "eu-west-1/all_of-us": true, "us-gov-west-1/x": true, strings.Repeat("a", 256): true,
		"": false, "a b": false, "eu-west-1/": false, "/x": false, "EU/x": false, "a'b": false, "eu-west-1/x/y": false, strings.Repeat("a", 257): false,
	} {
		if got := IsAggregator(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// A run over an organization asks the aggregator once, with its own credentials, for
// all accounts, and no account for itself.
func TestConfigAggregatorOfOrganization(t *testing.T) {
	want := manyAccounts(3)
	for i, r := range want.Regions {
		r.Recorders = []inventory.Recorder{{Name: "default", Recording: true, Groups: true, AllTypes: true, Since: "2026-01-05"}}
		r.ConfigResources = []inventory.Referrer{{Service: "rds", Kind: "instance", Name: fmt.Sprintf("db-%d", i), Groups: []string{r.Groups[0].ID}, Source: "AWS Config, recorded 2026-11-20T08:00:00Z"}}
	}
	s := serve(t, want, endpoint.Options{})
	opts := Options{Depth: inventory.DepthServices, ConfigAggregator: "us-east-1/" + endpoint.Aggregator, Regions: []string{"eu-west-1", "us-east-1"}}
	got, err := collectAll(t, s, opts, Chosen{}, "audit")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(resourcesOf(want), resourcesOf(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, c := range s.Calls() {
		if c.Action == "SelectResourceConfig" || c.Action == "SelectAggregateResourceConfig" && (c.Region != "us-east-1" || c.Account != "" && c.Account != want.Caller.AccountID) {
			t.Errorf("%s was called in %s of %q", c.Action, c.Region, c.Account)
		}
	}
	if n := len(asked(s, "SelectAggregateResourceConfig")); n != 2 {
		t.Errorf("the aggregator was asked %d times, want one page of each of two queries", n)
	}
	if _, err := Enter(t.Context(), opts, nil, []Account{{Profile: "a"}}); err == nil || !strings.Contains(err.Error(), "one set of credentials") {
		t.Errorf("without credentials of the run: %v", err)
	}
}

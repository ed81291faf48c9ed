package awsclient

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// manyAccounts is an estate of n accounts with two regions each, of which the first
// account is the caller's.
func manyAccounts(n int) *inventory.Inventory {
	var text strings.Builder
	text.WriteString("caller 100000000001 arn:aws:sts::100000000001:assumed-role/auditor/session aws\n")
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&text, "account %d team-%d\n", 100000000000+i, i)
		for k, region := range []string{"eu-west-1", "us-east-1"} {
			fmt.Fprintf(&text, "region %s\nvpc-%d%d 10.0.0.0/16\nsg-%d%d web vpc vpc-%d%d\n  in tcp/22 0.0.0.0/0\n", region, i, k, i, k, i, k)
		}
	}
	return notation.MustParse(text.String()).Inventory
}

// collectAll reads the accounts of a server's organization.
func collectAll(t *testing.T, s *endpoint.Server, opts Options, chosen Chosen, role string) (*inventory.Inventory, error) {
	t.Helper()
	opts.EndpointURL, opts.StaticCredentials = s.URL, true
	opts.RetryDelay = 10 * time.Millisecond
	if opts.MaxRPS == 0 {
		opts.MaxRPS = 10000
	}
	base, err := Connect(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := base.Organization(context.Background(), chosen)
	if err != nil {
		return nil, err
	}
	for i := range accounts {
		accounts[i].Role = role
	}
	var all []*inventory.Region
	var names []string
	run, err := Enter(context.Background(), opts, base, accounts)
	if err != nil {
		return nil, err
	}
	run.Read(context.Background(), func(regions []*inventory.Region) {
		names = append(names, regions[0].Name)
		all = append(all, regions...)
	})
	inv := run.Inventory()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("the regions came in the order %q", names)
	}
	inv.Regions = all
	inv.Normalize()
	return inv, nil
}

// Every account of an organization is read with the credentials of its own role, and
// what is read is what each account holds.
func TestOrganization(t *testing.T) {
	want := manyAccounts(5)
	s := serve(t, want, endpoint.Options{Organization: endpoint.Organization{
		Role: "audit", ExternalID: "shop-7",
		Accounts: []endpoint.Member{{ID: "200000000001", Name: "closing", State: "PENDING_CLOSURE"}, {ID: "200000000002", Name: "old", OldState: "SUSPENDED"}, {ID: "100000000002", Name: "team-2", OldState: "ACTIVE"}},
	}})
	opts := Options{Depth: inventory.DepthGroups, ExternalID: "shop-7", SessionName: "sgaudit-test", Regions: []string{"eu-west-1", "us-east-1"}}
	inv, err := collectAll(t, s, opts, Chosen{}, "audit")
	if err != nil {
		t.Fatal(err)
	}
	if inv.Caller != want.Caller {
		t.Errorf("the caller is %+v", inv.Caller)
	}
	if len(inv.Regions) != 14 {
		t.Fatalf("%d regions", len(inv.Regions))
	}
	for i, r := range inv.Regions {
		if i >= 10 {
			if !r.Skipped || len(r.Gaps) != 1 || !strings.Contains(r.Gaps[0].Message, map[string]string{"200000000001": "PENDING_CLOSURE", "200000000002": "SUSPENDED"}[r.AccountID]) {
				t.Errorf("%s of %s: %+v", r.Name, r.AccountID, r.Gaps)
			}
			continue
		}
		w := want.Regions[i]
		if r.AccountID != w.AccountID || r.AccountName != w.AccountName || r.Name != w.Name || r.Status() != "complete" || len(r.Groups) != 1 || r.Groups[0].ID != w.Groups[0].ID {
			t.Errorf("%s of %s (%s) is %s with %d groups", r.Name, r.AccountID, r.AccountName, r.Status(), len(r.Groups))
		}
	}
	for _, c := range s.Calls() {
		if c.Action == "DescribeSecurityGroups" && c.Account == "" {
			t.Errorf("%+v", c)
		}
	}
	if n := s.Sessions("100000000001"); n != 0 {
		t.Errorf("a role was assumed %d times in the account of the credentials", n)
	}
	if n := s.Sessions("100000000003"); n != 1 {
		t.Errorf("the role of an account was assumed %d times", n)
	}
}

// An account with a role that cannot be assumed has a gap in each region, with the
// statement that the role's trust policy lacks. The others are read.
func TestRoleRefused(t *testing.T) {
	want := manyAccounts(3)
	want.Regions[2].Gaps = []inventory.Gap{{Operation: "sts:AssumeRole", Kind: inventory.Denied}}
	s := serve(t, want, endpoint.Options{})
	inv, err := collectAll(t, s, Options{Depth: inventory.DepthGroups, ExternalID: "shop-7", ExcludeRegions: []string{"sa-east-1"}}, Chosen{}, "audit")
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, r := range inv.Regions {
		if r.AccountID != "100000000002" {
			if r.Status() != "complete" {
				t.Errorf("%s of %s is %s: %+v", r.Name, r.AccountID, r.Status(), r.Gaps)
			}
			continue
		}
		failed++
		const statement = `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::100000000001:role/auditor"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"shop-7"}}}`
		if g := r.Gaps[0]; r.Status() != "failed" || g.Operation != "sts:AssumeRole" || g.Kind != inventory.Denied || g.Code != "AccessDenied" || !strings.Contains(g.Message, statement) || !strings.Contains(g.Message, "arn:aws:iam::100000000002:role/audit") || r.Name == "sa-east-1" {
			t.Errorf("%s: %s %+v", r.Name, r.Status(), g)
		}
	}
	if failed != len(alwaysEnabled["aws"])-1 {
		t.Errorf("the account has %d failed regions", failed)
	}
}

// TestTrustStatement holds the principals for each kind of caller.
func TestTrustStatement(t *testing.T) {
	for arn, want := range map[string]string{
		"arn:aws:iam::111122223333:user/jo":                                         `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/jo"},"Action":"sts:AssumeRole"}`,
		"arn:aws:sts::111122223333:assumed-role/hub/i-1":                            `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/hub"},"Action":"sts:AssumeRole"}`,
		"arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Audit_0123/jo@x.org": `{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_Audit_0123"}}}`,
	} {
		if got := TrustStatement(inventory.Caller{AccountID: "111122223333", ARN: arn, Partition: "aws"}, ""); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", arn, got, want)
		}
	}
}

// Credentials that AWS calls expired in the middle of a run are renewed, and nothing
// is missing.
func TestRolesAreRenewed(t *testing.T) {
	s := serve(t, manyAccounts(3), endpoint.Options{Organization: endpoint.Organization{Expiring: map[string]int{"100000000002": 7}}})
	inv, err := collectAll(t, s, Options{Depth: inventory.DepthNetwork}, Chosen{}, "audit")
	if err != nil {
		t.Fatal(err)
	}
	if !inv.Complete() {
		for _, r := range inv.Regions {
			t.Errorf("%s of %s: %+v", r.Name, r.AccountID, r.Gaps)
		}
	}
	if n := s.Sessions("100000000002"); n != 2 {
		t.Errorf("the role was assumed %d times, want 2", n)
	}
}

// A role that loses its trust in the middle of a run is named as the cause.
func TestRoleLostMidway(t *testing.T) {
	s := serve(t, manyAccounts(2), endpoint.Options{
		Organization: endpoint.Organization{Expiring: map[string]int{"100000000002": 7}},
		Faults:       []endpoint.Fault{{Action: "AssumeRole", Skip: 1, Code: "AccessDenied", Status: 403}},
	})
	inv, err := collectAll(t, s, Options{Depth: inventory.DepthNetwork}, Chosen{}, "audit")
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, r := range inv.Regions {
		for _, g := range r.Gaps {
			found = found || g.Operation == "sts:AssumeRole" && g.Kind == inventory.Denied && r.AccountID == "100000000002"
			if g.Operation != "sts:AssumeRole" {
				t.Errorf("%s of %s: %+v", r.Name, r.AccountID, g)
			}
		}
	}
	if !found || inv.Complete() {
		t.Error("no gap names the role")
	}
}

// TestChosenAccounts reads organizational units to the ground, and tags.
func TestChosenAccounts(t *testing.T) {
	member := func(n int, unit, team string) endpoint.Member {
		return endpoint.Member{ID: fmt.Sprint(100000000000 + n), Name: fmt.Sprint("team-", n), Unit: unit, Tags: map[string]string{"team": team}}
	}
	var many []endpoint.Member
	for i := 10; i < 60; i++ {
		many = append(many, member(i, "ou-ab12-low", "many"))
	}
	s := serve(t, manyAccounts(3), endpoint.Options{Organization: endpoint.Organization{
		Units:    map[string]string{"ou-ab12-top": "r-ab12", "ou-ab12-low": "ou-ab12-top", "ou-ab12-other": "r-ab12"},
		Accounts: append(many, member(1, "ou-ab12-top", "web"), member(2, "ou-ab12-low", "web"), member(3, "ou-ab12-other", "db")),
	}, Faults: []endpoint.Fault{{Action: "ListAccountsForParent", EmptyPages: 2}}})
	c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		chosen Chosen
		want   int
		first  string
	}{
		{Chosen{}, 53, "100000000001"},
		{Chosen{Units: []string{"ou-ab12-top"}}, 52, "100000000001"},
		{Chosen{Units: []string{"ou-ab12-other", "ou-ab12-other"}}, 1, "100000000003"},
		{Chosen{Units: []string{"ou-ab12-other", "ou-ab12-low"}}, 52, "100000000002"},
		{Chosen{Units: []string{"ou-ab12-other"}, Tags: []inventory.Tag{{Key: "team", Value: "db"}}}, 1, "100000000003"},
	} {
		list, err := c.Organization(context.Background(), tc.chosen)
		if err != nil || len(list) != tc.want || list[0].ID != tc.first {
			t.Errorf("%+v: %d accounts, %v", tc.chosen, len(list), err)
		}
	}
}

// TestEmptyUnit: an organizational unit without accounts beside one with some is said.
func TestEmptyUnit(t *testing.T) {
	s := serve(t, manyAccounts(1), endpoint.Options{Organization: endpoint.Organization{Units: map[string]string{"ou-ab12-new": "r-ab12"}}})
	var warnings []string
	c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, Warn: func(text string) { warnings = append(warnings, text) }})
	if err != nil {
		t.Fatal(err)
	}
	list, err := c.Organization(context.Background(), Chosen{Units: []string{"r-ab12", "r-ab12", "ou-ab12-new"}})
	if err != nil || len(list) != 1 || !slices.Equal(warnings, []string{"no account is in ou-ab12-new of --ou, nor below it"}) {
		t.Errorf("%d accounts, %q, %v", len(list), warnings, err)
	}
}

// TestUnitForm: the ids of organizational units and roots, and what users write instead.
func TestUnitForm(t *testing.T) {
	for id, want := range map[string]bool{
		"r-ab12": true, "ou-ab12-cdef3456": true, "ou-ab12-x": false, "Production": false, "123456789012": false,
		"arn:aws:organizations::111122223333:ou/o-a1b2c3d4e5/ou-ab12-cdef3456": false, "ou-ab12-cdef3456\n": false,
	} {
		if got := IsUnit(id); got != want {
			t.Errorf("%q: %t", id, got)
		}
	}
}

// Every way in which the accounts cannot be listed is one sentence and a hint.
func TestOrganizationErrors(t *testing.T) {
	for name, tc := range map[string]struct {
		fault   endpoint.Fault
		chosen  Chosen
		members []endpoint.Member
		units   map[string]string
		want    string
	}{
		"denied":        {fault: endpoint.Fault{Action: "ListAccounts", Denied: true}, want: "may not list the accounts of the organization (organizations:ListAccounts)"},
		"no org":        {fault: endpoint.Fault{Action: "ListAccounts", Code: "AWSOrganizationsNotInUseException"}, want: "is in no organization"},
		"no unit":       {chosen: Chosen{Units: []string{"ou-ab12-none"}}, want: "the organization of account 100000000001 has no organizational unit or root ou-ab12-none (--ou)"},
		"unit's form":   {fault: endpoint.Fault{Action: "ListAccountsForParent", Code: "InvalidInputException"}, chosen: Chosen{Units: []string{"ou-ab12-none"}}, want: `does not take "ou-ab12-none" as the id`},
		"unit denied":   {fault: endpoint.Fault{Action: "ListAccountsForParent", Denied: true}, chosen: Chosen{Units: []string{"ou-ab12-none"}}, want: "may not list what is in ou-ab12-none of --ou (organizations:ListAccountsForParent)"},
		"empty unit":    {units: map[string]string{"ou-ab12-new": "r-ab12"}, chosen: Chosen{Units: []string{"ou-ab12-new"}}, want: "no account is in ou-ab12-new of --ou, nor below"},
		"no tag":        {chosen: Chosen{Tags: []inventory.Tag{{Key: "a", Value: "b"}}}, want: "no account of the organization has the tags"},
		"endless":       {fault: endpoint.Fault{Action: "ListAccounts", RepeatToken: true}, want: "does not end"},
		"throttled":     {fault: endpoint.Fault{Action: "ListAccounts", Throttle: true}, want: "still throttled"},
		"not an answer": {fault: endpoint.Fault{Action: "ListAccounts", NonAnswer: endpoint.NonAnswers()[0]}, want: "could not be listed"},
		"not an id":     {members: []endpoint.Member{{ID: "../x"}}, want: `the id "../x"`},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, manyAccounts(2), endpoint.Options{Faults: []endpoint.Fault{tc.fault}, Organization: endpoint.Organization{Accounts: tc.members, Units: tc.units}})
			_, err := collectAll(t, s, Options{Depth: inventory.DepthGroups}, tc.chosen, "audit")
			var setup *SetupError
			if !errors.As(err, &setup) || !strings.Contains(setup.Message, tc.want) {
				t.Errorf("%v, want %q", err, tc.want)
			}
		})
	}
}

// Calls of all accounts share one bound on how many are under way, and what is
// throttled is counted where it happened.
func TestParallelAndThrottles(t *testing.T) {
	const parallel = 5
	s := serve(t, manyAccounts(12), endpoint.Options{Faults: []endpoint.Fault{
		{Latency: 2 * time.Millisecond}, {Account: "100000000002", Region: "us-east-1", Action: "DescribeVpcs", Times: 3, Throttle: true},
	}})
	throttles := &Throttles{}
	var mu sync.Mutex
	var last Progress
	inv, err := collectAll(t, s, Options{Parallel: parallel, Throttles: throttles, Progress: func(p Progress) {
		mu.Lock()
		defer mu.Unlock()
		if p.Done >= last.Done {
			last = p
		}
	}}, Chosen{}, "audit")
	if err != nil || !inv.Complete() {
		t.Fatal(err)
	}
	if most := s.MostAtOnce(); most > parallel {
		t.Errorf("%d calls were under way at once", most)
	}
	if got := throttles.List(); len(got) != 1 || got[0] != (Throttled{"100000000002", "us-east-1", "DescribeVpcs", 3}) || throttles.Total() != 3 {
		t.Errorf("%+v", got)
	}
	if last.Accounts != 12 || last.Ended != 12 || last.Regions != 24 || last.Done != 24 {
		t.Errorf("the last progress is %+v", last)
	}
}

// --parallel bounds the calls of a run over one account, too.
func TestParallelOfOneAccount(t *testing.T) {
	s := serve(t, manyAccounts(1), endpoint.Options{Faults: []endpoint.Fault{{Latency: time.Millisecond}}})
	if inv := collect(t, s, Options{Parallel: 3}); !inv.Complete() {
		t.Error("not everything was read")
	}
	if most := s.MostAtOnce(); most > 3 {
		t.Errorf("%d calls were under way at once", most)
	}
}

// Accounts that share a profile share its credentials, and a warning that holds for
// each of them is given once.
func TestSharedProfile(t *testing.T) {
	s := serve(t, manyAccounts(4), endpoint.Options{Faults: []endpoint.Fault{{Action: "DescribeRegions", Denied: true}}})
	environment(t, "[profile hub]\naws_access_key_id = test\naws_secret_access_key = test\nregion = us-east-1\n")
	var mu sync.Mutex
	var warnings []string
	opts := Options{EndpointURL: s.URL, Depth: inventory.DepthGroups, Regions: []string{"eu-west-1"}, Warn: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		warnings = append(warnings, text)
	}}
	var accounts []Account
	for i := range 4 {
		accounts = append(accounts, Account{ID: fmt.Sprint(100000000001 + i), Profile: "hub", Role: "audit"})
	}
	run, err := Enter(context.Background(), opts, nil, accounts)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	run.Read(context.Background(), func(regions []*inventory.Region) { n += len(regions) })
	asked := 0
	for _, c := range s.Calls() {
		if c.Action == "GetCallerIdentity" && c.Account == "100000000001" {
			asked++
		}
	}
	if n != 4 || asked != 1 || len(warnings) != 1 {
		t.Errorf("%d regions, the profile was asked %d times, warnings %q", n, asked, warnings)
	}
}

// A profile that AWS throttles or denies is a gap of that kind, which names the call; one
// that the configuration does not have is none of both.
func TestProfileThatFails(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := func(status int, code string) {
			w.WriteHeader(status)
			fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>m</Message></Error></ErrorResponse>`, code)
		}
		switch {
		case strings.HasSuffix(r.FormValue("RoleArn"), "/busy"):
			answer(http.StatusBadRequest, "Throttling")
		case strings.HasSuffix(r.FormValue("RoleArn"), "/closed"):
			answer(http.StatusForbidden, "AccessDenied")
		case r.FormValue("Action") == "GetCallerIdentity":
			_, _ = w.Write([]byte(`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::111122223333:user/x</Arn><UserId>AIDA</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`))
		default:
			answer(http.StatusBadRequest, "Throttling")
		}
	}))
	defer s.Close()
	text := "[profile base]\naws_access_key_id = AKIA\naws_secret_access_key = s\nregion = us-east-1\n"
	for _, name := range []string{"busy", "closed"} {
		text += "[profile " + name + "]\nrole_arn = arn:aws:iam::444455556666:role/" + name + "\nsource_profile = base\nregion = us-east-1\n"
	}
	environment(t, text)
	t.Setenv("AWS_RETRY_MODE", "standard")
	t.Setenv("AWS_MAX_ATTEMPTS", "1")
	opts := Options{EndpointURL: s.URL, Depth: inventory.DepthGroups, Regions: []string{"us-east-1"}, RetryDelay: time.Millisecond}
	for name, want := range map[string]string{
		"busy":   `throttled sts:AssumeRole: the credentials of profile "busy" could not be obtained: AWS throttled sts:AssumeRole, still after every retry (Throttling) (try again later)`,
		"closed": `denied sts:AssumeRole: the credentials of profile "closed" do not work: these credentials are not allowed to assume the role of the profile (check the role's trust policy)`,
		"none":   "failed sts:GetCallerIdentity: the credentials of profile \"none\" do not work: the AWS configuration has no profile \"none\" (`aws configure list-profiles` lists them)",
	} {
		run, err := Enter(context.Background(), opts, nil, []Account{{Profile: "base"}, {Name: name, Profile: name}})
		if err != nil {
			t.Fatal(err)
		}
		g := run.members[1].gap
		if g == nil {
			t.Fatalf("%s has no gap", name)
		}
		if got := string(g.Kind) + " " + g.Operation + ": " + g.Message; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	// Where no profile works, each is named, and the run passes at another try if one does.
	_, err := Enter(context.Background(), opts, nil, []Account{{Profile: "closed", ID: "444455556666"}, {Profile: "busy", ID: "777788889999"}})
	if err == nil || !strings.Contains(err.Error(), `profile "closed": these credentials are not allowed`) || !strings.Contains(err.Error(), `profile "busy": AWS throttled sts:AssumeRole`) || !Passes(err) {
		t.Errorf("%v", err)
	}
}

// Regions are let go as they are taken: a slow taker keeps the reading back.
func TestReadingKeepsPace(t *testing.T) {
	var text strings.Builder
	text.WriteString("caller 100000000001 arn:aws:sts::100000000001:assumed-role/auditor/session aws\n")
	var names []string
	for i := range 8 {
		names = append(names, fmt.Sprintf("eu-west-%d", i+1))
	}
	for i := range 60 {
		fmt.Fprintf(&text, "account %d\n", 100000000001+i)
		for _, name := range names {
			fmt.Fprintf(&text, "region %s\nvpc-1 10.0.0.0/16\n", name)
		}
	}
	s := serve(t, notation.MustParse(text.String()).Inventory, endpoint.Options{})
	opts := Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthGroups, MaxRPS: 10000, Regions: names}
	base, err := Connect(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := base.Organization(context.Background(), Chosen{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range accounts {
		accounts[i].Role = "audit"
	}
	first := true
	run, err := Enter(context.Background(), opts, base, accounts)
	if err != nil {
		t.Fatal(err)
	}
	run.Read(context.Background(), func(regions []*inventory.Region) {
		if len(regions) != 60 {
			t.Errorf("%s has %d regions", regions[0].Name, len(regions))
		}
		if !first {
			return
		}
		first = false
		time.Sleep(500 * time.Millisecond) // all that may be read ahead is
		begun := map[string]bool{}
		for _, c := range s.Calls() {
			if c.Action == "DescribeSecurityGroups" {
				begun[c.Account+c.Region] = true
			}
		}
		if len(begun) > readAhead+60 {
			t.Errorf("%d regions were read while the first was not taken", len(begun))
		}
	})
}

// A run draws no more from the bucket of an API than its share, in each region of each
// account, seen from the endpoint's side: the client of the test keeps to three
// quarters of what the endpoint refills, as the defaults do with AWS's. Without that
// the endpoint throttles, and everything is read all the same.
func TestShareOfABucket(t *testing.T) {
	var text strings.Builder
	text.WriteString("caller 100000000001 arn:aws:iam::100000000001:user/a aws\n")
	for i := range 2 {
		fmt.Fprintf(&text, "account %d\nregion eu-west-1\n", 100000000001+i)
		for g := range 150 {
			fmt.Fprintf(&text, "sg-%d%03d web\n", i, g)
		}
	}
	inv := notation.MustParse(text.String()).Inventory
	for name, c := range map[string]struct {
		rps, refill float64
		throttled   bool
	}{"within": {150, 200, false}, "beyond": {10000, 50, true}} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, inv, endpoint.Options{PageSize: 1, Bucket: endpoint.Bucket{Burst: 50, PerSecond: c.refill}})
			throttles := &Throttles{}
			got, err := collectAll(t, s, Options{Depth: inventory.DepthGroups, MaxRPS: c.rps, Throttles: throttles}, Chosen{}, "audit")
			if err != nil || !got.Complete() || len(got.Regions[0].Groups) != 150 || len(got.Regions[1].Groups) != 150 {
				t.Fatalf("not everything was read: %v", err)
			}
			if n := s.Overdrawn(); n > 0 != c.throttled || n != throttles.Total() {
				t.Errorf("the endpoint throttled %d calls, and the client counted %d", n, throttles.Total())
			}
		})
	}
	if defaultRPS > 20*3/4 || burst > 50 {
		t.Errorf("the defaults are %d calls a second with a burst of %d", defaultRPS, burst)
	}
}

// What a run over an organization calls beside the calls of an audit is what
// OrganizationActions lists, and AssumeRole.
func TestOrganizationCalls(t *testing.T) {
	s := serve(t, manyAccounts(2), endpoint.Options{Organization: endpoint.Organization{
		Units: map[string]string{"ou-ab12-top": "r-ab12"}, Accounts: []endpoint.Member{{ID: "100000000002", Unit: "ou-ab12-top", Tags: map[string]string{"a": "b"}}},
	}})
	for _, chosen := range []Chosen{{}, {Units: []string{"r-ab12"}, Tags: []inventory.Tag{{Key: "a", Value: "b"}}}} {
		if _, err := collectAll(t, s, Options{Depth: inventory.DepthGroups}, chosen, "audit"); err != nil {
			t.Fatal(err)
		}
	}
	made := map[string]bool{}
	for _, c := range s.Calls() {
		if c.Service != "ec2" {
			made[c.Service+":"+c.Action] = true
		}
	}
	want := append([]string{"sts:AssumeRole", "sts:GetCallerIdentity"}, OrganizationActions...)
	for _, action := range want {
		if !made[action] {
			t.Errorf("%s is not called", action)
		}
		delete(made, action)
	}
	if len(made) > 0 {
		t.Errorf("beside them it calls %v", made)
	}
}

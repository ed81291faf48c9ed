package house_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// auditServed serves the demo account with faults, reads it in full and
// audits it.
func auditServed(t *testing.T, faults ...endpoint.Fault) *findings.Report {
	t.Helper()
	demo := notation.MustParse(estates.Demo()).Inventory
	for _, r := range demo.Regions { // so that each call of their services is made
		if len(r.Groups) > 0 {
			r.Referrers = append(r.Referrers, estates.EachReferrer(r, "one", r.Groups[0].ID)...)
		}
	}
	demo.Normalize()
	server, err := endpoint.Serve(demo, endpoint.Options{Faults: faults})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := awsclient.Connect(t.Context(), awsclient.Options{EndpointURL: server.URL, StaticCredentials: true, Depth: inventory.DepthServices})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := client.Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return audit.Run(inv, audit.Options{Settings: audit.Defaults()}).Report
}

// With each permission denied in turn no finding falls silent: it is still
// there, or its check says that it was not evaluated. None is new either, no
// verdict turns from open to closed, and the run is incomplete.
func TestEachPermissionDenied(t *testing.T) {
	whole := auditServed(t)
	if whole.Incomplete() || len(whole.Findings) == 0 {
		t.Fatalf("nothing denied, and yet: %+v", whole.Coverage)
	}
	verdicts := map[string]string{}
	for _, f := range whole.Findings {
		verdicts[f.ID] = string(f.Exposure.Verdict)
	}
	for _, action := range awsclient.Actions(inventory.DepthServices) {
		service, name, _ := strings.Cut(action, ":")
		if name == "DescribeRegions" {
			continue // without it a run does not begin
		}
		t.Run(action, func(t *testing.T) {
			denied := auditServed(t, endpoint.Fault{Service: service, Action: name, Denied: true})
			silent := map[string]bool{} // checks and regions that say so
			for _, n := range denied.NotEvaluated {
				silent[n.Check+" "+n.Region] = true
			}
			now := map[string]string{}
			for _, f := range denied.Findings {
				now[f.ID] = string(f.Exposure.Verdict)
				before, known := verdicts[f.ID]
				if !known {
					t.Errorf("new: %s of %s in %s", f.Check, f.GroupID, f.Region)
				}
				openBefore := before == "reachable" || before == "unknown"
				if v := string(f.Exposure.Verdict); v == "reachable" && before != v || openBefore && v != "reachable" && v != "unknown" {
					t.Errorf("%s of %s was %s and is %s", f.Check, f.GroupID, before, v)
				}
			}
			for _, f := range whole.Findings {
				if now[f.ID] == "" && !silent[f.Check+" "+f.Region] {
					t.Errorf("%s of %s in %s fell silent", f.Check, f.GroupID, f.Region)
				}
			}
			if !denied.Incomplete() {
				t.Error("the run counts as complete")
			}
		})
	}
}

package house_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/remedy"
)

// nameable are the ids of resources that have a name in the demo account: groups,
// VPCs, and most interfaces.
var nameable = regexp.MustCompile(`\b(sg|vpc)-[0-9a-f]{8}\b`)

// TestFindingsNameTheirResource wants every finding of the demo account, with every
// check, to name its resource by name and id, and every group and VPC in its
// message and fix as well: "shop-web (sg-0a100011)".
func TestFindingsNameTheirResource(t *testing.T) {
	inv := notation.MustParse(estates.Demo()).Inventory
	inv.Depth = inventory.DepthServices
	var all []string
	for _, c := range audit.Checks() {
		all = append(all, c.ID)
	}
	result := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: all})
	remedy.Attach(inv, result.Report, result.Proposals, inventory.DefaultRulesPerGroup)
	if len(result.Findings) < 60 {
		t.Fatalf("only %d findings", len(result.Findings))
	}
	for i := range result.Findings {
		f := &result.Findings[i]
		subject := f.Subject()
		if f.ResourceType == "network-acl" && f.ResourceName == "" { // default ones have no name, their VPC has
			if !strings.Contains(f.Message, f.ResourceID+" of VPC ") {
				t.Errorf("%s %s: %q does not name the VPC", f.Check, f.ID, f.Message)
			}
		} else if f.ResourceType != "account" && subject != f.ResourceName+" ("+f.ResourceID+")" {
			t.Errorf("%s %s: the resource is %q, without a name", f.Check, f.ID, subject)
		}
		for _, text := range []string{f.Message, f.Fix.Summary} {
			for _, at := range nameable.FindAllStringIndex(text, -1) {
				if !strings.HasSuffix(text[:at[0]], "(") && !strings.Contains(text, "--") {
					t.Errorf("%s %s: %s stands without its name in %q", f.Check, f.ID, text[at[0]:at[1]], text)
				}
			}
		}
	}
}

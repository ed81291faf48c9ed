package output_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/output"
)

// Every format for people, and every one that has a field for it, names the account
// of a finding and of a region that was not read, beside its id. Names are left out
// where a text identifies something from run to run, or a file is binary.
func TestFormatsNameTheAccount(t *testing.T) {
	leftOut := map[string]bool{
		"junit": true, "codequality": true, "prometheus": true, // names of tests, paths and series, which stay the same
		"xlsx": true, "parquet": true, "html": true, // packed; tested by their packages
	}
	finding := findings.Finding{
		ID: "0123456789abcdef0123", Check: "admin-port-open-to-internet", Title: "Open", Severity: findings.High, AccountID: "111122223333", AccountName: "shop-team",
		Region: "eu-west-1", GroupID: "sg-1", GroupName: "web", ResourceType: "security-group", ResourceID: "sg-1", Message: "SSH is open",
	}
	for _, f := range output.Formats() {
		if leftOut[f.Name] || f.Lists {
			continue
		}
		r := &findings.Report{
			Findings: []findings.Finding{finding}, Caller: findings.Caller{AccountID: "999988887777", Partition: "aws"},
			Coverage: []findings.Coverage{
				{AccountID: "111122223333", AccountName: "shop-team", Region: "eu-west-1", Status: "complete"},
				{AccountID: "444455556666", AccountName: "data-team", Region: "eu-west-1", Status: "failed", Gaps: []findings.Gap{{Operation: "sts:AssumeRole", Kind: "denied", Message: "no"}}},
			},
		}
		other := finding
		other.ID, other.AccountID, other.AccountName, other.GroupID, other.ResourceID = "1123456789abcdef0123", "444455556666", "data-team", "sg-2", "sg-2"
		r.Findings = append(r.Findings, other)
		r.Finish()
		var out bytes.Buffer
		if err := f.Write(&out, r, output.Options{}); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		for _, name := range []string{"shop-team", "data-team"} {
			if !strings.Contains(out.String(), name) {
				t.Errorf("%s does not name the account %s:\n%s", f.Name, name, out.String())
			}
		}
	}
}

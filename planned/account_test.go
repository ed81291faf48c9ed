package planned

import (
	"errors"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestAccounts: a plan is simulated in its own account, and in no other.
func TestAccounts(t *testing.T) {
	const group = `{"name": "x", "ingress": []}`
	two := "account 123456789012\nregion eu-west-1\nvpc-1 10.0.0.0/16\naccount 222222222222\nregion eu-west-1\nvpc-2 10.0.0.0/16\n"
	creates := plan(resources("aws_security_group.x", ""), change("aws_security_group.x", create, "", group, ""))
	other := change("aws_vpc.v", `["no-op"]`, `{"id": "vpc-2", "arn": "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-2"}`, `{"id": "vpc-2"}`, "")
	for name, c := range map[string]struct{ text, want, remark string }{
		"not said":     {creates, "123456789012", "sgaudit took account 123456789012"},
		"by an ARN":    {strings.Replace(creates, `"resource_changes": [`, `"resource_changes": [`+other+`,`, 1), "222222222222", ""},
		"by a role":    {strings.Replace(creates, `"region": {`, `"assume_role": [{"role_arn": {"constant_value": "arn:aws:iam::222222222222:role/deploy"}}], "region": {`, 1), "222222222222", ""},
		"by the guard": {strings.Replace(creates, `"region": {`, `"allowed_account_ids": {"constant_value": ["222222222222"]}, "region": {`, 1), "222222222222", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := Terraform([]byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			inv := notation.MustParse(two).Inventory
			inv.Caller.AccountID = "123456789012"
			after, outcome, err := p.Apply(inv)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range after.Regions {
				if len(r.Groups) > 0 != (r.AccountID == c.want) {
					t.Errorf("account %s has %d groups; %+v", r.AccountID, len(r.Groups), outcome)
				}
			}
			if said := strings.Join(outcome.Remarks, " "); said == "" != (c.remark == "") || !strings.Contains(said, c.remark) {
				t.Errorf("%q, want %q", said, c.remark)
			}
		})
	}
	set, err := ChangeSet([]byte(strings.ReplaceAll(changes(added("G", "AWS::EC2::SecurityGroup", `{}`)), "123456789012", "999999999999")))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = set.Apply(notation.MustParse(two).Inventory)
	var wrong *OtherAccountError
	if !errors.As(err, &wrong) || !strings.Contains(err.Error(), "account 999999999999, but sgaudit read account 123456789012, 222222222222") {
		t.Errorf("%v", err)
	}
}

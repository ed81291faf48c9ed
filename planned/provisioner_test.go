package planned

import (
	"fmt"
	"strings"
	"testing"
)

// TestProvisioners: commands that a plan runs are unknown where they may change groups or the
// network, and other ones are not.
func TestProvisioners(t *testing.T) {
	constant := func(text string) string { return fmt.Sprintf(`{"command": {"constant_value": %q}}`, text) }
	for name, c := range map[string]struct {
		expressions, actions string
		unknown              bool
	}{
		"rule":             {constant("aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --cidr 0.0.0.0/0"), create, true},
		"several lines":    {constant("set -e\naws --region eu-west-1 ec2 \\\n  create-route --route-table-id rtb-1"), create, true},
		"groups of others": {constant("aws rds modify-db-instance --vpc-security-group-ids sg-1"), create, true},
		"on deletion":      {constant("aws ec2 delete-network-acl-entry"), remove, true},
		"replaced":         {constant("aws ec2 delete-network-acl-entry"), replace, true},
		"not run":          {constant("aws ec2 delete-network-acl-entry"), update, false},
		"read only":        {constant("aws ec2 describe-security-groups"), create, false},
		"wait":             {constant("aws ec2 wait instance-running --instance-ids i-1"), create, false},
		"something else":   {constant("aws s3 sync site s3://bucket && kubectl apply -f x"), create, false},
		"a group in it":    {`{"command": {"references": ["aws_security_group.web.id", "aws_security_group.web"]}}`, create, true},
		"a bucket in it":   {`{"command": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}}`, create, false},
		"on a server":      {`{"inline": {"constant_value": ["date", "aws ec2 modify-network-interface-attribute"]}}`, create, true},
		"a server's setup": {`{"inline": {"constant_value": ["apt-get update"]}}`, create, false},
	} {
		t.Run(name, func(t *testing.T) {
			configuration := `"resources": [{"address": "terraform_data.x", "mode": "managed", "type": "terraform_data", "name": "x", "provider_config_key": "terraform",
				"provisioners": [{"type": "local-exec", "expressions": ` + c.expressions + `}]}]`
			before, after := `{"id": "x"}`, `{"id": "x"}`
			if c.actions == create {
				before = ""
			} else if c.actions == remove {
				after = ""
			}
			text := strings.ReplaceAll(plan(configuration, change("terraform_data.x", c.actions, before, after, "")), "registry.terraform.io/hashicorp/aws", "terraform.io/builtin/terraform")
			_, outcome := apply(t, text)
			if got := asText(t, outcome.Unknown); outcome.Incomplete() != c.unknown || c.unknown && !strings.Contains(got, "it runs a command (provisioner local-exec)") {
				t.Errorf("%s", got)
			}
		})
	}
}

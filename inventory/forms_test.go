package inventory_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestForms holds each form to what AWS gives out, and against texts that a
// shell, the AWS CLI or a terminal would read as more than an id.
func TestForms(t *testing.T) {
	group := func(text string) bool { return inventory.IsGroupID(text) }
	for _, c := range []struct {
		name string
		form func(string) bool
		good []string
		bad  []string
	}{
		{"group", group, []string{"sg-0a1b2c3d", "sg-0123456789abcdef0", "sg-web", "sg-a-1"}, []string{"sg", "sg-", "eni-1", "sg-1-", "sg--1"}},
		{"rule", inventory.IsRuleID, []string{"sgr-0123456789abcdef0"}, []string{"sg-1"}},
		{"interface", inventory.IsInterfaceID, []string{"eni-0123456789abcdef0"}, []string{"eni"}},
		{"prefix list", inventory.IsPrefixListID, []string{"pl-63a5400a"}, []string{"pl-"}},
		{"VPC", inventory.IsVPCID, []string{"vpc-0123456789abcdef0"}, []string{"vpc"}},
		{"account", inventory.IsAccountID, []string{"012345678901"}, []string{"01234567890", "0123456789012", "amazon-elb", "０１２３４５６７８９０１"}},
		{"owner", inventory.IsOwner, []string{"012345678901", "amazon-elb", "amazon", "aws"}, []string{"somebody", "amazon elb"}},
		{"region", inventory.IsRegion, []string{"us-east-1", "us-gov-west-1", "us-isob-east-1", "ap-southeast-10", "eusc-de-east-1"}, []string{"us-east", "us-1", "us-east-x", "US-EAST-1", "us--1"}},
		{"partition", inventory.IsPartition, []string{"aws", "aws-cn", "aws-iso-b"}, []string{"awsx", "gcp"}},
		{
			"ARN", inventory.IsARN,
			[]string{"arn:aws:sts::012345678901:assumed-role/Audit/me@example.com", "arn:aws-cn:ec2:cn-north-1:012345678901:security-group/sg-1", "arn:aws:iam::012345678901:root"},
			[]string{"arn:aws:sts::012345678901:", "arn:aws:sts::1:user/x", "arn:aws:sts:nowhere:012345678901:user/x", "arn:aws:iam::012345678901:user/a b"},
		},
	} {
		for _, text := range c.good {
			if !c.form(text) {
				t.Errorf("%s: %q is refused", c.name, text)
			}
			for _, hostile := range []string{" ", "\n", "\r", "\x00", "\x1b[31m", ";id", "$(id)", "`id`", "'", `"`, "\\", "|x", "&x", ">x", "\u202e", "\u2028", "é", "{a}", "?", "#", strings.Repeat("a", 3000)} {
				for _, bad := range []string{hostile + text, text + hostile, text[:3] + hostile + text[3:]} {
					if c.form(bad) {
						t.Errorf("%s: %q passes", c.name, bad)
					}
				}
			}
			for _, prefix := range []string{"-", "--", "file://", "fileb://", "http://"} {
				if c.form(prefix + text) {
					t.Errorf("%s: %q passes", c.name, prefix+text)
				}
			}
		}
		for _, text := range append(c.bad, "") {
			if c.form(text) {
				t.Errorf("%s: %q passes", c.name, text)
			}
		}
	}
}

package awsclient

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
)

// TestDenialsNameTheirPolicy distinguishes a denial by a policy above the caller, with
// the name of the kind of policy, from one by the caller's own permissions.
// Source: IAM User Guide, "Troubleshoot access denied error messages".
func TestDenialsNameTheirPolicy(t *testing.T) {
	const denied = "User: arn:aws:iam::111122223333:user/a is not authorized to perform: ec2:DescribeVpcs "
	for message, want := range map[string]string{
		denied + "with an explicit deny in a service control policy":                                       "a service control policy denies",
		denied + "with an explicit deny in a resource control policy":                                      "a resource control policy denies",
		denied + "with an explicit deny in a permissions boundary":                                         "a permissions boundary denies",
		denied + "because no permissions boundary allows the ec2:DescribeVpcs action":                      "a permissions boundary denies",
		denied + "with an explicit deny in a VPC endpoint policy":                                          "a VPC endpoint policy denies",
		denied + "because no identity-based policy allows the ec2:DescribeVpcs action":                     "",
		"You are not authorized to perform this operation. Encoded authorization failure message: ABCDEFG": "",
	} {
		for _, code := range []string{"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"} {
			kind, text := classify(code, message, "ec2:DescribeVpcs")
			switch {
			case want == "" && kind != inventory.Denied:
				t.Errorf("%s, %q: %s", code, message, kind)
			case want != "" && (kind != inventory.DeniedByPolicy || !strings.HasPrefix(text, want)):
				t.Errorf("%s, %q: %s, %q; want %q", code, message, kind, text, want)
			}
		}
	}
}

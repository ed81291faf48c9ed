package audit_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/facts"
)

func TestFacts(t *testing.T) {
	const hub = "docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html"
	facts.Check(t, []facts.Fact{
		{"a security group has allow rules only: traffic passes if one of its rules allows it", "docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html", "TestOpeningsAgainstEveryPort"},
		{"EC2.53 and EC2.54 are not in FSBP", hub, "TestMappings"},
		{"EC2.19 looks at a list of ports", hub, "TestControlsOfPorts"},
		{"EC2.18 allows 80 and 443 alone", hub, "TestControlsOfPorts"},
		{"EC2.21 leaves default network ACLs out", hub, "TestInformationFailsControls/the default network ACL allows everything"},
		{"EC2.172 fails where block public access does not stop internet gateways", hub, "TestInformationFailsControls/block public access is off"},
		{"CIS 1.2 has a control for tcp/22 and one for tcp/3389", "CIS Amazon Web Services Foundations Benchmark 1.2.0, 4.1 and 4.2", "TestControlsOfPorts"},
		{"CIS 2.0 and 4.0 have a control for IPv4 and one for IPv6, and 4.0 has one for port 445", "CIS Amazon Web Services Foundations Benchmark 2.0.0, 5.2 and 5.3, and 4.0.0, 5.1.2, 5.3 and 5.4", "TestNewerFrameworksJudge"},
		{"NIST relates the subcategories of CSF 2.0 to controls of SP 800-53", "csrc.nist.gov/projects/cprt, Cybersecurity Framework 2.0, informative references", "TestCSFFollowsFrom80053"},
		{"the numbers of controls are those of the publications", "the publications that the test lists", "TestFrameworkTable"},
		{"CIS has a control for IPv4 and one for IPv6 from 3.0 on", "CIS Amazon Web Services Foundations Benchmark 3.0.0, 5.2 and 5.3", "TestFrameworkJudges"},
	})
}

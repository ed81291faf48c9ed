package findings_test

import (
	"testing"

	"github.com/sgaudit/sgaudit/findings"
)

func TestConsole(t *testing.T) {
	for _, c := range []struct{ partition, region, id, want string }{
		{"aws", "eu-west-1", "sg-0a", "https://console.aws.amazon.com/ec2/home?region=eu-west-1#SecurityGroup:groupId=sg-0a"},
		{"aws-cn", "cn-north-1", "eni-0a", "https://console.amazonaws.cn/ec2/home?region=cn-north-1#NetworkInterface:networkInterfaceId=eni-0a"},
		{"aws-us-gov", "us-gov-west-1", "sg-0a", "https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1#SecurityGroup:groupId=sg-0a"},
		{"aws-iso", "us-iso-east-1", "sg-0a", ""}, // has no public console
		{"aws", "eu-west-1", `sg-0a"&x=`, ""},     // not the id of a group
		{"aws", "eu-west-1", "pl-0a", ""},         // there is no page of which the form is known
		{"aws", "eu-west-1&x=#y", "sg-0a", "https://console.aws.amazon.com/ec2/home?region=eu-west-1%26x%3D%23y#SecurityGroup:groupId=sg-0a"},
	} {
		if got := findings.Console(c.partition, c.region, c.id); got != c.want {
			t.Errorf("Console(%q, %q, %q) = %q, want %q", c.partition, c.region, c.id, got, c.want)
		}
	}
}

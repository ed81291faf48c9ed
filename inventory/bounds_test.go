package inventory

import "testing"

// TestOpensAll holds the bound from which on a range of ports counts as all
// traffic: 60,000 ports of tcp or of udp.
func TestOpensAll(t *testing.T) {
	for _, c := range []struct {
		traffic Traffic
		want    bool
	}{
		{All, true},
		{Ports(TCP, 0, MaxPort), true},
		{Ports(TCP, 1, 60000), true},
		{Ports(UDP, 5536, 65535), true},
		{Ports(TCP, 1, 59999), false},
		{Ports(UDP, 5537, 65535), false},
		{Traffic{Protocol: ICMP, First: Any, Last: Any}, false},
		{Traffic{Protocol: 47}, false},
	} {
		rule := Rule{Traffic: c.traffic}
		if got := rule.Traffic.OpensAll(); got != c.want {
			t.Errorf("%s: %v", c.traffic, got)
		}
	}
}

// TestPartitionOfRegions finds the partition by the region's name. Source:
// AWS General Reference, "Regions and endpoints"; botocore, partitions.json.
func TestPartitionOfRegions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "eu-central-1": "aws", "cn-north-1": "aws-cn", "cn-northwest-1": "aws-cn",
		"us-gov-west-1": "aws-us-gov", "us-gov-east-1": "aws-us-gov",
	} {
		if got := PartitionOf(region); got != want {
			t.Errorf("%s is of partition %s, want %s", region, got, want)
		}
	}
}

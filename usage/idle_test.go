package usage_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/usage"
)

// A group that no interface has was without traffic only where all traffic of its VPC
// is recorded, and no rule of it allows traffic that nothing else accounts for.
func TestWithoutTraffic(t *testing.T) {
	const idle = "sg-web web vpc vpc-1\n in tcp/443 0.0.0.0/0\nsg-old old vpc vpc-1\n in tcp/22 10.0.1.0/24\n in tcp/8080 0.0.0.0/0\neni-0a sg-web 10.0.0.5 vpc vpc-1 subnet subnet-1\n"
	const logged = idle + "fl-1 vpc-1 ALL since 2026-09-01T00:00:00Z\n"
	covered := func() *logs { return new(logs).covered(2, "eni-0a") }
	for what, c := range map[string]struct {
		estate string
		l      *logs
		want   string // a part of the reason; empty: there was no traffic
	}{
		"all is covered":                   {logged, covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), ""},
		"traffic of a gone interface":      {logged, covered().in("eni-0f", "10.0.0.9", "9.9.9.9", 8080, true), "interface eni-0f is not in the inventory (deleted, or newer than it), and had traffic that rule tcp/8080 from 0.0.0.0/0 allows"},
		"other traffic of a gone one":      {logged, covered().in("eni-0f", "10.0.0.9", "9.9.9.9", 443, true), ""},
		"traffic that no rule allows":      {logged, covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 8080, true), "eni-0a had traffic (tcp/8080) that no rule of today allows and that rule tcp/8080 from 0.0.0.0/0 allows"},
		"other traffic that none allows":   {logged, covered().in("eni-0a", "10.0.0.5", "9.9.9.9", 9090, true), ""},
		"a hole":                           {logged + "eni-0b sg-web 10.0.0.6 vpc vpc-1 subnet subnet-1\n", new(logs).covered(2, "eni-0b").covered(1, "eni-0a"), "there are records of eni-0a for 24 of 48 hours"},
		"no records of an interface":       {logged + "eni-0b sg-web 10.0.0.6 vpc vpc-1 subnet subnet-1\n", covered(), "no record of eni-0b was read"},
		"the flow log is of one interface": {idle + "fl-1 eni-0a ALL since 2026-09-01T00:00:00Z\n", covered(), "no flow log of VPC vpc-1 has recorded accepted traffic since 2026-10-01"},
		"rejected traffic only":            {idle + "fl-1 vpc-1 REJECT since 2026-09-01T00:00:00Z\n", covered(), "no flow log of VPC vpc-1"},
		"the flow log is newer":            {idle + "fl-1 vpc-1 ALL since 2026-10-02T00:00:00Z\n", covered(), "no flow log of VPC vpc-1"},
		"the flow log fails":               {idle + "fl-1 vpc-1 ALL failed since 2026-09-01T00:00:00Z\n", covered(), "no flow log of VPC vpc-1"},
		"less than an hour":                {logged, new(logs).in("eni-0a", "10.0.0.5", "9.9.9.9", 443, true), "less than one full hour"},
	} {
		r := judge(t, c.estate, c.l, usage.Options{})
		why, known := r.WithoutTraffic("123456789012", "us-east-1", "sg-old")
		if !known || (why == "") != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s: %q (judged: %v), want %q", what, why, known, c.want)
		}
		if why, known := r.WithoutTraffic("123456789012", "us-east-1", "sg-web"); known {
			t.Errorf("%s: sg-web, which eni-0a has, is judged: %q", what, why)
		}
	}
	inv := account(logged)
	inv.Regions[0].Read &^= inventory.PartFlowLogs
	if _, known := usage.Judge(inv, covered().summary(t), usage.Options{}).WithoutTraffic("123456789012", "us-east-1", "sg-old"); known {
		t.Error("what was not read is judged")
	}
}

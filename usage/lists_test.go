package usage_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// AWS changes the entries of its prefix lists. A rule for one is not unused where traffic that
// no rule of today allows may have gone to an entry of then. The lists of accounts stand for
// what they hold.
func TestEntriesThatAWSTookOut(t *testing.T) {
	const estate = "pl-6 com.amazonaws.eu-west-1.s3 52.218.0.0/17 owner AWS\npl-7 partner 192.0.2.0/24 owner 123456789012\nsg-a a\n in tcp/443 pl-6\n in tcp/443 pl-7\n in tcp/22 pl-6\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"
	l := func(remote string) *logs {
		return new(logs).covered(2, "eni-0a").in("eni-0a", "10.0.0.5", remote, 443, true)
	}
	for what, c := range map[string]struct {
		estate, remote, want string
	}{
		"an entry of today":         {estate, "52.218.0.9", "in tcp/443 pl-6: used ("},
		"no entry of today":         {estate, "3.5.0.9", "in tcp/443 pl-6: not-known (eni-0a had tcp/443 from 3.5.0.9, which no rule of today allows: com.amazonaws.eu-west-1.s3 (pl-6), of which AWS changes the entries, may have had this address then"},
		"another port":              {estate, "3.5.0.9", "in tcp/22 pl-6: unused"},
		"a list of an account":      {estate, "3.5.0.9", "in tcp/443 pl-7: unused"},
		"IPv6":                      {estate, "2600:1f00::1", "in tcp/443 pl-6: unused"},
		"another rule allows it":    {strings.Replace(estate, "eni-0a", " in tcp/443 3.0.0.0/8\neni-0a", 1), "3.5.0.9", "in tcp/443 pl-6: unused"},
		"a group that was not read": {strings.Replace(estate, "eni-0a sg-a", "eni-0a sg-a,sg-0b", 1), "3.5.0.9", "in tcp/443 pl-6: not-known"},
	} {
		if got := verdicts(judge(t, c.estate, l(c.remote), usage.Options{}), true); !strings.Contains(got, strings.TrimSuffix(c.want, " (")) {
			t.Errorf("%s:\n%s\nwant %s", what, got, c.want)
		}
	}
}

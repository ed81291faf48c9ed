package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/usage"
)

// A connection of a summary that was seen minutes before the window and long after it, and
// never in it for certain, makes no rule used.
func TestSeenAroundTheWindow(t *testing.T) {
	l := new(logs).covered(3, "eni-0a")
	for _, start := range []int{24*3600 - 300, 60 * 3600} {
		fmt.Fprintf(l, "123456789012 eni-0a ingress 10.0.1.9 10.0.0.5 40000 22 6 3 ACCEPT 10 600 %d %d OK\n", begin+start, begin+start+55)
	}
	since, until := time.Unix(begin+24*3600, 0), time.Unix(begin+48*3600, 0)
	r := usage.Judge(account("sg-a a\n in tcp/22 10.0.0.0/8\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n"), l.summary(t).Within(since, until), usage.Options{Since: since, Until: until})
	const want = "sg-a in tcp/22 10.0.0.0/8: not-known (connections on tcp/22 were seen from before the window until after it: the summary does not say whether any was in it)"
	if got := verdicts(r, true); got != want || r.Rules[0].Narrow != nil {
		t.Errorf("%s, want %s", got, want)
	}
}

// The hours before the window do not count as recorded: an interface that has its address since
// before the window is not newer than a row that began before it.
func TestAddressOfARowAroundTheWindow(t *testing.T) {
	l := new(logs).covered(3, "eni-0a", "eni-0c")
	for _, start := range []int{24*3600 - 300, 60 * 3600} {
		fmt.Fprintf(l, "123456789012 eni-0a ingress 10.0.0.8 10.0.0.5 40000 22 6 3 ACCEPT 10 600 %d %d OK\n", begin+start, begin+start+55)
	}
	since, until := time.Unix(begin+24*3600, 0), time.Unix(begin+48*3600, 0)
	const estate = "sg-a a\n in tcp/22 sg-app\nsg-app app\nsg-x x\neni-0a sg-a 10.0.0.5\neni-0c sg-x 10.0.0.8\nfl-1 vpc-1 ALL\n"
	r := usage.Judge(account(estate), l.summary(t).Within(since, until), usage.Options{Since: since, Until: until})
	if got := verdicts(r, true); got != "sg-a in tcp/22 sg-app: unused" {
		t.Error(got)
	}
}

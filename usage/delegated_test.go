package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// The pods of Amazon EKS have addresses of a prefix that is delegated to the interface of
// their node. A reference to a group of the node stands for them.
func TestDelegatedPrefixes(t *testing.T) {
	const (
		nodes = "eni-0b sg-node 10.0.0.6 10.0.0.16/28\n"
		one   = "sg-node nodes\nsg-db db\n in tcp/5432 sg-node\neni-0a sg-db 10.0.0.5\nfl-1 vpc-1 ALL\n"
	)
	pod := func(remote string) *logs {
		return new(logs).covered(2, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", remote, 5432, true)
	}
	for what, c := range map[string]struct{ estate, remote, want string }{
		"a pod":                     {one + nodes, "10.0.0.20", "sg-db in tcp/5432 sg-node: used"},
		"the last address":          {one + nodes, "10.0.0.31", "sg-db in tcp/5432 sg-node: used"},
		"behind the prefix":         {one + nodes, "10.0.0.32", "sg-db in tcp/5432 sg-node: not-known (eni-0a had tcp/5432 from 10.0.0.32, which no interface of the inventory has: the rule allowed it if an interface of nodes (sg-node) that is not in the inventory (deleted, or newer than it) had this address)"},
		"a pod of another's node":   {one + nodes + "sg-x x\neni-0c sg-x 10.0.0.7 10.0.0.48/28\n", "10.0.0.50", "sg-db in tcp/5432 sg-node: not-known (eni-0a had tcp/5432 from 10.0.0.50, of which the records do not show that the interface with it today had it then: the rule allowed it if an interface of nodes (sg-node) that is not in the inventory (deleted, or newer than it) had this address)"},
		"a rule for the prefix":     {strings.Replace(one, "sg-node\neni", "10.0.0.16/28\neni", 1) + nodes, "10.0.0.20", "sg-db in tcp/5432 10.0.0.16/28: used"},
		"a prefix that is not used": {one + nodes, "10.0.0.6", "sg-db in tcp/5432 sg-node: used"},
	} {
		if got := verdicts(judge(t, c.estate, pod(c.remote), usage.Options{}), true); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", what, got, c.want)
		}
	}
}

// A plan that deletes the interface with a prefix cuts off the pods with its addresses, unless
// another interface has them.
func TestReplayOfDeletedPrefixes(t *testing.T) {
	const db = "sg-node nodes\nsg-db db\n in tcp/5432 10.0.0.0/16\neni-0a sg-db 10.0.0.5\nfl-1 vpc-1 ALL\n"
	s := new(logs).covered(2, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "10.0.0.20", 5432, true).summary(t)
	for after, want := range map[string]string{
		"eni-0b sg-node 10.0.0.6 10.0.0.16/28\n": "", "": "eni-0b", "eni-0c sg-node 10.0.0.20\n": "", "eni-0c sg-node 10.0.0.7 10.0.0.16/28\n": "", "eni-0c sg-node 10.0.0.7 10.0.0.32/28\n": "eni-0b",
	} {
		cuts, _ := usage.Replay(account(db+"eni-0b sg-node 10.0.0.6 10.0.0.16/28\n"), account(db+after), s)
		got := ""
		for _, c := range cuts {
			got += c.Deleted
		}
		if got != want {
			t.Errorf("with %q: %q, want %q", after, got, want)
		}
	}
}

// A connection from a pod of another VPC with a global IPv6 address does not count as an attempt
// from the internet.
func TestPodsAreNotTheInternet(t *testing.T) {
	const estate = "sg-web web\n in tcp/443 ::/0\neni-0a sg-web 10.0.0.5 2600:1f18:0:1::5\nvpc-2 10.9.0.0/16\nsg-node nodes vpc vpc-2\neni-0b sg-node 10.9.0.6 2600:1f18:9:1:2::/80 vpc vpc-2\nfl-1 vpc-1 ALL\n"
	for remote, want := range map[string]string{"2600:1f18:9:1:2::77": "in tcp/443 2600:2::1/128; in tcp/443 2600:1f18:9:1:2::77/128", "2600:1f18:9:1:3::77": "in tcp/443 2600:2::1/128; 1 address that never got an answer is left out: 2600:1f18:9:1:3::77"} {
		l := new(logs).covered(1, "eni-0a").in("eni-0a", "2600:1f18:0:1::5", "2600:2::1", 443, true)
		fmt.Fprintf(l, "123456789012 eni-0a ingress %s 2600:1f18:0:1::5 40000 443 6 2 ACCEPT 1 60 %d %d OK\n", remote, begin+100, begin+160)
		if got := proposals(judge(t, estate, l, usage.Options{})); got != want {
			t.Errorf("%s: %s, want %s", remote, got, want)
		}
	}
}

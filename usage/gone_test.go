package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// An address of the group's VPC that no interface has today may have been that of a member:
// a rule that references the group is not unused because of its traffic, and no narrower
// rule cuts it.
func TestMemberOfAReferencedGroupIsGone(t *testing.T) {
	const end = "eni-0a sg-db 10.0.0.5 vpc vpc-1\neni-0b sg-app 10.0.0.6 vpc vpc-1\neni-0c sg-other 10.0.0.7 vpc vpc-1\neni-0d sg-far 10.9.0.8 vpc vpc-2\nsg-app app vpc vpc-1\nsg-other other vpc vpc-1\nsg-far far vpc vpc-2\nvpc-2 10.9.0.0/16\nfl-1 vpc-1 ALL\nsg-db db vpc vpc-1\n"
	l := func() *logs { return new(logs).covered(1, "eni-0a", "eni-0b", "eni-0c") }
	egress := func(remote string) *logs {
		x := l()
		x.WriteString("123456789012 eni-0a egress 10.0.0.5 " + remote + " 40000 5432 6 3 ACCEPT 9 900 1790812900 1790812960 OK\n" +
			"123456789012 eni-0a ingress " + remote + " 10.0.0.5 5432 40000 6 19 ACCEPT 9 900 1790812900 1790812960 OK\n")
		return x
	}
	for what, c := range map[string]struct {
		rules string
		l     *logs
		want  string // a part
	}{
		"inbound":                       {" in tcp/5432 sg-app\n", l().in("eni-0a", "10.0.0.5", "10.0.0.50", 5432, true), "in tcp/5432 sg-app: not-known (eni-0a had tcp/5432 from 10.0.0.50, which"},
		"outbound":                      {" out tcp/5432 sg-app\n", egress("10.0.0.50"), "out tcp/5432 sg-app: not-known (eni-0a had tcp/5432 to 10.0.0.50, which"},
		"beside a rule for the address": {" in tcp/5432 sg-app\n in tcp/5432 10.0.0.0/24\n", l().in("eni-0a", "10.0.0.5", "10.0.0.50", 5432, true), "in tcp/5432 sg-app: not-known"},
		"narrower rules":                {" in tcp/5000-6000 sg-app\n", l().in("eni-0a", "10.0.0.5", "10.0.0.6", 5432, true).in("eni-0a", "10.0.0.5", "10.0.0.50", 5433, true), "in tcp/5000-6000 sg-app: used (no narrower rules are proposed: eni-0a had tcp/5433 from 10.0.0.50"},
		"shared beside what is gone": {
			" in tcp/5432-5440 sg-app\n in tcp/5432 10.0.0.6/32\n", l().in("eni-0a", "10.0.0.5", "10.0.0.6", 5432, true).in("eni-0a", "10.0.0.5", "10.0.0.50", 5433, true),
			"in tcp/5432-5440 sg-app: shared-only, unsure (rule tcp/5432 from 10.0.0.6/32 allows all of its connections too: keep at least one of these rules; eni-0a had tcp/5433 from 10.0.0.50",
		},
		"both sides are gone":             {" in tcp/5432 sg-app\n", l().in("eni-0f", "10.0.0.9", "10.0.0.50", 5432, true), "in tcp/5432 sg-app: not-known (interface eni-0f is not in the inventory"},
		"another port":                    {" in tcp/5432 sg-app\n", l().in("eni-0a", "10.0.0.5", "10.0.0.50", 5433, true), "in tcp/5432 sg-app: unused"},
		"another interface has it today":  {" in tcp/5432 sg-app\n", l().in("eni-0a", "10.0.0.5", "10.0.0.7", 5432, true), "in tcp/5432 sg-app: unused"},
		"an address outside of the VPC":   {" in tcp/5432 sg-app\n", l().in("eni-0a", "10.0.0.5", "10.77.0.7", 5432, true), "in tcp/5432 sg-app: unused"},
		"an address of another VPC":       {" in tcp/5432 sg-far\n", l().in("eni-0a", "10.0.0.5", "10.9.0.50", 5432, true), "in tcp/5432 sg-far: not-known"},
		"a group that was not read, IPv6": {" in tcp/5432 sg-1234 account 999999999999\n", l().in("eni-0a", "2001:db8::5", "2001:db8::50", 5432, true), "in tcp/5432 sg-1234: used, unsure"},
	} {
		if got := verdicts(judge(t, end+c.rules, c.l, usage.Options{}), true); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nwant %s", what, got, c.want)
		}
	}
}

// A plan that revokes a reference may cut what a member that is gone connected with, as the
// next one does. Nothing is cut where another reference would allow it as well.
func TestReplayOfMembersThatAreGone(t *testing.T) {
	const end = "eni-0a sg-db 10.0.0.5 vpc vpc-1\neni-0b sg-app 10.0.0.6 vpc vpc-1\nsg-app app vpc vpc-1\nfl-1 vpc-1 ALL\nsg-db db vpc vpc-1\n"
	before := account(end + " in tcp/5432 sg-app\n")
	s := new(logs).covered(1, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "10.0.0.50", 5432, true).summary(t)
	for rules, want := range map[string]int{"": 1, " in tcp/5000-6000 sg-app\n": 0, " in tcp/5432 10.0.0.50/32\n": 0, " in tcp/5433 sg-app\n": 1} {
		cuts, _ := usage.Replay(before, account(end+rules), s)
		if len(cuts) != want || want == 1 && (!cuts[0].Unsure || cuts[0].Remote.String() != "10.0.0.50/32") {
			t.Errorf("with %q %d cuts, want %d: %+v", rules, len(cuts), want, cuts)
		}
	}
}

// A subnet gives an address again: the interface that has it today had it only from its first
// record on. What the address sent before may have been what a member of the group sent.
func TestAddressOfAMemberIsTakenAgain(t *testing.T) {
	const (
		estate = "sg-app app\nsg-db db\n in tcp/5432 sg-app\neni-0a sg-db 10.0.0.5\neni-0b sg-app 10.0.0.6\nsg-x x\neni-0c sg-x 10.0.0.8\nfl-1 vpc-1 ALL\n"
		doubt  = "sg-db in tcp/5432 sg-app: not-known (eni-0a had tcp/5432 from 10.0.0.8, of which the records do not show that the interface with it today had it then: the rule allowed it if "
	)
	l := func() *logs {
		return new(logs).covered(2, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "10.0.0.8", 5432, true)
	}
	for what, c := range map[string]struct {
		estate string
		l      *logs
		want   string
		cuts   int
	}{
		"the interface is newer": {estate, l().idle("eni-0c", begin+24*3600), doubt, 1},
		"nothing of it was read": {estate, l(), doubt, 1},
		"it is as old":           {estate, l().idle("eni-0c", begin), "sg-db in tcp/5432 sg-app: unused", 0},
		"a rule for the address, and the interface is newer":     {estate + "sg-db2 db2\n in tcp/5432 10.0.0.8/32\neni-0a sg-db,sg-db2 10.0.0.5\n", l().idle("eni-0c", begin+24*3600), "sg-db in tcp/5432 sg-app: not-known", 0},
		"a rule for the address, and no record of the interface": {estate + "sg-db2 db2\n in tcp/5432 10.0.0.8/32\neni-0a sg-db,sg-db2 10.0.0.5\n", l(), "sg-db in tcp/5432 sg-app: unused", 0},
		"another interface is gone":                              {strings.Replace(estate, "eni-0a sg-db 10.0.0.5", "eni-0a sg-db 10.0.0.7", 1), new(logs).covered(2, "eni-0a", "eni-0b").in("eni-0f", "10.0.0.5", "10.0.0.8", 5432, true).idle("eni-0c", begin+24*3600), "sg-db in tcp/5432 sg-app: not-known (interface eni-0f is not in the inventory", 0},
	} {
		s := c.l.summary(t)
		if strings.Contains(c.estate, "sg-db2") {
			c.estate = strings.Replace(c.estate, "eni-0a sg-db 10.0.0.5\n", "", 1)
		}
		before := account(c.estate)
		if got := verdicts(usage.Judge(before, s, usage.Options{}), true); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nwant %s", what, got, c.want)
		}
		cuts, _ := usage.Replay(before, account(strings.Replace(c.estate, " in tcp/5432 sg-app\n", "", 1)), s)
		if len(cuts) != c.cuts {
			t.Errorf("%s: %d cuts, want %d: %+v", what, len(cuts), c.cuts, cuts)
		}
	}
}

// idle adds the record of an interval without traffic.
func (l *logs) idle(e string, start int64) *logs {
	fmt.Fprintf(l, "123456789012 %s - - - - - - - - - - %d %d NODATA\n", e, start, start+600)
	return l
}

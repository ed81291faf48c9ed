package drift

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks" // declares the checks
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

const network = `vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24
igw-1 vpc vpc-1
rtb-1 main
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
`

func snapshot(text string, taken time.Time) *inventory.Snapshot {
	return &inventory.Snapshot{TakenAt: taken, Inventory: notation.MustParse(network + text).Inventory}
}

// TestCompare: a rule, the way that it opens and its finding come together, and
// go together in the other direction.
func TestCompare(t *testing.T) {
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	shut := snapshot("sg-1 web\n  in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n", day)
	open := snapshot("sg-1 web\n  in tcp/443 0.0.0.0/0\n  in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n", day)
	for _, c := range []struct {
		name, change string
		old, now     *inventory.Snapshot
		came, went   int
	}{
		{"opened", inventory.Added, shut, open, 1, 0},
		{"closed", inventory.Removed, open, shut, 0, 1},
	} {
		d := Compare(c.old, c.now, audit.Options{Settings: audit.Defaults(), Only: []string{"admin-port-open-to-internet"}})
		if len(d.Changes) != 1 || d.Changes[0].Change != c.change || d.Changes[0].Rule != "in tcp/22 0.0.0.0/0" {
			t.Errorf("%s: changes %+v", c.name, d.Changes)
		}
		if len(d.Reach) != 1 || d.Reach[0].Change != c.change || d.Reach[0].Interface != "eni-1" || d.Reach[0].Text != "tcp/22 from the internet (IPv4)" {
			t.Errorf("%s: ways %+v", c.name, d.Reach)
		}
		if len(d.New) != c.came || len(d.Fixed) != c.went || len(d.Unknown) > 0 {
			t.Errorf("%s: findings %d new, %d fixed, %d unknown", c.name, len(d.New), len(d.Fixed), len(d.Unknown))
		}
	}
	if text := Compare(open, open, audit.Options{Settings: audit.Defaults()}).Text(); text != "Nothing changed.\n" {
		t.Errorf("a snapshot and itself: %s", text)
	}
}

// TestRulesAreSaidInWords: a rule that came or went is written as everywhere else, with the
// name of the group in it.
func TestRulesAreSaidInWords(t *testing.T) {
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	d := Compare(snapshot("sg-1 web\nsg-2 db\n", day), snapshot("sg-1 web\n  in tcp/22 sg-2\n  out all 10.0.0.0/8\nsg-2 db\n", day), audit.Options{Settings: audit.Defaults()})
	var got []string
	for _, l := range d.Lines() {
		if l.Heading == "Changed" {
			got = append(got, l.Text)
		}
	}
	if want := []string{"web (sg-1): tcp/22 from db (sg-2)", "web (sg-1): all traffic to 10.0.0.0/8"}; !slices.Equal(got, want) {
		t.Errorf("changed: %q, want %q", got, want)
	}
}

// TestEachIsJudgedByItsDay: a rule that says until when it is needed has
// expired in the second snapshot alone.
func TestEachIsJudgedByItsDay(t *testing.T) {
	const rule = "sg-1 web\n  in tcp/443 203.0.113.0/24 \"until 2030-06-30\"\n"
	d := Compare(snapshot(rule, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)), snapshot(rule, time.Date(2031, 1, 1, 0, 0, 0, 0, time.UTC)),
		audit.Options{Settings: audit.Defaults(), Only: []string{"expired-rule"}})
	if len(d.New) != 1 || len(d.Changes) != 0 {
		t.Errorf("new %+v, changes %+v", d.New, d.Changes)
	}
}

// TestTextsAreShown: a name in Markdown begins no line and no mark.
func TestTextsAreShown(t *testing.T) {
	d := &Drift{Changes: []inventory.Change{{AccountID: "1", Region: "eu-west-1", ID: "sg-1\n# x", Change: inventory.Added}}}
	for name, text := range map[string]string{"text": d.Text(), "Markdown": d.Markdown()} {
		if strings.Contains(text, "\n# x") {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// TestNarrowedWayOpensNothing: an address that got in before through a wider rule, or on a
// wider range of ports, is not newly reachable, and what is left of a way is not closed.
func TestNarrowedWayOpensNothing(t *testing.T) {
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	with := func(rules ...string) *inventory.Snapshot {
		return snapshot("sg-1 web\n  "+strings.Join(rules, "\n  ")+"\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n", day)
	}
	for _, c := range []struct {
		name     string
		old, now []string
		want     string
	}{
		{"the block of an office", []string{"in tcp/22 0.0.0.0/0"}, []string{"in tcp/22 52.1.2.0/24"}, "removed tcp/22 from the internet (IPv4) except 52.1.2.0/24"},
		{"wider again", []string{"in tcp/22 52.1.2.0/24"}, []string{"in tcp/22 0.0.0.0/0"}, "added tcp/22 from the internet (IPv4) except 52.1.2.0/24"},
		{"a part of a block", []string{"in tcp/22 52.1.2.0/24"}, []string{"in tcp/22 52.1.2.0/25"}, "removed tcp/22 from 52.1.2.128/25"},
		{"one port of a range", []string{"in tcp/20-25 0.0.0.0/0"}, []string{"in tcp/22 0.0.0.0/0"}, "removed tcp/20-21, tcp/23-25 from the internet (IPv4)"},
		{"a port of all traffic", []string{"in all 0.0.0.0/0"}, []string{"in icmp/8/0 0.0.0.0/0", "in tcp/443 0.0.0.0/0"}, "removed tcp/0-442, tcp/444-65535, udp/all from the internet (IPv4)"},
		{"two rules that say what one said", []string{"in tcp/22 52.1.2.0/24"}, []string{"in tcp/22 52.1.2.0/25", "in tcp/22 52.1.2.128/25"}, ""},
		{"another protocol", []string{"in tcp/53 0.0.0.0/0"}, []string{"in udp/53 0.0.0.0/0"}, "added udp/53 from the internet (IPv4); removed tcp/53 from the internet (IPv4)"},
	} {
		var ways []string
		for _, w := range Compare(with(c.old...), with(c.now...), audit.Options{Settings: audit.Defaults()}).Reach {
			ways = append(ways, w.Change+" "+w.Text)
		}
		if got := strings.Join(ways, "; "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

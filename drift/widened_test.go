package drift

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestWidened: a finding with a rule that opens another interface than before counts as brought,
// though it was there before with the same severity.
func TestWidened(t *testing.T) {
	const (
		groups  = "sg-1 web\n  in tcp/22 0.0.0.0/0\nsg-2 db\n  in tcp/5432 sg-1\n"
		one     = "eni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n"
		another = "eni-2 sg-1 10.0.0.11 public 198.51.100.8 subnet subnet-1\n"
		shut    = "eni-2 sg-2 10.0.0.11 public 198.51.100.8 subnet subnet-1\n"
	)
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, old, now string
		planned        string // an interface of which it is not known whether it has a public address
		want           string
	}{
		{"the group is attached to another", one + shut, one + another, "", "eni-2"},
		{"another is created", one, one + another, "", "eni-2"},
		{"another one instead", one + shut, strings.Replace(one, "sg-1", "sg-2", 1) + another, "", "eni-2"},
		{"one gets a public address", one + strings.Replace(another, " public 198.51.100.8", "", 1), one + another, "", "eni-2"},
		{"another may be reached", one, one + strings.Replace(another, " public 198.51.100.8", "", 1), "eni-2", "eni-2"},
		{"another has no public address", one, one + strings.Replace(another, " public 198.51.100.8", "", 1), "", ""},
		{"one is replaced", one, another, "", ""},
		{"one of two is left", one + another, one, "", ""},
		{"the other group", one + shut, one + shut + "eni-3 sg-2 10.0.0.12 public 198.51.100.9 subnet subnet-1\n", "", ""},
	} {
		old, now := snapshot(groups+c.old, day), snapshot(groups+c.now, day)
		for i := range now.Inventory.Regions[0].Interfaces {
			if e := &now.Inventory.Regions[0].Interfaces[i]; e.ID == c.planned {
				e.Planned = inventory.PlannedUnsure
			}
		}
		d := Compare(old, now, audit.Options{Settings: audit.Defaults(), Only: []string{"admin-port-open-to-internet"}})
		if len(d.New)+len(d.Raised) > 0 || len(d.open) != 1 {
			t.Fatalf("%s: %d new, %d raised, %d open", c.name, len(d.New), len(d.Raised), len(d.open))
		}
		var got []string
		for _, w := range d.Widened {
			got = append(got, w.Interfaces...)
		}
		if strings.Join(got, " ") != c.want || d.Reaches(findings.High, true) != (c.want != "") {
			t.Errorf("%s: %q, want %q; brought: %v", c.name, got, c.want, d.Reaches(findings.High, true))
		}
		if said := slices.ContainsFunc(d.Lines(), func(l Line) bool {
			return strings.HasPrefix(l.Heading, "Findings with a rule that opens") && strings.Contains(l.Text, "; now also of ") && strings.Contains(l.Text, c.want)
		}); said != (c.want != "") {
			t.Errorf("%s: said: %v", c.name, said)
		}
	}
}

// TestAccepted: a finding that the configuration accepts is not new, and does not count. One
// that is accepted no more, because the group has another name, is new.
func TestAccepted(t *testing.T) {
	day := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	const (
		shut = "sg-1 web\n  in tcp/443 0.0.0.0/0\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n"
		open = "sg-1 web\n  in tcp/22 0.0.0.0/0\neni-1 sg-1 10.0.0.10 public 198.51.100.7 subnet subnet-1\n"
		more = open + "eni-2 sg-1 10.0.0.11 public 198.51.100.8 subnet subnet-1\n"
	)
	for _, c := range []struct {
		name, old, now string
		accepted       int
		fresh          int
	}{
		{"new", shut, open, 1, 0},
		{"there before", open, open, 0, 0},
		{"opens more", open, more, 1, 0},
		{"fixed", open, shut, 0, 0},
		{"accepted no more", open, strings.Replace(open, "sg-1 web", "sg-1 site", 1), 0, 1},
	} {
		d := Compare(snapshot(c.old, day), snapshot(c.now, day), audit.Options{Settings: audit.Defaults(), Only: []string{"admin-port-open-to-internet"}},
			findings.Exception{Reason: "test", Check: "admin-port-open-to-internet", Group: "web"})
		if len(d.Accepted) != c.accepted || len(d.New) != c.fresh || len(d.Widened)+len(d.Raised) > 0 || d.Reaches(findings.Low, true) != (c.fresh > 0) {
			t.Errorf("%s: accepted %d, new %d, widened %d, raised %d", c.name, len(d.Accepted), len(d.New), len(d.Widened), len(d.Raised))
		}
	}
}

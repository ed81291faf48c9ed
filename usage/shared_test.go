package usage_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// A rule that is shared only names the rules that allow all of its connections, each or
// together, and a narrower rule that another rule makes needless is named too.
func TestSharedRulesAreNamed(t *testing.T) {
	const end = "eni-0a sg-web,sg-more 10.0.0.5\neni-0b sg-app 10.0.0.6\nsg-app app\nfl-1 vpc-1 ALL\n"
	for what, c := range map[string]struct {
		estate  string
		remotes []string
		want    map[string]string // by rule
	}{
		"one of two": {
			"sg-web web\n in tcp/22 sg-app id sgr-1\n in tcp/22 10.0.0.0/24 id sgr-2\nsg-more more\n",
			[]string{"10.0.0.6"},
			map[string]string{
				"tcp/22 from sg-app":      "rule tcp/22 from 10.0.0.0/24 (sgr-2) allows all of its connections too: keep at least one of these rules",
				"tcp/22 from 10.0.0.0/24": "rule tcp/22 from app (sg-app) (sgr-1) allows all of its connections too: keep at least one of these rules",
			},
		},
		"of another group, one that is needed": {
			"sg-web web\n in tcp/22 10.0.0.6/32\nsg-more more\n in tcp/22 10.0.0.0/24\n",
			[]string{"10.0.0.6", "10.0.0.9"},
			map[string]string{"tcp/22 from 10.0.0.6/32": "rule tcp/22 from 10.0.0.0/24 of more (sg-more) allows all of its connections too, and others that no other rule allows"},
		},
		"several together": {
			"sg-web web\n in tcp/22 10.0.0.0/24\n in tcp/22 10.0.0.6/32\n in tcp/20-22 10.0.0.9/32\nsg-more more\n",
			[]string{"10.0.0.6", "10.0.0.9"},
			map[string]string{"tcp/22 from 10.0.0.0/24": "rules tcp/20-22 from 10.0.0.9/32, tcp/22 from 10.0.0.6/32 together allow all of its connections too: keep them, or this rule"},
		},
		"a narrower rule that is there": {
			"sg-web web\n in tcp/22 10.0.0.0/24\n in tcp/22 sg-app\nsg-more more\n",
			[]string{"10.0.0.6", "10.0.0.9"},
			map[string]string{"tcp/22 from 10.0.0.0/24": "narrower rule tcp/22 from 10.0.0.6/32 repeats what rule tcp/22 from app (sg-app) allows already: it can be left out as long as that rule stays"},
		},
	} {
		l := new(logs).covered(1, "eni-0a", "eni-0b")
		for _, remote := range c.remotes {
			l.in("eni-0a", "10.0.0.5", remote, 22, true)
		}
		r := judge(t, c.estate+end, l, usage.Options{})
		for i := range r.Rules {
			u := &r.Rules[i]
			if want, named := c.want[usage.Text(u.Rule)]; named && strings.Join(u.Reasons, "; ") != want {
				t.Errorf("%s: %s is %s: %q, want %q", what, u, u.Verdict, u.Reasons, want)
			}
		}
	}
}

// A narrower rule does not repeat what a rule of a group allows that another interface lacks.
func TestNarrowerRulesOfAllInterfaces(t *testing.T) {
	l := new(logs).covered(1, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "10.0.0.8", 22, true).in("eni-0b", "10.0.0.6", "10.0.0.8", 22, true)
	r := judge(t, "sg-web web\n in tcp/22 10.0.0.0/24\nsg-more more\n in tcp/22 10.0.0.8/32\neni-0a sg-web,sg-more 10.0.0.5\neni-0b sg-web 10.0.0.6\nfl-1 vpc-1 ALL\n", l, usage.Options{})
	for i := range r.Rules {
		if u := &r.Rules[i]; u.Group.ID == "sg-web" && (u.Narrow == nil || len(u.Reasons) > 0) {
			t.Errorf("%s: narrower %v, reasons %q", u, u.Narrow, u.Reasons)
		}
	}
}

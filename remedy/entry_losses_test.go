package remedy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/remedy"
)

// publicSubnet is a VPC with a subnet that the internet reaches.
const publicSubnet = `vpc-1 10.0.0.0/16
igw-1 vpc vpc-1
subnet-1 10.0.0.0/24 vpc vpc-1
acl-1 vpc vpc-1 default subnet subnet-1
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
rtb-1 main vpc vpc-1
  route 10.0.0.0/16 local
  route 0.0.0.0/0 igw-1
`

// TestRevocationsSayWhatTheyLeave plans revocations, and reads above each command what
// the other rules of the group still allow, and who loses access by that step.
func TestRevocationsSayWhatTheyLeave(t *testing.T) {
	const network = publicSubnet + `sg-bastion gate vpc vpc-1
  out tcp/22 10.0.0.0/16 id sgr-9
sg-client client vpc vpc-1
  out tcp/22 10.0.0.0/16 id sgr-8
eni-2 sg-bastion 10.0.0.5 vpc vpc-1 subnet subnet-1 instance i-2
eni-3 sg-client 10.0.0.6 vpc vpc-1 subnet subnet-1 instance i-3
`
	for name, c := range map[string]struct {
		account string
		want    []string
	}{
		"another rule stays": {`sg-web web vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-1
  in tcp/22 sg-bastion id sgr-2
  out all 0.0.0.0/0
eni-1 sg-web 10.0.0.4 public 198.51.100.4 vpc vpc-1 subnet subnet-1 instance i-1
`, []string{"web (sg-web) still allows tcp/22 from gate (sg-bastion).", "1 pair of interfaces of the account loses access by this step, and clients on the internet do too"}},
		"no rule stays": {`sg-web web vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-1
eni-1 sg-web 10.0.0.4 vpc vpc-1 subnet subnet-1 instance i-1
`, []string{"No other rule of web (sg-web) allows tcp/22.", "2 pairs of interfaces of the account lose access by this step"}},
		"another group allows the same": {`sg-web web vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-1
sg-too too vpc vpc-1
  in tcp/22 0.0.0.0/0
eni-1 sg-web,sg-too 10.0.0.4 public 198.51.100.4 vpc vpc-1 subnet subnet-1 instance i-1
`, []string{"No other rule of web (sg-web) allows tcp/22.", "no pair of interfaces of the account loses access by this step"}},
		"another group of the plan": {`sg-web web vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-1
sg-other other vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-2
eni-1 sg-web 10.0.0.4 vpc vpc-1 subnet subnet-1 instance i-1
eni-4 sg-other 10.0.0.7 vpc vpc-1 subnet subnet-1 instance i-4
`, []string{"No other rule of web (sg-web) allows tcp/22.", "2 pairs of interfaces of the account lose access by this step"}},
		"nobody in the account": {`sg-web web vpc vpc-1
  in tcp/23 0.0.0.0/0 id sgr-1
eni-1 sg-web 10.0.0.4 public 198.51.100.4 vpc vpc-1 subnet subnet-1 instance i-1
`, []string{"No other rule of web (sg-web) allows tcp/23.", "clients on the internet lose access by this step, and no pair of interfaces of the account does"}},
	} {
		inv := notation.MustParse(network + c.account).Inventory
		_, plan := planOf(t, inv, judgeBy(audit.Defaults()))
		text := script(t, plan)
		above, _, found := strings.Cut(text, "step 'web (sg-web)' revoke")
		if !found {
			t.Fatalf("%s: the plan does not revoke the rule:\n%s", name, text)
		}
		for _, want := range c.want {
			if !strings.Contains(above, want) || !strings.Contains(above, want+"\n") && !strings.HasSuffix(want, ".") {
				t.Errorf("%s: no %q above the command:\n%s", name, want, above[strings.Index(above, "plan() {"):])
			}
		}
		written, err := plan.Documents()[0].Markdown()
		if err != nil {
			t.Fatal(err)
		}
		if said := c.want[len(c.want)-1]; !strings.Contains(written, "  - "+said+"\n") {
			t.Errorf("%s: Markdown does not say %q:\n%s", name, said, written)
		}
	}
}

// TestTheFixStandsOnce plans for two rules that open a port together: the fix and its notes
// stand above the first command of the group, and who loses access above each.
func TestTheFixStandsOnce(t *testing.T) {
	const account = publicSubnet + `sg-a a vpc vpc-1
  in tcp/22 0.0.0.0/1 id sgr-1
  in tcp/22 128.0.0.0/1 id sgr-2
sg-b b vpc vpc-1
  in tcp/22 0.0.0.0/0 id sgr-3
eni-1 sg-a 10.0.0.4 public 198.51.100.4 vpc vpc-1 subnet subnet-1 instance i-1
eni-2 sg-b 10.0.0.5 public 198.51.100.5 vpc vpc-1 subnet subnet-1 instance i-2
`
	_, plan := planOf(t, notation.MustParse(account).Inventory, judgeBy(audit.Defaults()))
	text := script(t, plan)
	text = text[strings.Index(text, "\nplan() {"):strings.Index(text, "\nundo() {")]
	for said, want := range map[string]int{
		"#     fix: ":                           2, // of a, and of b
		"#     note: open connections continue": 2,
		"by this step":                          3, // of each rule
		"aws ec2 revoke-security-group-":        3,
	} {
		if n := strings.Count(text, said); n != want {
			t.Errorf("%q stands %d times, want %d:\n%s", said, n, want, text)
		}
	}
}

// TestShutsOut: clients on the internet lose access where they can connect by the rule
// today, and no other rule of the interface allows the same.
func TestShutsOut(t *testing.T) {
	const network = publicSubnet +
		"sg-web web vpc vpc-1\n  in tcp/22 0.0.0.0/0 id sgr-1\n  out all 0.0.0.0/0\nsg-too too vpc vpc-1\n  in tcp/20-30 0.0.0.0/0 id sgr-2\n"
	for interfaces, want := range map[string]bool{
		"eni-1 sg-web 10.0.0.4 public 198.51.100.4 vpc vpc-1 subnet subnet-1\n":        true,
		"eni-1 sg-web,sg-too 10.0.0.4 public 198.51.100.4 vpc vpc-1 subnet subnet-1\n": false,
		"eni-1 sg-web 10.0.0.4 vpc vpc-1 subnet subnet-1\n":                            false,
	} {
		inv := notation.MustParse(network + interfaces).Inventory
		report := judgeBy(audit.Defaults())(inv)
		i := slices.IndexFunc(report.Findings, func(f findings.Finding) bool {
			return f.Check == "admin-port-open-to-internet" && f.GroupID == "sg-web"
		})
		if is := remedy.ShutsOut(inv, &report.Findings[i]); is != want {
			t.Errorf("%s%t, want %t", interfaces, is, want)
		}
		if is := remedy.ShutsOut(nil, &report.Findings[i]); is != strings.Contains(interfaces, "public") {
			t.Errorf("%sof a report: %t", interfaces, is)
		}
	}
}

package simulate

import (
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks" // declares the checks
	"github.com/sgaudit/sgaudit/change"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

const estate = `account 123456789012
region eu-west-1
vpc-1 10.0.0.0/16
subnet-1 10.0.0.0/24
sg-1 web
  in tcp/22 0.0.0.0/0
  in tcp/443 sg-2
sg-2 clients
  out all 0.0.0.0/0
eni-1 sg-1 10.0.0.10 subnet subnet-1
eni-2 sg-2 10.0.0.11 subnet subnet-1
`

func run(t *testing.T, script string) (*Simulation, *inventory.Snapshot, error) {
	t.Helper()
	lines, err := change.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	read := &inventory.Snapshot{TakenAt: time.Now(), Inventory: notation.MustParse(estate).Inventory}
	s, err := Run(read, lines, audit.Options{Settings: audit.Defaults(), Only: []string{"admin-port-open-to-internet"}})
	return s, read, err
}

// TestRun: who loses access is said, a finding is fixed, and the inventory that was
// given stays as it is.
func TestRun(t *testing.T) {
	const revoke = "aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-1 --ip-permissions "
	s, read, err := run(t, revoke+`'[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'`+"\n"+
		revoke+`'[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"UserIdGroupPairs":[{"GroupId":"sg-2"}]}]'`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	if s.Steps != 2 || len(s.Fixed) != 1 || len(s.New) != 0 {
		t.Errorf("%d steps, %d fixed, %d new", s.Steps, len(s.Fixed), len(s.New))
	}
	lost := map[string]bool{}
	for _, p := range s.Lost {
		lost[p.From+" "+p.To+" "+p.Traffic] = true
	}
	if !lost["eni-2 eni-1 tcp/443"] || len(s.Gained) != 0 {
		t.Errorf("lost %v, gained %v", s.Lost, s.Gained)
	}
	if !strings.Contains(s.Text(), "eni-2 to eni-1 by tcp/443") {
		t.Error(s.Text())
	}
	if n := len(read.Inventory.Regions[0].Groups[0].Rules); n != 2 {
		t.Errorf("the inventory that was given has %d rules now", n)
	}
}

// TestPlanThatFails: a rule that is not there cannot be revoked.
func TestPlanThatFails(t *testing.T) {
	s, _, err := run(t, `aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id sg-1 --ip-permissions '[{"IpProtocol":"tcp","FromPort":23,"ToPort":23,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'`+"\n")
	if err == nil {
		t.Errorf("it was simulated: %+v", s)
	}
}

package remedy

import (
	"slices"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	_ "github.com/sgaudit/sgaudit/audit/checks"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/reach"
)

// TestProofWeighsUnknown holds a proof to the order of verdicts: a pair that
// could talk, or of which it is unknown whether it could, is lost where it
// cannot any more.
func TestProofWeighsUnknown(t *testing.T) {
	const estate = `
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24
subnet-2 10.0.2.0/24
rtb-1 main
  route 10.0.0.0/16 local
acl-1 vpc vpc-1 subnet subnet-1 subnet subnet-2
  in 100 allow all 0.0.0.0/0
  out 100 allow all 0.0.0.0/0
sg-1 server
  in tcp/443 10.0.1.0/24
sg-2 client
  out all 0.0.0.0/0
eni-1 sg-1 10.0.2.10 subnet subnet-2
eni-2 sg-2 10.0.1.10 subnet subnet-1
`
	for _, c := range []struct {
		name, estate string
		was          reach.Verdict
	}{
		{"could talk", estate, reach.Reachable},
		{"unknown, without the network ACLs", estate + "unread network-acls denied\n", reach.Unknown},
	} {
		r := notation.MustParse(c.estate).Inventory.Regions[0]
		n := reach.New(r)
		server, client := &r.Interfaces[0], &r.Interfaces[1]
		traffic := inventory.Ports(inventory.TCP, 443, 443)
		if was := n.Verdict(client, server, traffic); was != c.was {
			t.Fatalf("%s: the verdict before is %s, want %s", c.name, was, c.was)
		}
		closed := r.Groups[0]
		closed.Rules = nil
		r1 := &Replacement{Covered: []*inventory.Interface{client}, few: []*inventory.Interface{client}}
		if p := prove(n, &later{Analyzer: n.With(&closed)}, r1, []*inventory.Interface{server}, traffic); len(p.Lost) != 1 {
			t.Errorf("%s: lost %v after the rule is revoked, want the pair", c.name, p.Lost)
		}
		same := r.Groups[0]
		if p := prove(n, &later{Analyzer: n.With(&same)}, r1, []*inventory.Interface{server}, traffic); len(p.Lost) != 0 {
			t.Errorf("%s: lost %v where nothing changes", c.name, p.Lost)
		}
	}
}

// TestProofAddsUp: every address of a range is in one of the numbers of its proof, that
// of a NAT gateway too, and every pair was compared.
func TestProofAddsUp(t *testing.T) {
	inv := notation.MustParse(`
vpc-1 10.0.0.0/16
subnet-1 10.0.1.0/24
rtb-1 main
  route 10.0.0.0/16 local
sg-1 server
  in tcp/443 10.0.1.0/28 id sgr-1
sg-2 client
  out all 0.0.0.0/0
sg-3 silent
eni-1 sg-1 10.0.1.100 subnet subnet-1
eni-2 sg-2 10.0.1.4 subnet subnet-1
eni-3 sg-3 10.0.1.5 subnet subnet-1
eni-4 - 10.0.1.6 subnet subnet-1 type nat_gateway managed description "Interface for NAT Gateway nat-1"
`).Inventory
	run := audit.Run(inv, audit.Options{Settings: audit.Defaults(), Only: []string{"ip-source-should-be-group"}})
	Attach(inv, run.Report, run.Proposals, inventory.DefaultRulesPerGroup)
	if len(run.Findings) != 1 {
		t.Fatalf("%d findings, want 1", len(run.Findings))
	}
	for _, want := range []string{
		"covered: 2 interfaces: eni-2 and eni-3",
		"needs no access: NAT gateway nat-1 (eni-4), which opens no connections to interfaces of the VPC",
		"no longer allowed: 13 addresses of 10.0.1.0/28 that no interface has; interfaces have the other 3 of its 16 addresses",
		"checked: all 2 pairs (2 interfaces in the range, 1 interface with the group) were compared before and after: the one that could connect on tcp/443 still can; 1 could not connect before",
	} {
		if !slices.Contains(run.Findings[0].Fix.Proof, want) {
			t.Errorf("the proof does not say %q:\n%s", want, strings.Join(run.Findings[0].Fix.Proof, "\n"))
		}
	}
}

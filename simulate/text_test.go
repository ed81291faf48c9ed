package simulate

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/drift"
)

// TestTotalsClaimNoMoreThanIsKnown holds that nothing is said to gain access where not
// every pair was compared.
func TestTotalsClaimNoMoreThanIsKnown(t *testing.T) {
	s := Simulation{Drift: &drift.Drift{}, Asked: 2, Lost: []Pair{{}}}
	const claim = "no pair of interfaces gains access"
	if text := s.totals(); !strings.Contains(text, "1 pair of interfaces loses access; "+claim) {
		t.Error(text)
	}
	for _, change := range []func(*Simulation){
		func(s *Simulation) { s.Unsure = 1 },
		func(s *Simulation) { s.Cut = true },
		func(s *Simulation) { s.NotRead = []string{"1 eu-west-1"} },
	} {
		unsure := s
		change(&unsure)
		if text := unsure.totals(); strings.Contains(text, claim) || !strings.Contains(text, "1 pair of interfaces loses access") {
			t.Error(text)
		}
	}
}

// TestCountsExplainEachOther: the head says how many rules the steps add and revoke, which
// together are the rules that changed, and the totals say which findings stay.
func TestCountsExplainEachOther(t *testing.T) {
	const group = " --region eu-west-1 --group-id sg-1 --ip-permissions "
	s, _, err := run(t, "aws ec2 authorize-security-group-ingress"+group+`'[{"IpProtocol":"tcp","FromPort":23,"ToPort":23,"IpRanges":[{"CidrIp":"0.0.0.0/0"},{"CidrIp":"192.0.2.0/24"}]}]'`+"\n"+
		"aws ec2 revoke-security-group-ingress"+group+`'[{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]'`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{s.Text(), s.Markdown()} {
		for _, want := range []string{"2 steps carried out on a copy: 2 rules added, 1 revoked; nothing was changed.", "1 finding before, 1 after: 0 critical, 0 high, 1 medium, 0 low, 0 info; 3 rules changed"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q:\n%s", want, text)
			}
		}
	}
}

// TestNothingComparedIsSaid: where no pair of interfaces uses what changes, the text says
// so, and does not count pairs.
func TestNothingComparedIsSaid(t *testing.T) {
	s := Simulation{Drift: &drift.Drift{}}
	const none, counted = "no pair of interfaces uses the rules and groups that change.", "compared before and after"
	if text := s.Text(); !strings.Contains(text, none) || strings.Contains(text, counted) {
		t.Error(text)
	}
	s.Asked = 2
	if text := s.Text(); strings.Contains(text, none) || !strings.Contains(text, "2 pairs "+counted) {
		t.Error(text)
	}
	s.Asked, s.NotRead = 0, []string{"eu-west-1"}
	if text := s.Text(); strings.Contains(text, none) || strings.Contains(text, counted) {
		t.Error(text)
	}
}

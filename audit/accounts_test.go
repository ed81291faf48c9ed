package audit_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// about returns the finding of a check about a group of an account.
func about(r *audit.Result, check, account, group string) *findings.Finding {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Check == check && f.AccountID == account && f.GroupID == group {
			return f
		}
	}
	return nil
}

const (
	owner       = "account 111122223333 shop\nregion eu-west-1\nvpc-1 10.0.0.0/16\nsg-1 web vpc vpc-1\n in tcp/443 10.0.0.0/8\n"
	peered      = "vpc-9 10.9.0.0/16 owner 444455556666\npcx-1 active requester 111122223333 eu-west-1 vpc-1 10.0.0.0/16 accepter 444455556666 eu-west-1 vpc-9 10.9.0.0/16\n"
	participant = "eni-7 sg-77 10.0.0.9 vpc vpc-1 owner 444455556666\n"
	// The other account, which references the group by one that is in use.
	user = "account 444455556666 team\nregion eu-west-1\nsg-77 jobs vpc vpc-9\n out tcp/443 sg-1 account 111122223333\neni-7 sg-77 10.9.0.9 vpc vpc-9\n"
	// The same without a reference.
	bystander = "account 444455556666 team\nregion eu-west-1\nsg-77 jobs vpc vpc-9\neni-7 sg-77 10.9.0.9 vpc vpc-9\n"
)

// A group that another account may use is called unused only where that account was
// read and does not use it.
func TestUsersInOtherAccounts(t *testing.T) {
	for name, c := range map[string]struct {
		estate  string
		want    findings.Severity
		message string // empty: no finding is reported
	}{
		"nobody else":                     {owner, findings.Low, "no group in use references it"},
		"peered, not read":                {owner + peered, findings.Info, "account 444455556666, which was not read, has VPC vpc-9, which is peered (pcx-1) and may reference it"},
		"peered, read, references it":     {owner + peered + user, findings.Low, ""},
		"peered, read, does not":          {owner + peered + bystander, findings.Low, "no group in use references it"},
		"peered, groups denied":           {owner + peered + bystander + "unread groups denied\n", findings.Info, "account 444455556666, which was not read"},
		"peered in another region":        {owner + strings.ReplaceAll(peered, "accepter 444455556666 eu-west-1", "accepter 444455556666 eu-west-2"), findings.Low, "no group in use references it"},
		"peering deleted":                 {owner + strings.ReplaceAll(peered, "active", "deleted"), findings.Low, "no group in use references it"},
		"participant, not read":           {owner + participant, findings.Info, "account 444455556666, which was not read, has network interfaces in VPC vpc-1 and may reference it"},
		"participant, references it":      {owner + participant + user, findings.Low, ""},
		"participant with it attached":    {owner + "account 444455556666\nregion eu-west-1\neni-7 sg-1 10.0.0.9 vpc vpc-1\n", findings.Low, ""},
		"participant, read, does not":     {owner + participant + bystander, findings.Low, "no group in use references it"},
		"in a VPC of another account":     {strings.ReplaceAll(owner, "10.0.0.0/16\n", "10.0.0.0/16 owner 444455556666\n"), findings.Info, "account 444455556666, which was not read, owns VPC vpc-1"},
		"referenced by such a group":      {"account 111122223333\nregion eu-west-1\nsg-2 door vpc vpc-5\n in tcp/1 sg-1\n" + owner[strings.Index(owner, "vpc-1"):] + "vpc-5 10.5.0.0/16 owner 444455556666\n", findings.Info, "door (sg-2) references it, and an account that was not read may use that group"},
		"peerings denied, all read":       {owner + "unread peerings denied\n" + bystander, findings.Low, "no group in use references it"},
		"peerings denied, another unread": {owner + "unread peerings denied\n" + bystander + "unread groups denied\n", findings.Info, "account 444455556666, which was not read, may reference it: which VPCs are peered with VPC vpc-1 is not known"},
		"VPCs denied, another unread":     {strings.Replace(owner, "vpc-1 10.0.0.0/16\n", "", 1) + "unread vpcs denied\n" + bystander + "unread groups denied\n", findings.Info, "account 444455556666, which was not read, may reference it: which account shares VPC vpc-1 is not known"},
		"read, another unread":            {owner + bystander + "unread groups denied\n", findings.Low, "no group in use references it"},
		"peerings of the owner denied": {"account 111122223333 shop\nregion eu-west-1\nvpc-1 10.0.0.0/16 owner 777788889999\nsg-1 web vpc vpc-1\n in tcp/443 10.0.0.0/8\n" +
			"account 777788889999 network\nregion eu-west-1\nvpc-1 10.0.0.0/16\nunread peerings denied\n" + bystander + "unread groups denied\n", findings.Info, "which VPCs are peered with VPC vpc-1 is not known"},
		"subnet of an account that was not read": {strings.Replace(owner, "vpc-1 10.0.0.0/16\n", "", 1) + "subnet-1 10.0.0.0/24 vpc vpc-1 owner 444455556666\nunread vpcs denied\n", findings.Info, "account 444455556666, which was not read, owns subnets of VPC vpc-1"},
		"another region of the reader":           {owner + peered + strings.ReplaceAll(bystander, "eu-west-1", "us-east-1"), findings.Info, "account 444455556666, which was not read"},
	} {
		t.Run(name, func(t *testing.T) {
			f := about(audit.Run(notation.MustParse(c.estate).Inventory, audit.Options{}), "unused-group", "111122223333", "sg-1")
			switch {
			case f == nil && c.message == "":
			case f == nil || c.message == "":
				t.Errorf("%+v", f)
			case f.Severity != c.want || !strings.Contains(f.Message, c.message):
				t.Errorf("%s: %s, want %s with %q", f.Severity, f.Message, c.want, c.message)
			case (len(f.Unused.HeldBy) > 0) != (c.want == findings.Info):
				t.Errorf("held by %q", f.Unused.HeldBy)
			}
		})
	}
}

// Groups of another account have their names where that account was read, and are
// not visible where it was not.
func TestGroupsOfPeeredAccounts(t *testing.T) {
	const rule = "sg-3 db vpc vpc-1\n in tcp/3306 10.9.0.0/24\n in tcp/5432 sg-77 account 444455556666 vpc vpc-9 peering pcx-1 status active\n"
	alone := audit.Run(notation.MustParse(owner+peered+rule).Inventory, audit.Options{})
	if f := about(alone, "peer-range-should-be-group", "111122223333", "sg-3"); f == nil || !strings.Contains(f.Message, "not visible from here, because account 444455556666 was not read") {
		t.Errorf("%+v", f)
	}
	if f := about(alone, "cross-account-reference", "111122223333", "sg-3"); f != nil {
		t.Errorf("the owner of a VPC that is known is unknown: %s", f.Message)
	}
	both := audit.Run(notation.MustParse(owner+peered+rule+bystander).Inventory, audit.Options{})
	if f := about(both, "peer-range-should-be-group", "111122223333", "sg-3"); f == nil || !strings.Contains(f.Message, "such as jobs (sg-77) of account 444455556666") {
		t.Errorf("%+v", f)
	}
	if f := about(both, "cross-account-reference", "111122223333", "sg-3"); f != nil {
		t.Errorf("an account of the run is unknown: %s", f.Message)
	}
	pods := strings.Replace(bystander, "10.9.0.9", "10.9.7.9 10.9.0.16/28", 1)
	delegated := audit.Run(notation.MustParse(owner+peered+strings.Replace(rule, "10.9.0.0/24", "10.9.0.20/32", 1)+pods).Inventory, audit.Options{})
	if f := about(delegated, "peer-range-should-be-group", "111122223333", "sg-3"); f == nil || !strings.Contains(f.Message, "such as jobs (sg-77) of account 444455556666") {
		t.Errorf("the address of a pod: %+v", f)
	}
	described := audit.Run(notation.MustParse(owner+peered+rule+bystander).Inventory, audit.Options{Only: []string{"rule-without-description"}})
	named := false
	for _, f := range described.Findings {
		named = named || strings.Contains(f.Message, "the rule for tcp/5432 from jobs (sg-77) of account 444455556666 has no description")
	}
	if !named {
		t.Errorf("no message names the referenced group: %+v", described.Findings)
	}
}

// A run that has routes to a transit gateway says that it does not see behind it.
func TestTransitGatewaysAreNotSearched(t *testing.T) {
	inv := notation.MustParse(owner + "rtb-1 vpc vpc-1 main\n route 10.0.0.0/8 tgw-1\n").Inventory
	f := about(audit.Run(inv, audit.Options{}), "unused-group", "111122223333", "sg-1")
	if f == nil || !strings.Contains(strings.Join(f.Unused.NotSearched, ", "), "rules of other accounts behind transit gateways") {
		t.Errorf("%+v", f)
	}
	if f != nil && f.Severity != findings.Low {
		t.Errorf("%s", f.Severity)
	}
}

package usage_test

import (
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/usage"
)

// The owner of a shared VPC holds the interfaces of its participants, without their groups or
// with them, and a group may be shared with a participant. Whichever account comes first, what
// a rule allowed on an interface counts for the rule, and a plan that revokes it cuts that.
func TestInterfacesAndGroupsOfSeveralAccounts(t *testing.T) {
	const (
		owner       = "account 111111111111\nregion eu-west-1\nvpc-1 10.0.0.0/16 owner 111111111111\nfl-1 vpc-1 ALL\n"
		participant = "account 222222222222\nregion eu-west-1\nvpc-1 10.0.0.0/16 owner 111111111111\nfl-1 vpc-1 ALL\n"
		listed      = "eni-0a sg-b 10.0.0.5 vpc vpc-1 owner 222222222222\neni-0b sg-c 10.0.0.6 vpc vpc-1 owner 222222222222\n"
		groups      = "sg-b b vpc vpc-1 owner 222222222222\n in tcp/22 10.0.0.0/24\n in tcp/5432 sg-c\n in tcp/80 10.0.0.0/8\nsg-c c vpc vpc-1 owner 222222222222\n"
	)
	l := new(logs).covered(2, "eni-0a", "eni-0b").in("eni-0a", "10.0.0.5", "10.0.0.9", 22, true).in("eni-0a", "10.0.0.5", "10.0.0.6", 5432, true)
	const want = "sg-b in tcp/22 10.0.0.0/24: used\nsg-b in tcp/80 10.0.0.0/8: unused\nsg-b in tcp/5432 sg-c: used"
	for what, estate := range map[string]string{
		"the owner first, without the groups":       owner + listed + participant + groups + listed,
		"the owner last, without the groups":        participant + groups + listed + owner + listed,
		"the owner first, with the groups":          owner + groups + listed + participant + groups + listed,
		"the owner last, with the groups":           participant + groups + listed + owner + groups + listed,
		"groups of the owner that are shared":       strings.ReplaceAll(owner+groups, "owner 222222222222", "owner 111111111111") + participant + listed,
		"the same, and the participant holds them":  strings.ReplaceAll(owner+groups, "owner 222222222222", "owner 111111111111") + participant + strings.ReplaceAll(groups, "owner 222222222222", "owner 111111111111") + listed,
		"the same, and the participant comes first": participant + strings.ReplaceAll(groups, "owner 222222222222", "owner 111111111111") + listed + strings.ReplaceAll(owner+groups, "owner 222222222222", "owner 111111111111"),
	} {
		s := l.summary(t)
		before := notation.MustParse(estate).Inventory
		all := want
		if strings.Count(estate, "in tcp/22") == 2 {
			all += "\n" + want
		}
		if got := verdicts(usage.Judge(before, s, usage.Options{}), true); got != all {
			t.Errorf("%s:\n%s\nwant\n%s", what, got, all)
		}
		cuts, _ := usage.Replay(before, notation.MustParse(strings.ReplaceAll(estate, " in tcp/22 10.0.0.0/24\n", "")).Inventory, s)
		if len(cuts) != 1 || cuts[0].Unsure || cuts[0].Interface.Account != cuts[0].Region.AccountID {
			t.Errorf("%s: %+v", what, cuts)
		}
	}
}

// The flow log of the owner of a shared VPC records the interfaces of the participants, which
// do not see it: what is lost of it, and what it does not record, is missing for their rules.
func TestFlowLogOfTheOwnerOfASharedVPC(t *testing.T) {
	const estate = "account 111111111111\nregion eu-west-1\nvpc-1 10.0.0.0/16 owner 111111111111\nfl-1 vpc-1 ALL\n" +
		"account 222222222222\nregion eu-west-1\nvpc-1 10.0.0.0/16 owner 111111111111\nsg-b b vpc vpc-1 owner 222222222222\n in tcp/22 10.0.0.0/24\n in tcp/80 10.0.0.0/8\neni-0a sg-b 10.0.0.5 vpc vpc-1 owner 222222222222\n"
	l := func() *logs { return new(logs).covered(2, "eni-0a").in("eni-0a", "10.0.0.5", "10.0.0.9", 22, true) }
	damaged := l()
	damaged.WriteString("222222222222 eni-0a ingress 1.1.1.1.1\n")
	for what, c := range map[string]struct {
		estate string
		l      *logs
		want   string
	}{
		"all of it":             {estate, l(), "sg-b in tcp/80 10.0.0.0/8: unused"},
		"a part is lost":        {estate, damaged, "sg-b in tcp/80 10.0.0.0/8: not-known (records of "},
		"rejected traffic only": {strings.Replace(estate, "ALL", "REJECT", 1), l(), "sg-b in tcp/80 10.0.0.0/8: not-known (the flow logs of eni-0a record rejected traffic only"},
	} {
		if got := verdicts(usage.Judge(notation.MustParse(c.estate).Inventory, c.l.summary(t), usage.Options{}), true); !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nwant %s", what, got, c.want)
		}
	}
}

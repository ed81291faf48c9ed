package inventory

import (
	"net/netip"
	"slices"
	"testing"
)

func TestWeightOfPrefixLists(t *testing.T) {
	for _, c := range []struct {
		list  PrefixList
		want  int
		known bool
	}{
		{PrefixList{Name: "com.amazonaws.global.cloudfront.origin-facing", Owner: "AWS"}, 55, true},
		{PrefixList{Name: "com.amazonaws.global.ipv6.cloudfront.origin-facing", Owner: "AWS"}, 55, true},
		{PrefixList{Name: "com.amazonaws.eu-west-1.s3", Owner: "AWS"}, 1, true},
		{PrefixList{Name: "com.amazonaws.cn-north-1.dynamodb", Owner: "AWS"}, 1, true},
		{PrefixList{Name: "com.amazonaws.eu-west-1.ipv6.route53-healthchecks", Owner: "AWS"}, 25, true},
		{PrefixList{Name: "com.amazonaws.eu-west-1.newservice", Owner: "AWS"}, 0, false},
		{PrefixList{Name: "com.amazonaws.eu-west-1.s3", Owner: "111122223333", MaxEntries: 40}, 40, true}, // the name is free to choose
		{PrefixList{Name: "offices", Owner: "111122223333", MaxEntries: 7, Entries: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}}, 7, true},
	} {
		if n, known := c.list.Weight(); n != c.want || known != c.known {
			t.Errorf("%s of %s: %d, %v; want %d, %v", c.list.Name, c.list.Owner, n, known, c.want, c.known)
		}
	}
}

func TestRulesCounted(t *testing.T) {
	lists := map[string]*PrefixList{
		"pl-1": {Name: "com.amazonaws.global.cloudfront.origin-facing", Owner: "AWS"},
		"pl-2": {Name: "offices", Owner: "111122223333", MaxEntries: 9, Entries: []netip.Prefix{netip.MustParsePrefix("2001:db8::/32")}},
		"pl-3": {Name: "com.amazonaws.eu-west-1.newservice", Owner: "AWS"},
	}
	prefix := func(s string) Rule { return Rule{Peer: PrefixPeer(netip.MustParsePrefix(s))} }
	list := func(id string) Rule { return Rule{Peer: Peer{List: id}} }
	g := Group{Rules: []Rule{
		prefix("10.0.0.0/8"), prefix("2001:db8::/32"),
		{Peer: Peer{Group: &GroupRef{ID: "sg-1"}}},
		list("pl-1"), list("pl-2"), list("pl-3"), list("pl-4"),
		{Direction: Egress, Peer: PrefixPeer(netip.MustParsePrefix("0.0.0.0/0"))},
	}}
	find := func(id string) *PrefixList { return lists[id] }
	for _, c := range []struct {
		d       Direction
		v6      bool
		want    int
		unknown []string
	}{
		{Ingress, false, 1 + 1 + 55 + 1 + 1, []string{"pl-3", "pl-4"}},
		{Ingress, true, 1 + 1 + 9 + 1, []string{"pl-4"}},
		{Egress, false, 1, nil},
		{Egress, true, 0, nil},
	} {
		n, unknown := g.RulesCounted(c.d, c.v6, find)
		if n != c.want || !slices.Equal(unknown, c.unknown) {
			t.Errorf("%s, IPv6 %v: %d, unknown %v; want %d, %v", c.d, c.v6, n, unknown, c.want, c.unknown)
		}
	}
}

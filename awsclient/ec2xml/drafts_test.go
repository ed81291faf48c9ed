package ec2xml

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/inventory"
)

// Both decoders share what becomes of an answer, so that comparing them says
// nothing about it: what is not understood is a gap, and never half a rule.
func TestWhatIsNotUnderstood(t *testing.T) {
	group := func(permissions string) string {
		return `<R><securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions>` + permissions + `</ipPermissions><ipPermissionsEgress/></item></securityGroupInfo></R>`
	}
	permission := func(ports, ranges string) string {
		return `<item><ipProtocol>tcp</ipProtocol>` + ports + `<ipRanges>` + ranges + `</ipRanges></item>`
	}
	const (
		ssh       = `<fromPort>22</fromPort><toPort>22</toPort>`
		backwards = `<fromPort>9</fromPort><toPort>1</toPort>`
		office    = `<item><cidrIp>203.0.113.0/24</cidrIp></item>`
		nonsense  = `<item><cidrIp>nonsense</cidrIp></item>`
	)
	iface := func(body string) string {
		return `<R><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><groupSet/>` + body + `</item></networkInterfaceSet></R>`
	}
	rule := func(body string) string {
		return `<R><securityGroupRuleSet><item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-1</groupId><ipProtocol>tcp</ipProtocol>` + body + `</item></securityGroupRuleSet></R>`
	}
	for name, c := range map[string]struct {
		body      string
		rules     []string // of the one group
		addresses []inventory.Address
		delegated []string
		details   int // rules of the flat list
		gaps      []string
	}{
		"a rule":                {body: group(permission(ssh, office)), rules: []string{"in tcp/22 203.0.113.0/24"}},
		"ports that run back":   {body: group(permission(backwards, office)), gaps: []string{"a rule of sg-1 was not understood: ports 9-1 run backwards"}},
		"one of two":            {body: group(permission(ssh, office) + permission(backwards, office)), rules: []string{"in tcp/22 203.0.113.0/24"}, gaps: []string{"a rule of sg-1 was not understood: ports 9-1 run backwards"}},
		"the first of two":      {body: group(permission(backwards, office) + permission(ssh, office)), rules: []string{"in tcp/22 203.0.113.0/24"}, gaps: []string{"a rule of sg-1 was not understood: ports 9-1 run backwards"}},
		"no prefix":             {body: group(permission(ssh, nonsense+office)), rules: []string{"in tcp/22 203.0.113.0/24"}, gaps: []string{`a rule of sg-1 names "nonsense", which is not an address prefix`}},
		"neither":               {body: group(permission(ssh, nonsense) + permission(backwards, nonsense)), gaps: []string{`a rule of sg-1 names "nonsense", which is not an address prefix`, "a rule of sg-1 was not understood: ports 9-1 run backwards"}},
		"an address of its own": {body: iface(`<privateIpAddress>10.0.0.1</privateIpAddress><association><publicIp>198.51.100.1</publicIp></association>`), addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.1"), Public: netip.MustParseAddr("198.51.100.1")}}},
		"a list of addresses":   {body: iface(`<privateIpAddress>10.0.0.1</privateIpAddress><privateIpAddressesSet><item><privateIpAddress>10.0.0.2</privateIpAddress></item></privateIpAddressesSet>`), addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.2")}}},
		"its own public address": {
			body:      iface(`<privateIpAddress>10.0.0.2</privateIpAddress><association><publicIp>198.51.100.7</publicIp></association><privateIpAddressesSet><item><privateIpAddress>10.0.0.1</privateIpAddress></item><item><privateIpAddress>10.0.0.2</privateIpAddress></item></privateIpAddressesSet>`),
			addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.1")}, {Private: netip.MustParseAddr("10.0.0.2"), Public: netip.MustParseAddr("198.51.100.7")}},
		},
		"its public address again": {
			body:      iface(`<privateIpAddress>10.0.0.2</privateIpAddress><association><publicIp>198.51.100.7</publicIp></association><privateIpAddressesSet><item><privateIpAddress>10.0.0.1</privateIpAddress><association><publicIp>198.51.100.7</publicIp></association></item><item><privateIpAddress>10.0.0.2</privateIpAddress></item></privateIpAddressesSet>`),
			addresses: []inventory.Address{{Private: netip.MustParseAddr("10.0.0.1"), Public: netip.MustParseAddr("198.51.100.7")}, {Private: netip.MustParseAddr("10.0.0.2")}},
		},
		"no address":            {body: iface(`<privateIpAddressesSet><item><privateIpAddress>10.0.0</privateIpAddress></item></privateIpAddressesSet>`), addresses: []inventory.Address{{}}, gaps: []string{`eni-1 has "10.0.0" for an address`}},
		"no IPv6 address":       {body: iface(`<ipv6AddressesSet><item><ipv6Address>::g</ipv6Address></item></ipv6AddressesSet>`), addresses: []inventory.Address{{}}, gaps: []string{`eni-1 has "::g" for an address`}},
		"delegated prefixes":    {body: iface(`<ipv4PrefixSet><item><ipv4Prefix>10.0.0.48/28</ipv4Prefix></item><item><ipv4Prefix>10.0.0.16/28</ipv4Prefix></item></ipv4PrefixSet><ipv6PrefixSet><item><ipv6Prefix>2600:1f18:0:1:2::/80</ipv6Prefix></item></ipv6PrefixSet>`), delegated: []string{"10.0.0.16/28", "10.0.0.48/28", "2600:1f18:0:1:2::/80"}},
		"no prefixes":           {body: iface(`<ipv4PrefixSet/><ipv6PrefixSet><item/></ipv6PrefixSet>`)},
		"no delegated prefix":   {body: iface(`<ipv4PrefixSet><item><ipv4Prefix>10.0.0.16</ipv4Prefix></item><item><ipv4Prefix>0.0.0.0/0</ipv4Prefix></item><item><ipv4Prefix>10.0.0.64/28</ipv4Prefix></item><item><ipv4Prefix>10.0.0.33/28</ipv4Prefix></item></ipv4PrefixSet><ipv6PrefixSet><item><ipv6Prefix>2000::/3</ipv6Prefix></item></ipv6PrefixSet>`), delegated: []string{"10.0.0.64/28"}, gaps: []string{`eni-1 has "0.0.0.0/0" for a delegated prefix`, `eni-1 has "10.0.0.16" for a delegated prefix`, `eni-1 has "10.0.0.33/28" for a delegated prefix`, `eni-1 has "2000::/3" for a delegated prefix`}},
		"a rule's id":           {body: rule(ssh + `<cidrIpv4>203.0.113.0/24</cidrIpv4>`), details: 1},
		"an id for no ports":    {body: rule(backwards + `<cidrIpv4>203.0.113.0/24</cidrIpv4>`), gaps: []string{"sgr-1 of sg-1 was not understood: ports 9-1 run backwards"}},
		"an id for no prefix":   {body: rule(ssh + `<cidrIpv6>nonsense</cidrIpv6>`), gaps: []string{`sgr-1 of sg-1 names "nonsense", which is not an address prefix`}},
		"a group without an id": {body: `<R><securityGroupInfo><item><groupName>x</groupName></item></securityGroupInfo></R>`, gaps: []string{"a security group has no id"}},
		"an empty group":        {body: `<R><securityGroupInfo><item/></securityGroupInfo></R>`, gaps: []string{"a security group has no id"}},
		"a source without id":   {body: group(`<item><ipProtocol>tcp</ipProtocol>` + ssh + `<groups><item><userId>1</userId></item></groups></item>`), gaps: []string{"a rule of sg-1 names a security group or a prefix list without an id"}},
		"a list without id":     {body: group(`<item><ipProtocol>tcp</ipProtocol>` + ssh + `<prefixListIds><item/></prefixListIds></item>`), gaps: []string{"a rule of sg-1 names a security group or a prefix list without an id"}},
		"no interface id":       {body: `<R><networkInterfaceSet><item/><item><networkInterfaceId></networkInterfaceId><ipv6AddressesSet><item><ipv6Address>::g</ipv6Address></item></ipv6AddressesSet></item></networkInterfaceSet></R>`, gaps: []string{"a network interface has no id"}},
		"no group's id":         {body: iface(`<groupSet><item><groupName>x</groupName></item></groupSet>`), gaps: []string{"eni-1 has a security group without an id"}},
		"a rule without an id":  {body: `<R><securityGroupRuleSet><item><groupId>sg-1</groupId></item><item><securityGroupRuleId>sgr-1</securityGroupRuleId></item></securityGroupRuleSet></R>`, gaps: []string{"a security group rule has no id, or names no group"}},
		"no group id":           {body: `<R><securityGroupInfo><item><groupId>sg-1;reboot</groupId></item></securityGroupInfo></R>`, gaps: []string{`a security group has the id "sg-1;reboot", which is not an AWS id`}},
		"no permissions":        {body: `<R><securityGroupInfo><item><groupId>sg-1</groupId></item></securityGroupInfo></R>`, gaps: []string{"sg-1 came without the element ipPermissions: its ingress rules are unknown", "sg-1 came without the element ipPermissionsEgress: its egress rules are unknown"}},
		"empty permissions":     {body: `<R><securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions/><ipPermissionsEgress></ipPermissionsEgress></item></securityGroupInfo></R>`},
		"no ingress":            {body: `<R><securityGroupInfo><item><groupId>sg-1</groupId><ipPermissionsEgress/></item></securityGroupInfo></R>`, gaps: []string{"sg-1 came without the element ipPermissions: its ingress rules are unknown"}},
		"no egress":             {body: `<R><securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions/></item><item><groupId>sg-1</groupId><ipPermissions/><ipPermissionsEgress/></item></securityGroupInfo></R>`, gaps: []string{"sg-1 came without the element ipPermissionsEgress: its egress rules are unknown"}},
		"no group set":          {body: `<R><networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId></item><item><networkInterfaceId>eni-2</networkInterfaceId><groupSet/></item></networkInterfaceSet></R>`, gaps: []string{"eni-1 came without the element groupSet: the security groups attached to it are unknown"}},
		"no account id":         {body: `<R><securityGroupInfo><item><groupId>sg-1</groupId><ownerId>$(id)</ownerId></item></securityGroupInfo></R>`, gaps: []string{`sg-1 has the owner "$(id)" and the VPC "", one of which is not an AWS id`}},
		"no source's id":        {body: group(`<item><ipProtocol>tcp</ipProtocol>` + ssh + `<groups><item><groupId>--profile</groupId></item></groups></item>`), gaps: []string{`a rule of sg-1 names "--profile" of "", "", "", one of which is not an AWS id`}},
		"no list's id":          {body: group(`<item><ipProtocol>tcp</ipProtocol>` + ssh + `<prefixListIds><item><prefixListId>pl-1 x</prefixListId></item></prefixListIds></item>`), gaps: []string{`a rule of sg-1 names the prefix list "pl-1 x", which is not an AWS id`}},
		"no interface's id":     {body: `<R><networkInterfaceSet><item><networkInterfaceId>sg-1</networkInterfaceId></item></networkInterfaceSet></R>`, gaps: []string{`a network interface has the id "sg-1", which is not an AWS id`}},
		"no VPC's id":           {body: iface(`<vpcId>vpc-1 </vpcId>`), gaps: []string{"eni-1 has an owner, a VPC, a subnet or an instance that is not an AWS id"}},
		"no carried id":         {body: iface(`<groupSet><item><groupId>file://x</groupId></item></groupSet>`), gaps: []string{`eni-1 has the security group "file://x", which is not an AWS id`}},
		"no rule's id":          {body: `<R><securityGroupRuleSet><item><securityGroupRuleId>sgr-1|x</securityGroupRuleId><groupId>sg-1</groupId></item></securityGroupRuleSet></R>`, gaps: []string{`a security group rule has the id "sgr-1|x" and the group "sg-1", one of which is not an AWS id`}},
	} {
		for decoder, sdk := range map[string]bool{"scanner": false, "sdk": true} {
			t.Run(name+", "+decoder, func(t *testing.T) {
				inv, left := threeLists(t, []byte(c.body), sdk)
				r := inv.Regions[0]
				var rules, gaps []string
				details := 0
				for _, g := range r.Groups {
					if g.ID != "sg-1" {
						details++ // threeLists makes groups of them
					}
					for i := range g.Rules {
						rules = append(rules, g.Rules[i].String())
					}
				}
				var addresses []inventory.Address
				var delegated []string
				for _, e := range r.Interfaces {
					for _, p := range e.Delegated {
						delegated = append(delegated, p.String())
					}
					addresses = append(addresses, e.Addresses...)
				}
				for _, g := range r.Gaps {
					gaps = append(gaps, g.Message)
				}
				same := cmpopts.EquateComparable(netip.Addr{})
				for what, diff := range map[string]string{
					"rules": cmp.Diff(c.rules, rules), "gaps": cmp.Diff(c.gaps, gaps), "addresses": cmp.Diff(c.addresses, addresses, same), "details": cmp.Diff(c.details, details),
					"delegated prefixes": cmp.Diff(c.delegated, delegated),
				} {
					if diff != "" {
						t.Errorf("%s (-want +got):\n%s", what, diff)
					}
				}
				if left {
					t.Error("left to the SDK's decoder")
				}
			})
		}
	}
}

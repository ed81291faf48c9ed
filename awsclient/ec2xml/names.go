package ec2xml

import (
	"strings"
)

// known are the names that the scanners look for, by their lower case.
var known = func() map[string]string {
	names := map[string]string{}
	for _, name := range []string{
		"association", "attachment", "availabilityZone", "cidrIp", "cidrIpv4", "cidrIpv6", "denyAllIgwTraffic",
		"description", "fromPort", "groupDescription", "groupId", "groupName", "groupSet", "groups", "instanceId",
		"instanceOwnerId", "interfaceType", "ipPermissions", "ipPermissionsEgress", "ipProtocol", "ipRanges",
		"ipv4Prefix", "ipv4PrefixSet", "ipv6Address", "ipv6AddressesSet", "ipv6Prefix", "ipv6PrefixSet", "ipv6Ranges", "isEgress", "item", "key", "networkInterfaceId",
		"networkInterfaceSet", "nextToken", "operator", "ownerId", "peeringStatus", "prefixListId",
		"prefixListIds", "principal", "privateIpAddress", "privateIpAddressesSet", "publicIp",
		"referencedGroupInfo", "requesterId", "requesterManaged", "securityGroupInfo", "securityGroupRuleId",
		"securityGroupRuleSet", "sourceDestCheck", "status", "subnetId", "tagSet", "toPort", "userId", "value",
		"vpcId", "vpcPeeringConnectionId",
	} {
		names[strings.ToLower(name)] = name
	}
	return names
}()

// mostIgnored names are remembered, more than EC2 has.
const mostIgnored = 1000

// other skips an element that is not needed. The SDK does not mind the case
// of names: one that differs from a known name by that alone is left to it.
func (s *Scanner) other() {
	if !s.ignored[string(s.name)] {
		name := string(s.name)
		if exact, found := known[strings.ToLower(name)]; found && exact != name {
			s.unsupported = true
			return
		}
		if s.ignored == nil {
			s.ignored = map[string]bool{}
		}
		if len(s.ignored) < mostIgnored {
			s.ignored[name] = true
		}
	}
	s.skip()
}

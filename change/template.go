package change

import (
	"strconv"

	"github.com/sgaudit/sgaudit/inventory"
)

// Template is a command that allows inbound traffic to a group from a source that
// only the reader knows. What to fill in stands in capitals: GROUP-ID, or ADDRESS
// where an address is wanted, and PORT for traffic of several ports. AWS refuses the words
// themselves. It is empty for all traffic and for ICMP, and where the group or the region does not have the
// form of one.
func Template(region, group string, t inventory.Traffic, address bool) string {
	if !inventory.IsGroupID(group) || !inventory.IsRegion(region) {
		return ""
	}
	traffic := t.Protocol.String()
	switch {
	case t.HasPorts() && t.First == t.Last:
		traffic += " --port " + strconv.Itoa(int(t.First))
	case t.HasPorts():
		traffic += " --port PORT"
	case t.Protocol == inventory.AllProtocols, t.Protocol == inventory.ICMP, t.Protocol == inventory.ICMPv6:
		return ""
	}
	source := "--source-group GROUP-ID"
	if address {
		source = "--cidr ADDRESS/32"
	}
	return "aws ec2 authorize-security-group-ingress --region " + region + " --group-id " + group + " --protocol " + traffic + " " + source
}

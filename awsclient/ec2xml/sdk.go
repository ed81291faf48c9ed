package ec2xml

import (
	"slices"
	"unique"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/inventory"
)

// Shared returns a text, empty for nil, of which equal ones share their memory: the
// SDK allocates each anew, and a region names the same few groups and subnets over
// and over.
func Shared(text *string) string {
	if text == nil || *text == "" {
		return ""
	}
	return unique.Make(*text).Value()
}

// GroupsOf makes a page of what the SDK decoded.
func GroupsOf(out *ec2.DescribeSecurityGroupsOutput) Page[inventory.Group] {
	p := &Page[inventory.Group]{Next: out.NextToken}
	var d groupDraft
	for i := range out.SecurityGroups {
		g := &out.SecurityGroups[i]
		d.begin()
		// The SDK makes an empty list of an empty element, and nil of none.
		d.ingress, d.egress = g.IpPermissions != nil, g.IpPermissionsEgress != nil
		d.convert(inventory.Ingress, g.IpPermissions)
		d.convert(inventory.Egress, g.IpPermissionsEgress)
		d.end(p, inventory.Group{
			ID: Shared(g.GroupId), Name: aws.ToString(g.GroupName), VPC: Shared(g.VpcId), Owner: Shared(g.OwnerId),
			Description: aws.ToString(g.Description), Tags: Tags(g.Tags), Rules: kept(d.rules),
		})
	}
	return *p
}

// kept is a copy of a list, nil of an empty one.
func kept[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

func (d *groupDraft) convert(direction inventory.Direction, permissions []types.IpPermission) {
	for i := range permissions {
		p := &permissions[i]
		for k := range p.IpRanges {
			d.address([]byte(aws.ToString(p.IpRanges[k].CidrIp)), Shared(p.IpRanges[k].Description))
		}
		for k := range p.Ipv6Ranges {
			d.address([]byte(aws.ToString(p.Ipv6Ranges[k].CidrIpv6)), Shared(p.Ipv6Ranges[k].Description))
		}
		for k := range p.PrefixListIds {
			d.peer(inventory.Peer{List: Shared(p.PrefixListIds[k].PrefixListId)}, Shared(p.PrefixListIds[k].Description))
		}
		for k := range p.UserIdGroupPairs {
			x := &p.UserIdGroupPairs[k]
			d.peer(inventory.Peer{Group: Reference(x)}, Shared(x.Description))
		}
		d.permission(direction, aws.ToString(p.IpProtocol), p.FromPort, p.ToPort)
	}
}

// Reference returns the group that a permission names.
func Reference(x *types.UserIdGroupPair) *inventory.GroupRef {
	return &inventory.GroupRef{
		ID: Shared(x.GroupId), Account: Shared(x.UserId), VPC: Shared(x.VpcId),
		Peering: Shared(x.VpcPeeringConnectionId), Status: Shared(x.PeeringStatus),
	}
}

// Tags returns the tags of any resource, nil where there are none.
func Tags(tags []types.Tag) []inventory.Tag {
	if len(tags) == 0 {
		return nil
	}
	list := make([]inventory.Tag, len(tags))
	for i := range tags {
		list[i] = inventory.Tag{Key: Shared(tags[i].Key), Value: Shared(tags[i].Value)}
	}
	return list
}

// InterfacesOf makes a page of what the SDK decoded.
func InterfacesOf(out *ec2.DescribeNetworkInterfacesOutput) Page[inventory.Interface] {
	p := &Page[inventory.Interface]{Next: out.NextToken}
	var d interfaceDraft
	for i := range out.NetworkInterfaces {
		n := &out.NetworkInterfaces[i]
		e := inventory.Interface{
			ID: aws.ToString(n.NetworkInterfaceId), VPC: Shared(n.VpcId), Subnet: Shared(n.SubnetId),
			Zone: Shared(n.AvailabilityZone), Account: Shared(n.OwnerId), Status: string(n.Status), Type: string(n.InterfaceType),
			Requester: Shared(n.RequesterId), Managed: aws.ToBool(n.RequesterManaged), Description: aws.ToString(n.Description),
			DenyIGW: aws.ToBool(n.DenyAllIgwTraffic), NoSourceDest: n.SourceDestCheck != nil && !*n.SourceDestCheck, Tags: Tags(n.TagSet),
		}
		if n.Operator != nil {
			e.Operator = Shared(n.Operator.Principal)
		}
		if n.Attachment != nil {
			e.Instance, e.AttachedBy = aws.ToString(n.Attachment.InstanceId), Shared(n.Attachment.InstanceOwnerId)
		}
		d.begin()
		d.primary = optional(n.PrivateIpAddress)
		if n.Association != nil {
			d.public = optional(n.Association.PublicIp)
		}
		d.hasGroupSet = n.Groups != nil // the SDK makes an empty list of an empty element
		for k := range n.Groups {
			d.groups = append(d.groups, Shared(n.Groups[k].GroupId))
		}
		for k := range n.PrivateIpAddresses {
			x := &n.PrivateIpAddresses[k]
			var public optionalText
			if x.Association != nil {
				public = optional(x.Association.PublicIp)
			}
			d.pair(optional(x.PrivateIpAddress), public)
		}
		for k := range n.Ipv6Addresses {
			d.ipv6 = append(d.ipv6, inventory.Address{Private: d.address(optional(n.Ipv6Addresses[k].Ipv6Address))})
		}
		for k := range n.Ipv4Prefixes {
			d.delegate(optional(n.Ipv4Prefixes[k].Ipv4Prefix))
		}
		for k := range n.Ipv6Prefixes {
			d.delegate(optional(n.Ipv6Prefixes[k].Ipv6Prefix))
		}
		p.Items = append(p.Items, e)
		before := len(p.Items)
		d.end(p, e.ID)
		if len(p.Items) == before {
			last := &p.Items[before-1]
			last.Groups, last.Addresses, last.Delegated = kept(d.groups), kept(d.addresses), kept(d.delegated)
		}
	}
	return *p
}

// RulesOf makes a page of what the SDK decoded.
func RulesOf(out *ec2.DescribeSecurityGroupRulesOutput) Page[Rule] {
	p := &Page[Rule]{Next: out.NextToken}
	for i := range out.SecurityGroupRules {
		x := &out.SecurityGroupRules[i]
		d := ruleDraft{
			id: aws.ToString(x.SecurityGroupRuleId), group: Shared(x.GroupId), protocol: aws.ToString(x.IpProtocol), egress: aws.ToBool(x.IsEgress),
			from: x.FromPort, to: x.ToPort, list: optional(x.PrefixListId), ipv4: optional(x.CidrIpv4).text, ipv6: optional(x.CidrIpv6).text,
		}
		if x.ReferencedGroupInfo != nil {
			d.ref = optionalText{optional(x.ReferencedGroupInfo.GroupId).text, true}
		}
		d.end(p, func(text []byte) string { return string(text) }, Tags(x.Tags))
	}
	return *p
}

package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

func readNetworkACLs(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeNetworkAcls,
		func(token *string) *ec2.DescribeNetworkAclsInput {
			return &ec2.DescribeNetworkAclsInput{MaxResults: aws.Int32(pageSize), NextToken: token}
		},
		func(out *ec2.DescribeNetworkAclsOutput) ([]types.NetworkAcl, *string) {
			return out.NetworkAcls, out.NextToken
		},
		r.addNetworkACL)
}

func (r *reader) addNetworkACL(a *types.NetworkAcl) {
	id, ok := r.id(inventory.PartNetworkACLs, "a network ACL", a.NetworkAclId)
	if !ok {
		return
	}
	acl := inventory.NetworkACL{
		ID: id, VPC: ec2xml.Shared(a.VpcId), Owner: ec2xml.Shared(a.OwnerId), Default: aws.ToBool(a.IsDefault), Tags: ec2xml.Tags(a.Tags),
	}
	for _, s := range a.Associations {
		acl.Subnets = append(acl.Subnets, ec2xml.Shared(s.SubnetId))
	}
	for i := range a.Entries {
		e := &a.Entries[i]
		var from, to *int32
		if e.PortRange != nil {
			from, to = e.PortRange.From, e.PortRange.To
		}
		if e.IcmpTypeCode != nil {
			from, to = e.IcmpTypeCode.Type, e.IcmpTypeCode.Code
		}
		traffic, err := inventory.NewTraffic(aws.ToString(e.Protocol), from, to)
		if err != nil {
			r.malformed(inventory.PartNetworkACLs, "an entry of %s was not understood: %v", acl.ID, err)
			continue
		}
		if traffic.HasPorts() && e.PortRange == nil {
			traffic = inventory.Ports(traffic.Protocol, 0, inventory.MaxPort)
		}
		text := e.CidrBlock
		if text == nil || *text == "" {
			text = e.Ipv6CidrBlock
		}
		prefixes := r.prefix(nil, inventory.PartNetworkACLs, acl.ID, text)
		if len(prefixes) == 0 {
			r.without(inventory.PartNetworkACLs, "an entry of "+acl.ID, "address prefix", text)
			continue
		}
		entry := inventory.ACLEntry{Number: int(aws.ToInt32(e.RuleNumber)), Allow: e.RuleAction == types.RuleActionAllow, Traffic: traffic, Prefix: prefixes[0]}
		if aws.ToBool(e.Egress) {
			entry.Direction = inventory.Egress
		}
		acl.Entries = append(acl.Entries, entry)
	}
	r.region.NetworkACLs = append(r.region.NetworkACLs, acl)
}

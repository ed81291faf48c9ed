package awsclient

import (
	"context"
	"net/netip"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

func readVPCs(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeVpcs
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeVpcsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.Vpcs {
			v := &out.Vpcs[i]
			id, ok := r.id(inventory.PartVPCs, "a VPC", v.VpcId)
			if !ok {
				continue
			}
			vpc := inventory.VPC{ID: id, Owner: ec2xml.Shared(v.OwnerId), Default: aws.ToBool(v.IsDefault), Tags: ec2xml.Tags(v.Tags)}
			vpc.Prefixes = r.blocksOf(v)
			r.region.VPCs = append(r.region.VPCs, vpc)
		}
		return out.NextToken, nil
	})
}

// blocksOf returns the blocks that are associated with a VPC, IPv4 first.
func (r *reader) blocksOf(v *types.Vpc) (blocks []netip.Prefix) {
	add := func(text *string) { blocks = r.prefix(blocks, inventory.PartVPCs, aws.ToString(v.VpcId), text) }
	for _, b := range v.CidrBlockAssociationSet {
		if b.CidrBlockState == nil || b.CidrBlockState.State == types.VpcCidrBlockStateCodeAssociated {
			add(b.CidrBlock)
		}
	}
	if len(v.CidrBlockAssociationSet) == 0 {
		add(v.CidrBlock)
	}
	for _, b := range v.Ipv6CidrBlockAssociationSet {
		if b.Ipv6CidrBlockState == nil || b.Ipv6CidrBlockState.State == types.VpcCidrBlockStateCodeAssociated {
			add(b.Ipv6CidrBlock)
		}
	}
	return blocks
}

// prefix appends a prefix that AWS gave as text; one that cannot be read is a
// gap of the part.
func (r *reader) prefix(list []netip.Prefix, part inventory.Part, of string, text *string) []netip.Prefix {
	if text == nil || *text == "" {
		return list
	}
	p, err := netip.ParsePrefix(*text)
	if err != nil {
		r.oddity(part, "%s has %q, which is not an address prefix", of, *text)
		return list
	}
	return append(list, inventory.PrefixPeer(p).Prefix)
}

// id returns the id of an item, and whether it has one. An item without one can
// be neither named nor told from another, and one of another form than AWS's
// could mean something else in a command: it is a gap of the part.
func (r *reader) id(part inventory.Part, kind string, text *string) (string, bool) {
	if text == nil || *text == "" {
		r.oddity(part, "%s has no id", kind)
		return "", false
	}
	if !inventory.IsID("", *text) {
		r.oddity(part, "%s has the id %q, which is not an AWS id", kind, words.Cut(*text, mostName))
		return "", false
	}
	return ec2xml.Shared(text), true
}

// name is id for what goes by a name or an ARN, which have wider forms.
func (r *reader) name(part inventory.Part, kind string, text *string) (string, bool) {
	if text == nil || *text == "" {
		r.oddity(part, "%s has no id", kind)
		return "", false
	}
	return ec2xml.Shared(text), true
}

// without records that an item lacks what it cannot be without. A text that is
// there and was not understood has been recorded already.
func (r *reader) without(part inventory.Part, item, what string, text *string) {
	if text == nil || *text == "" {
		r.oddity(part, "%s has no %s", item, what)
	}
}

func readSubnets(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeSubnets
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeSubnetsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.Subnets {
			s := &out.Subnets[i]
			id, ok := r.id(inventory.PartSubnets, "a subnet", s.SubnetId)
			if !ok {
				continue
			}
			subnet := inventory.Subnet{
				ID: id, VPC: ec2xml.Shared(s.VpcId), Owner: ec2xml.Shared(s.OwnerId), Zone: ec2xml.Shared(s.AvailabilityZone), Tags: ec2xml.Tags(s.Tags),
			}
			add := func(text *string, private bool) {
				for _, p := range r.prefix(nil, inventory.PartSubnets, subnet.ID, text) {
					subnet.Prefixes = append(subnet.Prefixes, inventory.SubnetPrefix{Prefix: p, Private: private})
				}
			}
			add(s.CidrBlock, false)
			for _, b := range s.Ipv6CidrBlockAssociationSet {
				if b.Ipv6CidrBlockState == nil || b.Ipv6CidrBlockState.State == types.SubnetCidrBlockStateCodeAssociated {
					add(b.Ipv6CidrBlock, b.Ipv6AddressAttribute == types.Ipv6AddressAttributePrivate || b.IpSource == types.IpSourceNone)
				}
			}
			r.region.Subnets = append(r.region.Subnets, subnet)
		}
		return out.NextToken, nil
	})
}

func readRouteTables(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeRouteTables
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeRouteTablesInput{MaxResults: aws.Int32(100), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.RouteTables {
			r.addRouteTable(&out.RouteTables[i])
		}
		return out.NextToken, nil
	})
}

func (r *reader) addRouteTable(t *types.RouteTable) {
	id, ok := r.id(inventory.PartRouteTables, "a route table", t.RouteTableId)
	if !ok {
		return
	}
	table := inventory.RouteTable{ID: id, VPC: ec2xml.Shared(t.VpcId)}
	for _, a := range t.Associations {
		if a.AssociationState != nil && (a.AssociationState.State == types.RouteTableAssociationStateCodeDisassociated ||
			a.AssociationState.State == types.RouteTableAssociationStateCodeFailed) {
			continue
		}
		switch {
		case aws.ToBool(a.Main):
			table.Main = true
		case a.SubnetId != nil:
			table.Subnets = append(table.Subnets, ec2xml.Shared(a.SubnetId))
		case a.GatewayId != nil:
			table.Gateways = append(table.Gateways, ec2xml.Shared(a.GatewayId))
		}
	}
	for i := range t.Routes {
		x := &t.Routes[i]
		route := inventory.Route{List: ec2xml.Shared(x.DestinationPrefixListId), Target: r.target(x), Blackhole: x.State == types.RouteStateBlackhole}
		if route.List == "" {
			text := x.DestinationCidrBlock
			if text == nil {
				text = x.DestinationIpv6CidrBlock
			}
			prefixes := r.prefix(nil, inventory.PartRouteTables, table.ID, text)
			if len(prefixes) == 0 {
				r.without(inventory.PartRouteTables, "a route of "+table.ID, "destination", text)
				continue
			}
			route.Prefix = prefixes[0]
		}
		table.Routes = append(table.Routes, route)
	}
	r.region.RouteTables = append(r.region.RouteTables, table)
}

// target is the id of whatever a route leads to.
func (r *reader) target(x *types.Route) string {
	for _, id := range []*string{
		x.GatewayId, x.NatGatewayId, x.EgressOnlyInternetGatewayId, x.TransitGatewayId, x.VpcPeeringConnectionId, x.NetworkInterfaceId,
		x.InstanceId, x.LocalGatewayId, x.CarrierGatewayId, x.CoreNetworkArn, x.OdbNetworkArn,
	} {
		if id != nil && *id != "" {
			return ec2xml.Shared(id)
		}
	}
	return ""
}

func readNetworkACLs(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeNetworkAcls
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeNetworkAclsInput{MaxResults: aws.Int32(pageSize), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.NetworkAcls {
			r.addACL(&out.NetworkAcls[i])
		}
		return out.NextToken, nil
	})
}

func (r *reader) addACL(a *types.NetworkAcl) {
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
			r.oddity(inventory.PartNetworkACLs, "an entry of %s was not understood: %v", acl.ID, err)
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

// lastPart returns what stands behind the last slash of an ARN.
func lastPart(arn string) string { return arn[strings.LastIndexByte(arn, '/')+1:] }

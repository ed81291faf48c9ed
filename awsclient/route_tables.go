package awsclient

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

// routeTablePage is the most of a page of route tables.
const routeTablePage = 100

func readRouteTables(ctx context.Context, r *reader, p *pager) error {
	return list(ctx, p, r.ec2.DescribeRouteTables,
		func(token *string) *ec2.DescribeRouteTablesInput {
			return &ec2.DescribeRouteTablesInput{MaxResults: aws.Int32(routeTablePage), NextToken: token}
		},
		func(out *ec2.DescribeRouteTablesOutput) ([]types.RouteTable, *string) {
			return out.RouteTables, out.NextToken
		},
		r.addRouteTable)
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

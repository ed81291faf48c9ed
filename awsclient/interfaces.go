package awsclient

import (
	"context"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// readInterfaces asks for managed interfaces too: since April 2026 EC2 leaves
// those that EKS, ECS and others run for the account out of its lists unless
// it is asked (API reference, IncludeManagedResources), and a group that only
// they carry would look unused.
func readInterfaces(ctx context.Context, r *reader, limit *rate.Limiter) error {
	describe := r.client.DescribeNetworkInterfaces
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeNetworkInterfacesInput{
			MaxResults: aws.Int32(pageSize), NextToken: token, IncludeManagedResources: aws.Bool(true),
		}, fast(scanInterfaces))
		if err != nil {
			return nil, err
		}
		for i := range out.NetworkInterfaces {
			r.addInterface(&out.NetworkInterfaces[i])
		}
		r.progress.page(r.region.Name, len(out.NetworkInterfaces))
		return out.NextToken, nil
	})
}

func (r *reader) addInterface(n *types.NetworkInterface) {
	e := inventory.Interface{
		ID: aws.ToString(n.NetworkInterfaceId), VPC: r.names.of(n.VpcId), Subnet: r.names.of(n.SubnetId),
		Zone: r.names.of(n.AvailabilityZone), Account: r.names.of(n.OwnerId), Status: string(n.Status), Type: string(n.InterfaceType),
		Requester: r.names.of(n.RequesterId), Managed: aws.ToBool(n.RequesterManaged), Description: aws.ToString(n.Description),
		DenyIGW: aws.ToBool(n.DenyAllIgwTraffic), NoSourceDest: n.SourceDestCheck != nil && !*n.SourceDestCheck, Tags: r.tags(n.TagSet),
	}
	if n.Operator != nil {
		e.Operator = r.names.of(n.Operator.Principal)
	}
	if n.Attachment != nil {
		e.Instance, e.AttachedBy = aws.ToString(n.Attachment.InstanceId), r.names.of(n.Attachment.InstanceOwnerId)
	}
	e.Groups = make([]string, 0, len(n.Groups))
	for i := range n.Groups {
		e.Groups = append(e.Groups, r.names.of(n.Groups[i].GroupId))
	}
	address := func(text *string) netip.Addr {
		a, err := netip.ParseAddr(aws.ToString(text))
		if err != nil && text != nil {
			r.oddity(inventory.PartInterfaces, "%s has %q for an address", e.ID, *text)
		}
		return a.Unmap()
	}
	e.Addresses = make([]inventory.Address, 0, len(n.PrivateIpAddresses)+len(n.Ipv6Addresses))
	for i := range n.PrivateIpAddresses {
		x := &n.PrivateIpAddresses[i]
		a := inventory.Address{Private: address(x.PrivateIpAddress)}
		if x.Association != nil && x.Association.PublicIp != nil {
			a.Public = address(x.Association.PublicIp)
		}
		e.Addresses = append(e.Addresses, a)
	}
	if len(n.PrivateIpAddresses) == 0 && n.PrivateIpAddress != nil {
		a := inventory.Address{Private: address(n.PrivateIpAddress)}
		if n.Association != nil && n.Association.PublicIp != nil {
			a.Public = address(n.Association.PublicIp)
		}
		e.Addresses = append(e.Addresses, a)
	}
	for i := range n.Ipv6Addresses {
		e.Addresses = append(e.Addresses, inventory.Address{Private: address(n.Ipv6Addresses[i].Ipv6Address)})
	}
	r.region.Interfaces = append(r.region.Interfaces, e)
}

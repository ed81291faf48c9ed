package awsclient

import (
	"context"
	"net/netip"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// readInterfaces asks for managed interfaces too: since April 2026 EC2 leaves
// those that EKS, ECS and others run for the account out of its lists unless
// it is asked (API reference, IncludeManagedResources), and a group that only
// they carry would look unused.
//
// Page tokens make a chain. A long list is read in partitions side by side
// instead, which have to hold all that the first pages held; else the chain
// goes on where it was left.
func readInterfaces(ctx context.Context, r *reader, limit *rate.Limiter) error {
	pages := 0
	var rest *string // the token of the next page, where the chain gives way to partitions
	err := everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		next, err := r.pageOfInterfaces(ctx, token, nil)
		if pages++; pages == chainedPages && next != nil && *next != "" {
			rest, next = next, nil
		}
		return next, err
	})
	if err != nil || rest == nil {
		return err
	}
	seen := len(r.region.Interfaces)
	var g errgroup.Group
	for _, values := range interfacePartitions() {
		g.Go(func() error {
			return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
				return r.pageOfInterfaces(ctx, token, values)
			})
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if found(r.region.Interfaces[:seen], r.region.Interfaces[seen:]) {
		return nil
	}
	r.of.opts.Debug(r.region.Name + ": the partitions of network interfaces lack some that were read before: reading them page by page")
	return everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		if token == nil {
			token = rest
		}
		return r.pageOfInterfaces(ctx, token, nil)
	})
}

// chainedPages are read one after the other before the list is cut into
// partitions: a list that ends there is not worth more calls.
const chainedPages = 3

// interfacePartitions returns the values of the filter network-interface-id
// that cut the list into sixteen even parts and one for the rest. The ids of
// EC2 begin with eni- and a hexadecimal digit; those of 17 digits with eni-0
// and another one, which is as good as random; the few old ones of 8 digits go
// along. The rest are ids with another letter in those places, which no
// endpoint of AWS has given so far: nothing may be lost if one does. Filters
// know the wildcard * and take 200 values (EC2 user guide, filter your
// resources).
func interfacePartitions() [][]string {
	const digits, letters = "0123456789abcdef", "ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
	parts := make([][]string, len(digits)+1)
	for i, d := range digits {
		parts[i] = append(parts[i], "eni-0"+string(d)+"*")
		if d != '0' {
			parts[i] = append(parts[i], "eni-"+string(d)+"*")
		}
	}
	rest := &parts[len(digits)]
	*rest = append(*rest, "eni-0")
	for _, c := range letters {
		*rest = append(*rest, "eni-"+string(c)+"*", "eni-0"+string(c)+"*")
	}
	return parts
}

// found reports whether all of the first interfaces are among the others. An
// endpoint that does not know wildcards, or ids of another form, come out so.
func found(first, others []inventory.Interface) bool {
	left := make(map[string]bool, len(first))
	for i := range first {
		left[first[i].ID] = true
	}
	for i := range others {
		delete(left, others[i].ID)
	}
	return len(left) == 0
}

// pageOfInterfaces reads one page, of all interfaces or of those whose ids
// match a pattern. Pages of several partitions arrive side by side.
func (r *reader) pageOfInterfaces(ctx context.Context, token *string, ids []string) (*string, error) {
	in := &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(pageSize), NextToken: token, IncludeManagedResources: aws.Bool(true)}
	if ids != nil {
		in.Filters = []types.Filter{{Name: aws.String("network-interface-id"), Values: ids}}
	}
	describe := r.client.DescribeNetworkInterfaces
	out, err := describe(ctx, in, r.fast(scanInterfaces))
	if err != nil {
		return nil, err
	}
	r.adding.Lock()
	for i := range out.NetworkInterfaces {
		r.addInterface(&out.NetworkInterfaces[i])
	}
	r.adding.Unlock()
	r.progress.page(r.region.Name, len(out.NetworkInterfaces))
	return out.NextToken, nil
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

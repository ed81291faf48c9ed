package awsclient

import (
	"context"
	"maps"
	"net/netip"
	"slices"

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
// instead, which have to hold all that the first pages held and that is still
// there; else the chain goes on where it was left.
func readInterfaces(ctx context.Context, r *reader, limit *rate.Limiter) error {
	var read pages[inventory.Interface]
	defer func() {
		interfaces, contradictory := inventory.JoinInterfaces(read.all)
		r.region.Interfaces = interfaces
		for _, id := range contradictory {
			r.oddity(inventory.PartInterfaces, "%s came more than once, with a different VPC or subnet", id)
		}
	}()
	list := func(first *string, most int, ids []string) (rest *string, err error) {
		return chain(ctx, limit, most, func(ctx context.Context, token *string) (page[inventory.Interface], error) {
			if token == nil {
				token = first
			}
			in := &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(pageSize), NextToken: token, IncludeManagedResources: aws.Bool(true)}
			if ids != nil {
				in.Filters = []types.Filter{{Name: aws.String("network-interface-id"), Values: ids}}
			}
			return ask(ctx, r, r.client.DescribeNetworkInterfaces, in, interfaceDecoders)
		}, func(p page[inventory.Interface]) {
			r.oddities(inventory.PartInterfaces, p.odd)
			read.add(p.items)
			r.progress.page(r.region.Name, len(p.items))
		})
	}
	rest, err := list(nil, chainedPages, nil)
	if err != nil || rest == nil {
		return err
	}
	chained := len(read.all)
	var g errgroup.Group
	for _, ids := range interfacePartitions() {
		g.Go(func() error {
			_, err := list(nil, 0, ids)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	lacking := missing(read.all[:chained], read.all[chained:])
	if n := len(lacking); n > 0 && n <= maxFilterValues { // deleted meanwhile?
		before := len(read.all)
		if _, err := list(nil, 0, lacking); err != nil {
			return err
		}
		if len(slices.Concat(read.all[before:]...)) == 0 {
			return nil
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	r.of.opts.Debug(r.region.Name + ": the partitions of network interfaces lack some that were read before: reading them page by page")
	_, err = list(rest, 0, nil)
	return err
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

// missing returns the ids of the first interfaces that are not among the
// others, sorted. An endpoint that does not know wildcards, or ids of another
// form, come out so, and so do interfaces that were deleted meanwhile.
func missing(first, others [][]inventory.Interface) []string {
	left := map[string]bool{}
	for _, items := range first {
		for i := range items {
			left[items[i].ID] = true
		}
	}
	for _, items := range others {
		for i := range items {
			delete(left, items[i].ID)
		}
	}
	return slices.Sorted(maps.Keys(left))
}

var interfaceDecoders = decoders[inventory.Interface, ec2.DescribeNetworkInterfacesOutput]{scanInterfaces, convertInterfaces}

// interfaceDraft gathers the lists of one interface.
type interfaceDraft struct {
	groups          []string
	addresses, ipv6 []inventory.Address
	primary, public optionalText // of the interface itself
	wrong           []string     // texts that are no addresses
}

// optionalText is a text that says something by being there.
type optionalText struct {
	text []byte
	here bool
}

func optional(p *string) optionalText {
	if p == nil {
		return optionalText{}
	}
	return optionalText{[]byte(*p), true}
}

func (d *interfaceDraft) begin() {
	*d = interfaceDraft{groups: d.groups[:0], addresses: d.addresses[:0], ipv6: d.ipv6[:0]}
}

// address returns the address that a text is, the zero one if it is none.
func (d *interfaceDraft) address(t optionalText) netip.Addr {
	if !t.here {
		return netip.Addr{}
	}
	a, err := parseAddr(t.text)
	if err != nil {
		d.wrong = append(d.wrong, string(t.text))
	}
	return a.Unmap()
}

// pair adds a private address with the public one that is associated with it.
func (d *interfaceDraft) pair(private, public optionalText) {
	d.addresses = append(d.addresses, inventory.Address{Private: d.address(private), Public: d.address(public)})
}

// end completes the addresses, and says what is wrong with the last item of the
// page now that its id is known. The interface's own address repeats the first
// of its list, and counts where there is no list. Without an id the item is
// taken from the page again.
func (d *interfaceDraft) end(p *page[inventory.Interface], id string) {
	if id == "" {
		p.oddity("a network interface has no id")
		p.items = p.items[:len(p.items)-1]
		return
	}
	if len(d.addresses) == 0 && d.primary.here {
		d.pair(d.primary, d.public)
	}
	d.addresses = append(d.addresses, d.ipv6...)
	for _, text := range d.wrong {
		p.oddity("%s has %q for an address", id, text)
	}
	if slices.Contains(d.groups, "") {
		p.oddity("%s carries a security group without an id", id)
		d.groups = slices.DeleteFunc(d.groups, func(group string) bool { return group == "" })
	}
}

// convertInterfaces makes a page of what the SDK decoded.
func convertInterfaces(names *interner, out *ec2.DescribeNetworkInterfacesOutput, p *page[inventory.Interface]) {
	p.next = out.NextToken
	var d interfaceDraft
	for i := range out.NetworkInterfaces {
		n := &out.NetworkInterfaces[i]
		e := inventory.Interface{
			ID: aws.ToString(n.NetworkInterfaceId), VPC: names.of(n.VpcId), Subnet: names.of(n.SubnetId),
			Zone: names.of(n.AvailabilityZone), Account: names.of(n.OwnerId), Status: string(n.Status), Type: string(n.InterfaceType),
			Requester: names.of(n.RequesterId), Managed: aws.ToBool(n.RequesterManaged), Description: aws.ToString(n.Description),
			DenyIGW: aws.ToBool(n.DenyAllIgwTraffic), NoSourceDest: n.SourceDestCheck != nil && !*n.SourceDestCheck, Tags: convertTags(names, n.TagSet),
		}
		if n.Operator != nil {
			e.Operator = names.of(n.Operator.Principal)
		}
		if n.Attachment != nil {
			e.Instance, e.AttachedBy = aws.ToString(n.Attachment.InstanceId), names.of(n.Attachment.InstanceOwnerId)
		}
		d.begin()
		d.primary = optional(n.PrivateIpAddress)
		if n.Association != nil {
			d.public = optional(n.Association.PublicIp)
		}
		for k := range n.Groups {
			d.groups = append(d.groups, names.of(n.Groups[k].GroupId))
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
		p.items = append(p.items, e)
		d.end(p, e.ID)
		if e.ID != "" {
			last := &p.items[len(p.items)-1]
			last.Groups, last.Addresses = kept(d.groups), kept(d.addresses)
		}
	}
}

package awsclient

import (
	"context"
	"errors"
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
// there; else the chain goes on where it was left. One page of one partition,
// beside the last of the first pages, shows whether the endpoint knows the
// filter at all: emulators ignore it, and each partition would be the whole list.
func readInterfaces(ctx context.Context, r *reader, limit *rate.Limiter) error {
	l := &interfaceList{reader: r, limit: limit}
	defer l.join()
	behind, err := l.read(ctx, nil, nil, chainedPages-1)
	if err != nil || behind == nil {
		return err
	}
	parts := interfacePartitions()
	probed := len(parts) / 2 // of no list the one that comes first or last
	var probe *string
	var refused error
	var g errgroup.Group
	g.Go(func() (err error) {
		behind, err = l.read(ctx, behind, nil, 1)
		return err
	})
	g.Go(func() error {
		probe, refused = l.read(ctx, nil, parts[probed], 1)
		return nil
	})
	if err := g.Wait(); err != nil || behind == nil {
		return err
	}
	if refused == nil && (probe != nil || l.holds(parts[probed])) {
		whole, err := l.readPartitions(ctx, parts, probed, probe)
		if whole || err != nil && !errors.Is(err, errOtherItems) {
			return err
		}
	}
	r.of.opts.Debug(r.region.Name + ": the partitions of network interfaces lack some that were read before, or hold others: reading them page by page")
	_, err = l.read(ctx, behind, nil, 0)
	return err
}

// chainedPages are read one after the other before the list is cut into
// partitions: a list that ends there is not worth more calls.
const chainedPages = 3

// errOtherItems is the error for a partition with items that its filter excludes.
var errOtherItems = errors.New("the endpoint ignores filters")

// interfaceList is the list of network interfaces of a region while it is read.
type interfaceList struct {
	*reader
	limit          *rate.Limiter
	chained, parts pages[inventory.Interface]
}

// read reads pages from a token on, those with the ids only where they are
// given, and returns the token behind most of them, as chain does.
func (l *interfaceList) read(ctx context.Context, first *string, ids []string, most int) (rest *string, err error) {
	into := &l.chained
	if ids != nil {
		into = &l.parts
	}
	return chain(ctx, l.limit, most, func(ctx context.Context, token *string) (page[inventory.Interface], error) {
		if token == nil {
			token = first
		}
		in := &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(pageSize), NextToken: token, IncludeManagedResources: aws.Bool(true)}
		if ids != nil {
			in.Filters = []types.Filter{{Name: aws.String("network-interface-id"), Values: ids}}
		}
		p, err := ask(ctx, l.reader, l.client.DescribeNetworkInterfaces, in, interfaceDecoders)
		if err == nil && ids != nil && slices.ContainsFunc(p.items, func(e inventory.Interface) bool { return !matches(ids, e.ID) }) {
			return page[inventory.Interface]{}, errOtherItems
		}
		return p, err
	}, func(p page[inventory.Interface]) {
		l.oddities(inventory.PartInterfaces, p.odd)
		into.add(p.items)
		l.progress.page(l.region.Name, len(p.items))
	})
}

// join puts the pages together.
func (l *interfaceList) join() {
	interfaces, contradictory := inventory.JoinInterfaces(slices.Concat(l.chained.all, l.parts.all))
	l.region.Interfaces = interfaces
	for _, id := range contradictory {
		l.oddity(inventory.PartInterfaces, "%s came more than once, with a different VPC or subnet", id)
	}
}

var interfaceDecoders = decoders[inventory.Interface, ec2.DescribeNetworkInterfacesOutput]{scanInterfaces, convertInterfaces}

// interfaceDraft gathers the lists of one interface.
type interfaceDraft struct {
	groups          []string
	hasGroupSet     bool // whether the answer has the element groupSet
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
	e := &p.items[len(p.items)-1]
	switch {
	case id == "":
		p.oddity("a network interface has no id")
	case !inventory.IsInterfaceID(id):
		p.oddity("a network interface has the id %q, which is not an AWS id", cut(id, mostName))
	case !emptyOr(inventory.IsOwner, e.Account) || !emptyOr(inventory.IsVPCID, e.VPC) || !emptyOr(isAnyID, e.Subnet) || !emptyOr(isAnyID, e.Instance):
		p.oddity("%s has an owner, a VPC, a subnet or an instance that is not an AWS id", id)
	default:
		d.complete(p, id)
		return
	}
	p.items = p.items[:len(p.items)-1]
}

// complete is end for an item that is kept. EC2 sends the groups of every
// interface, as an empty element where there are none.
func (d *interfaceDraft) complete(p *page[inventory.Interface], id string) {
	if !d.hasGroupSet {
		p.oddity("%s came without the element groupSet: the security groups attached to it are unknown", id)
	}
	if len(d.addresses) == 0 && d.primary.here {
		d.pair(d.primary, d.public)
	}
	d.addresses = append(d.addresses, d.ipv6...)
	for _, text := range d.wrong {
		p.oddity("%s has %q for an address", id, text)
	}
	d.groups = slices.DeleteFunc(d.groups, func(group string) bool {
		if group == "" {
			p.oddity("%s carries a security group without an id", id)
		} else if !inventory.IsGroupID(group) {
			p.oddity("%s carries the security group %q, which is not an AWS id", id, cut(group, mostName))
		}
		return !inventory.IsGroupID(group)
	})
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
		d.hasGroupSet = n.Groups != nil // the SDK makes an empty list of an empty element
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
		before := len(p.items)
		d.end(p, e.ID)
		if len(p.items) == before {
			last := &p.items[before-1]
			last.Groups, last.Addresses = kept(d.groups), kept(d.addresses)
		}
	}
}

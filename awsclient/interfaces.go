package awsclient

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
)

// readInterfaces asks for managed interfaces too: since April 2026 EC2 leaves
// those that EKS, ECS and others run for the account out of its lists unless
// it is asked (API reference, IncludeManagedResources), and a group that only
// they have would look unused.
//
// Page tokens make a chain. A long list is read in partitions side by side
// instead, which have to hold all that the first pages held and that is still
// there; else the chain goes on where it was left. One page of one partition,
// beside the last of the first pages, shows whether the endpoint knows the
// filter at all: emulators ignore it, and each partition would be the whole list.
func readInterfaces(ctx context.Context, r *reader, p *pager) error {
	l := &interfaceList{reader: r, pager: p}
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
	r.client.opts.Debug(r.region.Name + ": the partitions of network interfaces lack some that were read before, or hold others: reading them page by page")
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
	pager          *pager
	chained, parts pages[inventory.Interface]
}

// read reads pages from a token on, those with the ids only where they are
// given, and returns the token behind most of them, as chain does.
func (l *interfaceList) read(ctx context.Context, first *string, ids []string, most int) (rest *string, err error) {
	into := &l.chained
	if ids != nil {
		into = &l.parts
	}
	return chain(ctx, l.pager, most, func(ctx context.Context, token *string) (ec2xml.Page[inventory.Interface], error) {
		if token == nil {
			token = first
		}
		in := &ec2.DescribeNetworkInterfacesInput{MaxResults: aws.Int32(pageSize), NextToken: token, IncludeManagedResources: aws.Bool(true)}
		if ids != nil {
			in.Filters = []types.Filter{{Name: aws.String("network-interface-id"), Values: ids}}
		}
		p, err := ask(ctx, l.reader, l.ec2.DescribeNetworkInterfaces, in, interfaceDecoders)
		if err == nil && ids != nil && slices.ContainsFunc(p.Items, func(e inventory.Interface) bool { return !matches(ids, e.ID) }) {
			return ec2xml.Page[inventory.Interface]{}, errOtherItems
		}
		return p, err
	}, func(p ec2xml.Page[inventory.Interface]) {
		l.allMalformed(inventory.PartInterfaces, p.Malformed)
		into.add(p.Items)
		l.progress.page(l.region, len(p.Items))
	})
}

// join puts the pages together.
func (l *interfaceList) join() {
	interfaces, contradictory := inventory.JoinInterfaces(slices.Concat(l.chained.all, l.parts.all))
	l.region.Interfaces = interfaces
	for _, id := range contradictory {
		l.malformed(inventory.PartInterfaces, "%s came more than once, with a different VPC or subnet", id)
	}
}

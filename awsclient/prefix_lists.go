package awsclient

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

const (
	prefixPage    = 100 // most of a page of prefix lists, and of their entries
	entriesAtOnce = 8
)

// readPrefixLists reads the lists, then the entries of those that rules and
// routes name. A list with entries that may not be read stays unresolved; the
// part counts as read, and a gap says what it lacks.
func readPrefixLists(ctx context.Context, r *reader, p *pager) error {
	described := map[string]inventory.PrefixList{}
	err := list(ctx, p, r.ec2.DescribeManagedPrefixLists,
		func(token *string) *ec2.DescribeManagedPrefixListsInput {
			return &ec2.DescribeManagedPrefixListsInput{MaxResults: aws.Int32(prefixPage), NextToken: token}
		},
		func(out *ec2.DescribeManagedPrefixListsOutput) ([]types.ManagedPrefixList, *string) {
			return out.PrefixLists, out.NextToken
		},
		func(l *types.ManagedPrefixList) {
			if id, ok := r.id(inventory.PartPrefixLists, "a managed prefix list", l.PrefixListId); ok {
				described[id] = inventory.PrefixList{
					ID: id, Name: aws.ToString(l.PrefixListName), Owner: ec2xml.Shared(l.OwnerId), MaxEntries: int(aws.ToInt32(l.MaxEntries)),
				}
			}
		})
	if err != nil {
		return err
	}
	r.after(inventory.PartGroups)
	r.after(inventory.PartRouteTables)
	entries := p.another()
	named := r.namedLists()
	r.region.PrefixLists = make([]inventory.PrefixList, len(named))
	var g errgroup.Group
	g.SetLimit(entriesAtOnce)
	for i, id := range named {
		l := &r.region.PrefixLists[i]
		*l = described[id]
		l.ID = id
		g.Go(func() error {
			whole, err := r.readEntries(ctx, entries, l)
			if err != nil {
				r.fail(inventory.PartPrefixLists, "ec2:GetManagedPrefixListEntries", err)
			}
			l.Resolved = err == nil && whole
			return nil
		})
	}
	return g.Wait()
}

// namedLists returns the lists that rules and routes name, sorted.
func (r *reader) namedLists() []string {
	var named []string
	for i := range r.region.Groups {
		for k := range r.region.Groups[i].Rules {
			if id := r.region.Groups[i].Rules[k].Peer.List; id != "" {
				named = append(named, id)
			}
		}
	}
	for i := range r.region.RouteTables {
		for _, route := range r.region.RouteTables[i].Routes {
			if route.List != "" {
				named = append(named, route.List)
			}
		}
	}
	slices.Sort(named)
	return slices.Compact(named)
}

// readEntries reads the entries of one list, and reports whether all of them were
// understood.
func (r *reader) readEntries(ctx context.Context, p *pager, l *inventory.PrefixList) (whole bool, err error) {
	whole = true
	err = list(ctx, p, r.ec2.GetManagedPrefixListEntries,
		func(token *string) *ec2.GetManagedPrefixListEntriesInput {
			return &ec2.GetManagedPrefixListEntriesInput{PrefixListId: &l.ID, MaxResults: aws.Int32(prefixPage), NextToken: token}
		},
		func(out *ec2.GetManagedPrefixListEntriesOutput) ([]types.PrefixListEntry, *string) {
			return out.Entries, out.NextToken
		},
		func(e *types.PrefixListEntry) {
			prefix, err := netip.ParsePrefix(aws.ToString(e.Cidr))
			if err != nil {
				whole = false
				r.addGaps(inventory.PartPrefixLists, fmt.Sprintf("%s has the entry %q, which is not an address prefix", l.ID, words.Cut(aws.ToString(e.Cidr), mostName)))
				return
			}
			l.Entries = append(l.Entries, inventory.PrefixPeer(prefix).Prefix)
		})
	return whole, err
}

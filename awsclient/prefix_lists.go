package awsclient

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

const (
	prefixPage    = 100 // most of a page of prefix lists, and of their entries
	entriesAtOnce = 8
)

// readPrefixLists reads the lists, then the entries of those that rules and
// routes name. A list whose entries may not be read stays unresolved; the
// part counts as read, and a gap says what it lacks.
func readPrefixLists(ctx context.Context, r *reader, limit *rate.Limiter) error {
	known := map[string]inventory.PrefixList{}
	describe := r.client.DescribeManagedPrefixLists
	err := everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := describe(ctx, &ec2.DescribeManagedPrefixListsInput{MaxResults: aws.Int32(prefixPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.PrefixLists {
			p := &out.PrefixLists[i]
			id, ok := r.id(inventory.PartPrefixLists, "a managed prefix list", p.PrefixListId)
			if !ok {
				continue
			}
			known[id] = inventory.PrefixList{
				ID: id, Name: aws.ToString(p.PrefixListName), Owner: ec2xml.Shared(p.OwnerId), MaxEntries: int(aws.ToInt32(p.MaxEntries)),
			}
		}
		return out.NextToken, nil
	})
	if err != nil {
		return err
	}
	r.after(inventory.PartGroups)
	r.after(inventory.PartRouteTables)
	limit = rate.NewLimiter(limit.Limit(), limit.Burst()) // another API, another bucket
	named := r.namedLists()
	r.region.PrefixLists = make([]inventory.PrefixList, len(named))
	var g errgroup.Group
	g.SetLimit(entriesAtOnce)
	for i, id := range named {
		list := &r.region.PrefixLists[i]
		*list = known[id]
		list.ID = id
		g.Go(func() error {
			whole, err := r.entries(ctx, limit, list)
			if err != nil {
				r.fail(inventory.PartPrefixLists, "ec2:GetManagedPrefixListEntries", err)
			}
			list.Resolved = err == nil && whole
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

// entries reads those of one list, and reports whether all of them were
// understood.
func (r *reader) entries(ctx context.Context, limit *rate.Limiter, list *inventory.PrefixList) (whole bool, err error) {
	get := r.client.GetManagedPrefixListEntries
	whole = true
	err = everyPage(ctx, limit, func(ctx context.Context, token *string) (*string, error) {
		out, err := get(ctx, &ec2.GetManagedPrefixListEntriesInput{PrefixListId: &list.ID, MaxResults: aws.Int32(prefixPage), NextToken: token})
		if err != nil {
			return nil, err
		}
		for i := range out.Entries {
			prefix, err := netip.ParsePrefix(aws.ToString(out.Entries[i].Cidr))
			if err != nil {
				whole = false
				r.record(inventory.PartPrefixLists, fmt.Sprintf("%s has the entry %q, which is not an address prefix", list.ID, words.Cut(aws.ToString(out.Entries[i].Cidr), mostName)))
				continue
			}
			list.Entries = append(list.Entries, inventory.PrefixPeer(prefix).Prefix)
		}
		return out.NextToken, nil
	})
	return whole, err
}

package awsclient

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/inventory"
)

// Collect reads every region that the options ask for. What could not be read
// is a gap; the error is set only where not even the regions are known. If
// ctx ends, what was read until then is returned, the rest as gaps.
func (c *Client) Collect(ctx context.Context) (*inventory.Inventory, error) {
	return c.collect(ctx, false)
}

// Probe makes each call that Collect would make, but of each list for the
// first page only: the gaps are those that a run would have, the lists are not
// whole.
func (c *Client) Probe(ctx context.Context) (*inventory.Inventory, error) {
	return c.collect(ctx, true)
}

func (c *Client) collect(ctx context.Context, firstPage bool) (*inventory.Inventory, error) {
	names, skipped, gaps, extra, err := c.regions(ctx)
	if err != nil {
		return nil, err
	}
	inv := &inventory.Inventory{Caller: c.caller, Depth: c.opts.Depth}
	for _, name := range skipped {
		inv.Regions = append(inv.Regions, &inventory.Region{AccountID: c.caller.AccountID, Partition: c.caller.Partition, Name: name, Skipped: true})
	}
	var g errgroup.Group
	g.SetLimit(c.opts.Concurrency)
	p := &progress{tell: c.opts.Progress, regions: len(names)}
	for _, name := range names {
		region := &inventory.Region{
			AccountID: c.caller.AccountID, Partition: c.caller.Partition, Name: name, Asked: c.opts.Depth.Parts(),
		}
		inv.Regions = append(inv.Regions, region)
		if gap, closed := gaps[name]; closed {
			region.Gaps = append(region.Gaps, gap)
			continue
		}
		g.Go(func() error {
			c.collectRegion(ctx, region, p, firstPage)
			return nil
		})
	}
	_ = g.Wait() // regions keep their failures as gaps
	if extra != nil && len(names) > 0 {
		first := inv.Regions[len(skipped)]
		first.Gaps = append(first.Gaps, *extra)
		first.Normalize()
	}
	inv.SortRegions()
	return inv, nil
}

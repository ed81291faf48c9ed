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
	plan, err := c.regions(ctx)
	if err != nil {
		return nil, err
	}
	inv := &inventory.Inventory{Caller: c.caller, Depth: c.opts.Depth}
	add := func(name string) *inventory.Region {
		region := &inventory.Region{AccountID: c.caller.AccountID, Partition: c.caller.Partition, Name: name}
		inv.Regions = append(inv.Regions, region)
		return region
	}
	if len(plan.read) > 0 {
		c.aggregator = c.askAggregator(ctx, c.caller.AccountID, firstPage)
	}
	var g errgroup.Group
	g.SetLimit(c.opts.Concurrency)
	p := &progress{tell: c.opts.Progress, regions: len(plan.read)}
	for _, name := range plan.read {
		region := add(name)
		region.Asked = c.opts.Depth.Parts()
		if gap, closed := plan.closed[name]; closed {
			region.Gaps = append(region.Gaps, gap)
			continue
		}
		g.Go(func() error {
			c.collectRegion(ctx, region, p, firstPage)
			return nil
		})
	}
	_ = g.Wait() // regions keep their failures as gaps
	if plan.gap != nil && len(inv.Regions) > 0 {
		first := inv.Regions[0]
		first.Gaps = append(first.Gaps, *plan.gap)
		first.Normalize()
	}
	for _, name := range plan.skipped {
		add(name).Skipped = true
	}
	inv.SortRegions()
	return inv, nil
}

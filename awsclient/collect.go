package awsclient

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// Collect reads every region that the options ask for. What could not be read
// is a gap; the error is set only where not even the regions are known. If
// ctx ends, what was read until then is returned, the rest as gaps.
func (c *Client) Collect(ctx context.Context) (*inventory.Inventory, error) {
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
			c.collectRegion(ctx, region, p)
			return nil
		})
	}
	_ = g.Wait() // regions keep their failures as gaps
	if extra != nil {
		first := inv.Regions[len(skipped)]
		first.Gaps = append(first.Gaps, *extra)
	}
	inv.Normalize()
	return inv, nil
}

// reader reads one region. The lists run side by side; mu guards what they
// share.
type reader struct {
	client   *ec2.Client
	region   *inventory.Region
	maxRPS   float64
	progress *progress
	names    *interner

	mu sync.Mutex
}

// collectRegion fills the region within its deadline.
func (c *Client) collectRegion(ctx context.Context, region *inventory.Region, p *progress) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.RegionDeadline, errDeadline)
	defer cancel()
	r := &reader{client: c.ec2Client(region.Name, maxAttempts), region: region, maxRPS: c.opts.MaxRPS, progress: p, names: newInterner()}
	var wait sync.WaitGroup
	for _, l := range lists {
		if region.Asked.Has(l.part) {
			wait.Go(func() { r.list(ctx, l) })
		}
	}
	wait.Wait()
	p.done(region.Name)
}

// list reads one part to its end, or records why it cannot.
func (r *reader) list(ctx context.Context, l list) {
	limit := rate.NewLimiter(rate.Limit(r.maxRPS), burst)
	err := l.read(ctx, r, limit)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.region.Gaps = append(r.region.Gaps, gap(l.part, l.part.Operations()[0], err))
		return
	}
	r.region.Read |= l.part
}

// oddity records that something of a part was not understood.
func (r *reader) oddity(part inventory.Part, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.region.Gaps = append(r.region.Gaps, inventory.Gap{
		Part: part, Operation: part.Operations()[0], Kind: inventory.Failed, Message: fmt.Sprintf(format, args...),
	})
}

// list is one part and the calls that fill it.
type list struct {
	part inventory.Part
	read func(ctx context.Context, r *reader, limit *rate.Limiter) error
}

// lists is the one table of what a run reads; the actions that it needs are
// those of its parts.
var lists = []list{
	{inventory.PartGroups, readGroups},
	{inventory.PartInterfaces, readInterfaces},
}

// Actions returns the IAM actions that a run of the depth needs, sorted.
func Actions(depth inventory.Depth) []string {
	actions := []string{"ec2:DescribeRegions"}
	for _, l := range lists {
		if depth.Parts().Has(l.part) {
			actions = append(actions, l.part.Operations()...)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// progress counts what all regions have read.
type progress struct {
	tell                        func(Progress)
	mu                          sync.Mutex
	regions, ended, pages, seen int
}

func (p *progress) page(region string, items int) {
	p.mu.Lock()
	p.pages++
	p.seen += items
	now := Progress{Region: region, State: "reading", Regions: p.regions, Done: p.ended, Pages: p.pages, Items: p.seen}
	p.mu.Unlock()
	p.tell(now)
}

func (p *progress) done(region string) {
	p.mu.Lock()
	p.ended++
	now := Progress{Region: region, State: "done", Regions: p.regions, Done: p.ended, Pages: p.pages, Items: p.seen}
	p.mu.Unlock()
	p.tell(now)
}

// interner keeps one copy of the strings that repeat: the SDK allocates each
// anew, and a region names the same few groups and subnets over and over.
type interner struct {
	mu    sync.Mutex
	known map[string]string
}

func newInterner() *interner { return &interner{known: map[string]string{}} }

func (i *interner) of(p *string) string {
	if p == nil || *p == "" {
		return ""
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if s, ok := i.known[*p]; ok {
		return s
	}
	i.known[*p] = *p
	return *p
}

package awsclient

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
)

// reader reads one region. The lists run side by side: each writes its own slice of
// the region, and mu guards what they share.
type reader struct {
	client    *Client
	config    aws.Config  // of every service's client for this region
	ec2       *ec2.Client // never in an interface, which would make the linker keep its 800 methods
	region    *inventory.Region
	progress  *progress
	firstPage bool                               // every list ends after its first page
	listsDone map[inventory.Part]*sync.WaitGroup // of the lists of each part

	counts   queue[ruleCount] // of the groups, as they are read
	details  ruleDetails
	scanners sync.Pool // of *ec2xml.Scanner, with the texts of this region

	mu            sync.Mutex
	notUnderstood inventory.Part // parts of which something was not understood
	gapTexts      map[inventory.Part]*gapTexts
	leftToSDK     map[string]bool // operations with answers that the SDK's decoder had to read
	ended         map[*sweep]bool // lists read to their end
}

// collectRegion fills the region within its deadline.
func (c *Client) collectRegion(ctx context.Context, region *inventory.Region, p *progress, firstPage bool) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.RegionDeadline, errDeadline)
	defer cancel()
	config := c.regionConfig(region.Name, maxAttempts)
	r := &reader{
		client: c, config: config, ec2: ec2.NewFromConfig(config), region: region, progress: p, firstPage: firstPage,
		listsDone: map[inventory.Part]*sync.WaitGroup{}, ended: map[*sweep]bool{},
	}
	var asked []*sweep
	for i := range lists {
		if l := &lists[i]; region.Asked.Has(l.part) {
			asked = append(asked, l)
			if r.listsDone[l.part] == nil {
				r.listsDone[l.part] = &sync.WaitGroup{}
			}
			r.listsDone[l.part].Add(1)
		}
	}
	var all sync.WaitGroup
	for _, l := range asked {
		all.Go(func() {
			defer r.listsDone[l.part].Done()
			r.sweep(ctx, l)
		})
	}
	all.Wait()
	for _, twice := range region.Repeated() {
		for _, name := range twice.Items {
			r.malformed(twice.Part, "%s came more than once, with different contents", name)
		}
	}
	region.Read = region.Asked &^ r.notUnderstood
	r.writeGaps()
	for _, l := range asked {
		if !r.ended[l] {
			region.Read &^= l.part
		}
	}
	r.details.join(region.Groups)
	region.Normalize() // while other regions wait for their answers
	p.done(region)
}

// after waits until the lists of a part have ended, well or not. Each ends with the
// region's deadline at the latest.
func (r *reader) after(part inventory.Part) {
	if done := r.listsDone[part]; done != nil {
		done.Wait()
	}
}

// sweep reads one list to its end, or records why it cannot.
func (r *reader) sweep(ctx context.Context, l *sweep) {
	most := r.client.opts.MaxRPS
	limit := rate.NewLimiter(rate.Limit(most), burst)
	if l.maxRPS > 0 {
		limit = rate.NewLimiter(rate.Limit(min(l.maxRPS, most)), 2*int(l.maxRPS))
	}
	if err := l.read(ctx, r, &pager{limit: limit, firstPage: r.firstPage, role: r.client.role, line: r.client.line}); err != nil {
		operation := l.operation
		var other operationError
		if errors.As(err, &other) {
			operation = other.operation
		}
		r.fail(l.part, operation, err)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended[l] = true
}

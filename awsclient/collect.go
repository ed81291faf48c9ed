package awsclient

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
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
	if extra != nil && len(names) > 0 {
		first := inv.Regions[len(skipped)]
		first.Gaps = append(first.Gaps, *extra)
		first.Normalize()
	}
	inv.SortRegions()
	return inv, nil
}

// Probe makes each call that Collect would make, but of each list for the
// first page only: the gaps are those that a run would have, the lists are not
// whole.
func (c *Client) Probe(ctx context.Context) (*inventory.Inventory, error) {
	return c.Collect(context.WithValue(ctx, firstPages{}, true))
}

// Limits returns what keeps a run polite: calls a second of each API in each
// region, those of APIs with a smaller allowance by their action, regions side
// by side, and the time that each region has.
func (c *Client) Limits() (rps float64, smaller map[string]float64, regions int, deadline time.Duration) {
	smaller = map[string]float64{}
	for _, l := range lists {
		if l.maxRPS > 0 && c.opts.Depth.Parts().Has(l.part) {
			smaller[l.operation] = min(l.maxRPS, c.opts.MaxRPS)
		}
	}
	return c.opts.MaxRPS, smaller, c.opts.Concurrency, c.opts.RegionDeadline
}

// reader reads one region. The lists run side by side; mu guards what they
// share.
type reader struct {
	of       *Client
	client   *ec2.Client
	region   *inventory.Region
	maxRPS   float64
	progress *progress
	over     map[inventory.Part]*sync.WaitGroup // of the lists of each part

	counts   arrivals[ruleCount] // of the groups, as they are read
	details  ruleDetails
	scanners sync.Pool // of *scanner, with the texts of this region

	mu    sync.Mutex
	odd   inventory.Part // parts of which something was not understood
	told  map[inventory.Part]*oddTexts
	slow  map[string]bool // calls whose answers the SDK's decoder had to read
	ended map[*list]bool  // lists read to their end
}

// collectRegion fills the region within its deadline.
func (c *Client) collectRegion(ctx context.Context, region *inventory.Region, p *progress) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.opts.RegionDeadline, errDeadline)
	defer cancel()
	r := &reader{
		of: c, client: c.ec2Client(region.Name, maxAttempts), region: region, maxRPS: c.opts.MaxRPS, progress: p,
		over: map[inventory.Part]*sync.WaitGroup{}, ended: map[*list]bool{},
	}
	var asked []*list
	for i := range lists {
		if l := &lists[i]; region.Asked.Has(l.part) {
			asked = append(asked, l)
			if r.over[l.part] == nil {
				r.over[l.part] = &sync.WaitGroup{}
			}
			r.over[l.part].Add(1)
		}
	}
	var all sync.WaitGroup
	for _, l := range asked {
		all.Go(func() {
			defer r.over[l.part].Done()
			r.list(ctx, l)
		})
	}
	all.Wait()
	r.contradictions()
	region.Read = region.Asked &^ r.odd
	r.gaps()
	for _, l := range asked {
		if !r.ended[l] {
			region.Read &^= l.part
		}
	}
	r.details.join(region.Groups)
	region.Normalize() // while other regions wait for their answers
	p.done(region.Name)
}

// after waits until the lists of a part have ended, well or not.
func (r *reader) after(part inventory.Part) {
	if over := r.over[part]; over != nil {
		over.Wait()
	}
}

// list reads one list to its end, or records why it cannot.
func (r *reader) list(ctx context.Context, l *list) {
	limit := rate.NewLimiter(rate.Limit(r.maxRPS), burst)
	if l.maxRPS > 0 {
		limit = rate.NewLimiter(rate.Limit(min(l.maxRPS, r.maxRPS)), 2*int(l.maxRPS))
	}
	if err := l.read(ctx, r, limit); err != nil {
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

// fail records why a part is not whole.
func (r *reader) fail(part inventory.Part, operation string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := gap(part, operation, err)
	for _, known := range r.region.Gaps {
		if known == g {
			return // two lists of one action
		}
	}
	r.region.Gaps = append(r.region.Gaps, g)
}

// oddity records that something of a part was not understood.
func (r *reader) oddity(part inventory.Part, format string, args ...any) {
	r.oddities(part, []string{fmt.Sprintf(format, args...)})
}

// oddities records what was not understood of a part, which does not count as
// read then: what rests on it would rest on what was left out.
func (r *reader) oddities(part inventory.Part, texts []string) {
	if len(texts) == 0 {
		return
	}
	r.record(part, texts...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.odd |= part
}

// mostOddities are told of one part: an answer may hold thousands.
const mostOddities = 100

// record makes gaps of texts. Of too many the first in order are kept, whatever
// the order in which pages arrive.
func (r *reader) record(part inventory.Part, texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.told == nil {
		r.told = map[inventory.Part]*oddTexts{}
	}
	if r.told[part] == nil {
		r.told[part] = &oddTexts{}
	}
	for _, text := range texts {
		r.told[part].add(words.Cut(text, mostText))
	}
}

// oddTexts are different texts, sorted.
type oddTexts struct {
	texts []string
	more  int // that were not kept
}

func (o *oddTexts) add(text string) {
	i, known := slices.BinarySearch(o.texts, text)
	if known {
		return
	}
	o.texts = slices.Insert(o.texts, i, text)
	if len(o.texts) > mostOddities {
		o.texts = o.texts[:mostOddities]
		o.more++
	}
}

// gaps makes gaps of what was recorded, once the region is read.
func (r *reader) gaps() {
	for part, odd := range r.told {
		if odd.more > 0 {
			odd.texts = append(odd.texts, fmt.Sprintf("and %d more of the same part", odd.more))
		}
		for _, text := range odd.texts {
			r.region.Gaps = append(r.region.Gaps, inventory.Gap{Part: part, Operation: part.Operations()[0], Kind: inventory.Failed, Message: text})
		}
	}
}

// list is one sweep over a part, and the call that it begins with.
type list struct {
	part      inventory.Part
	operation string
	read      func(ctx context.Context, r *reader, limit *rate.Limiter) error
	maxRPS    float64 // where the API's own bucket is smaller than most
}

// lists is the one table of what a run reads. A part is read when all of its
// lists came to their end.
var lists = []list{
	{part: inventory.PartGroups, operation: "ec2:DescribeSecurityGroups", read: readGroups},
	{part: inventory.PartInterfaces, operation: "ec2:DescribeNetworkInterfaces", read: readInterfaces},
	{part: inventory.PartRules, operation: "ec2:DescribeSecurityGroupRules", read: readRules},
	{part: inventory.PartPrefixLists, operation: "ec2:DescribeManagedPrefixLists", read: readPrefixLists},
	{part: inventory.PartVPCs, operation: "ec2:DescribeVpcs", read: readVPCs},
	{part: inventory.PartSubnets, operation: "ec2:DescribeSubnets", read: readSubnets},
	{part: inventory.PartRouteTables, operation: "ec2:DescribeRouteTables", read: readRouteTables},
	{part: inventory.PartNetworkACLs, operation: "ec2:DescribeNetworkAcls", read: readNetworkACLs},
	{part: inventory.PartInternetGateways, operation: "ec2:DescribeInternetGateways", read: readInternetGateways},
	{part: inventory.PartNATGateways, operation: "ec2:DescribeNatGateways", read: readNATGateways},
	{part: inventory.PartFlowLogs, operation: "ec2:DescribeFlowLogs", read: readFlowLogs},
	{part: inventory.PartPeerings, operation: "ec2:DescribeVpcPeeringConnections", read: readPeerings},
	{part: inventory.PartPublicAccess, operation: "ec2:DescribeVpcBlockPublicAccessOptions", read: readPublicAccess},
	{part: inventory.PartPublicAccess, operation: "ec2:DescribeVpcBlockPublicAccessExclusions", read: readExclusions},
	{part: inventory.PartAssociations, operation: "ec2:DescribeSecurityGroupVpcAssociations", read: readAssociations},
	{part: inventory.PartStale, operation: "ec2:DescribeStaleSecurityGroups", read: readStale, maxRPS: 4},
	{part: inventory.PartLaunchTemplates, operation: "ec2:DescribeLaunchTemplateVersions", read: readLaunchTemplates},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeVpcEndpoints", read: readVPCEndpoints},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeClientVpnEndpoints", read: readClientVPNEndpoints},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeVerifiedAccessEndpoints", read: readVerifiedAccessEndpoints},
	{part: inventory.PartEndpoints, operation: "ec2:DescribeInstanceConnectEndpoints", read: readInstanceConnectEndpoints},
	{part: inventory.PartLoadBalancers, operation: "elasticloadbalancing:DescribeLoadBalancers", read: readLoadBalancers, maxRPS: 8},
	{part: inventory.PartLoadBalancers, operation: "elasticloadbalancing:DescribeLoadBalancers", read: readClassicLoadBalancers, maxRPS: 8},
	{part: inventory.PartListeners, operation: "elasticloadbalancing:DescribeListeners", read: readListeners, maxRPS: 8},
	{part: inventory.PartFunctions, operation: "lambda:ListFunctions", read: readFunctions, maxRPS: 10},
	{part: inventory.PartWebACLs, operation: "wafv2:ListWebACLs", read: readWebACLs, maxRPS: 5},
	{part: inventory.PartQuotas, operation: "servicequotas:GetServiceQuota", read: readQuotas, maxRPS: 5},
	{part: inventory.PartRecorders, operation: "config:DescribeConfigurationRecorders", read: readRecorders, maxRPS: 5},
}

// Actions returns the IAM actions that a run of the depth needs, sorted.
func Actions(depth inventory.Depth) []string {
	actions := []string{"ec2:DescribeRegions"}
	for _, part := range depth.Parts().Each() {
		actions = append(actions, part.Operations()...)
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

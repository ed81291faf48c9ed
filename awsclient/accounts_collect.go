package awsclient

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/sgaudit/sgaudit/inventory"
)

const (
	defaultParallel = 128 // calls under way at once, of a run over several accounts
	mostOfAccount   = 64  // of those, calls to one account
	waitOfAccount   = 32  // prepared calls to one account, of twice as many as may be under way
	entering        = 64  // roles of accounts that are assumed at the same time

	// readAhead are the regions that may wait to be taken, beside those of the
	// region name that is read and of the next.
	readAhead = 256
)

// Accounts are the accounts of a run over several, with the credentials of each.
type Accounts struct {
	opts    Options
	base    *Client
	all     slots
	line    slots // of prepared calls
	members []member

	mu       sync.Mutex
	profiles map[string]func() (*Client, error) // the credentials of each profile, once
	warned   map[string]bool                    // texts of warnings
}

// Enter gets the credentials of every account and asks which regions each has. Base
// has the run's own credentials; it may be nil where every account has a profile. An
// account that cannot be entered is one that Read gives with gaps, of a profile that does
// not work perhaps without an id; one with a State is left alone. The error is set where
// nothing could be begun, or where an account is there twice: a *SetupError, but for the
// end of ctx.
func Enter(ctx context.Context, opts Options, base *Client, accounts []Account) (*Accounts, error) {
	opts.setDefaults()
	if opts.ConfigAggregator != "" && base == nil {
		return nil, &SetupError{
			Message: "the configuration aggregator has to be asked with one set of credentials, and each account of this run has its own",
			Hint:    "give a --profile for the run with --org or with roles in --accounts-file, or drop --config-aggregator",
		}
	}
	if opts.Parallel == 0 {
		opts.Parallel = defaultParallel
	}
	opts.Concurrency = 2 * opts.Parallel // many wait before they make a throttled call again
	r := &Accounts{opts: opts, all: make(slots, opts.Parallel), line: make(slots, 2*opts.Parallel), members: make([]member, len(accounts)), profiles: map[string]func() (*Client, error){}, warned: map[string]bool{}}
	if base != nil {
		r.base = r.within(base)
	}
	if err := r.enter(ctx, accounts); err != nil {
		return nil, err
	}
	return r, nil
}

// Inventory returns what is known before anything is read: an inventory without
// regions.
func (r *Accounts) Inventory() *inventory.Inventory {
	return &inventory.Inventory{Depth: r.opts.Depth, Caller: r.caller()}
}

// List returns the accounts in the order in which they were given, with their ids.
func (r *Accounts) List() []Account {
	list := make([]Account, len(r.members))
	for i := range r.members {
		list[i] = r.members[i].Account
	}
	return list
}

// within returns a client of the same credentials that keeps to the bound of the run.
func (r *Accounts) within(c *Client) *Client {
	other := &Client{opts: c.opts, config: c.config.Copy(), home: c.home, caller: c.caller, line: line{run: r.line}}
	other.config.HTTPClient = bounded{leavesLine{other.config.HTTPClient}, r.all}
	return other
}

// caller is the identity of the run: the run's own credentials, or what all
// accounts have in common.
func (r *Accounts) caller() inventory.Caller {
	if r.base != nil {
		return r.base.caller
	}
	for _, m := range r.members {
		if m.client != nil {
			return inventory.Caller{Partition: m.client.caller.Partition}
		}
	}
	return inventory.Caller{Partition: "aws"}
}

// unit is one region of one account on its way.
type unit struct {
	member *member
	region *inventory.Region
	read   bool // calls will be made
}

// units returns what there is of the run, by region name.
func (r *Accounts) units() (names []string, units map[string][]*unit) {
	units = map[string][]*unit{}
	partition := r.caller().Partition
	add := func(m *member, name string) *unit {
		u := &unit{m, &inventory.Region{AccountID: m.ID, AccountName: m.name(), Partition: partition, Name: name, Asked: r.opts.Depth.Parts()}, false}
		if units[name] == nil {
			names = append(names, name)
		}
		units[name] = append(units[name], u)
		return u
	}
	for i := range r.members {
		m := &r.members[i]
		if m.State == "" && m.gap == nil {
			m.planned(add)
			continue
		}
		for _, name := range m.Usual(r.opts, partition) {
			region := add(m, name).region
			if m.gap == nil {
				region.Skipped = true
				region.Gaps = []inventory.Gap{{Operation: OrganizationActions[0], Kind: inventory.Failed, Message: "the account is " + m.State}}
				continue
			}
			g := *m.gap
			g.Part = region.Asked
			region.Gaps = []inventory.Gap{g}
		}
	}
	slices.Sort(names)
	for _, list := range units {
		slices.SortFunc(list, func(a, b *unit) int {
			return cmp.Or(cmp.Compare(a.region.AccountID, b.region.AccountID), cmp.Compare(a.region.AccountName, b.region.AccountName))
		})
	}
	return names, units
}

// name is the account's name; where neither its id nor its name is known, the profile's.
func (m *member) name() string {
	if m.ID == "" {
		return cmp.Or(m.Name, m.Profile)
	}
	return m.Name
}

// planned adds the regions of an account that was entered.
func (m *member) planned(add func(m *member, name string) *unit) {
	for k, name := range m.plan.read {
		u := add(m, name)
		closed, is := m.plan.closed[name]
		u.read = !is
		if is {
			u.region.Gaps = append(u.region.Gaps, closed)
		}
		if k == 0 && m.plan.gap != nil {
			u.region.Gaps = append(u.region.Gaps, *m.plan.gap)
		}
	}
	for _, name := range m.plan.skipped {
		add(m, name).region.Skipped = true
	}
}

// Usual returns the regions of an account that was not entered, sorted: its own, or
// those that were asked for, or those that every account of the partition has.
func (a Account) Usual(opts Options, partition string) []string {
	names := slices.Clone(a.Regions)
	if len(names) == 0 {
		names = slices.Clone(opts.Regions)
	}
	if len(names) == 0 {
		names = slices.Clone(alwaysEnabled[partition])
	}
	if len(names) == 0 {
		names = []string{partitionHome[partition]}
	}
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), func(name string) bool { return slices.Contains(opts.ExcludeRegions, name) })
}

// Read reads every region of the accounts and gives them to take, all accounts of one
// region name together: what groups refer to lies in their own region. The calls of
// take come one by one, in the order of the names, and the regions are sorted by
// account. They are let go when take returns, and the reading does not go far ahead
// of it: what is in memory are the regions of two names and some more. If ctx ends,
// what was not read then is given as gaps.
func (r *Accounts) Read(ctx context.Context, take func(regions []*inventory.Region)) {
	names, units := r.units()
	r.askAggregator(ctx)
	p := &progress{tell: r.opts.Progress, left: map[string]int{}}
	done := make([]sync.WaitGroup, len(names))
	for i, name := range names {
		done[i].Add(len(units[name]))
		for _, u := range units[name] {
			if u.read {
				p.regions++
				p.left[u.member.ID]++
			}
		}
	}
	p.accounts = len(p.left)
	var (
		mu    sync.Mutex
		moved = sync.NewCond(&mu)
		taken int // names
		held  int // regions that were begun and not yet taken
	)
	begin := make(chan struct{}, r.opts.Concurrency)
	lists := make([][]*unit, len(names))
	for i, name := range names {
		lists[i] = units[name]
	}
	clear(units)
	go func() {
		for i, list := range lists {
			for _, u := range list {
				mu.Lock()
				for i > taken+1 && held >= readAhead {
					moved.Wait()
				}
				held++
				mu.Unlock()
				if !u.read {
					done[i].Done()
					continue
				}
				begin <- struct{}{}
				go func() {
					u.member.client.collectRegion(ctx, u.region, p, false)
					<-begin
					done[i].Done()
				}()
			}
		}
	}()
	for i := range names {
		done[i].Wait()
		mu.Lock()
		list := lists[i]
		mu.Unlock()
		regions := make([]*inventory.Region, len(list))
		for k, u := range list {
			regions[k] = u.region
			u.region = nil
		}
		take(regions)
		mu.Lock()
		lists[i], taken, held = nil, i+1, held-len(list)
		moved.Broadcast()
		mu.Unlock()
	}
}

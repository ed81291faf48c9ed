package awsclient

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/sgaudit/sgaudit/inventory"
)

// member is one account of the run, and the parts of it to read.
type member struct {
	Account
	client *Client // nil: it was not entered
	plan   *regionPlan
	gap    *inventory.Gap // why it was not entered
	failed *SetupError    // the same, of credentials of a profile
}

func (r *Accounts) enter(ctx context.Context, accounts []Account) error {
	var asking sync.Mutex // one person types one code at a time
	if ask := r.opts.MFAToken; ask != nil {
		r.opts.MFAToken = func(profile string) (string, error) {
			asking.Lock()
			defer asking.Unlock()
			return ask(profile)
		}
	}
	var g errgroup.Group
	g.SetLimit(entering)
	for i, a := range accounts {
		m := &r.members[i]
		m.Account = a
		if a.State != "" {
			continue
		}
		g.Go(func() error { return r.enterOne(ctx, m) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	if err := r.checkProfiles(); err != nil {
		return err
	}
	return r.checkAccounts()
}

func (r *Accounts) enterOne(ctx context.Context, m *member) error {
	base := r.base
	if m.Profile != "" {
		var err error
		if base, err = r.profile(ctx, m.Profile); err != nil {
			return r.unknown(ctx, m, err)
		}
		if m.Role == "" && m.ID != "" && m.ID != base.caller.AccountID {
			return &SetupError{Message: fmt.Sprintf("profile %q is of account %s, not of %s", m.Profile, base.caller.AccountID, m.ID), Hint: "correct the id or the profile"}
		}
	}
	if m.ID == "" {
		m.ID = cmp.Or(RoleAccount(m.Role), base.caller.AccountID)
	}
	client, err := base.enter(ctx, m.Account)
	var refused accountError
	if errors.As(err, &refused) {
		m.gap = &refused.gap
		return nil
	}
	if err != nil {
		return err
	}
	client.opts.Warn = func(text string) { r.warn(m, text) }
	client.config.HTTPClient = bounded{client.config.HTTPClient, make(slots, mostOfAccount)}
	client.line.account = make(slots, waitOfAccount)
	m.client = client
	if m.plan, err = client.regions(ctx); err != nil {
		var setup *SetupError
		if errors.As(err, &setup) && setup.Err == nil { // --exclude-region leaves none, of any account
			return err
		}
		g := gap(0, "ec2:DescribeRegions", err)
		m.gap = &g
	}
	return nil
}

// profile returns a client with the credentials of a profile. Accounts that share one
// share the client: an MFA code is asked for once.
func (r *Accounts) profile(ctx context.Context, name string) (*Client, error) {
	r.mu.Lock()
	get := r.profiles[name]
	if get == nil {
		get = sync.OnceValues(func() (*Client, error) {
			opts := r.opts
			opts.Profile = name
			c, err := connect(ctx, opts)
			if err != nil {
				return nil, err
			}
			return r.within(c), nil
		})
		r.profiles[name] = get
	}
	r.mu.Unlock()
	return get()
}

// warn repeats a warning of one account, of many that would say the same.
func (r *Accounts) warn(m *member, text string) {
	r.mu.Lock()
	again := r.warned[text]
	r.warned[text] = true
	r.mu.Unlock()
	if !again {
		r.opts.Warn("account " + m.String() + ": " + text + " (the same warning is not repeated for other accounts)")
	}
}

// unknown is the failure of a profile, and so of its account. Its id may be unknown then;
// the profile's settings often have it.
func (r *Accounts) unknown(ctx context.Context, m *member, err error) error {
	var setup *SetupError
	if ctx.Err() != nil || !errors.As(err, &setup) {
		return err
	}
	m.ID = cmp.Or(m.ID, RoleAccount(m.Role), accountOfProfile(m.Profile))
	m.failed = &SetupError{Message: fmt.Sprintf("profile %q: %s", m.Profile, setup.Message), Hint: setup.Hint, Err: setup.Err}
	m.gap = &inventory.Gap{Operation: operationIdentity, Kind: inventory.Failed, Code: codeOf(err)}
	verb := "do not work"
	if setup.Err != nil && !setup.local {
		m.gap.Operation = cmp.Or(calledSTS(setup.Err), operationIdentity)
		switch kind := gap(0, m.gap.Operation, setup.Err).Kind; kind {
		case inventory.Denied, inventory.DeniedByPolicy, inventory.Expired:
			m.gap.Kind = kind
		case inventory.Throttled, inventory.Unreachable:
			m.gap.Kind, verb = kind, "could not be obtained"
		}
	}
	m.gap.Message = fmt.Sprintf("the credentials of profile %q %s: %s", m.Profile, verb, setup.Message)
	if setup.Hint != "" {
		m.gap.Message += " (" + setup.Hint + ")"
	}
	return nil
}

// accountOfProfile returns the id of the account that a profile says it leads into,
// empty where it says nothing: that of its role, or of its permission set in IAM
// Identity Center.
func accountOfProfile(name string) string {
	shared, err := sharedProfile(name)
	if id := cmp.Or(RoleAccount(shared.RoleARN), shared.SSOAccountID); err == nil && inventory.IsAccountID(id) {
		return id
	}
	return ""
}

// checkProfiles refuses a run in which no profile works: there is nothing to begin with.
func (r *Accounts) checkProfiles() error {
	var failed []*SetupError
	for i := range r.members {
		m := &r.members[i]
		switch {
		case m.State != "":
		case m.failed == nil:
			return nil
		default:
			failed = append(failed, m.failed)
		}
	}
	switch {
	case len(failed) == 0 || r.base != nil:
		return nil
	case len(failed) == 1:
		return failed[0]
	}
	all := &SetupError{Message: fmt.Sprintf("the %d profiles of this run do not work", len(failed)), Err: failed[0].Err}
	same := !slices.ContainsFunc(failed, func(e *SetupError) bool { return e.Hint != failed[0].Hint })
	if same {
		all.Hint = failed[0].Hint
	}
	between := ": "
	for _, e := range failed {
		all.Message += between + e.Message
		if !same && e.Hint != "" {
			all.Message += " (" + e.Hint + ")"
		}
		if Passes(e) { // then the run passes at another try, too
			all.Err = e.Err
		}
		between = "; "
	}
	return all
}

// checkAccounts refuses a run in which an account comes twice, or accounts of two
// partitions, for which ARNs and links differ.
func (r *Accounts) checkAccounts() error {
	seen := map[string]*member{}
	partition := ""
	for i := range r.members {
		m := &r.members[i]
		if m.ID == "" { // of a profile that does not work
			continue
		}
		if other := seen[m.ID]; other != nil {
			return &SetupError{Message: fmt.Sprintf("account %s comes twice: %s and %s", m.ID, other.origin(), m.origin()), Hint: "its findings would count twice: leave one of them out"}
		}
		seen[m.ID] = m
		if m.client == nil {
			continue
		}
		if partition != "" && m.client.caller.Partition != partition {
			return &SetupError{Message: fmt.Sprintf("account %s is in the partition %s, and others are in %s", m.String(), m.client.caller.Partition, partition), Hint: "audit each partition by itself"}
		}
		partition = m.client.caller.Partition
	}
	return nil
}

func (m *member) origin() string {
	if m.Profile != "" {
		return fmt.Sprintf("profile %q", m.Profile)
	}
	return m.String()
}

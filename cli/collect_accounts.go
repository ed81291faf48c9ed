package cli

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/cli/console"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/words"
)

// accountsRun is the reading of several accounts.
type accountsRun struct {
	*awsclient.Accounts
	findings atomic.Int64 // so far; -1 where nothing is judged on the way
	line     *console.Progress
}

// enter lists the accounts of a source and gets their credentials.
func (p *program) enter(ctx context.Context, s *source) (*accountsRun, error) {
	opts := s.client
	p.prepare(ctx, &opts)
	run := &accountsRun{}
	run.findings.Store(-1)
	begun := time.Now()
	opts.Progress = func(u awsclient.Progress) {
		run.line.Set("%s", run.text(u, opts.Throttles.Total(), time.Since(begun)))
		p.console.Debug("%s of %s: %s; %d pages, %d items, %d/%d regions", u.Region, u.Account, u.State, u.Pages, u.Items, u.Done, u.Regions)
	}
	p.console.Debug("connecting")
	accounts, base, err := p.listAccounts(ctx, s.accounts, opts)
	if err != nil {
		return nil, p.interrupted(ctx, err)
	}
	if accounts, err = s.accounts.share(accounts); err != nil {
		return nil, err
	}
	if run.Accounts, err = awsclient.Enter(ctx, opts, base, accounts); err != nil {
		return nil, p.interrupted(ctx, err)
	}
	var left []string
	for _, a := range accounts {
		if a.State != "" {
			left = append(left, fmt.Sprintf("%s is %s", a, a.State))
		}
	}
	p.console.Say("reading %s", words.Count(len(accounts)-len(left), "account"))
	if len(left) > 0 {
		p.console.Say("left out: %s", words.List(left, 4))
	}
	return run, nil
}

// read reads the accounts, region name by region name, with a line of progress.
func (p *program) read(ctx context.Context, run *accountsRun, take func([]*inventory.Region)) {
	run.line = p.console.StartProgress()
	defer run.line.End()
	run.Read(ctx, take)
}

// text is the line of progress.
func (r *accountsRun) text(u awsclient.Progress, throttled int, since time.Duration) string {
	parts := []string{fmt.Sprintf("%d/%d accounts", u.Ended, u.Accounts), fmt.Sprintf("%d/%d regions", u.Done, u.Regions)}
	if n := r.findings.Load(); n >= 0 {
		parts = append(parts, fmt.Sprintf("%d findings", n))
	}
	if throttled > 0 {
		parts = append(parts, fmt.Sprintf("%d calls throttled", throttled))
	}
	if u.Done > 0 && u.Done < u.Regions {
		left := since * time.Duration(u.Regions-u.Done) / time.Duration(u.Done)
		parts = append(parts, "about "+left.Round(time.Second).String()+" left")
	}
	return strings.Join(parts, "  ")
}

// collectAll reads the accounts into one inventory.
func (p *program) collectAll(ctx context.Context, s *source) (*inventory.Inventory, error) {
	run, err := p.enter(ctx, s)
	if err != nil {
		return nil, err
	}
	inv := run.Inventory()
	p.read(ctx, run, func(regions []*inventory.Region) { inv.Regions = append(inv.Regions, regions...) })
	inv.SortRegions()
	return inv, nil
}

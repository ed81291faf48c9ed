package awsclient

import (
	"sync"

	"github.com/sgaudit/sgaudit/inventory"
)

// progress counts what all regions have read.
type progress struct {
	tell                        func(Progress)
	mu                          sync.Mutex
	regions, ended, pages, seen int
	accounts, over              int
	left                        map[string]int // regions to read, by account; nil of one account alone
}

func (p *progress) page(region *inventory.Region, items int) {
	p.mu.Lock()
	p.pages++
	p.seen += items
	now := p.now(region, "reading")
	p.mu.Unlock()
	p.tell(now)
}

func (p *progress) done(region *inventory.Region) {
	p.mu.Lock()
	p.ended++
	if p.left != nil {
		if p.left[region.AccountID]--; p.left[region.AccountID] == 0 {
			p.over++
		}
	}
	now := p.now(region, "done")
	p.mu.Unlock()
	p.tell(now)
}

// now needs the lock.
func (p *progress) now(region *inventory.Region, state string) Progress {
	return Progress{
		Account: region.AccountID, Region: region.Name, State: state, Accounts: p.accounts, Ended: p.over,
		Regions: p.regions, Done: p.ended, Pages: p.pages, Items: p.seen,
	}
}

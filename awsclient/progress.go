package awsclient

import (
	"sync"
)

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

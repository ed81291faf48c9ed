package awsclient

import (
	"iter"
	"sync"
)

// arrivals hands on what one list has read so far to another that waits for it.
// The zero value is one that nothing has come to yet.
type arrivals[T any] struct {
	mu    sync.Mutex
	items []T
	over  bool
	came  chan struct{} // closed at the next arrival; nil where nobody waits
}

// add tells of more items.
func (a *arrivals[T]) add(items ...T) { a.tell(items, false) }

// end tells that there will be no more.
func (a *arrivals[T]) end() { a.tell(nil, true) }

func (a *arrivals[T]) tell(items []T, over bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.items, a.over = append(a.items, items...), a.over || over
	if a.came != nil {
		close(a.came)
		a.came = nil
	}
}

// each yields every item, in the order of their arrival, and waits for more
// until the end.
func (a *arrivals[T]) each() iter.Seq[T] {
	return func(yield func(T) bool) {
		for next := 0; ; {
			items, wait := a.from(next)
			for _, item := range items {
				if !yield(item) {
					return
				}
			}
			next += len(items)
			switch {
			case len(items) > 0:
			case wait == nil:
				return
			default:
				<-wait
			}
		}
	}
}

// from returns the items from a position on. Where there is none, wait is closed
// when some come, and nil where none will.
func (a *arrivals[T]) from(next int) (items []T, wait <-chan struct{}) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if next < len(a.items) || a.over {
		return a.items[next:], nil
	}
	if a.came == nil {
		a.came = make(chan struct{})
	}
	return nil, a.came
}

package awsclient

import (
	"iter"
	"sync"
)

// queue hands on what one list has read so far to another one that waits for it. It
// has no bound: the list that writes never waits. The zero value is an empty queue.
type queue[T any] struct {
	mu    sync.Mutex
	items []T
	ended bool
	more  chan struct{} // closed at the next change; nil where no list waits
}

// add appends items.
func (q *queue[T]) add(items ...T) { q.change(items, false) }

// end says that there will be no more items. The list that writes calls it however
// it ends, so that each always comes to an end.
func (q *queue[T]) end() { q.change(nil, true) }

func (q *queue[T]) change(items []T, ended bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items, q.ended = append(q.items, items...), q.ended || ended
	if q.more != nil {
		close(q.more)
		q.more = nil
	}
}

// each yields every item, in the order in which they were added, and waits for more
// until the end.
func (q *queue[T]) each() iter.Seq[T] {
	return func(yield func(T) bool) {
		for next := 0; ; {
			items, wait := q.from(next)
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
func (q *queue[T]) from(next int) (items []T, wait <-chan struct{}) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if next < len(q.items) || q.ended {
		return q.items[next:], nil
	}
	if q.more == nil {
		q.more = make(chan struct{})
	}
	return nil, q.more
}

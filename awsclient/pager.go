package awsclient

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"

	"golang.org/x/time/rate"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
)

var (
	errRepeatedToken = errors.New("repeated page token")
	errDeadline      = errors.New("the region's deadline has passed")
)

// endlessPages is the error for a list that does not come to its end.
type endlessPages string

func (e endlessPages) Error() string { return "the endpoint goes on sending pages: " + string(e) }

const (
	// mostListed are the items of one list in one region, whatever their pages: the
	// quotas of AWS end far below, and their memory is bounded.
	mostListed = 2_000_000
	// mostIdlePages may follow each other without an item that the page before did
	// not have. EC2 sends empty pages where a filter passes over many items.
	mostIdlePages = 1_000
)

// idlePages is mostIdlePages, and less in the tests that have a list without an end.
var idlePages = mostIdlePages

// pager makes the calls of one list, side by side where a list wants it.
type pager struct {
	limit     *rate.Limiter // of the API: each call takes a token
	firstPage bool          // every list ends after its first page
	listed    atomic.Int64  // items so far
	role      *assumedRole  // of the credentials; nil where they cannot be renewed
	line      line          // of the run
}

// another returns a pager for another API of the same allowance: the rate of calls
// counts for each API.
func (p *pager) another() *pager {
	return &pager{limit: rate.NewLimiter(p.limit.Limit(), p.limit.Burst()), firstPage: p.firstPage, role: p.role, line: p.line}
}

// list reads a list from its first page to its last and gives every item to add, in
// the order of the answers. The operation of the SDK gets a request for each page
// token, nil at first; items takes an answer apart into its items and the token of
// the next page.
func list[In, Out, Item, Options any](
	ctx context.Context, p *pager,
	operation func(context.Context, *In, ...func(*Options)) (*Out, error),
	request func(token *string) *In,
	items func(*Out) ([]Item, *string),
	add func(*Item),
) error {
	var before []Item
	return p.everyPage(ctx, func(ctx context.Context, token *string) (*string, int, error) {
		out, err := operation(ctx, request(token))
		if err != nil {
			return nil, 0, err
		}
		all, next := items(out)
		for i := range all {
			add(&all[i])
		}
		fresh := others(all, before)
		before = all
		return next, fresh, nil
	})
}

// others returns how many items a page has, 0 where they are those of the page
// before it again.
func others[Item any](page, before []Item) int {
	if len(page) == len(before) && reflect.DeepEqual(page, before) {
		return 0
	}
	return len(page)
}

// everyPage calls next with an empty token and then with each token that
// comes back, until there is none. Next returns the token and how many items
// came that the page before did not have. An empty page with a token goes on; a
// token that was seen before ends it with errRepeatedToken, and a list without
// an end with endlessPages. Each call waits for the limiter and has a deadline of
// its own.
func (p *pager) everyPage(ctx context.Context, next func(ctx context.Context, token *string) (*string, int, error)) error {
	seen := map[string]bool{}
	var token *string
	idle := 0
	for {
		var following *string
		var fresh int
		err := p.once(ctx, func(ctx context.Context) (err error) {
			following, fresh, err = next(ctx, token)
			return err
		})
		if err != nil {
			return err
		}
		if following == nil || *following == "" || p.firstPage {
			return nil
		}
		if seen[*following] {
			return errRepeatedToken
		}
		seen[*following] = true
		token = following
		if idle++; fresh > 0 {
			idle = 0
		}
		switch {
		case idle > idlePages:
			return endlessPages(fmt.Sprintf("%d in a row brought nothing new", idle))
		case p.listed.Add(int64(fresh)) > mostListed:
			return endlessPages(fmt.Sprintf("more than %d items in one list", mostListed))
		}
	}
}

// once waits for the limiter and its place in the line, and makes one call. Where the
// credentials of a role have expired, it makes it again with new ones.
func (p *pager) once(ctx context.Context, call func(context.Context) error) error {
	if err := p.limit.Wait(ctx); err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return errDeadline // the wait would outlast the deadline
	}
	ctx, leave, err := p.line.join(ctx)
	if err != nil {
		return context.Cause(ctx)
	}
	defer leave()
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err = call(bounded)
	if p.role.renew(err) {
		err = call(bounded)
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// chain is everyPage for the long lists: each page is given to take. After most
// of them, where that is not 0, it ends and returns the token of the next, nil
// where there is none.
func chain[T any](ctx context.Context, p *pager, most int, get func(ctx context.Context, token *string) (ec2xml.Page[T], error), take func(ec2xml.Page[T])) (rest *string, err error) {
	pages := 0
	var before []T
	err = p.everyPage(ctx, func(ctx context.Context, token *string) (*string, int, error) {
		page, err := get(ctx, token)
		if err != nil {
			return nil, 0, err
		}
		fresh := others(page.Items, before)
		before = page.Items
		take(page)
		pages++
		if last := pages == most && !p.firstPage; last && page.Next != nil && *page.Next != "" {
			rest = page.Next
			return nil, fresh, nil
		}
		return page.Next, fresh, nil
	})
	return rest, err
}

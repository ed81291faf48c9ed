package awsclient

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go/middleware"
)

// Throttled is how often AWS throttled the calls of one operation, most of which
// were answered when they were made again.
type Throttled struct {
	Account, Region string
	Operation       string // of the API: DescribeSecurityGroups
	Calls           int
}

// Throttles counts the calls that were throttled. The zero value has none; it may
// be used from several goroutines.
type Throttles struct {
	mu    sync.Mutex
	calls map[Throttled]int // by what is in it, but for the number
	total int
}

// Total returns how many calls were throttled so far.
func (t *Throttles) Total() int {
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.total
}

// List returns what was throttled, sorted by account, region and operation.
func (t *Throttles) List() []Throttled {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.SortedFunc(func(yield func(Throttled) bool) {
		for key, calls := range maps.All(t.calls) {
			if key.Calls = calls; !yield(key) {
				return
			}
		}
	}, func(a, b Throttled) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Operation, b.Operation))
	})
}

func (t *Throttles) add(account, region, operation string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.calls == nil {
		t.calls = map[Throttled]int{}
	}
	t.calls[Throttled{Account: account, Region: region, Operation: operation}]++
	t.total++
}

// watch returns the option of the clients for one region of an account.
func (t *Throttles) watch(account, region string) func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("Throttles", func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleDeserialize(ctx, in)
			if err != nil && isThrottle(codeOf(err)) {
				t.add(account, region, awsmiddleware.GetOperationName(ctx))
			}
			return out, metadata, err
		}), middleware.Before)
	}
}

// isThrottle reports whether AWS says with a code that there were too many calls.
// The SDK does not know the older of EC2's two spellings.
func isThrottle(code string) bool {
	_, known := retry.DefaultThrottleErrorCodes[code]
	return known || code == "Client.RequestLimitExceeded"
}

package awsclient

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestLine prepares no more calls than the line of the run and the part of the account
// have places for; a call that is sent makes room, once.
func TestLine(t *testing.T) {
	l := line{run: make(slots, 3), account: make(slots, 2)}
	other := line{run: l.run, account: make(slots, 2)}
	soon := func() context.Context {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		t.Cleanup(cancel)
		return ctx
	}
	first, leave, err := l.join(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.join(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.join(soon()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a third call of the account: %v", err)
	}
	if _, _, err := other.join(soon()); err != nil {
		t.Errorf("a call of another account: %v", err)
	}
	if _, _, err := other.join(soon()); err == nil || len(other.account) != 1 {
		t.Errorf("a fourth call: %v, and the other account has %d places taken", err, len(other.account))
	}
	request, err := http.NewRequestWithContext(first, http.MethodPost, "http://localhost", nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second is the same call, made again
		if _, err := (leavesLine{sends{bytes.NewReader(nil), 0}}).Do(request); err != nil {
			t.Fatal(err)
		}
	}
	leave()
	if len(l.run) != 2 || len(l.account) != 1 {
		t.Errorf("%d and %d places are taken after one of them was left, want 2 and 1", len(l.run), len(l.account))
	}
	if _, _, err := other.join(soon()); err != nil {
		t.Errorf("a call after one was sent: %v", err)
	}
}

// TestLineOfARun has calls in line while accounts are read, and none in the end,
// whatever became of them.
func TestLineOfARun(t *testing.T) {
	s := serve(t, manyAccounts(6), endpoint.Options{Faults: []endpoint.Fault{
		{Latency: 2 * time.Millisecond}, {Throttle: true, Every: 7}, {Action: "DescribeVpcs", Denied: true}, {Account: "100000000003", Action: "DescribeSubnets", Expired: true},
	}})
	var run *Accounts
	var longest atomic.Int64
	opts := Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthNetwork, Parallel: 2, MaxRPS: 1e6, RetryDelay: time.Millisecond, Progress: func(Progress) {
		longest.Store(max(longest.Load(), int64(len(run.line))))
	}}
	base, err := Connect(context.Background(), opts)
	if err != nil {
		t.Fatal(err)
	}
	var accounts []Account
	for _, id := range []string{"100000000001", "100000000002", "100000000003", "100000000004"} {
		accounts = append(accounts, Account{ID: id, Role: "audit"})
	}
	if run, err = Enter(context.Background(), opts, base, accounts); err != nil {
		t.Fatal(err)
	}
	n := 0
	run.Read(context.Background(), func(regions []*inventory.Region) { n += len(regions) })
	if n != 8 || longest.Load() != int64(cap(run.line)) || len(run.line) != 0 {
		t.Errorf("%d regions; the line was up to %d long, of %d places, and has %d calls in the end", n, longest.Load(), cap(run.line), len(run.line))
	}
	for _, m := range run.members {
		if len(m.client.line.account) != 0 || cap(m.client.line.account) != waitOfAccount {
			t.Errorf("%s has %d calls in line in the end, of %d places", m.ID, len(m.client.line.account), cap(m.client.line.account))
		}
	}
}

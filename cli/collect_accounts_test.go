package cli

import (
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/awsclient"
)

// The line of progress of a run over several accounts.
func TestProgressOfAccounts(t *testing.T) {
	run := &accountsRun{}
	run.findings.Store(-1)
	half := awsclient.Progress{Accounts: 5, Ended: 2, Regions: 80, Done: 20}
	for _, c := range []struct {
		findings  int64
		throttled int
		progress  awsclient.Progress
		want      string
	}{
		{-1, 0, awsclient.Progress{Accounts: 5, Regions: 80}, "0/5 accounts  0/80 regions"},
		{31, 7, half, "2/5 accounts  20/80 regions  31 findings  7 calls throttled  about 30s left"},
		{31, 0, awsclient.Progress{Accounts: 5, Ended: 5, Regions: 80, Done: 80}, "5/5 accounts  80/80 regions  31 findings"},
	} {
		run.findings.Store(c.findings)
		if got := run.text(c.progress, c.throttled, 10*time.Second); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

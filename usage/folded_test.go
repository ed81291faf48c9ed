package usage_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/usage"
)

// Blocks of addresses are not counted as addresses: there are so many or more.
func TestFoldedAddressesAreCountedAsBlocks(t *testing.T) {
	many := func(n int) *logs {
		l := new(logs).covered(1, "eni-0a")
		for i := range n {
			l.in("eni-0a", "10.0.0.5", fmt.Sprintf("10.0.%d.%d", 100+i/250, 1+i%250), 22, true)
		}
		return l.in("eni-0a", "10.0.0.5", "10.0.100.7", 23, true) // an address of a block
	}
	for n, want := range map[int]struct {
		remotes, blocks int
		reason, json    string
	}{
		4096: {4096, 0, "", ""},
		4300: {276, 276, "one by one: 276 of 276", `"remote_addresses":276,"remote_blocks":276`},
	} {
		r := judge(t, "sg-a a\n in tcp/22-23 10.0.0.0/16\neni-0a sg-a 10.0.0.5\nfl-1 vpc-1 ALL\n", many(n), usage.Options{})
		u := &r.Rules[0]
		text, err := r.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if reasons := strings.Join(u.Reasons, "; "); u.Remotes != want.remotes || u.Blocks != want.blocks || !strings.Contains(reasons, want.reason) || want.blocks == 0 && reasons != "" {
			t.Errorf("%d addresses are %d with %d blocks: %s", n, u.Remotes, u.Blocks, reasons)
		}
		if got := string(text); !strings.Contains(got, want.json) || want.blocks == 0 && strings.Contains(got, "remote_blocks") {
			t.Errorf("%d addresses in JSON: %s", n, got[:min(len(got), 1500)])
		}
	}
}

package checks_test

import (
	"net/netip"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/fixtures/notation"
)

// TestTrustedSourcesAreKnown holds untrusted-public-source to trusted_cidrs:
// of a prefix list every public block has to lie in them.
func TestTrustedSourcesAreKnown(t *testing.T) {
	inv := notation.MustParse("pl-1 offices 8.8.4.0/24 9.9.9.9/32\nsg-1 a\n in tcp/22 8.8.4.7/32\n in tcp/22 pl-1\n in tcp/22 9.9.9.0/24\n").Inventory
	for _, c := range []struct {
		trusted []string
		want    int
	}{
		{nil, 3},
		{[]string{"8.8.4.0/24"}, 2},
		{[]string{"8.8.4.0/24", "9.9.9.9/32"}, 1},
		{[]string{"8.8.4.0/24", "9.9.9.0/25", "9.9.9.128/25"}, 0},
	} {
		settings := audit.Defaults()
		for _, text := range c.trusted {
			settings.TrustedCIDRs = append(settings.TrustedCIDRs, netip.MustParsePrefix(text))
		}
		report := audit.Run(inv, audit.Options{Settings: settings, Only: []string{"untrusted-public-source"}})
		if len(report.Findings) != c.want {
			t.Errorf("trusted %v: %d findings, want %d", c.trusted, len(report.Findings), c.want)
		}
	}
}

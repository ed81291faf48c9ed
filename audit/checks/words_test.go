package checks

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestInterfacesNamed: a resource with several interfaces is named once, and counts as one;
// interfaces without a name of what they belong to are named each.
func TestInterfacesNamed(t *testing.T) {
	line := func(n int, description string) string {
		return fmt.Sprintf("eni-%d sg-1 10.0.0.%d description %q\n", n, n, description)
	}
	const shop, other = "ELB app/shop/1", "ELB app/other/2"
	for name, c := range map[string]struct {
		interfaces string
		want       string
		several    bool
	}{
		"one":                     {line(1, shop), "Application Load Balancer shop (eni-1)", false},
		"two of one":              {line(1, shop) + line(2, shop), "Application Load Balancer shop (eni-1, eni-2)", false},
		"two of one, and another": {line(1, shop) + line(2, other) + line(3, shop), "Application Load Balancer shop (eni-1, eni-3) and Application Load Balancer other (eni-2)", true},
		"many of one":             {line(1, shop) + line(2, shop) + line(3, shop) + line(4, shop) + line(5, shop), "Application Load Balancer shop (eni-1, eni-2, eni-3 and 2 more)", false},
		"without a name":          {line(1, "RDSNetworkInterface") + line(2, "RDSNetworkInterface"), "RDS database (eni-1) and RDS database (eni-2)", true},
		"many":                    {line(1, "a") + line(2, "b") + line(3, "c") + line(4, "d") + line(5, "e"), "eni-1, eni-2, eni-3 and 2 more", true},
	} {
		r := notation.MustParse("sg-1 a\n" + c.interfaces).Inventory.Regions[0]
		list := make([]*inventory.Interface, len(r.Interfaces))
		for i := range r.Interfaces {
			list[i] = &r.Interfaces[i]
		}
		if text, several := interfacesNamed(list); text != c.want || several != c.several {
			t.Errorf("%s: %q (several %v), want %q\n%s", name, text, several, c.want, strings.TrimSpace(c.interfaces))
		}
	}
}

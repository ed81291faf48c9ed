package ec2xml

import (
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// TestAllocations holds the scanner to a number of allocations for each item,
// which is not to grow with their number. The SDK's decoder makes 270 for an
// interface and 760 for a group of eight rules.
func TestAllocations(t *testing.T) {
	const few, many = 250, 1000
	var s Scanner
	each := func(action string, items int, decode func(body []byte) (int, error)) float64 {
		inv := estates.Ordinary(estates.Scale{Regions: 1, Groups: items, Interfaces: items, Rules: 8})
		server, err := endpoint.Serve(inv, endpoint.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		body := answer(t, server, action, inv.Regions[0].Name, "")
		return testing.AllocsPerRun(5, func() {
			if n, err := decode(body); n != items || err != nil {
				t.Fatalf("%s: %d items, %v", action, n, err)
			}
		}) / float64(items)
	}
	for _, c := range []struct {
		action string
		decode func(body []byte) (int, error)
		most   float64
	}{
		{"DescribeNetworkInterfaces", func(body []byte) (int, error) {
			p, err := s.Interfaces(body)
			return len(p.Items), err
		}, 0.1},
		{"DescribeSecurityGroups", func(body []byte) (int, error) {
			p, err := s.Groups(body)
			return len(p.Items), err
		}, 0.2},
	} {
		a, b := each(c.action, few, c.decode), each(c.action, many, c.decode)
		t.Logf("%s: %.3f allocations for each of %d, %.3f for each of %d", c.action, a, few, b, many)
		if b > c.most || b > 1.2*a {
			t.Errorf("%s: %.3f allocations for each of %d items and %.3f for each of %d, want at most %.1f and no more for more", c.action, a, few, b, many, c.most)
		}
	}
}

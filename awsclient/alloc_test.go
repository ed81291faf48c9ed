package awsclient

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// served returns one page of a list, as the endpoint answers it.
func served(t testing.TB, scale estates.Scale, action string) []byte {
	t.Helper()
	s, err := endpoint.Serve(estates.Ordinary(scale), endpoint.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	form := url.Values{"Action": {action}, "MaxResults": {"1000"}, "IncludeManagedResources": {"true"}}
	r, err := http.NewRequest(http.MethodPost, s.URL, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/ec2/aws4_request")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestAllocations holds the scanner to a number of allocations for each item,
// which is not to grow with their number. The SDK's decoder makes 270 for an
// interface and 760 for a group of eight rules.
func TestAllocations(t *testing.T) {
	const few, many = 250, 1000
	var s scanner
	each := func(action string, items int, decode func() int) float64 {
		body := served(t, estates.Scale{Regions: 1, Groups: items, Interfaces: items, Rules: 8}, action)
		return testing.AllocsPerRun(5, func() {
			if s.start(body); decode() != items || s.odd {
				t.Fatal(action + " was not read")
			}
		}) / float64(items)
	}
	for _, c := range []struct {
		action string
		decode func() int
		most   float64
	}{
		{"DescribeNetworkInterfaces", func() int {
			var p page[inventory.Interface]
			scanInterfaces(&s, &p)
			return len(p.items)
		}, 0.1},
		{"DescribeSecurityGroups", func() int {
			var p page[inventory.Group]
			scanGroups(&s, &p)
			return len(p.items)
		}, 0.2},
	} {
		a, b := each(c.action, few, c.decode), each(c.action, many, c.decode)
		t.Logf("%s: %.3f allocations for each of %d, %.3f for each of %d", c.action, a, few, b, many)
		if b > c.most || b > 1.2*a {
			t.Errorf("%s: %.3f allocations for each of %d items and %.3f for each of %d, want at most %.1f and no more for more", c.action, a, few, b, many, c.most)
		}
	}
}

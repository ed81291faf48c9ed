package awsclient

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures"
	"github.com/sgaudit/sgaudit/inventory"
)

// served returns one page of a list, as the endpoint answers it.
func served(t testing.TB, scale fixtures.Scale, action string) []byte {
	t.Helper()
	s, err := fixtures.Serve(fixtures.Ordinary(scale), fixtures.ServeOptions{})
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

// TestAllocations holds the scanner to a number of allocations for each item.
// The SDK's decoder makes 270 for an interface and 760 for a group of eight
// rules.
func TestAllocations(t *testing.T) {
	const items = 1000
	var s scanner
	var interfaces page[inventory.Interface]
	var groups page[inventory.Group]
	for _, c := range []struct {
		action string
		scale  fixtures.Scale
		decode func() int
		most   float64
	}{
		{"DescribeNetworkInterfaces", fixtures.Scale{Regions: 1, Groups: 50, Interfaces: items}, func() int {
			interfaces = page[inventory.Interface]{}
			scanInterfaces(&s, &interfaces)
			return len(interfaces.items)
		}, 0.1},
		{"DescribeSecurityGroups", fixtures.Scale{Regions: 1, Groups: items, Interfaces: 10, Rules: 8}, func() int {
			groups = page[inventory.Group]{}
			scanGroups(&s, &groups)
			return len(groups.items)
		}, 0.2},
	} {
		body := served(t, c.scale, c.action)
		allocations := testing.AllocsPerRun(5, func() {
			if s.start(body); c.decode() != items || s.odd {
				t.Fatal(c.action + " was not read")
			}
		})
		t.Logf("%s: %.3f allocations for each item", c.action, allocations/items)
		if allocations/items > c.most {
			t.Errorf("%s: %.3f allocations for each item, want at most %.1f", c.action, allocations/items, c.most)
		}
	}
}

package awsclient

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures"
)

// served returns one page of a list, as the endpoint answers it.
func served(t *testing.T, scale fixtures.Scale, action string) []byte {
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

// TestAllocations holds the decoder to a number of allocations for each item.
// The SDK's makes 430 for an interface and 900 for a group of eight rules.
func TestAllocations(t *testing.T) {
	const items = 1000
	for _, c := range []struct {
		action string
		scale  fixtures.Scale
		decode func(*scanner) (any, error)
		most   float64
	}{
		{"DescribeNetworkInterfaces", fixtures.Scale{Regions: 1, Groups: 50, Interfaces: items}, scanInterfaces, 30},
		{"DescribeSecurityGroups", fixtures.Scale{Regions: 1, Groups: items, Interfaces: 10, Rules: 8}, scanGroups, 70},
	} {
		body := served(t, c.scale, c.action)
		allocations := testing.AllocsPerRun(5, func() {
			if _, err := c.decode(&scanner{data: body}); err != nil {
				t.Fatal(err)
			}
		})
		t.Logf("%s: %.1f allocations for each item", c.action, allocations/items)
		if allocations/items > c.most {
			t.Errorf("%s: %.1f allocations for each item, want at most %.0f", c.action, allocations/items, c.most)
		}
	}
}

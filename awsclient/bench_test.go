package awsclient

import (
	"context"
	"testing"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// BenchmarkCollect reads an estate from an endpoint in the same process,
// so the time is that of both. go run ./bench measures them apart.
func BenchmarkCollect(b *testing.B) {
	s, err := endpoint.Serve(estates.Ordinary(estates.Scale{Regions: 17, Groups: 50, Interfaces: 200, Rules: 8}), endpoint.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for b.Loop() {
		c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthGroups, MaxRPS: 1e6})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Collect(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

package awsclient

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sgaudit/sgaudit/awsclient/ec2xml"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// collected reads an estate at depth groups and returns what was read, how
// many calls named a partition, and what --debug would print.
func collected(t *testing.T, estate *inventory.Inventory, opts endpoint.Options) (*inventory.Inventory, int, string) {
	t.Helper()
	server, err := endpoint.Serve(estate, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var mu sync.Mutex
	told := ""
	c, err := Connect(context.Background(), Options{EndpointURL: server.URL, StaticCredentials: true, Depth: inventory.DepthGroups, MaxRPS: 1e6, Debug: func(text string) {
		mu.Lock()
		defer mu.Unlock()
		told += text + "\n"
	}})
	if err != nil {
		t.Fatal(err)
	}
	inv, err := c.Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if v := server.Violations(); len(v) > 0 {
		t.Error(v)
	}
	interfaces := 0
	for _, call := range server.Calls() {
		if call.Action == "DescribeNetworkInterfaces" {
			interfaces++
		}
	}
	return inv, interfaces, told
}

// hexadecimal gives interfaces ids as EC2 does, a few of them old ones.
func hexadecimal(inv *inventory.Inventory, rng *rand.Rand) {
	for _, r := range inv.Regions {
		for i := range r.Interfaces {
			r.Interfaces[i].ID = fmt.Sprintf("eni-0%016x", rng.Uint64())
			if rng.IntN(10) == 0 {
				r.Interfaces[i].ID = fmt.Sprintf("eni-%08x", rng.Uint32())
			}
		}
	}
	inv.Normalize()
}

// TestPartitions reads lists of every length in partitions, and gets what a
// single page brings.
func TestPartitions(t *testing.T) {
	cut := 0
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 4))
		estate := estates.Random(rng, estates.Size{Regions: 2, Groups: 4, Interfaces: rng.IntN(60)})
		if seed%4 != 0 {
			hexadecimal(estate, rng)
		}
		whole, _, _ := collected(t, estate, endpoint.Options{})
		for _, size := range []int{1, 2, 7, 1000} {
			paged, calls, _ := collected(t, estate, endpoint.Options{PageSize: size})
			if diff := cmp.Diff(whole.Regions, paged.Regions, cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); diff != "" {
				t.Fatalf("seed %d, pages of %d: %s", seed, size, diff)
			}
			if calls >= 2*19 {
				cut++
			}
		}
	}
	if cut < 10 {
		t.Errorf("only %d lists were cut into partitions", cut)
	}
}

// TestOddIDs loses no interface with an id of another form than EC2's, even
// where none of the first pages holds one.
func TestOddIDs(t *testing.T) {
	for _, odd := range [][]string{
		{"eni-x1", "eni-x2", "eni-zebra"}, // behind all others, as lists are sorted
		{"eni-0", "eni-0x1", "eni-0Q", "eni-Z9", "eni-0-a", "eni-f", "eni-0f"},
	} {
		ids := odd
		for i := range 20 {
			ids = append(ids, fmt.Sprintf("eni-0%016x", i))
		}
		var text strings.Builder
		fmt.Fprintln(&text, "sg-1 web")
		for i := range ids {
			fmt.Fprintf(&text, "eni-%d sg-1 10.0.0.%d\n", i, i+1)
		}
		estate := notation.MustParse(text.String()).Inventory
		for i := range ids {
			estate.Regions[0].Interfaces[i].ID = ids[i]
		}
		estate.Normalize()
		for _, size := range []int{1, 3} {
			inv, calls, told := collected(t, estate, endpoint.Options{PageSize: size})
			if n := len(inv.Regions[0].Interfaces); n != len(ids) || inv.Regions[0].Status() != "complete" {
				t.Errorf("%v, pages of %d: %d of %d interfaces, %s", odd, size, n, len(ids), inv.Regions[0].Status())
			}
			if told != "" || calls < 17 {
				t.Errorf("%v, pages of %d: %d calls, told %q", odd, size, calls, told)
			}
		}
	}
}

// TestPartitionsThatLack falls back to the chain where the filter does not do
// what it should: an endpoint that does not know wildcards finds nothing.
func TestPartitionsThatLack(t *testing.T) {
	var text strings.Builder
	for i := range 20 {
		fmt.Fprintf(&text, "eni-%d sg-1 10.0.0.%d\n", i, i+1)
	}
	inv, _, told := collected(t, notation.MustParse("sg-1 web\n"+text.String()).Inventory, endpoint.Options{PageSize: 3, NoWildcards: true})
	if n := len(inv.Regions[0].Interfaces); n != 20 || inv.Regions[0].Status() != "complete" {
		t.Errorf("%d interfaces, %s", n, inv.Regions[0].Status())
	}
	if !strings.Contains(told, "the partitions of network interfaces lack some") {
		t.Errorf("told: %q", told)
	}
}

// unfiltered is an HTTP client of an endpoint that ignores all filters, as some
// emulators do.
type unfiltered struct{ next aws.HTTPClient }

func (u unfiltered) Do(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	for name := range form {
		if strings.HasPrefix(name, "Filter.") {
			form.Del(name)
		}
	}
	text := form.Encode()
	request = request.Clone(request.Context())
	request.Body, request.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	return u.next.Do(request)
}

// TestFilterThatIsIgnored finds out with the first page of the first partition
// that the endpoint ignores the filter, and goes on page by page.
func TestFilterThatIsIgnored(t *testing.T) {
	for seed := range uint64(10) {
		estate := estates.Random(rand.New(rand.NewPCG(seed, 4)), estates.Size{Regions: 1, Groups: 4, Interfaces: 40})
		hexadecimal(estate, rand.New(rand.NewPCG(seed, 5)))
		s := serve(t, estate, endpoint.Options{PageSize: 3})
		var told atomic.Int64
		c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthGroups, MaxRPS: 1e6, Debug: func(string) { told.Add(1) }})
		if err != nil {
			t.Fatal(err)
		}
		c.config.HTTPClient = unfiltered{c.config.HTTPClient}
		inv, err := c.Collect(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		r, want := inv.Regions[0], len(estate.Regions[0].Interfaces)
		if len(r.Interfaces) != want || r.Status() != "complete" || told.Load() != 1 {
			t.Errorf("seed %d: %d interfaces, want %d; %s; told %d times", seed, len(r.Interfaces), want, r.Status(), told.Load())
		}
		if n, most := calls(s, "ec2", "DescribeNetworkInterfaces"), (want+2)/3+1; n > most {
			t.Errorf("seed %d: %d calls, want at most %d", seed, n, most)
		}
	}
}

// TestRulesOfOtherGroups reads the ids of all rules, each once, from an endpoint
// that ignores the filter.
func TestRulesOfOtherGroups(t *testing.T) {
	estate := estates.Ordinary(estates.Scale{Regions: 1, Groups: 300, Interfaces: 1, Rules: 8})
	s := serve(t, estate, endpoint.Options{PageSize: 100})
	c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, MaxRPS: 1e6})
	if err != nil {
		t.Fatal(err)
	}
	c.config.HTTPClient = unfiltered{c.config.HTTPClient}
	inv, err := c.Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	for _, g := range inv.Regions[0].Groups {
		rules += len(g.Rules)
		for i := range g.Rules {
			if len(g.Rules[i].IDs) != 1 {
				t.Fatalf("%s %s has the ids %v", g.ID, &g.Rules[i], g.Rules[i].IDs)
			}
		}
	}
	if n, most := calls(s, "ec2", "DescribeSecurityGroupRules"), (rules+99)/100+rulesAtOnce; n > most || !inv.Complete() {
		t.Errorf("%d calls for %d rules, want at most %d; complete: %v", n, rules, most, inv.Complete())
	}
}

// ghost is an HTTP client that adds one interface to the first page, which
// is gone by the next call.
type ghost struct {
	next  aws.HTTPClient
	shown atomic.Bool
}

func (g *ghost) Do(request *http.Request) (*http.Response, error) {
	response, err := g.next.Do(request)
	if body, ok := response.Body.(*wholeBody); ok && err == nil {
		const set = "<networkInterfaceSet>"
		if before, after, found := bytes.Cut(body.data, []byte(set)); found && !g.shown.Swap(true) {
			more := []byte("<item><networkInterfaceId>eni-0a0a0a0a0a0a0a0a0</networkInterfaceId><groupSet/></item>")
			whole := slices.Concat(before, []byte(set), more, after)
			response.Body = &wholeBody{bytes.NewReader(whole), whole, nil}
		}
	}
	return response, err
}

// TestInterfaceThatGoes does not read a list again because one of its first
// interfaces was deleted meanwhile: it is asked for by its id.
func TestInterfaceThatGoes(t *testing.T) {
	estate := estates.Random(rand.New(rand.NewPCG(1, 4)), estates.Size{Regions: 1, Groups: 4, Interfaces: 40})
	hexadecimal(estate, rand.New(rand.NewPCG(1, 5)))
	s := serve(t, estate, endpoint.Options{PageSize: 5})
	told := ""
	c, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true, Depth: inventory.DepthGroups, MaxRPS: 1e6, Debug: func(text string) { told += text }})
	if err != nil {
		t.Fatal(err)
	}
	c.config.HTTPClient = &ghost{next: c.config.HTTPClient}
	inv, err := c.Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	r := inv.Regions[0]
	if want := len(estate.Regions[0].Interfaces) + 1; len(r.Interfaces) != want || r.Status() != "complete" || told != "" {
		t.Errorf("%d interfaces, want %d; %s; told %q", len(r.Interfaces), want, r.Status(), told)
	}
}

// TestPartitionThatFails makes a gap of it.
func TestPartitionThatFails(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 4))
	estate := estates.Random(rng, estates.Size{Regions: 1, Groups: 4, Interfaces: 40})
	hexadecimal(estate, rng)
	inv, _, _ := collected(t, estate, endpoint.Options{PageSize: 2, Faults: []endpoint.Fault{{Action: "DescribeNetworkInterfaces", Skip: 9, Denied: true}}})
	r := inv.Regions[0]
	if r.Status() != "partial" || r.Read.Has(inventory.PartInterfaces) || len(r.Gaps) != 1 || r.Gaps[0].Kind != inventory.Denied {
		t.Errorf("%s, read %s, gaps %+v", r.Status(), r.Read, r.Gaps)
	}
}

// TestUnknownShape says once that the SDK's decoder had to read answers.
func TestUnknownShape(t *testing.T) {
	var told []string
	r := &reader{client: &Client{opts: Options{Debug: func(text string) { told = append(told, text) }}}, region: &inventory.Region{Name: "us-east-1"}}
	for range 3 {
		_, err := new(ec2xml.Scanner).Groups([]byte("<a>text<b>"))
		r.noteLeftToSDK("DescribeSecurityGroups", err)
	}
	if len(told) != 1 || !strings.Contains(told[0], `us-east-1: an answer to DescribeSecurityGroups has an unknown shape at byte 3, in "<a>text<b>"`) {
		t.Error(told)
	}
}

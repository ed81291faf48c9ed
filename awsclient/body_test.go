package awsclient

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/notation"
	"github.com/sgaudit/sgaudit/inventory"
)

// sends is an HTTP client that answers with a body, and with the length that
// it claims.
type sends struct {
	body   io.Reader
	length int64
}

func (s sends) Do(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(s.body), ContentLength: s.length}, nil
}

// TestWholeBodies reads bodies of every length, known before or not (compressed
// ones are not), each into the memory of the one before.
func TestWholeBodies(t *testing.T) {
	for _, size := range []int{0, 1, 100, smallest - 1, smallest, smallest + 1, 3 << 20, 5} {
		want := bytes.Repeat([]byte{byte(size), 1, 2}, size/3+1)[:size]
		for _, length := range []int64{int64(size), -1} {
			response, err := wholeBodies{sends{iotest.OneByteReader(bytes.NewReader(want)), length}, mostAnswer}.Do(nil)
			if err != nil {
				t.Fatal(err)
			}
			body, ok := response.Body.(*wholeBody)
			if !ok || !bytes.Equal(body.data, want) {
				t.Errorf("%d bytes, announced as %d: read %d", size, length, len(body.data))
			}
			if got, err := io.ReadAll(body); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes, announced as %d: gave %d, %v", size, length, len(got), err)
			}
			if _, err := body.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			body.Close()
			if got, err := io.ReadAll(body); err != nil || len(got) > 0 {
				t.Errorf("%d bytes after the close, %v", len(got), err)
			}
		}
	}
	broken := errors.New("the connection broke")
	if _, err := (wholeBodies{sends{io.MultiReader(bytes.NewReader([]byte("<a>")), iotest.ErrReader(broken)), 100}, mostAnswer}).Do(nil); !errors.Is(err, broken) {
		t.Errorf("a body that breaks off: %v", err)
	}
}

// TestBuffers lends no more for large answers than two pages for each processor, lends
// what came back before it makes more, and lets an answer go on that waited too long.
func TestBuffers(t *testing.T) {
	const page = 2 << 20
	var s bufferStore
	room := lentEach * runtime.GOMAXPROCS(0) / page
	var lent []*buffer
	for range room {
		lent = append(lent, s.take(page))
	}
	got := make(chan *buffer)
	go func() { got <- s.take(page) }()
	small := s.take(1000) // never waits
	select {
	case <-got:
		t.Fatal("a large answer did not wait for room")
	case <-time.After(longestWait / 10):
	}
	s.put(lent[0])
	if b := <-got; b != lent[0] {
		t.Error("new memory was made although some had come back")
	}
	if b := s.take(page); b == nil || s.lent != (room+1)*page {
		t.Errorf("%d bytes are lent after the longest wait, want %d", s.lent, (room+1)*page)
	} else {
		s.put(b)
	}
	for _, b := range append(lent, small) {
		s.put(b)
	}
	if s.lent != 0 {
		t.Errorf("%d bytes are lent in the end", s.lent)
	}
	s.put(s.take(mostKept + 1))
	for size, list := range s.free {
		for _, b := range list {
			if cap(b.data) != smallest<<(2*size) || cap(b.data) > mostKept {
				t.Errorf("kept %d bytes as size %d", cap(b.data), size)
			}
		}
	}
	if n := len(s.free[sizeFor(page)]); n != room+1 {
		t.Errorf("%d pages are kept, want %d", n, room+1)
	}
	for n, want := range map[int]int{0: smallest, smallest: smallest, smallest + 1: 4 * smallest, page + 1: 4 * page, mostAnswer + 1: 128 << 20} {
		if got := smallest << (2 * sizeFor(n)); got != want {
			t.Errorf("%d bytes lie in %d, want %d", n, got, want)
		}
	}
}

// TestBuffersComeBack reads lists of several pages, well and with faults, by both
// decoders: all memory of their answers comes back.
func TestBuffersComeBack(t *testing.T) {
	estate := estates.Ordinary(estates.Scale{Regions: 1, Groups: 200, Interfaces: 1200, Rules: 4})
	for _, c := range []struct {
		faults []endpoint.Fault
		opts   Options
	}{
		{nil, Options{}},
		{nil, Options{SDKDecoder: true}},
		{[]endpoint.Fault{{Throttle: true, Every: 2}}, Options{}},
		{[]endpoint.Fault{{Action: "DescribeNetworkInterfaces", Malformed: true}, {Action: "DescribeSecurityGroups", Drop: true, Every: 2}}, Options{}},
	} {
		inv := collect(t, serve(t, estate, endpoint.Options{Faults: c.faults}), c.opts)
		buffers.mu.Lock()
		lent, kept := buffers.lent, len(buffers.free[sizeFor(large+1)])+len(buffers.free[sizeFor(1<<20)])
		buffers.mu.Unlock()
		if lent != 0 || kept == 0 || len(inv.Regions) != 1 {
			t.Errorf("faults %+v, SDKDecoder %t: %d bytes did not come back, and %d large buffers did", c.faults, c.opts.SDKDecoder, lent, kept)
		}
	}
}

// TestLongBodies reads no more of an answer than its bound, whatever length it
// claims and however small it is while it is compressed.
func TestLongBodies(t *testing.T) {
	const most = 10_000
	for length, long := range map[int]bool{most - 1: false, most: false, most + 1: true, 100 * most: true} {
		for _, claimed := range []int64{int64(length), -1} {
			_, err := wholeBodies{sends{bytes.NewReader(make([]byte, length)), claimed}, most}.Do(nil)
			if errors.Is(err, errTooLong) != long || !long && err != nil {
				t.Errorf("%d bytes, announced as %d: %v", length, claimed, err)
			}
		}
	}
}

// TestBombs makes gaps of answers that would take gigabytes, sent compressed:
// too many bytes, or too many items. They are asked for once.
func TestBombs(t *testing.T) {
	repeated := func(before, item string, bytes int, after string) func(io.Writer) {
		return func(w io.Writer) {
			_, _ = io.WriteString(w, before)
			piece := strings.Repeat(item, 4096)
			for n := 0; n < bytes; n += len(piece) {
				_, _ = io.WriteString(w, piece)
			}
			_, _ = io.WriteString(w, after)
		}
	}
	for name, c := range map[string]struct {
		action  string
		body    func(io.Writer)
		message string
	}{
		"many bytes":   {"DescribeNetworkInterfaces", repeated("<DescribeNetworkInterfacesResponse><networkInterfaceSet><item><description>", "x", mostAnswer+1, ""), errTooLong.Error()},
		"many items":   {"DescribeVpcs", repeated("<DescribeVpcsResponse><vpcSet>", "<item/>", fewInXML, "</vpcSet></DescribeVpcsResponse>"), errTooMany.Error()},
		"many members": {"DescribeLoadBalancers", repeated("<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers>", "<member/>", 2*fewInXML, "</LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>"), errTooMany.Error()},
		"many objects": {"ListFunctions", repeated(`{"Functions":[{}`, ",{}", 2*fewInJSON, "]}"), errTooMany.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, notation.MustParse(everyCall).Inventory, endpoint.Options{})
			var asked atomic.Int64 // calls of two APIs come side by side
			front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				form, _ := io.ReadAll(r.Body)
				if !strings.Contains(string(form)+r.URL.Path, c.action) && (c.action != "ListFunctions" || !strings.Contains(r.URL.Path, "/functions")) {
					r.Body = io.NopCloser(bytes.NewReader(form))
					s.ServeHTTP(w, r)
					return
				}
				asked.Add(1)
				w.Header().Set("Content-Encoding", "gzip")
				z := gzip.NewWriter(w)
				c.body(z)
				z.Close()
			}))
			defer front.Close()
			client, err := Connect(context.Background(), Options{EndpointURL: front.URL, StaticCredentials: true, Depth: inventory.DepthServices, MaxRPS: 1e6, RetryDelay: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			inv, err := client.Collect(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(inv.Regions[0].Gaps, func(g inventory.Gap) bool {
				return strings.HasSuffix(g.Operation, ":"+c.action) && g.Kind == inventory.Failed && g.Message == c.message
			})
			if n := asked.Load(); !found || n == 0 || n > 2 || inv.Complete() { // two APIs share an action
				t.Errorf("asked %d times, gaps %+v", n, inv.Regions[0].Gaps)
			}
		})
	}
}

// TestLongErrors cuts what an error says.
func TestLongErrors(t *testing.T) {
	huge := strings.Repeat("é", 1<<20)
	s := serve(t, notation.MustParse(small).Inventory, endpoint.Options{Faults: []endpoint.Fault{{Action: "DescribeVpcs", Code: huge, Message: huge}}})
	inv := collect(t, s, Options{})
	gaps := inv.Regions[0].Gaps
	if len(gaps) != 1 || len(gaps[0].Code) > 100 || len(gaps[0].Message) > 300 || !utf8.ValidString(gaps[0].Code) {
		t.Errorf("%d gaps, of %d bytes and %d", len(gaps), len(gaps[0].Code), len(gaps[0].Message))
	}
	s = serve(t, notation.MustParse(small).Inventory, endpoint.Options{Faults: []endpoint.Fault{{Action: "GetCallerIdentity", Code: huge, Message: huge}}})
	if _, err := Connect(context.Background(), Options{EndpointURL: s.URL, StaticCredentials: true}); err == nil || len(err.Error()) > 300 {
		t.Errorf("the error has %d bytes", len(err.Error()))
	}
}

package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/estates"
)

func TestChain(t *testing.T) {
	for _, tc := range []struct{ groups, interfaces, want int }{
		{0, 0, 3}, {1, 1, 3}, {1000, 1000, 3}, {1001, 10, 4}, {500, 2000, 4}, {10000, 50000, 52}, {100000, 1000000, 1002},
	} {
		e := estate{Scale: estates.Scale{Regions: 17, Groups: tc.groups, Interfaces: tc.interfaces}}
		if got := e.chain(); got != tc.want {
			t.Errorf("%d groups, %d interfaces: a chain of %d calls, want %d", tc.groups, tc.interfaces, got, tc.want)
		}
	}
}

func TestTenth(t *testing.T) {
	whole := estate{Scale: estates.Scale{Regions: 2, Groups: 20, Interfaces: 500000, Rules: 4}}.served()
	small := whole.tenth()
	if whole.Cached || small.Cached {
		t.Error("answers are kept of one of them: the two are not served alike")
	}
	if small.Regions != 2 || small.Groups != 3 || small.interfaces() != 100000 || small.Rules != 4 {
		t.Errorf("a tenth of %v is %v", whole, small)
	}
	of := func(e estate, cpu time.Duration, memory int64) result {
		return result{e, map[side]measurement{own: {cpu: cpu, memory: memory}}}
	}
	if cpu, memory := costs(of(whole, 11*time.Second, 400e6), of(small, time.Second, 100e6)); fmt.Sprintf("%.2f %.2f", cpu, memory) != "1.10 0.40" {
		t.Errorf("an interface costs %.2f × the processor time and %.2f × the memory", cpu, memory)
	}
}

func TestLeastTimesMostOfTheRest(t *testing.T) {
	a := measurement{wall: 1, cpu: 4, memory: 5, traffic: traffic{8, 9}}
	b := measurement{wall: 2, cpu: 3, memory: 6, traffic: traffic{7, 10}}
	want := measurement{wall: 1, cpu: 3, memory: 6, traffic: traffic{8, 10}}
	if a.with(b) != want || b.with(a) != want {
		t.Errorf("got %v and %v, want %v", a.with(b), b.with(a), want)
	}
}

func TestEnvironment(t *testing.T) {
	machine := []string{"PATH=/bin", "AWS_PROFILE=work", "AWS_CA_BUNDLE=/ca.pem", "AWS_ACCESS_KEY_ID=real", "SGAUDIT_SDK_DECODER=1", "NOT_AWS_=kept"}
	got := environment(machine, "MORE=1")
	want := []string{
		"PATH=/bin", "NOT_AWS_=kept", "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "MORE=1",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if machine[1] != "AWS_PROFILE=work" {
		t.Error("the environment of the machine was changed")
	}
}

// measured is an estate with made-up numbers.
func measured(e estate) result {
	second := func(wall, cpu float64) measurement {
		return measurement{time.Duration(wall * 1e9), time.Duration(cpu * 1e9), 123456789, traffic{1053, 57e6}}
	}
	return result{e, map[side]measurement{own: second(0.5, 0.3), decoder: second(1.2, 2.4), bare: second(1, 2)}}
}

func TestTable(t *testing.T) {
	s := standards[0]
	var text strings.Builder
	if err := table(&text, s.rows(measured(s.estate), result{})); err != nil {
		t.Fatal(err)
	}
	const want = `| estate | command | goal | measured |
| --- | --- | --- | --- |
| 17 regions of 500 groups and 2,000 interfaces, 8 rules a group, 100 ms a call | ` + "`go run ./bench -groups 500 -interfaces 2000 -runs 6`" + ` | wall ≤ 1.25 × the longest chain of calls | 1.25 ×: 500 ms for 4 calls, met |
| the same |  | CPU ≤ 0.15 × the bare loop | 0.15 ×: 300 ms beside 2,000 ms, met |
| the same |  | CPU with the SDK's decoder ≤ 1.15 × the bare loop | 1.20 ×: 2,400 ms beside 2,000 ms, missed |
| the same |  | calls and bytes | sgaudit 1,053 calls, 57 MB; the bare loop 1,053 calls, 57 MB |
`
	if text.String() != want {
		t.Errorf("got\n%s\nwant\n%s", text.String(), want)
	}
}

// TestStandards holds the estates to what the table says of them.
func TestStandards(t *testing.T) {
	for _, s := range standards {
		for _, r := range s.rows(measured(s.estate), measured(s.tenth())) {
			if strings.Contains(r.measured, "NaN") || strings.Contains(r.measured, "Inf") {
				t.Errorf("%v: %s: %s", s.estate, r.goal, r.measured)
			}
		}
		if !slices.Contains(s.sides, own) {
			t.Errorf("%v: sgaudit is not measured", s.estate)
		}
	}
}

func TestText(t *testing.T) {
	for _, latency := range []time.Duration{0, 100 * time.Millisecond} {
		e := usual
		e.Latency = latency
		var text strings.Builder
		if err := measured(e).print(&text, "groups", 3); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"1,053", "cpu      0.15 × the bare loop; with the SDK's decoder 1.20 ×", "wall     0.50 × the bare loop"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%q is missing in\n%s", want, text.String())
			}
		}
		if chain := strings.Contains(text.String(), "1.67 × the longest chain, 3 calls in 300 ms"); chain != (latency > 0) {
			t.Errorf("%v a call:\n%s", latency, text.String())
		}
	}
}

// TestServe speaks with the endpoint as the parent does.
func TestServe(t *testing.T) {
	in, ask := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- serve(`{"Regions":1,"Groups":3,"Interfaces":3,"Rules":2}`, in, out)
		out.Close()
	}()
	p := &server{ask: ask, answers: bufio.NewReader(answers)}
	url, err := p.answers.ReadString('\n')
	if err != nil {
		t.Fatal(err, <-done)
	}
	for want := range 3 {
		got, err := p.traffic()
		if err != nil {
			t.Fatal(err)
		}
		if got.calls != want || (got.bytes > 0) != (want > 0) {
			t.Errorf("after %d calls the endpoint has seen %+v", want, got)
		}
		response, err := http.Get(strings.TrimSpace(url))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	}
	ask.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

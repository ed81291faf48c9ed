package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
)

// serveVariable gives the estate to the process of the endpoint.
const serveVariable = "SGAUDIT_BENCH_SERVE"

// estate is what is served, and how slowly.
type estate struct {
	estates.Scale
	Latency time.Duration // of a call
	Cached  bool          // answers are kept

	Organisation organisation
}

// served is the estate as it is served: answers are kept, so that the endpoint
// takes little from the program beside it, unless they would fill the memory.
func (e estate) served() estate {
	e.Cached = e.interfaces() <= 100000
	return e
}

// interfaces are those of all regions.
func (e estate) interfaces() int { return e.Regions * e.Interfaces }

// chain is the number of calls that have to wait for one another: the caller's
// identity, the regions, and the pages of the longer list of a region.
func (e estate) chain() int {
	const page = 1000
	return 2 + max(1, (max(e.Groups, e.Interfaces)+page-1)/page)
}

// tenth is a tenth of the estate, served in the same way.
func (e estate) tenth() estate {
	e.Groups, e.Interfaces = max(3, e.Groups/10), e.Interfaces/10
	return e
}

// traffic is what the endpoint has seen.
type traffic struct {
	calls int
	bytes int64 // of the bodies of answers
}

// serve is the process of the endpoint. It writes its address, then for each
// line that it reads the calls and the bytes so far, and ends with its input:
// the parent has gone.
func serve(text string, in io.Reader, out io.Writer) error {
	var e estate
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return err
	}
	begin := e.serveOrganisation
	if e.Organisation.Accounts == 0 {
		begin = func() (*endpoint.Server, error) {
			return endpoint.Serve(estates.Ordinary(e.Scale), endpoint.Options{Cached: e.Cached, Faults: []endpoint.Fault{{Latency: e.Latency}}})
		}
	}
	server, err := begin()
	if err != nil {
		return err
	}
	defer server.Close()
	if _, err := fmt.Fprintln(out, server.URL); err != nil {
		return err
	}
	questions := bufio.NewScanner(in)
	for questions.Scan() {
		calls, bytes := server.Traffic()
		if _, err := fmt.Fprintln(out, calls, bytes); err != nil {
			return err
		}
	}
	return questions.Err()
}

// server is that process, seen by its parent.
type server struct {
	url     string
	latency time.Duration
	child   *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Reader
}

// start returns once the endpoint takes calls.
func start(self string, e estate) (*server, error) {
	text, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	child := exec.Command(self)
	child.Env = environment(os.Environ(), serveVariable+"="+string(text))
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	p := &server{latency: e.Latency, child: child, ask: in, answers: bufio.NewReader(out)}
	line, err := p.answers.ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("the endpoint did not start: %w", err)
	}
	p.url = strings.TrimSpace(line)
	return p, nil
}

func (p *server) stop() {
	p.ask.Close()
	_ = p.child.Wait()
}

// traffic asks for what the endpoint has seen so far.
func (p *server) traffic() (traffic, error) {
	var t traffic
	if _, err := io.WriteString(p.ask, "traffic\n"); err != nil {
		return t, fmt.Errorf("asking the endpoint for its traffic: %w", err)
	}
	line, err := p.answers.ReadString('\n')
	if err == nil {
		_, err = fmt.Sscan(line, &t.calls, &t.bytes)
	}
	if err != nil {
		return t, fmt.Errorf("reading the traffic of the endpoint: %w", err)
	}
	return t, nil
}

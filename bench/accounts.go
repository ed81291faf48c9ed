package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/inventory"
)

// organisation is an estate of many accounts, with what goes wrong in it.
type organisation struct {
	Accounts  int // 0: one account, which nothing happens to
	Throttled int // one of so many calls is throttled; 0: none
	Denied    int // accounts with a role that cannot be assumed
	Expiring  int // accounts with first credentials that expire in the middle
}

const (
	benchRole    = "audit"
	goodForCalls = 60 // of the first credentials of an account in which they expire
)

// serveOrganisation makes the endpoint of an organisation.
func (e estate) serveOrganisation() (*endpoint.Server, error) {
	inv := estates.Accounts(e.Organisation.Accounts, e.Scale)
	o := endpoint.Options{Faults: []endpoint.Fault{{Latency: e.Latency}}, Organization: endpoint.Organization{Role: benchRole, Expiring: map[string]int{}}}
	if n := e.Organisation.Throttled; n > 0 {
		o.Faults = append(o.Faults, endpoint.Fault{Throttle: true, Every: n})
	}
	seen := map[string]bool{inv.Caller.AccountID: true}
	for _, r := range inv.Regions {
		if seen[r.AccountID] {
			continue
		}
		seen[r.AccountID] = true
		switch n := len(seen) - 1; {
		case n <= e.Organisation.Denied:
			r.Gaps = append(r.Gaps, inventory.Gap{Operation: "sts:AssumeRole", Kind: inventory.Denied})
		case n <= e.Organisation.Denied+e.Organisation.Expiring:
			o.Organization.Expiring[r.AccountID] = goodForCalls
		}
	}
	return endpoint.Serve(inv, o)
}

// measureOrganisation audits the accounts once and holds the run to its goals: all
// but the denied accounts are complete, under 400 MB, and within 25 % of the time
// that so many calls take at the least.
func (b *bench) measureOrganisation(w io.Writer, e estate, parallel int, folder string) error {
	p, err := start(b.self, e)
	if err != nil {
		return err
	}
	defer p.stop()
	report := filepath.Join(folder, "report.json")
	before, err := p.traffic()
	if err != nil {
		return err
	}
	m, err := timed(nil, b.binary, "audit", "--quiet", "--endpoint-url", p.url, "--org", "--role-name", benchRole,
		"--depth", b.depth, "--parallel", fmt.Sprint(parallel), "-o", "json="+report)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 3 {
		err = nil // what was denied is missing
	}
	if err != nil {
		return err
	}
	after, err := p.traffic()
	if err != nil {
		return err
	}
	m.traffic = traffic{after.calls - before.calls, after.bytes - before.bytes}
	text, err := os.ReadFile(report)
	if err != nil {
		return err
	}
	var r findings.Report
	if err := json.Unmarshal(text, &r); err != nil {
		return err
	}
	complete, failed := 0, map[string]bool{}
	for _, c := range r.Coverage {
		if c.Status == "complete" {
			complete++
		} else {
			failed[c.AccountID] = true
		}
	}
	throttled := 0
	for _, t := range r.Throttled {
		throttled += t.Calls
	}
	least := time.Duration(m.calls) * e.Latency / time.Duration(parallel)
	expected := (e.Organisation.Accounts - e.Organisation.Denied) * e.Regions
	_, err = fmt.Fprintf(w, `%d accounts × %v, depth %s, %d calls at once, 1 of %d throttled, %d accounts denied, %d expiring

wall     %s; %s calls at %.0f a second take %s: %.2f × (≤ 1.25 %s)
memory   %s (< 400 MB %s)
cpu      %s
read     %d regions complete of %d that may be read (%s); %d accounts not read
throttled %s calls, %.1f %% of all
`,
		e.Organisation.Accounts, e, b.depth, parallel, e.Organisation.Throttled, e.Organisation.Denied, e.Organisation.Expiring,
		short(m.wall), thousands(m.calls), float64(parallel)/e.Latency.Seconds(), short(least), m.wall.Seconds()/least.Seconds(), verdict(m.wall.Seconds() <= 1.25*least.Seconds()),
		megabytes(m.memory), verdict(m.memory < 400e6), short(m.cpu),
		complete, expected, verdict(complete == expected && len(failed) == e.Organisation.Denied), len(failed),
		thousands(throttled), 100*float64(throttled)/float64(m.calls))
	return err
}

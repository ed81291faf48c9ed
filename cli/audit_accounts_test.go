package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/sgaudit/sgaudit/audit"
	"github.com/sgaudit/sgaudit/awsclient"
	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/history"
	"github.com/sgaudit/sgaudit/inventory"
	"github.com/sgaudit/sgaudit/output"
)

// randomAccounts is an inventory of several accounts: their groups, interfaces, VPCs
// and peerings refer to each other.
func randomAccounts(rng *rand.Rand, n int) *inventory.Inventory {
	all := &inventory.Inventory{Caller: inventory.Caller{AccountID: "111122223333", Partition: "aws"}, Depth: inventory.DepthServices}
	id := func(i int) string { return fmt.Sprint(111122223333 + i) }
	for i := range n {
		inv := estates.Random(rng, estates.Size{Regions: 1 + rng.IntN(3), Groups: 8, Interfaces: 6})
		for _, r := range inv.Regions {
			r.AccountID, r.AccountName = id(i), fmt.Sprint("team ", i)
			for k := range r.Groups {
				g := &r.Groups[k]
				g.ID, g.Owner = fmt.Sprintf("%s%d", g.ID, i*rng.IntN(2)), r.AccountID
				for j := range g.Rules {
					if ref := g.Rules[j].Peer.Group; ref != nil {
						ref.ID, ref.Account = fmt.Sprintf("%s%d", ref.ID, rng.IntN(n)), []string{"", id(rng.IntN(n + 1))}[rng.IntN(2)]
					}
				}
			}
			for k := range r.Interfaces {
				for j := range r.Interfaces[k].Groups {
					r.Interfaces[k].Groups[j] = fmt.Sprintf("%s%d", r.Interfaces[k].Groups[j], rng.IntN(n))
				}
			}
			for k := range r.VPCs {
				r.VPCs[k].Owner = id(rng.IntN(n + 1))
			}
			for k := range r.Peerings {
				r.Peerings[k].Requester.Account, r.Peerings[k].Accepter.Account = id(rng.IntN(n+1)), id(rng.IntN(n+1))
			}
			if rng.IntN(5) == 0 {
				r.Read &^= inventory.PartGroups
				r.Gaps = append(r.Gaps, inventory.Gap{Part: inventory.PartGroups, Operation: "ec2:DescribeSecurityGroups", Kind: inventory.Denied})
			}
			all.Regions = append(all.Regions, r)
		}
	}
	all.Normalize()
	return all
}

// An audit that lets the regions of each name go is the audit of everything at once,
// to the byte.
func TestRegionByRegionIsTheWhole(t *testing.T) {
	for seed := range 60 {
		rng := rand.New(rand.NewPCG(uint64(seed), 19))
		inv := randomAccounts(rng, 2+rng.IntN(4))
		opts := audit.Options{Settings: audit.Defaults()}
		exceptions := []findings.Exception{{Reason: "known", Check: "unused-group", Line: 1}}
		whole, warnings := judged(inv, opts, exceptions)
		whole.Finish()

		var accounts []awsclient.Account
		byName := map[string][]*inventory.Region{}
		var names []string
		for _, r := range inv.Regions {
			accounts = append(accounts, awsclient.Account{ID: r.AccountID})
			if byName[r.Name] == nil {
				names = append(names, r.Name)
			}
			byName[r.Name] = append(byName[r.Name], r)
		}
		opts.Settings.Accounts = ownAccounts(nil, accounts)
		var parts []*findings.Report
		for _, name := range names {
			part, _ := judged(&inventory.Inventory{Caller: inv.Caller, Depth: inv.Depth, Regions: byName[name]}, opts, exceptions)
			parts = append(parts, part)
		}
		merged, err := findings.Merge(parts, names)
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(whole)
		b, _ := json.Marshal(merged)
		if !bytes.Equal(a, b) {
			at := 0
			for at < min(len(a), len(b)) && a[at] == b[at] {
				at++
			}
			t.Fatalf("seed %d: the reports differ at %d:\n%s\n%s", seed, at, a[max(0, at-200):min(len(a), at+200)], b[max(0, at-200):min(len(b), at+200)])
		}
		if got := merged.Attention(exceptions, opts.Settings.Now); fmt.Sprint(got) != fmt.Sprint(warnings) {
			t.Errorf("seed %d: %q, want %q", seed, got, warnings)
		}
	}
}

// What needs the inventory until the end keeps it: each format that lists or draws what
// was audited, the history, flow logs and the choice of a part.
func TestWhatKeepsTheInventory(t *testing.T) {
	flags := func(change func(*auditFlags), formats ...string) bool {
		f := &auditFlags{part: &part{}}
		for _, name := range formats {
			format, _ := output.Lookup(name)
			f.targets = append(f.targets, target{format: format})
		}
		if change != nil {
			change(f)
		}
		return f.keepsInventory()
	}
	for _, name := range []string{"table", "json", "csv", "sarif", "markdown", "junit", "ndjson", "prometheus", "ocsf", "asff"} {
		if flags(nil, name) {
			t.Errorf("-o %s keeps the inventory", name)
		}
	}
	for _, name := range []string{"html", "xlsx", "rules-csv", "groups-csv", "interfaces-csv"} {
		if !flags(nil, "table", name) {
			t.Errorf("-o %s does not keep the inventory", name)
		}
	}
	for name, change := range map[string]func(*auditFlags){
		"--history": func(f *auditFlags) { f.history = &history.Folder{} },
		"--usage":   func(f *auditFlags) { f.usage = []string{"x"} },
		"--group":   func(f *auditFlags) { f.part = &part{words: []string{"--group x"}} },
	} {
		if !flags(change, "table") {
			t.Errorf("%s does not keep the inventory", name)
		}
	}
}

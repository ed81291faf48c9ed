package awsclient

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/fixtures/endpoint"
	"github.com/sgaudit/sgaudit/fixtures/estates"
	"github.com/sgaudit/sgaudit/fixtures/faults"
	"github.com/sgaudit/sgaudit/inventory"
)

// TestSoak reads so many random estates, or as many as it can in a time. Each takes
// some hundredths of a second: go test ./awsclient -run TestSoak -soak-for 5m
var (
	soak    = flag.Int("soak", 60, "how many random estates to read under random faults")
	soakFor = flag.Duration("soak-for", 0, "go on reading random estates for so long, others each time")
)

// TestSoak reads random estates from an endpoint that fails at random, in every
// way of the table of faults. The oracle is the same estate, served without a fault:
//
//   - each group that was served has been read, or its region has a gap;
//   - nothing is out of reach, unattached or unused that is not so in the whole;
//   - a run that counts as complete concludes what the whole does.
func TestSoak(t *testing.T) {
	var gaps, complete, runs int
	begin, first := time.Now(), uint64(0)
	if *soakFor > 0 {
		first = uint64(begin.UnixNano())
	}
	for seed := first; runs < *soak || time.Since(begin) < *soakFor; seed++ {
		runs++
		ok := t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			switch inv := soakOnce(t, seed); {
			case inv == nil:
			case inv.Complete():
				complete++
			default:
				gaps++
			}
		})
		if !ok {
			return
		}
	}
	if gaps < runs/10 || complete < runs/20 {
		t.Errorf("%d runs with gaps and %d complete ones, of %d: too few of a kind to show anything", gaps, complete, runs)
	}
	t.Logf("%d runs with gaps, %d complete, %d that could not begin", gaps, complete, runs-gaps-complete)
}

// soakOnce returns what was read, or nil where the run could not begin.
func soakOnce(t *testing.T, seed uint64) *inventory.Inventory {
	rng := rand.New(rand.NewPCG(seed, 14))
	estate := estates.Random(rng, estates.Size{Regions: 1 + rng.IntN(2), Groups: 2 + rng.IntN(8), Interfaces: rng.IntN(10)})
	opts := Options{Depth: []inventory.Depth{inventory.DepthGroups, inventory.DepthNetwork, inventory.DepthServices}[rng.IntN(3)], RetryDelay: time.Microsecond}
	whole := conclude(collect(t, serve(t, estate, endpoint.Options{}), opts))

	var regions []string
	for _, r := range estate.Regions {
		regions = append(regions, r.Name)
	}
	wrong := faults.Random(rng, regions, Actions(opts.Depth))
	pageSize := []int{1, 2, 1000}[rng.IntN(3)]
	s := serve(t, estate, endpoint.Options{PageSize: pageSize, Faults: wrong})
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("depth %s, pages of %d, under %+v", opts.Depth, pageSize, wrong)
		}
	})
	opts.EndpointURL, opts.StaticCredentials, opts.MaxRPS = s.URL, true, 10000
	c, err := Connect(context.Background(), opts)
	var inv *inventory.Inventory
	if err == nil {
		inv, err = c.Collect(context.Background())
	}
	var setup *SetupError
	switch {
	case errors.As(err, &setup) && setup.Message != "": // neither the caller nor the regions are known
		return nil
	case err != nil:
		t.Fatal(err)
	}
	for _, text := range lost(estate, inv) {
		t.Error(text)
	}
	found := conclude(inv)
	for _, text := range found.unfounded(whole) {
		t.Error(text)
	}
	if inv.Complete() && !withoutPublicAccess(inv) {
		if diff := cmp.Diff(whole, found, cmp.AllowUnexported(conclusions{})); diff != "" {
			t.Errorf("the run is complete and concludes otherwise (-whole +run):\n%s", diff)
		}
	}
	return inv
}

// lost returns the groups that were served, were not read, and are in no gap.
func lost(served, read *inventory.Inventory) (texts []string) {
	for _, s := range served.Regions {
		i := slices.IndexFunc(read.Regions, func(r *inventory.Region) bool { return r.Name == s.Name })
		if i < 0 {
			if read.Complete() {
				texts = append(texts, s.Name+" was not read, and the run counts as complete")
			}
			continue
		}
		r := read.Regions[i]
		excused := slices.ContainsFunc(r.Gaps, func(g inventory.Gap) bool { return g.Part == inventory.PartGroups && g.Message != "" }) && !r.Read.Has(inventory.PartGroups)
		for k := range s.Groups {
			known := slices.IndexFunc(r.Groups, func(g inventory.Group) bool { return g.ID == s.Groups[k].ID })
			switch {
			case known < 0 && !excused:
				texts = append(texts, fmt.Sprintf("%s of %s is lost", s.Groups[k].ID, s.Name))
			case known >= 0 && len(r.Groups[known].Rules) != len(s.Groups[k].Rules) && !excused:
				texts = append(texts, fmt.Sprintf("rules of %s of %s are lost", s.Groups[k].ID, s.Name))
			}
		}
		if r.Status() == "complete" && len(r.Interfaces) != len(s.Interfaces) {
			texts = append(texts, fmt.Sprintf("%s: %d interfaces of %d", s.Name, len(r.Interfaces), len(s.Interfaces)))
		}
	}
	return texts
}

// withoutPublicAccess reports whether a region said that it does not have VPC
// block public access, which is believed.
func withoutPublicAccess(inv *inventory.Inventory) bool {
	return slices.ContainsFunc(inv.Regions, func(r *inventory.Region) bool { return r.PublicAccess.State == inventory.PublicAccessUnsupported })
}

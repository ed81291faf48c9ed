// Package shard splits the accounts of a run over several machines, and holds the
// file that each of them leaves: a part. What was read crosses its boundary as a
// snapshot, the accounts of the run as a list; nothing is judged here.
//
// The split depends on an account's id and the number of shards alone: every shard
// finds the same without asking another, and a shard that runs again reads the same
// accounts. Merge joins parts into what one run over all accounts would have read,
// with a gap for each account that no part holds.
package shard

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// Most is the largest number of shards: more than any engine starts at once.
const Most = 100_000

// Share says which shard of a run this is, from 1 to Count.
type Share struct{ Index, Count int }

// String writes a share as --shard takes it: 3/50.
func (s Share) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Count) }

// Of returns the shard, from 1 to count, to which an account belongs.
func Of(account string, count int) int {
	h := fnv.New64a()
	_, _ = h.Write([]byte(account))
	// FNV alone leaves ids that differ in their last digits in few classes.
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return int(x%uint64(count)) + 1
}

// Has reports whether an account belongs to the share.
func (s Share) Has(account string) bool { return Of(account, s.Count) == s.Index }

var errForm = errors.New("write it like 3/50, auto/50 or auto")

// Parse reads K/N, auto/N or auto. With auto the engine that has started the program
// says which shard it is, by the variables that getenv returns.
func Parse(text string, getenv func(string) string) (Share, error) {
	index, count, given := strings.Cut(text, "/")
	n := 0
	if given {
		var err error
		if n, err = strconv.Atoi(count); err != nil || n < 1 || n > Most {
			return Share{}, fmt.Errorf("the number of shards %q is not from 1 to %d: %w", count, Most, errForm)
		}
	}
	switch {
	case index == "auto":
		return fromEngine(n, getenv)
	case !given:
		return Share{}, fmt.Errorf("%q has no number of shards: %w", text, errForm)
	}
	k, err := strconv.Atoi(index)
	if err != nil || k < 1 || k > n {
		return Share{}, fmt.Errorf("the shard %q is not from 1 to %d: %w", index, n, errForm)
	}
	return Share{k, n}, nil
}

// engine is how one engine numbers the tasks of an array.
type engine struct {
	name  string
	index string // the variable
	first int    // the index of the first task
	count string // the variable with the number of tasks; empty: there is none
	min   string // the variable with the least index, where an array may begin anywhere
}

// engines are known by their variables (AWS Batch user guide, "Array jobs";
// Kubernetes, "Indexed Job"; Slurm, "Job Array Support"; GitLab, "CI/CD variables").
var engines = []engine{
	{name: "AWS Batch", index: "AWS_BATCH_JOB_ARRAY_INDEX"},
	{name: "Kubernetes", index: "JOB_COMPLETION_INDEX"},
	{name: "Slurm", index: "SLURM_ARRAY_TASK_ID", count: "SLURM_ARRAY_TASK_COUNT", min: "SLURM_ARRAY_TASK_MIN"},
	{name: "GitLab", index: "CI_NODE_INDEX", first: 1, count: "CI_NODE_TOTAL"},
}

// Variables are the names of those that say which shard a task is.
func Variables() (names []string) {
	for _, e := range engines {
		names = append(names, e.index)
	}
	return names
}

// fromEngine finds the one engine with a variable that is set. A count that is given counts
// more than the engine's: an array of some tasks alone, which run again, is smaller.
func fromEngine(n int, getenv func(string) string) (Share, error) {
	var found *engine
	for i := range engines {
		e := &engines[i]
		if getenv(e.index) == "" {
			continue
		}
		if found != nil {
			return Share{}, fmt.Errorf("%s and %s are both set: name the shard, as 3/50", found.index, e.index)
		}
		found = e
	}
	if found == nil {
		return Share{}, fmt.Errorf("none of %s is set, by which engines say which task of an array this is", strings.Join(Variables(), ", "))
	}
	index, err := strconv.Atoi(getenv(found.index))
	if err != nil || index < found.first {
		return Share{}, fmt.Errorf("%s is %q, and not a number from %d on", found.index, getenv(found.index), found.first)
	}
	if n == 0 {
		if n, err = found.size(getenv); err != nil {
			return Share{}, err
		}
	}
	if index -= found.first; index >= n {
		return Share{}, fmt.Errorf("%s is %s, and there are %d shards, of which the first has %d", found.index, getenv(found.index), n, found.first)
	}
	return Share{index + 1, n}, nil
}

// size is the number of shards that the engine gives.
func (e *engine) size(getenv func(string) string) (int, error) {
	if e.count == "" {
		return 0, fmt.Errorf("%s does not say how many tasks an array has: write auto/N", e.name)
	}
	n, err := strconv.Atoi(getenv(e.count))
	if err != nil || n < 1 || n > Most {
		return 0, fmt.Errorf("%s is %q, and not the number of tasks", e.count, getenv(e.count))
	}
	if e.min != "" && getenv(e.min) != "" && getenv(e.min) != "0" {
		return 0, fmt.Errorf("%s is %s: with auto an array begins at 0; write auto/N where it is a part of one", e.min, getenv(e.min))
	}
	return n, nil
}

package shard

import (
	"fmt"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, env, want, fault string }{
		{text: "1/1", want: "1/1"},
		{text: "3/50", want: "3/50"},
		{text: "50/50", want: "50/50"},
		{text: "0/50", fault: `the shard "0" is not from 1 to 50`},
		{text: "51/50", fault: `the shard "51" is not from 1 to 50`},
		{text: "3", fault: `"3" has no number of shards`},
		{text: "", fault: `"" has no number of shards`},
		{text: "3/0", fault: `the number of shards "0"`},
		{text: "3/x", fault: `the number of shards "x"`},
		{text: "1/100001", fault: `the number of shards "100001"`},
		{text: "auto", fault: "none of AWS_BATCH_JOB_ARRAY_INDEX, JOB_COMPLETION_INDEX, SLURM_ARRAY_TASK_ID, CI_NODE_INDEX is set"},
		{text: "auto/7", env: "AWS_BATCH_JOB_ARRAY_INDEX=0", want: "1/7"},
		{text: "auto/7", env: "AWS_BATCH_JOB_ARRAY_INDEX=6", want: "7/7"},
		{text: "auto/7", env: "AWS_BATCH_JOB_ARRAY_INDEX=7", fault: "AWS_BATCH_JOB_ARRAY_INDEX is 7, and there are 7 shards, of which the first has 0"},
		{text: "auto", env: "AWS_BATCH_JOB_ARRAY_INDEX=6", fault: "AWS Batch does not say how many tasks an array has: write auto/N"},
		{text: "auto/7", env: "JOB_COMPLETION_INDEX=2", want: "3/7"},
		{text: "auto", env: "JOB_COMPLETION_INDEX=2", fault: "Kubernetes does not say"},
		{text: "auto", env: "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=5 SLURM_ARRAY_TASK_MIN=0", want: "3/5"},
		{text: "auto", env: "SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_COUNT=5 SLURM_ARRAY_TASK_MIN=1", fault: "SLURM_ARRAY_TASK_MIN is 1"},
		{text: "auto/50", env: "SLURM_ARRAY_TASK_ID=17 SLURM_ARRAY_TASK_COUNT=2 SLURM_ARRAY_TASK_MIN=3", want: "18/50"},
		{text: "auto", env: "CI_NODE_INDEX=1 CI_NODE_TOTAL=4", want: "1/4"},
		{text: "auto", env: "CI_NODE_INDEX=4 CI_NODE_TOTAL=4", want: "4/4"},
		{text: "auto", env: "CI_NODE_INDEX=0 CI_NODE_TOTAL=4", fault: `CI_NODE_INDEX is "0"`},
		{text: "auto", env: "CI_NODE_INDEX=1 CI_NODE_TOTAL=", fault: `CI_NODE_TOTAL is ""`},
		{text: "auto/7", env: "JOB_COMPLETION_INDEX=2 SLURM_ARRAY_TASK_ID=2", fault: "JOB_COMPLETION_INDEX and SLURM_ARRAY_TASK_ID are both set"},
		{text: "auto/7", env: "JOB_COMPLETION_INDEX=-1", fault: `JOB_COMPLETION_INDEX is "-1"`},
	} {
		env := map[string]string{}
		for _, pair := range strings.Fields(c.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		got, err := Parse(c.text, func(name string) string { return env[name] })
		switch {
		case c.fault != "":
			if err == nil || !strings.Contains(err.Error(), c.fault) {
				t.Errorf("%s with %s: %v, %v; want %s", c.text, c.env, got, err, c.fault)
			}
		case err != nil || got.String() != c.want:
			t.Errorf("%s with %s: %v, %v; want %s", c.text, c.env, got, err, c.want)
		}
	}
}

// TestOf puts each account into one shard, always the same, and fills the shards
// evenly, with ids that follow each other too.
func TestOf(t *testing.T) {
	for _, fixed := range []struct {
		account string
		shard   int
	}{{"111122223333", 19}, {"444455556666", 23}, {"100000000001", 23}} {
		if got := Of(fixed.account, 50); got != fixed.shard { // parts of other versions would differ
			t.Errorf("%s is in shard %d, want %d", fixed.account, got, fixed.shard)
		}
	}
	const accounts, shards = 5000, 50
	for _, step := range []int{1, 7, 1000, 50_000_019} {
		sizes := make([]int, shards+1)
		for i := range accounts {
			id := fmt.Sprintf("%012d", 100_000_000_000+i*step)
			in := 0
			for k := 1; k <= shards; k++ {
				if (Share{k, shards}).Has(id) {
					in++
					sizes[k]++
				}
			}
			if in != 1 {
				t.Fatalf("%s is in %d shards", id, in)
			}
		}
		for k, n := range sizes[1:] {
			if n < accounts/shards/2 || n > accounts/shards*2 {
				t.Errorf("steps of %d: shard %d has %d accounts of %d", step, k+1, n, accounts)
			}
		}
	}
}

package shard

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sgaudit/sgaudit/findings"
	"github.com/sgaudit/sgaudit/inventory"
)

// Of these accounts the first is in shard 5 of 7, the second in 2, the third in 7.
const first, second, third = "111122223333", "444455556666", "100000000001"

var begun = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// part is one of a run over the three accounts, with a region of each that is its own.
func part(index int) *Part {
	p := &Part{
		Share: Share{index, 7}, Tool: "sgaudit 1", StartedAt: begun.Add(time.Duration(index) * time.Minute), FinishedAt: begun.Add(time.Hour + time.Duration(index)*time.Minute),
		Settings:  Settings{Flags: [][2]string{{"check", "x"}, {"tag", "a=b"}}, ConfigName: "sgaudit.yaml", Config: "accounts: []\n"},
		Throttled: []findings.Throttled{{AccountID: first, Region: "eu-west-1", Operation: "DescribeVpcs", Calls: index}},
		Inventory: &inventory.Inventory{Depth: inventory.DepthNetwork, Caller: inventory.Caller{AccountID: first, ARN: "arn:aws:iam::111122223333:role/hub", Partition: "aws"}, Regions: []*inventory.Region{}},
	}
	for _, id := range []string{third, first, second} {
		p.Accounts = append(p.Accounts, Account{ID: id, Name: "team", Regions: []string{"eu-west-1", "us-east-1"}})
		if p.Has(id) {
			asked := inventory.DepthNetwork.Parts()
			p.Inventory.Regions = append(p.Inventory.Regions, &inventory.Region{AccountID: id, AccountName: "team", Partition: "aws", Name: "eu-west-1", Asked: asked, Read: asked, Groups: []inventory.Group{{ID: "sg-1", Name: "\u009b2J"}}})
		}
	}
	return p
}

func saved(t *testing.T, p *Part) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := p.Save(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestLoad reads back what Save writes, and refuses everything else with a reason.
func TestLoad(t *testing.T) {
	for index := range 7 {
		want := part(index + 1)
		got, err := Load(saved(t, want))
		if err != nil {
			t.Fatal(err)
		}
		want.Inventory.Normalize()
		if string(saved(t, got)) != string(saved(t, want)) {
			t.Errorf("part %d changes when it is saved and loaded", index+1)
		}
	}
	text := string(saved(t, part(5)))
	if strings.ContainsAny(text, "\u009b\x1b") {
		t.Error("a terminal would obey the part")
	}
	for _, c := range []struct{ from, to, want string }{
		{`"sgaudit_part":"1"`, `"sgaudit_part":"2"`, `the part has version "2"`},
		{`"tool"`, `"tols"`, "the part is damaged"},
		{`"shard":5`, `"shard":8`, "it is shard 8 of 7"},
		{`"shard":5`, `"shard":4`, "account 111122223333 does not belong to shard 4/7"},
		{`"shards":7`, `"shards":1000000000`, "it is shard 5 of 1000000000"},
		{`"started_at":"2030`, `"started_at":"2031`, "its times are in the wrong order"},
		{`{"id":"111122223333"`, `{"id":"1111"`, `its list of accounts has "1111" in the wrong place`},
		{`{"id":"111122223333"`, `{"id":"999999999999"`, `its list of accounts has "444455556666" in the wrong place`},
		{`"regions":["eu-west-1"`, `"regions":["../x"`, `"../x" is not a region`},
		{`"sgaudit_snapshot":"2"`, `"sgaudit_snapshot":"9"`, `the snapshot has version "9"`},
		{`"sg-1"`, `"sg-2"`, "the snapshot is damaged"},
		{"\n", " ", "the snapshot ends too early"},
	} {
		changed := strings.Replace(text, c.from, c.to, 1)
		if changed == text {
			t.Fatalf("%s is not in the part", c.from)
		}
		if _, err := Load([]byte(changed)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.to, err, c.want)
		}
	}
	for cut := range len(text) - 1 {
		if _, err := Load([]byte(text[:cut])); err == nil {
			t.Fatalf("the first %d bytes are a part", cut)
		}
	}
}

func all() (parts []*Part, names []string) {
	for i := range 7 {
		parts, names = append(parts, part(i+1)), append(names, fmt.Sprint("p", i+1))
	}
	return parts, names
}

// TestMerge joins parts, and finds what does not belong together.
func TestMerge(t *testing.T) {
	parts, names := all()
	m, err := Merge(parts, names)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range m.Snapshot.Inventory.Regions {
		got = append(got, r.AccountID+" "+r.Name+" "+r.Status())
	}
	if diff := cmp.Diff([]string{third + " eu-west-1 complete", first + " eu-west-1 complete", second + " eu-west-1 complete"}, got); diff != "" {
		t.Error(diff)
	}
	if !m.Snapshot.TakenAt.Equal(begun.Add(time.Minute)) || !m.FinishedAt.Equal(begun.Add(time.Hour+7*time.Minute)) || len(m.Throttled) != 7 || len(m.Missing) != 0 || len(m.Accounts) != 3 || m.Snapshot.Inventory.Caller != parts[0].Inventory.Caller {
		t.Errorf("%+v", m)
	}

	// Without the shard of the first account, and with one that did not list the second.
	parts, names = all()
	parts[1].Inventory.Regions = nil
	parts[1].Accounts = parts[1].Accounts[:2]
	m, err = Merge(append(parts[:4:4], parts[5:]...), append(names[:4:4], names[5:]...))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"5/7"}, m.Missing); diff != "" {
		t.Error(diff)
	}
	why := map[string]string{}
	for _, r := range m.Snapshot.Inventory.Regions {
		if r.Status() != "complete" {
			why[r.AccountID+" "+r.Name] = r.Status() + ": " + r.Gaps[0].Message
		}
	}
	const lost, unlisted = "failed: shard 5/7 has no part: run it again, and merge anew", "failed: the part of shard 2/7 does not hold the account, which it did not find when it listed the accounts: run it again, and merge anew"
	if diff := cmp.Diff(map[string]string{first + " eu-west-1": lost, first + " us-east-1": lost, second + " eu-west-1": unlisted, second + " us-east-1": unlisted}, why); diff != "" {
		t.Error(diff)
	}

	for want, change := range map[string]func(*Part){
		"one is shard 1/7 and the other 3/8":                         func(p *Part) { p.Count = 8 },
		"one was written by sgaudit 1 and the other by sgaudit 2":    func(p *Part) { p.Tool = "sgaudit 2" },
		"one is of the partition aws and the other of aws-cn":        func(p *Part) { p.Inventory.Caller.Partition = "aws-cn" },
		"read with --depth network and the other with --depth group": func(p *Part) { p.Inventory.Depth = inventory.DepthGroups },
		"they have other settings":                                   func(p *Part) { p.Settings.Config = "" },
		"shard 1/7 is in p1 and again in p3":                         func(p *Part) { p.Index = 1 },
	} {
		parts, names := all()
		change(parts[2])
		if _, err := Merge(parts, names); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if _, err := Merge(nil, nil); err == nil {
		t.Error("nothing was merged")
	}
}

// TestEarlierRun leaves out the part of the night before, which its shard has not
// replaced: its accounts are missing. Where half of the parts are older, it is not clear
// which run is meant.
func TestEarlierRun(t *testing.T) {
	parts, names := all()
	parts[4].StartedAt = parts[4].StartedAt.Add(-23 * time.Hour)
	parts[4].Tool, parts[4].Count = "sgaudit 0", 6 // tonight's run has other settings
	m, err := Merge(parts, names)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"5/7"}, {"p5"}}, [][]string{m.Missing, m.Earlier}); diff != "" {
		t.Error(diff)
	}
	if !m.Snapshot.TakenAt.Equal(begun.Add(time.Minute)) {
		t.Errorf("the run was begun at %s", m.Snapshot.TakenAt)
	}
	for _, i := range []int{0, 1, 2} {
		parts[i].StartedAt = parts[i].StartedAt.Add(-23 * time.Hour)
	}
	if _, err := Merge(parts, names); err == nil || !strings.Contains(err.Error(), "remove those of an earlier run") {
		t.Error(err)
	}
}

// TestSessions: shards with different names of sessions have a caller in common,
// without an ARN.
func TestSessions(t *testing.T) {
	parts, names := all()
	for i, p := range parts {
		p.Inventory.Caller.ARN += fmt.Sprint("/", i)
	}
	m, err := Merge(parts, names)
	if err != nil || m.Snapshot.Inventory.Caller != (inventory.Caller{AccountID: first, Partition: "aws"}) {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestFiles finds the parts of a folder and nothing else: no temporary file of a shard
// that was killed.
func TestFiles(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{Share{3, 50}.Name(), Share{50, 50}.Name(), "." + Share{4, 50}.Name() + ".123", "part-x-of-50.json.zst", "report.json"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(folder, Share{5, 50}.Name()), 0o700); err != nil { // as a named pipe, no file
		t.Fatal(err)
	}
	got, err := Files(folder)
	if diff := cmp.Diff([]string{filepath.Join(folder, "part-03-of-50.json.zst"), filepath.Join(folder, "part-50-of-50.json.zst")}, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
